"""Finds the words a comment is tied to, in the text they were quoted from and in every later version of it.

A quote follows the W3C's Web Annotation model (TextQuoteSelector, https://www.w3.org/TR/annotation-model/): the exact words and a
little of what stood before and after. Places are (start, end) in the canonical text of `panel.paragraphs`, and are only ever
believed together with the words. Pure functions; the module knows no models and no request.

It is never said that words are the same when they are others, or the same words at a place that nobody meant. So an anchor is
"same" in four cases only, and each needs exactly the quoted words:

- they lie where the difference of the two texts leads: in one stretch that both have, or in what replaced their surroundings;
- they were moved, and enough of what stood around them moved along (`ENOUGH_CONTEXT`);
- they are telling (`TELLING`) and stand in what took the place of their surroundings, if that is not too long;
- they are so long (`DISTINCT`) that they cannot be by chance, and came to one other place only.

Words that stood in the old text already, at another place, are never taken for the moved ones. "changed" means that at least
`GOOD_PART` of the quoted words, by their letters, are in the passage that took their place, or that what stands in their place is
spelt much like them (`SPELT_ALIKE`).
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice
from math import ceil
from typing import Literal, NamedTuple

from panel.comparing import (
    Bag,
    Same,
    bag_of_words,
    letters_in,
    matches_between,
    matching_runs,
    shared_letters,
    word_pattern,
    words_of,
)
from panel.paragraphs import plain, sentences_of

CONTEXT = 40


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of a text, with up to `CONTEXT` characters before and after them. They may come from a browser: white space and
    Unicode forms need not be canonical."""

    exact: str
    prefix: str = ""
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What became of quoted words in a new text: where they or their replacement stand, and what stands there. Gone: nowhere."""

    state: Literal["same", "changed", "gone"]
    start: int | None
    end: int | None
    words: str


GONE = Found("gone", None, None, "")


def quote_at(text: str, start: int, end: int) -> Quote:
    """The words at a place in a canonical text, less white space at their ends. Raises ValueError if there are none."""
    if not 0 <= start <= end <= len(text):
        raise ValueError(f"({start}, {end}) is no place in a text of {len(text)} characters")
    start, end = _trimmed(text, start, end)
    if start == end:
        raise ValueError(f"no words stand at {start}")
    return Quote(text[start:end], text[max(start - CONTEXT, 0) : start], text[end : end + CONTEXT])


def find(text: str, quote: Quote, near: int | None = None) -> tuple[int, int] | None:
    """Where the quoted words stand in a canonical text, or None if they do not.

    White space and Unicode forms may differ. Words are not found inside longer words ("the" in "other"), unless the quote's own
    context says that it was cut out of one. Of several places the one with most of the context around it, then the nearest to
    `near`, then the first.
    """
    searched = _Searched(text)
    words = _Words.of(quote)
    places = [(searched.context(words, start), start) for start in searched.places_of(words)]
    if not places:
        return None
    _context, start = min(places, key=lambda place: (-place[0], abs(place[1] - (near or 0)), place[1]))
    return start, start + len(words.exact)


def find_surely(text: str, quote: Quote) -> tuple[int, int] | None:
    """Like `find`, but None also where these may be other words than those that were quoted: for whoever is about to change them.

    Sure is the one place with `ENOUGH_CONTEXT` around it, or with all the context there is; and the only place of words that are
    `DISTINCT`, or `TELLING` with a little of their context.
    """
    searched = _Searched(text)
    words = _Words.of(quote)
    rated = sorted(((searched.context(words, start), start) for start in searched.places_of(words)), reverse=True)
    if not rated or (len(rated) > 1 and rated[0][0] == rated[1][0]):
        return None
    context, start = rated[0]
    letters = sum(map(str.isalnum, words.exact))
    if context < min(ENOUGH_CONTEXT, len(words.before) + len(words.after)):
        is_telling = letters >= DISTINCT or (letters >= TELLING and context >= A_LITTLE_CONTEXT)
        if len(rated) > 1 or not is_telling:
            return None
    return start, start + len(words.exact)


# --- searching ------------------------------------------------------------------------------------------------------------


SPACE = re.compile(r"\s+")
NEXT_TO_IT = 12
# Enough characters to see that a word goes on: a letter, or a sign and a letter, each with a few accents.
REACH = 6


class _Words(NamedTuple):
    """A quote as it is searched for: in canonical form, with spaces only.

    `before` and `after` are its context without any white space; `just_before` and `just_after` what is next to it, with spaces.
    `cut_before`, `cut_after`: the quote begins or ends inside a word.
    """

    exact: str
    before: str
    after: str
    just_before: str
    just_after: str
    cut_before: bool
    cut_after: bool

    @classmethod
    def of(cls, quote: Quote) -> "_Words":
        exact = plain(quote.exact)
        before, after = unicodedata.normalize("NFC", quote.prefix), unicodedata.normalize("NFC", quote.suffix)
        return cls(
            exact,
            "".join(before.split()),
            "".join(after.split()),
            SPACE.sub(" ", before)[-NEXT_TO_IT:],
            SPACE.sub(" ", after)[:NEXT_TO_IT],
            _in_one_word(before, exact) and not quote.exact[:1].isspace(),
            _in_one_word(exact, after) and not quote.exact[-1:].isspace(),
        )


def _in_one_word(before: str, after: str) -> bool:
    """Whether the end of one text and the beginning of the next are one word, as "loan" and "s" or "fund" and "-raising" are."""
    before, after = before[-REACH:], after[:REACH]
    if not before or not after or before[-1].isspace() or after[0].isspace():
        return False
    return any(word.start() < len(before) < word.end() for word in word_pattern().finditer(before + after))


class _Searched:
    """A canonical text to search in."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.spaced = text.replace("\n", " ")

    def places_of(self, words: _Words, start: int = 0, end: int | None = None) -> Iterator[int]:
        """Where the exact words begin, inside one stretch of the text."""
        end = len(self.text) if end is None else end
        at = self.spaced.find(words.exact, start, end) if words.exact else -1
        while at >= 0:
            if self.whole(words, at):
                yield at
            at = self.spaced.find(words.exact, at + 1, end)

    def places_in_context(self, words: _Words) -> list[int]:
        """Where the exact words begin with what was just before or just behind them."""
        places: list[int] = []
        for before, after in ((words.just_before, ""), ("", words.just_after)):
            if len(before + after) < NEXT_TO_IT:
                continue
            at = self.spaced.find(before + words.exact + after)
            while at >= 0 and len(places) < 2 * MOST_PLACES:
                if self.whole(words, at + len(before)):
                    places.append(at + len(before))
                at = self.spaced.find(before + words.exact + after, at + 1)
        return list(dict.fromkeys(places))

    def whole(self, words: _Words, at: int) -> bool:
        """Whether the words that begin there cut no word that they did not cut where they were quoted."""
        end = at + len(words.exact)
        return (words.cut_before or not _in_one_word(self.text[max(at - REACH, 0) : at], words.exact)) and (
            words.cut_after or not _in_one_word(words.exact, self.text[end : end + REACH])
        )

    def context(self, words: _Words, at: int) -> int:
        """How many characters of context, white space not counted, stand around the words where they were quoted."""
        end = at + len(words.exact)
        # The context has up to CONTEXT characters, and in canonical text at most every second one is white space.
        before = "".join(self.text[max(at - 2 * CONTEXT, 0) : at].split())
        after = "".join(self.text[end : end + 2 * CONTEXT].split())
        return _alike_from_start(before[::-1], words.before[::-1]) + _alike_from_start(after, words.after)


