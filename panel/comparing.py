"""What became of a section's text from one version to another: paragraph by paragraph, and word by word inside a paragraph.

Texts are compared in layers: lines, then sentences, then words, each only where the layer above found nothing equal. What both
have once is matched first (the "patience" method), what is left by the shortest edit (Myers, "An O(ND) difference algorithm",
1986), which stops after a fixed number of steps and then calls the rest replaced. So time grows with the text and never explodes,
and the same two texts always give the same answer. Pure functions; the module knows no models and no request.
"""

import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, groupby, pairwise
from typing import Literal, NamedTuple, TypeVar

from commons.richtext import Piece
from panel.paragraphs import Paragraph, paragraphs_of, sentences_of

MOST_STEPS = 300_000


class Same(NamedTuple):
    """`length` items from `old` on equal as many from `new` on. Items are characters or list entries, as the function says."""

    old: int
    new: int
    length: int


# --- any two lists --------------------------------------------------------------------------------------------------------


def matching_runs(old: Sequence[str], new: Sequence[str]) -> list[Same]:
    """Which entries of two lists are the same, as runs in the order of both. Two neighbours never continue each other."""
    found: list[Same] = []
    steps_left = MOST_STEPS
    windows = [(0, len(old), 0, len(new))]
    while windows:
        old_from, old_to, new_from, new_to = windows.pop()
        head = 0
        most = min(old_to - old_from, new_to - new_from)
        while head < most and old[old_from + head] == new[new_from + head]:
            head += 1
        tail = 0
        while tail < most - head and old[old_to - 1 - tail] == new[new_to - 1 - tail]:
            tail += 1
        if head:
            found.append(Same(old_from, new_from, head))
        if tail:
            found.append(Same(old_to - tail, new_to - tail, tail))
        old_from, old_to, new_from, new_to = old_from + head, old_to - tail, new_from + head, new_to - tail
        if old_from == old_to or new_from == new_to:
            continue
        if fixed := _once_in_both(old, new, old_from, old_to, new_from, new_to):
            # Each of these begins a window, whose equal head it will be.
            edges = [(old_from, new_from), *fixed, (old_to, new_to)]
            windows += [(a, b, c, d) for (a, c), (b, d) in pairwise(edges)]
        else:
            runs, steps = _shortest_edit(old, new, (old_from, old_to, new_from, new_to), steps_left)
            steps_left -= steps
            found += runs
    return _joined(sorted(found))


def _joined(runs: Sequence[Same]) -> list[Same]:
    joined: list[Same] = []
    for run in runs:
        if joined and (joined[-1].old + joined[-1].length, joined[-1].new + joined[-1].length) == run[:2]:
            joined[-1] = joined[-1]._replace(length=joined[-1].length + run.length)
        else:
            joined.append(run)
    return joined


def _once_in_both(
    old: Sequence[str], new: Sequence[str], old_from: int, old_to: int, new_from: int, new_to: int
) -> list[tuple[int, int]]:
    """The longest row of (old, new) places, rising in both, of entries that each side has exactly once."""
    old_counts, new_counts = Counter(old[old_from:old_to]), Counter(new[new_from:new_to])
    new_places = {new[at]: at for at in range(new_from, new_to)}
    pairs = [
        (at, new_places[old[at]])
        for at in range(old_from, old_to)
        if old_counts[old[at]] == 1 and new_counts.get(old[at]) == 1
    ]
    # The last pair of the best row of each length, and for each pair the one before it.
    ends: list[int] = []
    last_of: list[int] = []
    before: list[int | None] = []
    for at, (_old, place) in enumerate(pairs):
        length = bisect_left(ends, place)
        before.append(last_of[length - 1] if length else None)
        ends[length : length + 1] = [place]
        last_of[length : length + 1] = [at]
    row: list[tuple[int, int]] = []
    at = last_of[-1] if last_of else None
    while at is not None:
        row.append(pairs[at])
        at = before[at]
    return row[::-1]


