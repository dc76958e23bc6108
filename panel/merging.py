"""Brings together what two people made of the same text, so that nothing either of them wrote is lost or silently mixed.

A three-way merge ("diff3": Khanna, Kunal and Pierce, "A Formal Investigation of Diff3", 2007) whose unit is the sentence: the
smallest thing a panel agrees on. What one side alone changed is taken. Where both changed the same sentence, each in its own way,
or both put something at the same place, they clash, and a person chooses; changes to neighbouring sentences do not clash. So no
merged sentence is one that neither side wrote. If the changes to a sentence touch different words, the clash also offers the
sentence with both (`Chunk.woven`), which nobody has agreed to yet. Headings, list items, rows of a table and lines of code are
units too, and the white space between units is merged apart from them. Pure functions; the module knows no models and no request.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple

from panel.comparing import Same, bag_of_words, matching_runs, paired, shared_letters, word_pattern
from panel.paragraphs import LINE_ENDS, sentences_of

Choice = Literal["mine", "theirs", "both", "woven"]


class UnsettledClashes(Exception):
    """The merged text was asked for, but somebody must choose first."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A stretch of the merged text: agreed (`text`), or a clash (what each side has there; empty if nothing).

    `woven`: for a clash, the text with the changes of both, if they touch different words; else None.
    """

    text: str = ""
    base: str = ""
    mine: str = ""
    theirs: str = ""
    woven: str | None = None
    is_clash: bool = False


class Merge:
    """What came of three texts. `chunks` in the order of the text; the clashes among them are counted from 0."""

    def __init__(self, texts: "_Texts", parts: Sequence["_Part"]) -> None:
        self._texts = texts
        self._parts = parts
        self.chunks: list[Chunk] = [texts.chunk(part) for part in parts]

    @property
    def clashes(self) -> list[Chunk]:
        return [chunk for chunk in self.chunks if chunk.is_clash]

    @property
    def is_clean(self) -> bool:
        return not self.clashes

    @property
    def text(self) -> str:
        """The merged text. Raises UnsettledClashes if there are clashes."""
        return self.settled({})

    def settled(self, choices: Mapping[int, Choice]) -> str:
        """The merged text, with what was chosen for each clash by its number. "both" keeps mine and then theirs.

        Raises UnsettledClashes if a clash is left, ValueError for a choice that a clash does not offer.
        """
        units: list[_Unit] = []
        number = 0
        for part, chunk in zip(self._parts, self.chunks, strict=True):
            if not chunk.is_clash:
                units += part.agreed
                continue
            if number not in choices:
                raise UnsettledClashes(f"clash {number} of {len(self.clashes)}")
            units += self._texts.chosen(part, chunk, choices[number])
            number += 1
        return self._texts.joined(units, whole=True)


def merge(base: str, mine: str, theirs: str) -> Merge:
    """Bring together `mine` and `theirs`, which were both made from `base`. All are Markdown; line endings do not matter."""
    texts = _Texts(units_of(base), units_of(mine), units_of(theirs))
    return Merge(texts, _parts(_steps(texts), texts))


# --- units ----------------------------------------------------------------------------------------------------------------

LIST_ITEM = re.compile(r"[\s>]*(?:[-*+]|\d{1,9}[.)])(?:\s|$)")
# Headings, empty lines of a quote, rules, underlines of headings, rows of a table: no line before or after them goes on in them.
LONE_LINE = re.compile(r"[\s>]*(?:#{1,6}(?:\s|$)|>\s*$|(?:[-*_=]\s*){3,}$)|.*\|")
QUOTE = re.compile(r"\s*>")
FENCE = re.compile(r"[\s>]*(?:```|~~~)")
HARD_BREAK = re.compile(r"(?: {2}|\\)$")


class Text(NamedTuple):
    """A text as units and the white space around them: `spaces[n]` stands before unit n, the last behind the last unit."""

    units: list[str]
    spaces: list[str]


def units_of(markdown: str) -> Text:
    """The sentences, headings, list items, rows and lines of code of a text. Spaces and units in turn give the text again, with
    all line endings as "\n". A unit at the start of a line keeps the white space before it, which says how deep a list is."""
    text = LINE_ENDS.sub("\n", markdown)
    places: list[tuple[int, int]] = []
    for start, end, has_sentences in _groups(text):
        # A sentence may run over the end of a line.
        lines = text[start:end].replace("\n", " ")
        for sentence in sentences_of(lines) if has_sentences else [lines]:
            places.append((start, start + len(sentence.rstrip())))
            start += len(sentence)
    edges = [0, *(edge for place in places for edge in place), len(text)]
    return Text(
        [text[start:end] for start, end in places],
        [text[end:start] for end, start in zip(edges[::2], edges[1::2], strict=True)],
    )


def _groups(text: str) -> Iterator[tuple[int, int, bool]]:
    """Lines that belong together, as (start, end, whether they are made of sentences). Empty lines are in none."""
    group: tuple[int, int] | None = None
    at = 0
    in_code = in_quote = False
    for line in text.split("\n"):
        start, at = at, at + len(line) + 1
        fence = FENCE.match(line) is not None
        alone = in_code or fence or LONE_LINE.match(line) is not None
        in_code ^= fence
        is_quote = line.lstrip().startswith(">")
        begins = alone or LIST_ITEM.match(line) or (is_quote and not in_quote)
        if group and (begins or not line.strip()):
            yield *group, True
            group = None
        if line.strip():
            if alone:
                yield start, start + len(line), False
            else:
                group = (group[0] if group else start, start + len(line))
                if HARD_BREAK.search(line):
                    yield *group, True
                    group = None
        in_quote = is_quote
    if group:
        yield *group, True


# --- the three texts side by side -----------------------------------------------------------------------------------------

BASE, MINE, THEIRS = range(3)
LEAST_LEFT = 0.5


Numbers = tuple[int | None, int | None, int | None]


class _Unit(NamedTuple):
    """A unit of the merged text, or several as one: the numbers of its first and its last unit in each of the three texts (None
    where it is not). `space`: what must stand before it, if that is not to be taken from the texts."""

    content: str
    first: Numbers
    last: Numbers
    space: str | None = None


@dataclass(slots=True)
class _Step:
    """One unit of the base, or one place between two: the numbers of the units that each text has there, and what is agreed.

    `agreed` is None for a clash. A unit that a side deleted has no number on that side.
    """

    numbers: tuple[list[int], list[int], list[int]]
    agreed: list[_Unit] | None

    @property
    def is_between(self) -> bool:
        return not self.numbers[BASE]

    @property
    def is_empty(self) -> bool:
        return not any(self.numbers)

    def deleted_by(self, side: int) -> bool:
        return bool(self.numbers[BASE]) and not self.numbers[side]


@dataclass(frozen=True, slots=True)
class _Part:
    """What becomes one chunk: agreed units, or the numbers of the units of each side in a clash."""

    agreed: list[_Unit]
    numbers: tuple[list[int], list[int], list[int]] | None = None


class _Texts:
    """Base, mine and theirs, and how their units are put together again."""

    def __init__(self, *texts: Text) -> None:
        self.texts = texts

    def content(self, side: int, number: int) -> str:
        return self.texts[side].units[number]

    def unit(self, side: int, numbers: Numbers) -> _Unit:
        """A unit as `side` has it, that has these numbers in the three texts."""
        return _Unit(self.content(side, numbers[side]), numbers, numbers)

    def own(self, side: int, numbers: Iterable[int]) -> list[_Unit]:
        """Units as they stand in one text, whether or not they stand in the others."""
        return [
            self.unit(side, tuple(number if text == side else None for text in (BASE, MINE, THEIRS)))
            for number in numbers
        ]

    def chunk(self, part: _Part) -> Chunk:
        if part.numbers is None:
            return Chunk(text=self.joined(part.agreed))
        base, mine, theirs = (self.joined(self.own(side, part.numbers[side])) for side in (BASE, MINE, THEIRS))
        return Chunk("", base, mine, theirs, _woven(base, mine, theirs), is_clash=True)

    def chosen(self, part: _Part, chunk: Chunk, choice: Choice) -> list[_Unit]:
        mine, theirs = self.own(MINE, part.numbers[MINE]), self.own(THEIRS, part.numbers[THEIRS])
        match choice:
            case "mine":
                return mine
            case "theirs":
                return theirs
            case "both":
                if mine and theirs:
                    theirs[0] = theirs[0]._replace(space=self._space_between_sides(mine, theirs))
                return mine + theirs
            case "woven" if chunk.woven is not None:
                return [
                    _Unit(
                        chunk.woven,
                        tuple(numbers[0] if numbers else None for numbers in part.numbers),
                        tuple(numbers[-1] if numbers else None for numbers in part.numbers),
                    )
                ]
        raise ValueError(f"{choice!r} is not offered for this clash")

    def joined(self, units: Sequence[_Unit], *, whole: bool = False) -> str:
        """The units with white space between; as a whole text also with what stands before the first and behind the last."""
        start = _Unit("", (-1, -1, -1), (-1, -1, -1))
        end = _Unit("", *2 * (tuple(len(text.units) for text in self.texts),))
        row = [start, *units, end] if whole else list(units)
        pieces = [row[0].content] if row else []
        for first, second in pairwise(row):
            space = second.space if second.space is not None else self._space(first, second)
            if space == " " and (self._ends_line(first) or self._begins_line(second)):
                space = "\n"
            pieces += [space, second.content]
        return "".join(pieces)

    def _begins_line(self, unit: _Unit) -> bool:
        """Whether a unit is an item, heading or the like, and stands at the start of a line wherever it was written."""
        places = [
            (text, number) for text, number in zip(self.texts, unit.first, strict=True) if self._has(text, number, unit)
        ]
        return _is_marked(unit.content) and all(number == 0 or "\n" in text.spaces[number] for text, number in places)

    def _ends_line(self, unit: _Unit) -> bool:
        """Whether a unit is a heading or the like, with nothing behind it in its line wherever it was written."""
        places = [
            (text, number) for text, number in zip(self.texts, unit.last, strict=True) if self._has(text, number, unit)
        ]
        return LONE_LINE.match(unit.content) is not None and all(
            number == len(text.units) - 1 or "\n" in text.spaces[number + 1] for text, number in places
        )

    @staticmethod
    def _has(text: Text, number: int | None, unit: _Unit) -> bool:
        return number is not None and 0 <= number < len(text.units) and text.units[number] == unit.content

    def _space(self, first: _Unit, second: _Unit) -> str:
        """The white space between two units, or an edge of the text and one: as the texts have it in which one follows the other,
        and if both sides have changed that, the wider. If they follow each other nowhere, the widest that either has there."""
        between: dict[int, str] = {}
        around: list[str] = []
        for side, text in enumerate(self.texts):
            last, next_one = first.last[side], second.first[side]
            if last is not None and next_one == last + 1:
                between[side] = text.spaces[next_one]
            # What stood at the edge of a text was no part of a longer line.
            if last is not None:
                around.append(text.spaces[last + 1] if 0 <= last < len(text.units) - 1 else "\n\n")
            if next_one is not None:
                around.append(text.spaces[next_one] if 0 < next_one < len(text.units) else "\n\n")
        if MINE in between and THEIRS in between:
            return _merged_space(between.get(BASE), between[MINE], between[THEIRS])
        for side in (MINE, THEIRS, BASE):
            if side in between:
                return between[side]
        if first.content == "":
            return _merged_space(*(text.spaces[0] for text in self.texts))
        if second.content == "":
            return _merged_space(*(text.spaces[-1] for text in self.texts))
        return max(around, key=_width)

    def _space_between_sides(self, mine: Sequence[_Unit], theirs: Sequence[_Unit]) -> str:
        """What stands between mine and theirs when both are kept: they are two paragraphs, list items or sentences."""
        if _is_marked(theirs[0].content) or LONE_LINE.match(mine[-1].content):
            return "\n"
        return "\n\n" if self._fills_lines(MINE, mine) and self._fills_lines(THEIRS, theirs) else " "

    def _fills_lines(self, side: int, units: Sequence[_Unit]) -> bool:
        """Whether the units of one side begin and end with a line there."""
        text = self.texts[side]
        first, last = units[0].first[side], units[-1].last[side]
        begins = first == 0 or "\n" in text.spaces[first]
        return begins and (last == len(text.units) - 1 or "\n" in text.spaces[last + 1])

    def changed(self, step: _Step, side: int) -> bool:
        """Whether a side changed a unit of the base."""
        was, now = step.numbers[BASE], step.numbers[side]
        return bool(was and now) and self.content(BASE, was[0]) != self.content(side, now[0])

    def in_one_line(self, before: Sequence[_Step], after: Sequence[_Step]) -> bool:
        """Whether in any of the texts the last unit of some steps and the first of others stand in one line."""
        for side, text in enumerate(self.texts):
            last = [number for step in before for number in step.numbers[side]][-1:]
            first = [number for step in after for number in step.numbers[side]][:1]
            if last and first and first[0] == last[0] + 1 and "\n" not in text.spaces[first[0]]:
                return True
        return False


def _is_marked(unit: str) -> bool:
    return any(mark.match(unit) for mark in (LIST_ITEM, LONE_LINE, FENCE, QUOTE))


def _merged_space(base: str | None, mine: str, theirs: str) -> str:
    if mine == base:
        return theirs
    if theirs == base:
        return mine
    return max(mine, theirs, key=_width)


def _width(space: str) -> tuple[int, int, str]:
    return space.count("\n"), len(space), space


def _steps(texts: _Texts) -> list[_Step]:
    """The base unit by unit, with the places between, and what either side made of each."""
    base = texts.texts[BASE].units
    numbers = {side: _numbers_by_step(base, texts.texts[side].units) for side in (MINE, THEIRS)}
    steps: list[_Step] = []
    for at in range(2 * len(base) + 1):
        mine, theirs = numbers[MINE][at], numbers[THEIRS][at]
        if at % 2:
            steps.append(_step_of_unit(texts, at // 2, mine, theirs))
        else:
            steps += _steps_between(texts, mine, theirs)
    _ask_about_replaced(steps)
    _ask_about_joined(steps, texts)
    return steps


def _ask_about_replaced(steps: Sequence[_Step]) -> None:
    """Where both sides deleted a unit and one of them put another in its place, the other may not have wanted it: a clash."""
    last: _Step | None = None
    for step in steps:
        if step.is_empty:
            continue
        by_one_side = bool(step.numbers[MINE]) != bool(step.numbers[THEIRS])
        if last and by_one_side and not step.numbers[BASE] and last.deleted_by(MINE) and last.deleted_by(THEIRS):
            step.agreed = None
        last = step


def _ask_about_joined(steps: Sequence[_Step], texts: _Texts) -> None:
    """Where both sides deleted a unit, but one has its words in a neighbour now, the other alone is rid of it: a clash."""
    units = [step for step in steps if step.numbers[BASE]]
    for neighbours in pairwise(units):
        for gone, stayed in (neighbours, neighbours[::-1]):
            sides = [side for side in (MINE, THEIRS) if texts.changed(stayed, side)]
            if len(sides) != 1 or not gone.deleted_by(MINE) or not gone.deleted_by(THEIRS):
                continue
            words = bag_of_words(texts.content(BASE, gone.numbers[BASE][0]))
            before = bag_of_words(texts.content(BASE, stayed.numbers[BASE][0]))
            now = bag_of_words(texts.content(sides[0], stayed.numbers[sides[0]][0]))
            came = shared_letters(words, now) - shared_letters(words, before)
            if words.letters and came >= LEAST_LEFT * words.letters:
                gone.agreed = stayed.agreed = None


def _numbers_by_step(base: Sequence[str], side: Sequence[str]) -> list[list[int]]:
    """For the place before each unit of the base, the unit, and the place behind the last: which units a side has there."""
    steps: list[list[int]] = [[]]
    for before, after in paired(base, side, base, side):
        if before is not None:
            steps += [[] if after is None else [after], []]
        else:
            steps[-1].append(after)
    return steps


def _step_of_unit(texts: _Texts, number: int, mine: list[int], theirs: list[int]) -> _Step:
    step = _Step(([number], mine, theirs), None)
    was = texts.content(BASE, number)
    if not mine or not theirs:
        # Deleted by both, or by one while the other left its words alone.
        others = [texts.content(side, numbers[0]) for side, numbers in ((MINE, mine), (THEIRS, theirs)) if numbers]
        if all(_same_words(other, was) for other in others):
            step.agreed = []
        return step
    here, there = texts.content(MINE, mine[0]), texts.content(THEIRS, theirs[0])
    at = (number, mine[0], theirs[0])
    if there == was or (here != was and _same_words(there, was) and not _same_words(here, was)):
        step.agreed = [texts.unit(MINE, at)]
    elif here == was or (_same_words(here, was) and not _same_words(there, was)):
        step.agreed = [texts.unit(THEIRS, at)]
    elif _same_words(here, there):
        # They differ in white space at most; which one is taken does not depend on the side.
        step.agreed = [texts.unit(MINE if here <= there else THEIRS, at)]
    return step


def _same_words(first: str, second: str) -> bool:
    return first == second or first.split() == second.split()


def _steps_between(texts: _Texts, mine: list[int], theirs: list[int]) -> list[_Step]:
    """What was put between two units of the base: what both put there first or last is there once, the rest clashes."""
    if not mine or not theirs:
        return [_Step(([], mine, theirs), [*texts.own(MINE, mine), *texts.own(THEIRS, theirs)])]
    here, there = [texts.content(MINE, number) for number in mine], [texts.content(THEIRS, number) for number in theirs]
    shorter = min(len(here), len(there))
    head = next((at for at in range(shorter) if here[at] != there[at]), shorter)
    tail = next((at for at in range(shorter - head) if here[-1 - at] != there[-1 - at]), shorter - head)
    mine_rest, theirs_rest = mine[head : len(mine) - tail], theirs[head : len(theirs) - tail]
    if mine_rest and theirs_rest:
        rest = _Step(([], mine_rest, theirs_rest), None)
    else:
        rest = _Step(([], mine_rest, theirs_rest), [*texts.own(MINE, mine_rest), *texts.own(THEIRS, theirs_rest)])
    first = _in_both(texts, mine[:head], theirs[:head])
    last = _in_both(texts, mine[len(mine) - tail :], theirs[len(theirs) - tail :])
    return [step for step in (first, rest, last) if not step.is_empty]


def _in_both(texts: _Texts, mine: list[int], theirs: list[int]) -> _Step:
    units = [texts.unit(MINE, (None, here, there)) for here, there in zip(mine, theirs, strict=True)]
    return _Step(([], mine, theirs), units)


# --- from steps to chunks -------------------------------------------------------------------------------------------------


def _parts(steps: Sequence[_Step], texts: _Texts) -> list[_Part]:
    """The steps as agreed stretches and clashes."""
    parts: list[_Part] = []
    at = 0
    for first, last in [*_clashes(steps, texts), (len(steps), len(steps))]:
        agreed = [unit for step in steps[at:first] for unit in step.agreed]
        if agreed:
            parts.append(_Part(agreed))
        clash = steps[first : last + 1]
        if clash:
            parts.append(
                _Part(
                    [],
                    tuple([number for step in clash for number in step.numbers[side]] for side in (BASE, MINE, THEIRS)),
                )
            )
        at = last + 1
    return parts


def _clashes(steps: Sequence[_Step], texts: _Texts) -> list[tuple[int, int]]:
    """The clashes as (first step, last step), each with what must be chosen together with it."""
    joined: list[tuple[int, int]] = []
    for at, step in enumerate(steps):
        if step.agreed is not None:
            continue
        first, last = _with_neighbours(steps, at, texts) if step.numbers[BASE] else (_with_deletions(steps, at), at)
        while joined and _is_one_clash(steps, joined[-1], (first, last), texts):
            before, end = joined.pop()
            first, last = min(first, before), max(last, end)
        joined.append((first, last))
    return joined


def _is_one_clash(steps: Sequence[_Step], one: tuple[int, int], other: tuple[int, int], texts: _Texts) -> bool:
    """Whether two clashes overlap, or nothing lies between them and they stand in one line, or one is but a unit that is gone."""
    if other[0] <= one[1]:
        return True
    if not all(step.is_empty for step in steps[one[1] + 1 : other[0]]):
        return False
    first, second = steps[one[0] : one[1] + 1], steps[other[0] : other[1] + 1]
    only_gone = any(not any(step.numbers[MINE] or step.numbers[THEIRS] for step in clash) for clash in (first, second))
    return only_gone or texts.in_one_line(first, second)


def _with_neighbours(steps: Sequence[_Step], at: int, texts: _Texts) -> tuple[int, int]:
    """A clash over one unit, with what a side put in its place or did next to it in the same line: it may have made two sentences
    one, or one two."""
    first = last = at
    for side in (MINE, THEIRS):
        if steps[at].deleted_by(side):
            # What replaced the unit stands behind the last that was deleted with it.
            behind = at + 1
            while behind < len(steps) and (steps[behind].is_empty or steps[behind].deleted_by(side)):
                behind += 1
            if behind < len(steps) and not steps[behind].numbers[BASE] and steps[behind].numbers[side]:
                last = max(last, behind)
    behind = last + 1
    while behind < len(steps) and _goes_with(steps, first, last, behind, texts):
        last = last if steps[behind].is_empty else behind
        behind += 1
    before = first - 1
    while before >= 0 and _goes_with(steps, first, last, before, texts):
        first = first if steps[before].is_empty else before
        before -= 1
    return first, last


def _goes_with(steps: Sequence[_Step], first: int, last: int, at: int, texts: _Texts) -> bool:
    """Whether the next step before or behind a clash is nothing, or stands in its line and is what one side alone put or deleted
    there, or what it changed next to a unit that it deleted."""
    step, edge = steps[at], steps[first if at < first else last]
    if step.is_empty:
        return True
    clash = steps[first : last + 1]
    if not (texts.in_one_line([step], clash) if at < first else texts.in_one_line(clash, [step])):
        return False
    return bool(step.numbers[MINE]) != bool(step.numbers[THEIRS]) or any(
        edge.deleted_by(side) and texts.changed(step, side) for side in (MINE, THEIRS)
    )


def _with_deletions(steps: Sequence[_Step], at: int) -> int:
    """The first step of a clash over what was put at one place: with the units before it that either side deleted for it."""
    first = at
    before = at - 1
    while before >= 0 and (
        steps[before].is_empty or steps[before].deleted_by(MINE) or steps[before].deleted_by(THEIRS)
    ):
        if not steps[before].is_empty:
            first = before
        before -= 1
    return first


# --- both changes in one sentence -----------------------------------------------------------------------------------------


def _woven(base: str, mine: str, theirs: str) -> str | None:
    """A text with the changes of both sides, if no two of them touch, and neither left less than half of the words."""
    bag = bag_of_words(base)
    if any(shared_letters(bag, bag_of_words(side)) < LEAST_LEFT * max(bag.letters, 1) for side in (mine, theirs)):
        return None
    words = _with_spaces(base)
    changes = [change for side in (mine, theirs) for change in _changes(words, _with_spaces(side))]
    woven: list[str] = []
    at: int | None = None
    for first, end, now in sorted(set(changes)):
        # At least one word that both left alone lies between two changes.
        if at is not None and first <= at:
            return None
        woven += [*words[at or 0 : first], now]
        at = end
    return "".join([*woven, *words[at or 0 :]])


def _changes(words: Sequence[str], side: Sequence[str]) -> list[tuple[int, int, str]]:
    """What a side changed in the words, as (first, end, what stands there now)."""
    changes: list[tuple[int, int, str]] = []
    at = side_at = 0
    for run in [*matching_runs(words, side), Same(len(words), len(side), 0)]:
        if at < run.old or side_at < run.new:
            changes.append((at, run.old, "".join(side[side_at : run.new])))
        at, side_at = run.old + run.length, run.new + run.length
    return changes


def _with_spaces(text: str) -> list[str]:
    """The words, each with the white space behind it; the first piece is the white space before them."""
    starts = [word.start() for word in word_pattern().finditer(text)]
    return [text[start:end] for start, end in pairwise([0, *starts, len(text)])]