def _alike_from_start(first: str, second: str) -> int:
    shorter = min(len(first), len(second))
    if first[:shorter] == second[:shorter]:
        return shorter
    return next(at for at in range(shorter) if first[at] != second[at])


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    words = text[start:end]
    return start + len(words) - len(words.lstrip()) if words.strip() else start, start + len(words.rstrip())


# --- from one version to the next -----------------------------------------------------------------------------------------

GOOD_PART = 0.4
ENOUGH_CONTEXT = 24
A_LITTLE_CONTEXT = 8
TELLING = 12
DISTINCT = 24
SPELT_ALIKE = 0.6
MOST_WORDS_IN_ANY_ORDER = 40
LEAST_LETTERS_OF_A_TELLING_WORD = 4
MOST_WORDS_TO_LOOK_THROUGH = 300
MOST_WORDS_TO_COUNT_THROUGH = 12
MOST_PLACES = 50
MOST_PLACES_OF_A_WORD = 8


def find_again(quotes: Sequence[tuple[Quote, tuple[int, int] | None]], old_text: str, new_text: str) -> list[Found]:
    """What became of each quote, given its place in the old text (None: it was gone there already). Both texts are canonical.

    The texts are compared once for all quotes. A quote that was changed is still looked for in its own words, so that it is
    "same" again when they come back. Raises ValueError for a place outside the old text.
    """
    comparison = _Comparison(old_text, new_text)
    return [comparison.found(quote, place) for quote, place in quotes]