def _shortest_edit(
    old: Sequence[str], new: Sequence[str], window: tuple[int, int, int, int], most_steps: int
) -> tuple[list[Same], int]:
    """The runs of the shortest edit inside the window and the steps it took; no runs if it would take more than allowed."""
    old_from, old_to, new_from, new_to = window
    # What one side lacks can be in no run.
    common = set(old[old_from:old_to]) & set(new[new_from:new_to])
    old_places = [at for at in range(old_from, old_to) if old[at] in common]
    new_places = [at for at in range(new_from, new_to) if new[at] in common]
    first, second = [old[at] for at in old_places], [new[at] for at in new_places]
    size, other = len(first), len(second)
    steps = 0
    # For each diagonal (place in old less place in new) how far in old the best path has come; one row for each edit.
    rows: list[dict[int, int]] = []
    furthest = {1: 0}
    for edits in range(size + other + 1):
        row: dict[int, int] = {}
        for diagonal in range(-edits, edits + 1, 2):
            down = diagonal == -edits or (
                diagonal != edits and furthest.get(diagonal - 1, -1) < furthest.get(diagonal + 1, -1)
            )
            x = furthest[diagonal + 1] if down else furthest[diagonal - 1] + 1
            began = x
            while x < size and x - diagonal < other and first[x] == second[x - diagonal]:
                x += 1
            steps += 1 + x - began
            row[diagonal] = x
            if x >= size and x - diagonal >= other:
                rows.append(row)
                return [Same(old_places[at], new_places[to], 1) for at, to in _walked_back(rows, size, other)], steps
        if steps > most_steps:
            return [], steps
        rows.append(row)
        furthest = row
    return [], steps


def _walked_back(rows: Sequence[dict[int, int]], x: int, y: int) -> list[tuple[int, int]]:
    """The (old, new) places on the path that ended at (x, y)."""
    path: list[tuple[int, int]] = []
    for edits in range(len(rows) - 1, -1, -1):
        diagonal = x - y
        if edits == 0:
            start = 0
        else:
            above = rows[edits - 1]
            down = diagonal == -edits or (
                diagonal != edits and above.get(diagonal - 1, -1) < above.get(diagonal + 1, -1)
            )
            start = above[diagonal + 1] if down else above[diagonal - 1] + 1
        while x > start:
            x, y = x - 1, y - 1
            path.append((x, y))
        if edits:
            x, y = (x, y - 1) if down else (x - 1, y)
    return path[::-1]


# --- words ---------------------------------------------------------------------------------------------------------------


@cache
def word_pattern() -> re.Pattern[str]:
    """What is compared as one: a word or number whole, with its accents, apostrophes and hyphens; else one sign, such as an emoji
    with all it is joined of. Every character that is no white space is in one."""
    marks = "".join(chr(code) for code in range(0x300, 0xAC00) if unicodedata.category(chr(code)).startswith("M"))
    marks += "\u200c\u200d\ufe00-\ufe0f\ufe20-\ufe2f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f"
    letters = rf"\w[\w{marks}]*"
    return re.compile(
        rf"{letters}(?:(?:[-'’‐‑]|(?<=\d)[.,](?=\d)){letters})*"
        rf"|[\U0001f1e6-\U0001f1ff]{{2}}|[^\w\s](?:\u200d[^\w\s]|[{marks}])*"
    )


def words_of(text: str) -> list[str]:
    """The words and signs of a text without the white space between them."""
    return word_pattern().findall(text)


def letters_in(word: str) -> int:
    """How much a word weighs when texts are compared: its length, and nothing for punctuation."""
    return len(word) if word[:1].isalnum() else 0


ALIKE = 0.4
CONTAINED = 0.8
LEAST_LETTERS_CONTAINED = 40
MOST_PLACES_OF_A_WORD = 20
MOST_PAIRS_TRIED = 400


class Bag(NamedTuple):
    """How often each word stands in a text, and how many letters that is."""

    counts: Mapping[str, int]
    letters: int


def bag_of_words(text: str) -> Bag:
    """The words of a text, small and capital letters alike, without punctuation."""
    counts = Counter(word.casefold() for word in words_of(text) if letters_in(word))
    return Bag(counts, sum(len(word) * count for word, count in counts.items()))


