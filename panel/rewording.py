"""Puts a suggested wording into the Markdown of a section, although the suggestion knows only the plain words.

The quoted words are found in the canonical text, and each of their characters in the source, where marks, addresses of links,
escapes and line ends may stand between them. Then several ways to write the replacement are tried, and each is *read again*: it
counts only if the new text says exactly what was asked for and every other paragraph is untouched. So a wrong guess does no harm;
what no guess gets right is left to the editor. Pure functions; the module knows no models and no request.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from html import unescape
from itertools import pairwise

from panel.anchoring import Quote, find_surely
from panel.paragraphs import Paragraph, paragraphs_of, places_of, plain, text_of

EMPTY_LINES = re.compile(r"\A(?:[ \t]*(?:\r\n?|\n))+")
CLOSING = ",.;:!?)]}”’»…"


def reworded(markdown: str, quote: Quote, replacement: str) -> str | None:
    """The Markdown with the quoted plain words replaced, or None if that cannot be done surely.

    The replacement appears as it was typed; what would be Markdown in it is escaped. An empty one deletes the words and with them
    a space, list item or paragraph that is left empty. None also if the words are not there, may be others that only read alike,
    or run over several paragraphs.
    """
    paragraphs = paragraphs_of(markdown)
    text = text_of(paragraphs)
    place = find_surely(text, quote)
    if place is None:
        return None
    start, end = place
    number = next(
        (
            at
            for at, (first, last) in enumerate(places_of(paragraphs))
            if first <= start and end <= last and first < last
        ),
        None,
    )
    if number is None:
        return None
    paragraph = paragraphs[number]
    first = places_of(paragraphs)[number][0]
    wanted = _wanted(text, start, end, plain(replacement))
    for source in _attempts(paragraph, start - first, end - first, plain(replacement)):
        before, after = markdown[: paragraph.start], markdown[paragraph.end :]
        if not source:
            # Nor do the empty lines stay that were behind the paragraph, or before it if it was the last.
            after = EMPTY_LINES.sub("", after, count=1)
            before = before if after else before.rstrip() + markdown[len(markdown.rstrip()) :]
        attempt = before + source + after
        if _says(attempt, wanted, paragraphs, number):
            return attempt
    return None


def _wanted(text: str, start: int, end: int, replacement: str) -> str:
    before, after = text[:start], text[end:]
    if not replacement and after.startswith(tuple(CLOSING)):
        before = before.removesuffix(" ")
    return plain(before + replacement + after)


def _says(markdown: str, wanted: str, paragraphs: Sequence[Paragraph], number: int) -> bool:
    """Whether a text reads as wanted and differs from the old paragraphs in this one only, which keeps its kind."""
    read = paragraphs_of(markdown)
    if plain(text_of(read)) != wanted:
        return False
    others = [paragraph for at, paragraph in enumerate(paragraphs) if at != number]
    if len(read) == len(paragraphs):
        mine = read.pop(number)
        if mine.kind != paragraphs[number].kind:
            return False
    return [(other.source, other.shown) for other in read] == [(other.source, other.shown) for other in others]


# --- ways to write it -----------------------------------------------------------------------------------------------------

MARKS_BEFORE = re.compile(r"[*_~`\[]+\Z")
MARKS_BEHIND = re.compile(r"(?:[*_~`]+|\]\([^()\s]*\)|\]\[[^\]]*\])+")
ONE_MARK = re.compile(r"\*+|_+|~+|`+|\]\([^()\s]*\)|\]\[[^\]]*\]|.", re.DOTALL)
SPACES_BEFORE = re.compile(r"[ \t]+\Z")
LINE_END_BEFORE = re.compile(r"(?:[ \t]*(?:\r\n?|\n))+[ \t>]*\Z")
SPACES_BEHIND = re.compile(r"[ \t]+")
MARK = re.compile(r"[\\`*_\[\]<>|~&#!]")
PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
EMPTY_ITEM = re.compile(r"^[ \t>]*(?:[-*+]|\d{1,9}[.)])?[ \t]*$(?:\r\n?|\n)?", re.MULTILINE)


def _attempts(paragraph: Paragraph, start: int, end: int, replacement: str) -> Iterator[str]:
    """The paragraph's source with the words from `start` to `end` of its text replaced, in several ways, the plainest first."""
    source = paragraph.source
    if not replacement and (start, end) == (0, len(paragraph.text)):
        yield ""
    places = _source_places(source, paragraph.text)
    if places is None:
        return
    for first, last, before, behind in _stretches(source, places[start:end], deletes=not replacement):
        before, behind = source[:first] + before, behind + source[last:]
        if not replacement:
            yield from _without_gap(before, behind)
        else:
            for words in dict.fromkeys((replacement, _escaped(MARK, replacement), _escaped(PUNCTUATION, replacement))):
                yield before + words + behind


def _escaped(special: re.Pattern[str], words: str) -> str:
    return special.sub(r"\\\g<0>", words)