class _Comparison:
    """The difference of two texts, and how one quote after the other comes through it."""

    def __init__(self, old_text: str, new_text: str) -> None:
        self.old = _Searched(old_text)
        self.new = _Searched(new_text)
        matches = matches_between(old_text, new_text, find_moves=True)
        self.kept = _Runs(matches.kept)
        self.moved = _Runs(matches.moved)
        self.came = _Came([*matches.kept, *matches.moved])
        self.moved_here = _Came(matches.moved)
        self.old_words, self.new_words = _Worded(old_text), _Worded(new_text)
        self.letters = [0, *accumulate(map(str.isalnum, old_text))]
        self.letters_kept = [0] * (len(old_text) + 1)
        for run in matches.kept:
            self.letters_kept[run.old + 1 : run.old + run.length + 1] = map(
                str.isalnum, old_text[run.old : run.old + run.length]
            )
        self.letters_kept = list(accumulate(self.letters_kept))
        self.numbers: dict[str, list[int]] = {}
        for number, word in enumerate(self.new_words.words):
            self.numbers.setdefault(word, []).append(number)

    def found(self, quote: Quote, place: tuple[int, int] | None) -> Found:
        """The answer for one quote; see `find_again`."""
        if place is not None and not 0 <= place[0] <= place[1] <= len(self.old.text):
            raise ValueError(f"{place} is no place in a text of {len(self.old.text)} characters")
        words = _Words.of(quote)
        start, end = _trimmed(self.old.text, *place) if place else (0, 0)
        if start == end or not words.exact:
            return self._came_back(words, None) or GONE
        carried = self.kept.carried(start, end) or self.moved.carried(start, end)
        passages = [carried] if carried else [self._what_stayed(start, end), self._what_moved(start, end)]
        for passage in passages:
            if passage and self._are(words, passage):
                return self._answer("same", passage)
        zone = self.kept.zone(start, end, len(self.new.text))
        if again := self._came_back(words, zone):
            return again
        if carried:
            # It was changed before, and what took its place has stayed.
            return self._answer("changed", carried)
        for passage in self._what_became(words, start, end, zone):
            # If these are the quoted words after all, they were not to be trusted as such.
            if not self._are(words, passage):
                return self._answer("changed", passage)
        return GONE

    def _answer(self, state: Literal["same", "changed"], passage: tuple[int, int]) -> Found:
        start, end = _trimmed(self.new.text, *passage)
        return Found(state, start, end, self.new.text[start:end])

    def _are(self, words: _Words, passage: tuple[int, int]) -> bool:
        return self.new.spaced[slice(*passage)] == words.exact and self.new.whole(words, passage[0])

    # --- the exact words ---

    def _came_back(self, words: _Words, zone: tuple[int, int] | None) -> Found | None:
        """The exact words, if they came to a place where they did not stand in the old text and are surely meant."""
        letters = sum(map(str.isalnum, words.exact))
        places = self._new_places(words, letters)
        near = zone[0] if zone else 0
        # The best is the last: most context, then nearest.
        rated = sorted((self.new.context(words, at), -abs(at - near), at) for at in places)
        inside = [at for _context, _nearness, at in rated if zone and zone[0] <= at < zone[1]]
        if rated and rated[-1][0] >= ENOUGH_CONTEXT:
            sure = rated[-1][-1]
        elif inside and letters >= TELLING and len(self.new_words.between(*zone)) <= MOST_WORDS_TO_LOOK_THROUGH:
            sure = inside[-1]
        elif letters >= DISTINCT and len(places) == 1:
            sure = places[0]
        else:
            return None
        return self._answer("same", (sure, sure + len(words.exact)))

    def _new_places(self, words: _Words, letters: int) -> list[int]:
        """Where the exact words stand now and did not stand before; short ones only where a part of their context stands too."""
        length = len(words.exact)
        places = self.new.places_of(words) if letters >= TELLING else self.new.places_in_context(words)
        return [at for at in islice(places, MOST_PLACES) if not self.came.have(at, at + length)]

    # --- what became of other words ---

    def _what_became(self, words: _Words, start: int, end: int, zone: tuple[int, int]) -> Iterator[tuple[int, int]]:
        """The passages that have a good part of the quoted words, the likeliest first."""
        unchanged = self.old.spaced[start:end] == words.exact
        enough = GOOD_PART * (self.letters[end] - self.letters[start])
        for passage, stayed in (
            (self._what_stayed(start, end), self.letters_kept[end] - self.letters_kept[start]),
            (self._what_moved(start, end), self._letters_moved(start, end)),
        ):
            # Words that were changed before must be asked for themselves: it does not help that what replaced them has stayed.
            if passage and stayed and (stayed >= enough if unchanged else self._has_good_part(words, passage)):
                yield passage
        wanted = bag_of_words(words.exact)
        passage = self._most_alike(words, wanted, zone)
        if passage:
            shared = shared_letters(wanted, bag_of_words(self.new.text[slice(*passage)]))
            if shared >= GOOD_PART * wanted.letters:
                yield passage
        for passage in (self._what_stayed(start, end), self._instead(start, end, zone)):
            if passage and _spelt_alike(words.exact, self.new.spaced[slice(*passage)]):
                yield passage

    def _has_good_part(self, words: _Words, passage: tuple[int, int]) -> bool:
        """Whether a passage has a good part of the quoted words, in their order."""
        was, now = words_of(words.exact.casefold()), words_of(self.new.text[slice(*passage)].casefold())
        stayed = sum(
            letters_in(word) for run in matching_runs(was, now) for word in was[run.old : run.old + run.length]
        )
        return 0 < sum(map(letters_in, was)) * GOOD_PART <= stayed

    def _letters_moved(self, start: int, end: int) -> int:
        return sum(
            self.letters[min(end, run.old + run.length)] - self.letters[max(start, run.old)]
            for run in (self.moved.runs[number] for number in self.moved.overlapping(start, end))
        )

    def _what_stayed(self, start: int, end: int) -> tuple[int, int] | None:
        """The passage from the first to the last word that stayed in order, with what replaced those before and behind."""
        overlapping = self.kept.overlapping(start, end)
        # A full stop that both texts have says nothing about where the words before it went.
        while overlapping and not self._has_letters(self.kept.runs[overlapping[0]]):
            overlapping = overlapping[1:]
        while overlapping and not self._has_letters(self.kept.runs[overlapping[-1]]):
            overlapping = overlapping[:-1]
        if not overlapping:
            return None
        first, last = self.kept.runs[overlapping[0]], self.kept.runs[overlapping[-1]]
        begins_in, ends_in = first.old <= start, end <= last.old + last.length
        return (
            first.new + start - first.old if begins_in else self._head(overlapping[0], start),
            last.new + end - last.old if ends_in else self._tail(overlapping[-1], end),
        )

    def _has_letters(self, run: Same) -> bool:
        return self.letters[run.old + run.length] > self.letters[run.old]

    def _head(self, number: int, start: int) -> int:
        """Where the passage begins whose first words, from `start` to the run of this number, were replaced."""
        run = self.kept.runs[number]
        before = self.kept.runs[number - 1] if number else Same(0, 0, 0)
        old_from, new_from = before.old + before.length, before.new + before.length
        new_from = max(new_from, self.moved_here.last_end_before(run.new))
        if self.old_words.sentence_at(start) == self.old_words.sentence_at(run.old):
            old_from = max(old_from, self.old_words.sentence_at(run.old)[0])
            new_from = max(new_from, self.new_words.sentence_at(run.new)[0])
        replaced = self.old_words.between(old_from, run.old)
        quoted = self.old_words.between(max(start, old_from), run.old)
        instead = self.new_words.between(new_from, run.new)
        taken = ceil(len(instead) * len(quoted) / max(len(replaced), 1))
        return self.new_words.starts[instead[-taken]] if taken else run.new

    def _tail(self, number: int, end: int) -> int:
        """Where the passage ends whose last words, from the run of this number to `end`, were replaced."""
        run = self.kept.runs[number]
        after = self.kept.runs[number + 1] if number + 1 < len(self.kept.runs) else None
        old_from, new_from = run.old + run.length, run.new + run.length
        old_to, new_to = after[:2] if after else (len(self.old.text), len(self.new.text))
        new_to = min(new_to, self.moved_here.first_start_from(new_from, new_to))
        if self.old_words.sentence_at(end - 1) == self.old_words.sentence_at(old_from - 1):
            old_to = min(old_to, self.old_words.sentence_at(old_from - 1)[1])
            new_to = min(new_to, self.new_words.sentence_at(new_from - 1)[1])
        replaced = self.old_words.between(old_from, old_to)
        quoted = self.old_words.between(old_from, min(end, old_to))
        instead = self.new_words.between(new_from, new_to)
        taken = ceil(len(instead) * len(quoted) / max(len(replaced), 1))
        return self.new_words.ends[instead[taken - 1]] if taken else new_from

    def _what_moved(self, start: int, end: int) -> tuple[int, int] | None:
        """The passage around the words that were moved; if they went far apart, around the longest stretch of them."""
        runs = [self.moved.runs[number] for number in self.moved.overlapping(start, end)]
        pieces = [(run.new + max(start - run.old, 0), run.new + min(end - run.old, run.length)) for run in runs]
        if not pieces:
            return None
        around = min(piece[0] for piece in pieces), max(piece[1] for piece in pieces)
        if around[1] - around[0] <= 2 * (end - start):
            return around
        return max(pieces, key=lambda piece: piece[1] - piece[0])

    def _most_alike(self, words: _Words, wanted: Bag, zone: tuple[int, int]) -> tuple[int, int] | None:
        """The passage in the zone that has most of the words, in any order, if it is not much longer than they are."""
        if wanted.letters < TELLING or len(wanted.counts) > MOST_WORDS_IN_ANY_ORDER:
            return None
        inside = self.new_words.between(*zone)
        if len(inside) > MOST_WORDS_TO_LOOK_THROUGH:
            return None
        hits: list[int] = []
        for word in wanted.counts:
            if len(word) < LEAST_LETTERS_OF_A_TELLING_WORD:
                continue
            numbers = self.numbers.get(word, [])
            first, end = bisect_left(numbers, inside.start), bisect_left(numbers, inside.stop)
            # A word that is everywhere tells nothing about the place.
            if end - first <= MOST_PLACES_OF_A_WORD:
                hits += numbers[first:end]
        hits.sort()
        widest = 2 * len(words_of(words.exact))
        best, best_letters, first, letters = None, 0, 0, 0
        for last, number in enumerate(hits):
            letters += len(self.new_words.words[number])
            while number - hits[first] >= widest:
                letters -= len(self.new_words.words[hits[first]])
                first += 1
            # One word alone is no passage.
            if letters > best_letters and last > first:
                best, best_letters = (hits[first], hits[last]), letters
        return best and (self.new_words.starts[best[0]], self.new_words.ends[best[1]])

    def _instead(self, start: int, end: int, zone: tuple[int, int]) -> tuple[int, int] | None:
        """The words in the zone that stand, counted through, where the quoted ones stood among those that were replaced."""
        if self.kept.overlapping(start, end):
            return None
        old_from, old_to = self.kept.around(start, end, len(self.old.text))
        replaced, quoted = self.old_words.between(old_from, old_to), self.old_words.between(start, end)
        instead = self.new_words.between(*zone)
        if max(len(replaced), len(instead)) > MOST_WORDS_TO_COUNT_THROUGH:
            return None
        first = len(instead) * (quoted.start - replaced.start) // len(replaced)
        last = ceil(len(instead) * (quoted.stop - replaced.start) / len(replaced))
        if first == last:
            return None
        return self.new_words.starts[instead[first]], self.new_words.ends[instead[last - 1]]