def shared_letters(first: Bag, second: Bag) -> int:
    """How many letters the words have that are in both bags."""
    ours, others = first.counts, second.counts
    return sum(len(word) * min(ours[word], others[word]) for word in ours.keys() & others.keys())


def likeness(first: Bag, second: Bag) -> float:
    """From 0 to 1: which part of two bags of words is in both, by their letters (Sørensen and Dice). A long text whose words are
    nearly all in a longer one counts as half alike."""
    shared = shared_letters(first, second)
    if not shared:
        return 0.0
    alike = 2 * shared / (first.letters + second.letters)
    shorter = min(first.letters, second.letters)
    if shorter >= LEAST_LETTERS_CONTAINED and shared >= CONTAINED * shorter:
        return max(alike, 0.5)
    return alike


Entry = TypeVar("Entry", bound=Hashable)


def worth_trying(old: Mapping[Entry, Bag], new: Mapping[Entry, Bag]) -> Iterator[tuple[Entry, Entry]]:
    """All pairs of two short lists; of long ones those with a word in common that few entries have."""
    if len(old) * len(new) <= MOST_PAIRS_TRIED:
        yield from ((before, after) for before in old for after in new)
        return
    places: dict[str, list[Entry]] = {}
    for after, bag in new.items():
        for word in bag.counts:
            places.setdefault(word, []).append(after)
    few = {word: entries for word, entries in places.items() if len(entries) <= MOST_PLACES_OF_A_WORD}
    for before, bag in old.items():
        yield from (
            (before, after) for after in dict.fromkeys(after for word in bag.counts for after in few.get(word, ()))
        )


# --- two texts, by their words --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Matches:
    """What two texts have in common, in characters. `kept` stands in the same order in both; `moved` elsewhere than it did.

    No character of either text is in two runs. White space in a run is white space in both texts, though "\\n" may stand for " ".
    """

    kept: list[Same]
    moved: list[Same]


Place = tuple[int, int]
MOST_BY_CHANCE = 40
LEAST_MOVED = 12
LEAST_LETTERS_MOVED_AND_CHANGED = 40
ALIKE_THOUGH_MOVED = 0.6


def matches_between(old: str, new: str, *, find_moves: bool = False) -> Matches:
    """What stayed of `old` in `new`, for texts in the canonical form (any other text works too, only less well).

    With `find_moves`, lines and sentences that went from one place and came to one other are found there, and long lines also if
    they were changed on the way. Short ones say little: a short sentence is not looked for, and a short line only if it is the
    only such line of both texts.
    """
    kept: list[tuple[Place, Place]] = []
    moved: list[tuple[Place, Place]] = []
    gaps = _match(old, new, [(_lines(old), _lines(new))], kept)
    apart: list[Gap] = []
    if find_moves:
        lines = Counter(old.split("\n")) + Counter(new.split("\n"))
        gaps = _take_moved(old, new, gaps, moved, lambda line: len(line) >= LEAST_MOVED or lines[line] == 2)
        gaps, apart = _take_moved_and_changed(old, new, gaps)
    gaps = _match(old, new, [(_sentences(old, before), _sentences(new, after)) for before, after in gaps], kept)
    if find_moves:
        gaps = _take_moved(old, new, gaps, moved, lambda sentence: len(sentence) >= LEAST_MOVED)
    _match(old, new, [(_words(old, before), _words(new, after)) for before, after in gaps], kept)
    _match(old, new, [(_words(old, before), _words(new, after)) for before, after in apart], moved)
    return _in_order(old, new, _runs(old, new, kept), _runs(old, new, moved))


def _lines(text: str) -> list[Place]:
    return [found.span() for found in re.finditer(r"\S[^\n]*", text)]


def _sentences(text: str, lines: Sequence[Place]) -> list[Place]:
    places: list[Place] = []
    for at, end in lines:
        for sentence in sentences_of(text[at:end]):
            bare = sentence.strip()
            start = at + sentence.find(bare)
            if bare:
                places.append((start, start + len(bare)))
            at += len(sentence)
    return places


