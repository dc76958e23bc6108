"""Counting who has been heard against the register, once every few minutes for everybody.

What is kept are the counts as they may be told (`commons.people.reports.bands`), and no exact one that is not public anyway.
The replies to the census are told as the census tells them: exactly, with small counts hidden."""

import datetime as dt
from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from census.models import Wave
from census.reports import Coverage, coverage_of
from commons.caching import kept
from commons.people.models import Door, Organisation, Ownership, Region, Sector
from commons.people.reports.bands import Step, holds_together, ladder_for, share, stepped
from commons.people.reports.heard import Strand, Voices, strands, voices_of

COUNTED_FOR = 10 * 60
"""Seconds for which what was counted is told to everybody."""
KEPT_AS = "heard:1"
ALL, CENSUS, SECTIONS = "all", "census", "comments"
NOTHING, ANY = "", "any"

DIMENSIONS = {"sector": Sector, "region": Region, "ownership": Ownership}
LEFT_OUT = [
    (NOTHING, gettext_lazy("Nothing")),
    (ANY, gettext_lazy("Whatever came by a link that was handed on")),
    *[(kind.value, kind.label) for kind in Door.Kind],
]
COLOURS = (5, 10, 25, 50)
"""The shares at which a tile of the map gets another colour."""
MANY = 10_000_000
"""More than anybody will ever count."""


def threshold_now() -> int:
    """The fewest co-ops that a published count may stand for: the newest wave's own; before the first, what a wave begins
    with."""
    wave = Wave.objects.opened_by(timezone.now()).first()
    return wave.threshold if wave is not None else Wave._meta.get_field("threshold").default


@dataclass(frozen=True)
class Group:
    """One kind of co-op, or one place. What a loom or a map asks: `percent` is how far to draw, and it may reach to `to_percent`;
    `said` is the share in words and `counted` the count. It is coarse where a map has no colour for it."""

    code: str
    label: str
    eligible: int
    answered: int | None = None
    percent: int | None = None
    to_percent: int | None = None
    said: str = ""
    counted: str = ""
    is_coarse: bool = False

    @property
    def suppressed(self) -> bool:
        return self.percent is None


@dataclass(frozen=True)
class Told:
    """What is told of one strand, or of all together. `voices` and `co_ops` are None where they are hidden."""

    voices: Step | None
    co_ops: Step | None
    groups: dict[str, list[Group]]


@dataclass(frozen=True)
class SectionTold:
    """What is told of one thread."""

    voices: Step
    co_ops: Step


@dataclass(frozen=True)
class Heard:
    """Everything, as counted at one moment. `told` by what is left out and then by strand; `sections` by what is left out and
    then by the thread of a section."""

    at: dt.datetime
    threshold: int
    register: int
    has_doors: bool
    strands: list[tuple[str, str]]
    told: dict[str, dict[str, Told]]
    sections: dict[str, dict[int, SectionTold]]


def heard() -> Heard:
    """As it was counted last, at most COUNTED_FOR seconds ago."""
    # Labels are kept along, so each language has its own.
    return kept(f"{KEPT_AS}:{get_language()}", count_heard, seconds=COUNTED_FOR)


@dataclass
class _Counts:
    """What was said in one strand, exactly."""

    voices: int = 0
    co_ops: set[int] = field(default_factory=set)
    named: set[int] = field(default_factory=set)
    by_thread: dict[int, list[Any]] = field(default_factory=lambda: defaultdict(lambda: [0, set()]))

    def add(self, said: Voices, is_live: bool) -> None:
        self.voices += said.number
        thread = self.by_thread[said.about] if said.about is not None else [0, set()]
        thread[0] += said.number
        if is_live:
            self.co_ops.add(said.co)
            if said.named:
                self.named.add(said.co)
            thread[1].add(said.co)


def count_heard() -> Heard:
    """Count now: one query for the register, one for the doors, and those of the strands and of the census."""
    wave = Wave.objects.opened_by(timezone.now()).first()
    threshold = wave.threshold if wave is not None else Wave._meta.get_field("threshold").default
    register = _Register(threshold)
    kinds = dict(Door.objects.values_list("pk", "kind"))
    known = strands()
    counted = {strand.name: _by_left_out(voices_of(strand), kinds, register) for strand in known}
    coverage = coverage_of(wave) if wave is not None else None
    telling = _Telling(register, known, coverage, counted)
    return Heard(
        at=timezone.now(),
        threshold=threshold,
        register=register.size,
        has_doors=bool(kinds),
        strands=[(strand.name, str(strand.label)) for strand in known],
        told={left_out: telling.of(left_out) for left_out, _label in LEFT_OUT},
        sections={left_out: telling.sections(left_out) for left_out, _label in LEFT_OUT},
    )