class _Runs:
    """Runs in the order of the old text, and which of them a place is in."""

    def __init__(self, runs: Sequence[Same]) -> None:
        self.runs = runs
        self.starts = [run.old for run in runs]

    def carried(self, start: int, end: int) -> tuple[int, int] | None:
        """Where a passage stands now that lies in one run."""
        number = bisect_right(self.starts, start) - 1
        if number < 0 or end > self.runs[number].old + self.runs[number].length:
            return None
        shift = self.runs[number].new - self.runs[number].old
        return start + shift, end + shift

    def overlapping(self, start: int, end: int) -> range:
        """The numbers of the runs that have something of a passage."""
        first = bisect_right(self.starts, start) - 1
        if first < 0 or self.runs[first].old + self.runs[first].length <= start:
            first += 1
        return range(first, bisect_left(self.starts, end))

    def around(self, start: int, end: int, length: int) -> tuple[int, int]:
        """The stretch of the old text, `length` long, from the run before a passage that has none in it to the run behind."""
        number = bisect_left(self.starts, end)
        before = self.runs[number - 1].old + self.runs[number - 1].length if number else 0
        return before, self.starts[number] if number < len(self.runs) else length

    def zone(self, start: int, end: int, length: int) -> tuple[int, int]:
        """The stretch of the new text, `length` long, in which a passage of the old one or what replaced it must be."""
        before, behind = bisect_right(self.starts, start) - 1, bisect_left(self.starts, end)
        zone_start, zone_end = 0, length
        if before >= 0:
            zone_start = self.runs[before].new + min(start - self.runs[before].old, self.runs[before].length)
        if behind and self.runs[behind - 1].old + self.runs[behind - 1].length >= end:
            zone_end = self.runs[behind - 1].new + end - self.runs[behind - 1].old
        elif behind < len(self.runs):
            zone_end = self.runs[behind].new
        return zone_start, zone_end