def _words(text: str, sentences: Sequence[Place]) -> list[Place]:
    return [found.span() for start, end in sentences for found in word_pattern().finditer(text, start, end)]


Gap = tuple[list[Place], list[Place]]


def _match(old: str, new: str, gaps: Sequence[Gap], found: list[tuple[Place, Place]]) -> list[Gap]:
    """Add to `found` the equal places inside each gap; what lies between them are the gaps that are returned."""
    smaller: list[Gap] = []
    for before, after in gaps:
        runs = matching_runs([old[slice(*place)] for place in before], [new[slice(*place)] for place in after])
        old_at = new_at = 0
        for run in [*_without_chance(runs, before, after), Same(len(before), len(after), 0)]:
            if old_at < run.old or new_at < run.new:
                smaller.append((before[old_at : run.old], after[new_at : run.new]))
            old_at, new_at = run.old + run.length, run.new + run.length
            found += zip(before[run.old : old_at], after[run.new : new_at], strict=True)
    return smaller


def _without_chance(runs: Sequence[Same], before: Sequence[Place], after: Sequence[Place]) -> list[Same]:
    """The runs less those that say nothing: no longer than what was changed on either side of them, such as an "and" that an old
    and a new sentence happen to share. (The "semantic clean-up" of Neil Fraser's diff-match-patch.)"""

    def changed(first: Same, second: Same) -> int:
        """How many characters were changed between two runs: the longer of what went and what came."""
        return max(
            _width(before, first.old + first.length, second.old), _width(after, first.new + first.length, second.new)
        )

    stayed = [Same(0, 0, 0)]
    for run in [*runs, Same(len(before), len(after), 0)]:
        while len(stayed) > 1:
            length = _width(before, stayed[-1].old, stayed[-1].old + stayed[-1].length)
            if length > min(changed(*stayed[-2:]), changed(stayed[-1], run), MOST_BY_CHANCE):
                break
            stayed.pop()
        stayed.append(run)
    return stayed[1:-1]


def _width(places: Sequence[Place], first: int, end: int) -> int:
    return places[end - 1][1] - places[first][0] if first < end else 0


def _take_moved(
    old: str, new: str, gaps: Sequence[Gap], moved: list[tuple[Place, Place]], may_move: Callable[[str], bool]
) -> list[Gap]:
    """Add to `moved` what each side has left over once and the other has too; the gaps are returned without it."""
    left = Counter(old[slice(*place)] for before, _after in gaps for place in before)
    come = Counter(new[slice(*place)] for _before, after in gaps for place in after)
    taken = {text for text, count in left.items() if count == come[text] == 1 and may_move(text)}
    places = {new[slice(*place)]: place for _before, after in gaps for place in after}
    moved += [
        (place, places[old[slice(*place)]])
        for before, _after in gaps
        for place in before
        if old[slice(*place)] in taken
    ]
    return [
        (
            [place for place in before if old[slice(*place)] not in taken],
            [place for place in after if new[slice(*place)] not in taken],
        )
        for before, after in gaps
    ]


def _take_moved_and_changed(old: str, new: str, gaps: Sequence[Gap]) -> tuple[list[Gap], list[Gap]]:
    """The gaps without the lines that are most alike to a line of another gap, and a gap for each such pair."""
    gap_of_old = {place: at for at, (before, _after) in enumerate(gaps) for place in before}
    gap_of_new = {place: at for at, (_before, after) in enumerate(gaps) for place in after}
    bags = {place: bag_of_words(old[slice(*place)]) for place in gap_of_old}
    new_bags = {place: bag_of_words(new[slice(*place)]) for place in gap_of_new}
    bags = {place: bag for place, bag in bags.items() if bag.letters >= LEAST_LETTERS_MOVED_AND_CHANGED}
    rated = [
        (alike, before, after)
        for before, after in worth_trying(bags, new_bags)
        if (alike := likeness(bags[before], new_bags[after])) >= ALIKE_THOUGH_MOVED
    ]
    taken: set[Place] = set()
    come: set[Place] = set()
    apart: list[Gap] = []
    for _alike, before, after in sorted(rated, key=lambda pair: (-pair[0], pair[1:])):
        if before not in taken and after not in come:
            taken.add(before)
            come.add(after)
            if gap_of_old[before] != gap_of_new[after]:
                apart.append(([before], [after]))
    away = {before[0] for before, _after in apart}
    here = {after[0] for _before, after in apart}
    return [
        ([place for place in before if place not in away], [place for place in after if place not in here])
        for before, after in gaps
    ], apart