def _by_left_out(said: Iterable[Voices], kinds: Mapping[int, str], register: "_Register") -> dict[str, _Counts]:
    """The same voices, counted with whatever may be left out left out."""
    found = {left_out: _Counts() for left_out, _label in LEFT_OUT}
    for voices in said:
        kind = kinds.get(voices.via)
        is_live = voices.co in register.co_ops
        for left_out, counts in found.items():
            if left_out == NOTHING or kind is None or left_out not in {ANY, kind}:
                counts.add(voices, is_live)
    return found


class _Register:
    """The co-ops that trade, by the groups they are counted in. Groups too small ever to be shown are counted together with
    what was not recorded, as the census does it."""

    def __init__(self, threshold: int) -> None:
        self.threshold = threshold
        rows = list(Organisation.objects.live().values_list("pk", *DIMENSIONS))
        self.size = len(rows)
        self.co_ops = {row[0]: row[1:] for row in rows}
        self.sizes: dict[str, dict[str, int]] = {}
        for at, dimension in enumerate(DIMENSIONS):
            sizes = Counter(row[at + 1] for row in rows)
            small = {code for code, size in sizes.items() if code and size < 2 * threshold}
            kept = {code: size for code, size in sizes.items() if code and code not in small}
            rest = self.size - sum(kept.values())
            ordered = sorted(kept.items(), key=lambda one: -one[1])
            self.sizes[dimension] = dict([*ordered, ("", rest)] if rest else ordered)

    def counted(self, co_ops: Iterable[int], dimension: str) -> Counter[str]:
        at, sizes = list(DIMENSIONS).index(dimension), self.sizes[dimension]
        codes = (self.co_ops[co_op][at] for co_op in co_ops)
        return Counter(code if code in sizes else "" for code in codes)