class _Came:
    """Runs in the order of the new text, and which of them a place is in."""

    def __init__(self, runs: Sequence[Same]) -> None:
        self.runs = sorted(runs, key=lambda run: run.new)
        self.starts = [run.new for run in self.runs]

    def have(self, start: int, end: int) -> bool:
        """Whether one run has the whole passage."""
        number = bisect_right(self.starts, start) - 1
        return number >= 0 and end <= self.runs[number].new + self.runs[number].length

    def last_end_before(self, place: int) -> int:
        """Where the last run ends that begins before a place; 0 if none does."""
        number = bisect_left(self.starts, place) - 1
        return self.runs[number].new + self.runs[number].length if number >= 0 else 0

    def first_start_from(self, place: int, otherwise: int) -> int:
        """Where the first run begins that begins at a place or behind it."""
        number = bisect_left(self.starts, place)
        return self.starts[number] if number < len(self.starts) else otherwise


class _Worded:
    """A text by its words and sentences."""

    def __init__(self, text: str) -> None:
        words = list(word_pattern().finditer(text))
        self.starts = [word.start() for word in words]
        self.ends = [word.end() for word in words]
        self.words = [word[0].casefold() for word in words]
        self.sentences = [0, *accumulate(len(sentence) for sentence in sentences_of(text))]

    def between(self, start: int, end: int) -> range:
        """The numbers of the words that stand wholly or partly between two places."""
        return range(bisect_right(self.ends, start), bisect_left(self.starts, end))

    def sentence_at(self, place: int) -> tuple[int, int]:
        """The sentence that a place is in."""
        number = bisect_right(self.sentences, place, hi=max(len(self.sentences) - 1, 1))
        return self.sentences[number - 1], self.sentences[min(number, len(self.sentences) - 1)]


def _spelt_alike(was: str, now: str) -> bool:
    """Whether two texts begin and end alike for the most part: "recieve" and "receive", "loan" and "loans"."""
    least = SPELT_ALIKE * max(len(was), len(now))
    if min(len(was), len(now)) < least:
        return False
    was, now = was.casefold(), now.casefold()
    begin = _alike_from_start(was, now)
    rest = min(len(was), len(now)) - begin
    return begin + _alike_from_start(was[::-1][:rest], now[::-1][:rest]) >= least