def _runs(old: str, new: str, pairs: Sequence[tuple[Place, Place]]) -> list[Same]:
    """Pairs of equal places as runs, joined where they follow each other in both texts with nothing or white space between."""
    runs: list[Same] = []
    for (start, end), (new_start, _new_end) in sorted(pairs):
        if runs:
            last = runs[-1]
            space = start - last.old - last.length
            if (
                space == new_start - last.new - last.length
                and space in {0, 1}
                and old[start - space : start].isspace() == new[new_start - space : new_start].isspace() == bool(space)
            ):
                runs[-1] = last._replace(length=end - last.old)
                continue
        runs.append(Same(start, new_start, end - start))
    return runs


def _in_order(old: str, new: str, kept: list[Same], moved: list[Same]) -> Matches:
    """Both kinds of runs; one that was taken for moved but stands in order (a short line among long changes) is kept."""
    elsewhere: list[Same] = []
    for run in moved:
        at = bisect_left(kept, run)
        if (at and kept[at - 1].new + kept[at - 1].length > run.new) or (at < len(kept) and run.new > kept[at].new):
            elsewhere.append(run)
        else:
            kept.insert(at, run)
    places = [((run.old, run.old + run.length), (run.new, run.new + run.length)) for run in kept]
    return Matches(_runs(old, new, places), elsewhere)


def word_pieces(old: str, new: str) -> list[Piece]:
    """What became of `old` on the way to `new`, word by word: the same and deleted pieces together are `old`, the same and
    inserted ones `new`, to the last character."""
    pieces: list[Piece] = []
    old_at = new_at = 0
    for run in [*matches_between(old, new).kept, Same(len(old), len(new), 0)]:
        deleted, inserted = old[old_at : run.old], new[new_at : run.new]
        # The space before and after what was changed is the same in both, so it is no part of the change.
        before = _shared_space(deleted, inserted)
        _add(pieces, "same", deleted[:before])
        deleted, inserted = deleted[before:], inserted[before:]
        behind = _shared_space(deleted[::-1], inserted[::-1])
        _add(pieces, "deleted", deleted[: len(deleted) - behind])
        _add(pieces, "inserted", inserted[: len(inserted) - behind])
        _add(pieces, "same", deleted[len(deleted) - behind :])
        old_at, new_at = run.old + run.length, run.new + run.length
        _add_run(pieces, old[run.old : old_at], new[run.new : new_at])
    return pieces


def _shared_space(first: str, second: str) -> int:
    """How much white space two texts both begin with."""
    spaces = 0
    while first[spaces : spaces + 1].isspace() and first[spaces] == second[spaces : spaces + 1]:
        spaces += 1
    return spaces


def _add_run(pieces: list[Piece], old: str, new: str) -> None:
    at = 0
    while old != new and at < len(old):
        # Only white space can differ: a line end for a space.
        same = at
        while same < len(old) and old[same] == new[same]:
            same += 1
        _add(pieces, "same", old[at:same])
        _add(pieces, "deleted", old[same : same + 1])
        _add(pieces, "inserted", new[same : same + 1])
        at = same + 1
    _add(pieces, "same", old[at:])


def _add(pieces: list[Piece], kind: Literal["same", "deleted", "inserted"], text: str) -> None:
    if text and pieces and pieces[-1].kind == kind:
        pieces[-1] = Piece(kind, pieces[-1].text + text)
    elif text:
        pieces.append(Piece(kind, text))


# --- pairing what is alike ------------------------------------------------------------------------------------------------