class _Telling:
    """Turns exact counts into what may be told of them."""

    def __init__(
        self,
        register: _Register,
        known: list[Strand],
        coverage: Coverage | None,
        counted: Mapping[str, Mapping[str, _Counts]],
    ) -> None:
        self.register, self.known, self.coverage, self.counted = register, known, coverage, counted
        self.threshold, self.width = register.threshold, 2 * register.threshold

    def of(self, left_out: str) -> dict[str, Told]:
        return {ALL: self._together(left_out)} | {strand.name: self._strand(strand, left_out) for strand in self.known}

    def sections(self, left_out: str) -> dict[int, SectionTold]:
        """By thread. How many voices a thread holds everybody can count; how many of them came through doors is told
        roughly."""
        whole, part = (self.counted[SECTIONS][one].by_thread for one in (NOTHING, left_out))
        found = {}
        for thread, (voices, _co_ops) in whole.items():
            number, co_ops = part.get(thread, (0, set()))
            found[thread] = SectionTold(
                self._part(number, voices, left_out), stepped(len(co_ops), self.width, (0, self.register.size))
            )
        return found

    def _part(self, part: int, whole: int, left_out: str) -> Step:
        """Of what everybody can count: all of it exactly, a part of it roughly, counted down from all of it."""
        if left_out == NOTHING:
            return Step(whole, whole)
        return stepped(part, self.width, (0, whole), edge=whole + 1)

    def _strand(self, strand: Strand, left_out: str) -> Told:
        counts = self.counted[strand.name][left_out]
        if strand.name == CENSUS:
            return self._census(counts, left_out)
        if strand.is_open:
            voices = self._part(counts.voices, self.counted[strand.name][NOTHING].voices, left_out)
        else:
            voices = stepped(counts.voices, self.width, (0, MANY))
        co_ops = stepped(len(counts.co_ops), self.width, (0, self.register.size))
        return Told(voices, co_ops, self._groups(counts.co_ops, co_ops))

    def _census(self, counts: _Counts, left_out: str) -> Told:
        answered = self.coverage.answered if self.coverage is not None else 0
        if answered is None:
            return Told(None, None, self._groups(set(), None))
        total = self._part(min(len(counts.co_ops), answered), answered, left_out)
        exact = {dimension: self._answered(dimension) for dimension in DIMENSIONS}
        known = {dimension: {code: (0, most) for code, most in exact[dimension].items()} for dimension in DIMENSIONS}
        groups = self._groups(counts.co_ops, total, known)
        if left_out == NOTHING and self.coverage is not None:
            groups |= {"sector": _as_groups(self.coverage.by_sector), "region": _as_groups(self.coverage.by_region)}
        return Told(total, total, groups)

    def _together(self, left_out: str) -> Told:
        """All strands. Everybody knows the exact count of the census, and which co-ops are named where all can read: all together
        are at least the larger of the two, and at most both and those who came to events or withheld their name."""
        whole = {strand.name: self.counted[strand.name][NOTHING] for strand in self.known}
        spoke = set().union(*(counts.named for counts in whole.values()))
        came = set().union(*(counts.co_ops for name, counts in whole.items() if name != CENSUS)) - spoke
        answered = self.coverage.answered if self.coverage is not None else 0
        least, most = len(spoke), self.register.size
        if answered is not None:
            most_came = stepped(len(came), self.width, (0, most)).high if came else 0
            least, most = max(least, answered), min(most, answered + least + most_came)
        least = min(least, most)
        co_ops = set().union(*(self.counted[strand.name][left_out].co_ops for strand in self.known))
        # With something left out they may be fewer than the least, but the edges stay where they are.
        total = stepped(len(co_ops), self.width, (least if left_out == NOTHING else 0, most), edge=least)
        known = {dimension: self._known(dimension, spoke, came) for dimension in DIMENSIONS}
        return Told(None, total, self._groups(co_ops, total, known, left_out))

    def _known(self, dimension: str, spoke: set[int], came: set[int]) -> dict[str, tuple[int, int]]:
        """The same for each group."""
        exact = self._answered(dimension)
        said, there = (self.register.counted(co_ops, dimension) for co_ops in (spoke, came))
        known = {}
        for code, size in self.register.sizes[dimension].items():
            most = size
            if code in exact:
                told = share(there[code], size, ladder_for(size, self.threshold, (0, size)), (0, size))
                most_came = 0 if not came else size if told is None else told.high
                most = min(size, exact[code] + said[code] + most_came)
            known[code] = (min(most, max(said[code], exact.get(code, 0))), most)
        return known

    def _answered(self, dimension: str) -> dict[str, int]:
        """The counts of the census that are printed exactly, by group."""
        if self.coverage is None or dimension == "ownership":
            return {}
        bands = self.coverage.by_sector if dimension == "sector" else self.coverage.by_region
        exact = {"" if band.code == "unknown" else band.code: band.answered for band in bands if not band.suppressed}
        sizes = self.register.sizes[dimension]
        return {code: min(answered, sizes[code]) for code, answered in exact.items() if code in sizes}

    def _groups(
        self,
        co_ops: set[int],
        total: Step | None,
        known: Mapping[str, Mapping[str, tuple[int, int]]] | None = None,
        left_out: str = NOTHING,
    ) -> dict[str, list[Group]]:
        """Every dimension. One whose groups and total would tell too much of each other is hidden as a whole. Without a total
        nothing is told."""
        found = {}
        for dimension, sizes in self.register.sizes.items():
            counts = self.register.counted(co_ops, dimension)
            steps: dict[str, Step | None] = {}
            for code, size in sizes.items():
                least, most = (known or {}).get(dimension, {}).get(code, (0, size))
                ladder = ladder_for(size, self.threshold, (least, most), (0, most)) if total is not None else ()
                steps[code] = share(counts[code], size, ladder, (0 if left_out else least, most))
            is_safe = total is None or holds_together(
                [step or Step(0, sizes[code]) for code, step in steps.items()], total, self.threshold
            )
            labels = dict(DIMENSIONS[dimension].choices)
            found[dimension] = [
                _group(
                    code,
                    str(labels.get(code, _("Smaller groups, or not recorded"))),
                    size,
                    steps[code] if is_safe else None,
                )
                for code, size in sizes.items()
            ]
        return found


def _as_groups(bands: Iterable[Any]) -> list[Group]:
    """Exact groups of the census."""
    return [
        Group(band.code, band.label, band.eligible or 0)
        if band.suppressed or band.percent is None
        else Group(
            band.code,
            band.label,
            band.eligible,
            answered=band.answered,
            percent=band.percent,
            to_percent=band.percent,
            said=f"{band.percent}%",
        )
        for band in bands
    ]


def _group(code: str, label: str, size: int, step: Step | None) -> Group:
    code = code or "unknown"
    if not step:
        return Group(code, label, size)
    low, high = (100 * count // size for count in (step.low, step.high))
    if low == high:
        said = f"{low}%"
    elif step.low == 0:
        said = _("under %(to)d%%") % {"to": high + 1}
    elif high == 100:
        said = _("%(from)d%% or more") % {"from": low}
    else:
        said = _("%(from)d to %(to)d%%") % {"from": low, "to": high}
    return Group(
        code,
        label,
        size,
        percent=low,
        to_percent=high,
        said=said,
        counted=str(step.low)
        if step.low == step.high
        else _("%(low)d to %(high)d") % {"low": step.low, "high": step.high},
        is_coarse=bisect(COLOURS, low) != bisect(COLOURS, high),
    )