def _stretches(source: str, places: Sequence[tuple[int, int]], *, deletes: bool) -> Iterator[tuple[int, int, str, str]]:
    """What to replace in the source, as (from, to, what is written before the new words, what behind them)."""
    first, last = places[0][0], places[-1][1]
    between = [source[one[1] : other[0]].strip() for one, other in pairwise(places)]
    if "|" in between:
        # Words of two cells of a table: the new ones would be in one, and nobody said in which.
        return
    marks = _unpaired([mark for piece in between for mark in ONE_MARK.findall(piece)])
    before, behind = MARKS_BEFORE.search(source, 0, first), MARKS_BEHIND.match(source, last)
    whole = (before.start(), behind.end(), "", "") if before and behind else None
    if deletes and whole:
        # No empty link or emphasis is left.
        yield whole
    yield first, last, "", ""
    if marks:
        # The words begin or end inside a link or emphasis: its mark is kept, and stands next to the words that are left in it.
        space_before, space_behind = SPACES_BEFORE.search(source, 0, first), SPACES_BEHIND.match(source, last)
        for number in range(1, len(marks)):
            closing, opening = "".join(marks[:number]), "".join(marks[number:])
            if space_before:
                yield space_before.start(), last, closing + space_before[0] + opening, ""
            if space_behind:
                yield first, space_behind.end(), "", closing + space_behind[0] + opening
        every = "".join(marks)
        if space_behind:
            yield first, space_behind.end(), "", space_behind[0] + every
        if space_before:
            yield space_before.start(), last, every + space_before[0], ""
        yield first, last, "", every
        yield first, last, every, ""
        # Or no words are left in it.
        if behind:
            yield first, behind.end(), "", ""
        if before:
            yield before.start(), last, "", ""
    if whole and not deletes:
        yield whole


def _unpaired(marks: Sequence[str]) -> list[str]:
    """The marks less those that both open and close among them."""
    left: list[str] = []
    for mark in marks:
        if left and (left[-1] == mark != "[" or (left[-1] == "[" and mark.startswith("]"))):
            left.pop()
        else:
            left.append(mark)
    return left


def _without_gap(before: str, behind: str) -> Iterator[str]:
    """Two parts of a source put together so that no double space, lonely space or empty list item is left between them."""
    spaced = before.endswith((" ", "\t"))
    line = max(before.rfind("\n"), before.rfind("\r")) + 1
    if empty := EMPTY_ITEM.match(before + behind, line):
        yield ((before + behind)[:line] + (before + behind)[empty.end() :]).rstrip("\r\n")
    if spaced and (not behind or behind[0].isspace() or behind[0] in CLOSING or MARKS_BEHIND.match(behind)):
        yield before.rstrip(" \t") + behind
    if behind.startswith(tuple(CLOSING)):
        yield LINE_END_BEFORE.sub("", before) + behind
    if behind[:1] in {" ", "\t"} and (not before or before.endswith(("\n", "\r")) or MARKS_BEFORE.search(before)):
        yield before + behind.lstrip(" \t")
    yield before + behind


# --- plain words in the source --------------------------------------------------------------------------------------------

ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
END_OF_LINK = re.compile(r"\](?:\((?:[^()\\]|\\.|\([^()]*\))*\)|\[[^\[\]]*\])", re.DOTALL)
LIST_NUMBER = re.compile(r"\d{1,9}[.)]")
BEFORE_ON_LINE = re.compile(r"(?:[\s>*+-]|\d{1,9}[.)])*")
SPACE = re.compile(r"\s+")
FENCE = re.compile(r"(?:```|~~~)[^\r\n]*")
UNREAD = frozenset("*_~`[]!<>|#-=+:\\")


def _source_places(source: str, text: str) -> list[tuple[int, int]] | None:
    """For each character of a paragraph's text, (start, end) of what it was read from. None if that cannot be told.

    Both are walked through together. Where a character of the source may be read or be a mark, both are tried, the first first.
    """
    came_from: dict[tuple[int, int], tuple[int, int] | None] = {(0, 0): None}
    waiting = [(0, 0)]
    steps_left = 20 * len(source) + 1_000
    while waiting and steps_left:
        steps_left -= 1
        state = waiting.pop()
        if state[1] == len(text):
            return _retraced(came_from, state)
        for following in reversed(list(_steps(source, text, *state))):
            if following not in came_from:
                came_from[following] = state
                waiting.append(following)
    return None


def _retraced(
    came_from: dict[tuple[int, int], tuple[int, int] | None], state: tuple[int, int]
) -> list[tuple[int, int]]:
    places: list[tuple[int, int]] = []
    while before := came_from[state]:
        places += [(before[0], state[0])] * (state[1] - before[1])
        state = before
    return places[::-1]


def _steps(source: str, text: str, at: int, read: int) -> Iterator[tuple[int, int]]:
    """Where one can be after the next piece of the source, as (place in the source, characters of the text read)."""
    if at == len(source):
        return
    character = source[at]
    is_space = text[read].isspace()
    if character.isspace():
        end = SPACE.match(source, at).end()
        if is_space:
            yield end, read + 1
        yield end, read
        return
    end = at + 1
    while end < len(source) and unicodedata.category(source[end]).startswith("M"):
        end += 1
    words = unicodedata.normalize("NFC", source[at:end])
    if text.startswith(words, read):
        yield end, read + len(words)
    if character == "\\" and PUNCTUATION.match(source, at + 1) and text[read] == source[at + 1]:
        yield at + 2, read + 1
    if entity := ENTITY.match(source, at):
        words = unicodedata.normalize("NFC", unescape(entity[0]))
        if words.isspace():
            yield from ((entity.end(), read + more) for more in ((1, 0) if is_space else (0,)))
        elif text.startswith(words, read):
            yield entity.end(), read + len(words)
    if character == "|" and is_space:
        yield at + 1, read + 1
    if link := END_OF_LINK.match(source, at):
        yield link.end(), read
    for at_line_start in (FENCE, LIST_NUMBER):
        found = at_line_start.match(source, at)
        if found and BEFORE_ON_LINE.fullmatch(
            source, max(source.rfind("\n", 0, at), source.rfind("\r", 0, at)) + 1, at
        ):
            yield found.end(), read
    if character in UNREAD:
        yield at + 1, read