def paired(
    old: Sequence[str], new: Sequence[str], old_words: Sequence[str], new_words: Sequence[str]
) -> list[tuple[int | None, int | None]]:
    """The places of two lists in the order of both, each once: (at, at) for equal entries and, between those, for entries whose
    words are alike; (at, None) for what went and then (None, at) for what came. The last two lists say what is read of each."""
    fixed: list[tuple[int, int]] = []
    old_at = new_at = 0
    # A short equal entry does not keep long ones apart that changed places with it.
    for run in [
        *_without_chance(matching_runs(old, new), _end_to_end(old_words), _end_to_end(new_words)),
        Same(len(old), len(new), 0),
    ]:
        fixed += _alike(
            {at: (old[at], bag_of_words(old_words[at])) for at in range(old_at, run.old)},
            {at: (new[at], bag_of_words(new_words[at])) for at in range(new_at, run.new)},
        )
        old_at, new_at = run.old + run.length, run.new + run.length
        fixed += zip(range(run.old, old_at), range(run.new, new_at), strict=True)
    pairs: list[tuple[int | None, int | None]] = []
    old_at = new_at = 0
    for before, after in [*fixed, (len(old), len(new))]:
        pairs += [(at, None) for at in range(old_at, before)]
        pairs += [(None, at) for at in range(new_at, after)]
        pairs.append((before, after))
        old_at, new_at = before + 1, after + 1
    return pairs[:-1]


def _end_to_end(texts: Sequence[str]) -> list[Place]:
    ends = list(accumulate(len(text) for text in texts))
    return list(pairwise([0, *ends]))


def _alike(old: Mapping[int, tuple[str, Bag]], new: Mapping[int, tuple[str, Bag]]) -> list[tuple[int, int]]:
    """The row of pairs, rising in both, that shares most; only pairs that are equal or alike."""
    new_places: dict[str, list[int]] = {}
    for at, (entry, _bag) in new.items():
        new_places.setdefault(entry, []).append(at)
    # Entries that stand many times would make too many pairs, and say little.
    rated = {
        (before, after): 1.0 + bag.letters
        for before, (entry, bag) in old.items()
        for after in new_places.get(entry, ())[:MOST_PLACES_OF_A_WORD]
    }
    old_bags, new_bags = {at: bag for at, (_entry, bag) in old.items()}, {at: bag for at, (_entry, bag) in new.items()}
    for before, after in worth_trying(old_bags, new_bags):
        alike = likeness(old_bags[before], new_bags[after])
        if alike >= ALIKE and (before, after) not in rated:
            # Squared, because one pair that is nearly equal says more than two that are half alike.
            rated[before, after] = alike * alike * shared_letters(old_bags[before], new_bags[after])
    return _best_row(rated)


class _Row(NamedTuple):
    """A row of pairs: what it is worth, its last pair, and the row before that."""

    worth: float
    pair: tuple[int, int]
    before: "_Row | None"


def _best_row(rated: Mapping[tuple[int, int], float]) -> list[tuple[int, int]]:
    """Of rated pairs the row that is worth most and rises in both places."""
    # Rows by the second place of their last pair; only those that are worth more than all that end before them.
    ends: list[int] = []
    rows: list[_Row] = []
    for _first, pairs in groupby(sorted(rated), key=lambda pair: pair[0]):
        # Only rows of earlier first places may be continued, so this place's own are taken in afterwards.
        longer: list[_Row] = []
        for pair in pairs:
            at = bisect_left(ends, pair[1])
            before = rows[at - 1] if at else None
            longer.append(_Row(rated[pair] + (before.worth if before else 0.0), pair, before))
        for row in longer:
            at = bisect_left(ends, row.pair[1])
            if (at and rows[at - 1].worth >= row.worth) or (
                ends[at : at + 1] == [row.pair[1]] and rows[at].worth >= row.worth
            ):
                continue
            end = at
            while end < len(rows) and rows[end].worth <= row.worth:
                end += 1
            ends[at:end] = [row.pair[1]]
            rows[at:end] = [row]
    best: list[tuple[int, int]] = []
    row = rows[-1] if rows else None
    while row:
        best.append(row.pair)
        row = row.before
    return best[::-1]


# --- two versions of a section --------------------------------------------------------------------------------------------

