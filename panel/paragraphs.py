"""A section's text as its readers see it: numbered paragraphs of plain words, each with its place in the Markdown.

Comments are tied to words, so every part of the site must mean the same words. The canonical text of a section is made here and
nowhere else: what is read, without marks and link addresses, in Unicode form NFC, with one space for any white space inside a
line and one "\\n" between list items, rows and paragraphs. White space never stands twice, nor at the ends. So a "\\n" may be
compared as a space, and a passage may run over paragraphs, without any place moving. Pure functions; the module knows no models
and no request.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token

LINE_ENDS = re.compile(r"\r\n?|\n")

Kind = Literal["heading", "text", "list", "quote", "table", "code", "rule"]
KINDS: dict[str, Kind] = {
    "heading_open": "heading",
    "bullet_list_open": "list",
    "ordered_list_open": "list",
    "blockquote_open": "quote",
    "table_open": "table",
    "fence": "code",
    "code_block": "code",
    "hr": "rule",
}


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One block of a section, as it stands in the Markdown and as it is read.

    `number` counts the blocks that carry text; headings, rules and blocks without any words have None. `source` is
    `markdown[start:end]`. `links` are the addresses behind its words, in order. Two paragraphs look the same to a reader exactly
    when their `shown` is equal: it also holds emphasis, the level of a heading and the like.
    """

    number: int | None
    kind: Kind
    source: str
    start: int
    end: int
    text: str
    links: tuple[str, ...] = field(default=(), repr=False)
    shown: tuple[str, ...] = field(default=(), repr=False)


def plain(words: str) -> str:
    """Any text in the canonical form of one line: NFC, one space for any white space, none at the ends."""
    return " ".join(unicodedata.normalize("NFC", words).split())


def paragraphs_of(markdown: str) -> list[Paragraph]:
    """The top-level blocks in order. Between them lie only empty lines and definitions of link addresses."""
    lines = _line_places(markdown)
    paragraphs: list[Paragraph] = []
    numbered = 0
    for tokens in _blocks(markdown):
        first, last = tokens[0].map or (0, 0)
        # A list counts the empty lines after it as its own.
        while last - 1 > first and not markdown[slice(*lines[last - 1])].strip():
            last -= 1
        start, end = lines[first][0], lines[max(last - 1, first)][1]
        kind = KINDS.get(tokens[0].type, "text")
        text = "\n".join(_text_lines(tokens))
        number = None
        if text and kind != "heading":
            numbered += 1
            number = numbered
        links = tuple(
            str(child.attrGet("href") or "")
            for token in tokens
            for child in token.children or ()
            if child.type == "link_open"
        )
        paragraphs.append(Paragraph(number, kind, markdown[start:end], start, end, text, links, tuple(_shown(tokens))))
    return paragraphs


def text_of(paragraphs: Sequence[Paragraph]) -> str:
    """The section's canonical text: what its headings and paragraphs say, one under the other."""
    return "\n".join(paragraph.text for paragraph in paragraphs if paragraph.text)


def places_of(paragraphs: Sequence[Paragraph]) -> list[tuple[int, int]]:
    """For each paragraph its (start, end) in the canonical text. One without words has an empty place."""
    places: list[tuple[int, int]] = []
    at = 0
    for paragraph in paragraphs:
        if paragraph.text and at:
            at += 1
        places.append((at, at + len(paragraph.text)))
        at += len(paragraph.text)
    return places


def paragraph_at(paragraphs: Sequence[Paragraph], offset: int) -> Paragraph:
    """The paragraph at a place in the canonical text; the "\\n" between two belongs to the first, the end to the last.

    Raises ValueError for a place outside the text, and if there are no words at all.
    """
    worded = [paragraph for paragraph in paragraphs if paragraph.text]
    places = places_of(worded)
    if not worded or not 0 <= offset <= places[-1][1]:
        raise ValueError(f"no words stand at {offset}")
    return worded[bisect_right(places, offset, key=lambda place: place[0]) - 1]


# --- reading the Markdown -------------------------------------------------------------------------------------------------


@cache
def _reader() -> MarkdownIt:
    """The rules by which commons.richtext shows the same text: what is counted and quoted here must be what is seen there."""
    return MarkdownIt("js-default")


def _blocks(markdown: str) -> Iterator[list[Token]]:
    """The tokens of each top-level block."""
    block: list[Token] = []
    # A lone surrogate is no character; richtext writes the same "?" for it.
    for token in _reader().parse(markdown.encode("utf-8", "replace").decode()):
        block.append(token)
        if token.level == 0 and token.nesting <= 0:
            yield block
            block = []


def _line_places(markdown: str) -> list[tuple[int, int]]:
    """(start, end) of each line, its ending left out, counted as the Markdown reader counts lines."""
    places: list[tuple[int, int]] = []
    start = 0
    for ending in LINE_ENDS.finditer(markdown):
        places.append((start, ending.start()))
        start = ending.end()
    places.append((start, len(markdown)))
    return places


def _text_lines(tokens: Sequence[Token]) -> list[str]:
    """The words of one block: a line for each paragraph in it, each row of a table, each line of code. None is empty."""
    lines: list[str] = []
    row: list[str] | None = None
    for token in tokens:
        match token.type:
            case "tr_open":
                row = []
            case "tr_close":
                lines.append(" ".join(cell for cell in row or () if cell))
                row = None
            case "inline":
                words = plain("".join(_words(child) for child in token.children or ()))
                if row is None:
                    lines.append(words)
                else:
                    row.append(words)
            case "fence" | "code_block":
                lines += [plain(line) for line in LINE_ENDS.split(token.content)]
    return [line for line in lines if line]


def _words(token: Token) -> str:
    # A picture stands for its description, as in richtext; what only opens or closes has no content.
    return " " if token.type in {"softbreak", "hardbreak"} else token.content


def _shown(tokens: Sequence[Token]) -> Iterator[str]:
    """Everything a reader can tell from the block. No text holds the "\\0" before the marks: the Markdown reader replaces it."""
    for token in tokens:
        if token.type in {"fence", "code_block"}:
            yield f"\0code\0{token.content}"
        elif token.type != "inline":
            yield f"\0{token.type}{token.tag}{token.attrGet('start') or ''}"
        else:
            yield plain(
                "".join(_words(child) if child.type != "hardbreak" else "\0br" for child in token.children or ())
            )
            yield from _marks(token.children or ())


def _marks(tokens: Sequence[Token]) -> Iterator[str]:
    """What the words of one line are marked as, each mark with the number of characters before it."""
    at = 0
    for token in tokens:
        if token.type not in {"text", "softbreak", "hardbreak"}:
            yield f"\0{token.type}{at}{token.attrGet('href') or ''}"
        at += len("".join(_words(token).split()))


# --- sentences ------------------------------------------------------------------------------------------------------------

# A sentence goes on after these, and after the second kind if a number follows.
SHORTENED = {
    "approx", "ca", "cf", "cttee", "dept", "dr", "eg", "esp", "fr", "gen", "gov", "hon", "ie", "incl", "jr", "messrs", "mr",
    "mrs", "ms", "mx", "prof", "rev", "revd", "rt", "sr", "st", "tel", "viz", "vs",
    "jan", "feb", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec",
}  # fmt: skip
SHORTENED_BEFORE_NUMBERS = {
    "art", "arts", "ch", "chap", "cl", "col", "fig", "figs", "no", "nos", "p", "para", "paras", "pp", "pt", "reg", "rr", "s",
    "sec", "sect", "ss", "tud", "vol", "vols",
}  # fmt: skip
END_OF_SENTENCE = re.compile(
    r"""(?<![.!?…‽؟۔।])(?P<mark>[.!?…‽؟۔।]+)[)\]}"'”’»*_~`]*\s+  # a mark, whatever closes after it, and white space
    |   [。！？]+[」』）”’]*\s*                                   # these need no white space
    |   \n""",
    re.VERBOSE,
)
LAST_WORD = re.compile(r"(?:[^\W_]+[.'’])*[^\W_]+\Z")
OPENING = "([{\"'“‘«*_~`"
LONGEST_WORD = 40


def sentences_of(text: str) -> list[str]:
    """The sentences, which joined give the text again: white space belongs to the sentence before it.

    A line end always ends a sentence. A full stop does not in "e.g.", "4.2", "J. Smith", "Dr Jones", nor before a small letter.
    In doubt two sentences stay together.
    """
    sentences: list[str] = []
    start = 0
    for end in END_OF_SENTENCE.finditer(text):
        if end["mark"] and "\n" not in end[0] and not _ends_sentence(text, start, end):
            continue
        sentences.append(text[start : end.end()])
        start = end.end()
    if start < len(text):
        sentences.append(text[start:])
    return sentences


def _ends_sentence(text: str, start: int, end: re.Match[str]) -> bool:
    following = text[end.end() : end.end() + 8].lstrip(OPENING)[:1]
    if following.islower():
        return False
    if end["mark"] != ".":
        return True
    if text[start : end.start()].strip().isdigit():
        # "1. Lend" is a number in a list.
        return False
    last = LAST_WORD.search(text, max(start, end.start() - LONGEST_WORD), end.start())
    if last is None:
        return True
    word = last[0].lower()
    if word in SHORTENED or (word in SHORTENED_BEFORE_NUMBERS and following.isdigit()):
        return False
    # One letter is an initial, or the end of "e.g." or "U.K."; one digit may well end a sentence.
    letter = word.rsplit(".", 1)[-1]
    return len(letter) > 1 or letter.isdigit()