SHORT = 80


@dataclass(frozen=True, slots=True)
class ParagraphChange:
    """One paragraph in the old version, the new one, or both.

    "changed" with pieces that are all "same" (or none): the words are as they were, but emphasis, a link address or the like is
    not. `moved`: an equal paragraph was removed or added elsewhere.
    """

    kind: Literal["same", "changed", "added", "removed"]
    old: Paragraph | None
    new: Paragraph | None
    pieces: list[Piece]
    moved: bool = False


@dataclass(frozen=True, slots=True)
class WordChange:
    """One change as it can be told in words: what was there and what is there now, without white space around.

    "restyled": the words stayed, but not how they are marked (emphasis, link address, kind of paragraph).
    """

    verb: Literal["added", "removed", "replaced", "restyled"]
    was: str
    now: str


def compare(old_markdown: str, new_markdown: str) -> list[ParagraphChange]:
    """Both versions of a section as one list: the old paragraphs in their order and the new ones in theirs, each exactly once.

    Paragraphs that look the same are paired first, then, between those, ones whose words are alike (`ALIKE`), and short ones that
    stand alone against each other.
    """
    old, new = paragraphs_of(old_markdown), paragraphs_of(new_markdown)
    pairs = _with_lone_pairs(
        old,
        new,
        paired(
            [_look(paragraph) for paragraph in old],
            [_look(paragraph) for paragraph in new],
            [paragraph.text for paragraph in old],
            [paragraph.text for paragraph in new],
        ),
    )
    gone = {old[before].shown for before, after in pairs if before is not None and after is None}
    come = {new[after].shown for before, after in pairs if after is not None and before is None}
    elsewhere = gone & come
    changes: list[ParagraphChange] = []
    for before, after in pairs:
        was, now = None if before is None else old[before], None if after is None else new[after]
        if was is None or now is None:
            kind: Literal["added", "removed"] = "added" if was is None else "removed"
            paragraph = now or was
            piece = Piece("inserted" if was is None else "deleted", paragraph.text)
            moved = bool(paragraph.text) and paragraph.shown in elsewhere
            changes.append(ParagraphChange(kind, was, now, [piece] if paragraph.text else [], moved))
        elif was.shown == now.shown:
            changes.append(ParagraphChange("same", was, now, []))
        else:
            changes.append(ParagraphChange("changed", was, now, word_pieces(was.text, now.text)))
    return changes


def _look(paragraph: Paragraph) -> str:
    return "\0\0".join(paragraph.shown)


def _with_lone_pairs(
    old: Sequence[Paragraph], new: Sequence[Paragraph], pairs: Sequence[tuple[int | None, int | None]]
) -> list[tuple[int | None, int | None]]:
    """The pairs, where a short paragraph went and one of its kind came next: they are a pair too ("Aims", now "Goals")."""
    joined: list[tuple[int | None, int | None]] = []
    for before, after in pairs:
        if before is None and joined and joined[-1][1] is None and (len(joined) == 1 or joined[-2][1] is not None):
            was, now = old[joined[-1][0]], new[after]
            if was.kind == now.kind and max(len(was.text), len(now.text)) <= SHORT:
                joined[-1] = (joined[-1][0], after)
                continue
        joined.append((before, after))
    return joined


def in_words(changes: Sequence[ParagraphChange]) -> list[list[WordChange]]:
    """For each change, what a reader who does not see colours is told; an empty list where nothing changed."""
    return [_told(change) for change in changes]


def _told(change: ParagraphChange) -> list[WordChange]:
    told: list[WordChange] = []
    was = now = ""
    # The last piece is only there to end a change.
    for piece in [*change.pieces, Piece("same", "")]:
        if piece.kind == "deleted":
            was += piece.text
        elif piece.kind == "inserted":
            now += piece.text
        else:
            was, now = was.strip(), now.strip()
            if was or now:
                told.append(WordChange("replaced" if was and now else "removed" if was else "added", was, now))
            was = now = ""
    if change.kind == "changed" and not told:
        told.append(WordChange("restyled", change.old.text, change.new.text))
    return told
