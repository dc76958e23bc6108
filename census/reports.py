"""Who has been heard so far: counts of a wave by kind of co-op, by place and by day, and how far each case is.

What the public sees (`coverage_of`) has passed `census.disclosure`; what staff see (`board_of`) has not and says so.
All counts are of organisations. One query gives every stratum, whatever the number of cases.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import BigIntegerField, Count, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from census.disclosure import Cell, Shown, hide_margins
from census.models import Case, Occasion, Reminder, Response, Stratum, Wave
from census.models.cases import CaseQuerySet
from commons.people.models import Region, Sector
from commons.people.reports.heard import register_strand


def with_reply_state(cases: CaseQuerySet) -> CaseQuerySet:
    """Cases with `reply_state`, the state of their live reply (None when nobody has begun), and `sent_at`."""
    live = Response.objects.live().filter(case=OuterRef("pk"))
    return cases.annotate(
        reply_state=Subquery(live.values("state")[:1]), sent_at=Subquery(live.values("submitted_at")[:1])
    )


def reminders_of(wave: Wave) -> list[tuple[str, int]]:
    """The occasions on which organisations are reminded, and how many have been on each. One query."""
    counts = Counter(
        dict(Reminder.objects.filter(case__wave=wave).values_list("occasion").annotate(Count("case", distinct=True)))
    )
    return [(str(occasion.label), counts[occasion.value]) for occasion in reversed(Occasion)]


def refusals_of(wave: Wave) -> int:
    """How many organisations do not wish to answer, and have not answered all the same."""
    return Case.objects.in_wave(wave).refused().count()


@dataclass(frozen=True)
class Band:
    """One row of a coverage table. `answered` and `percent` are None when the count is hidden."""

    code: str
    label: str
    answered: int | None
    eligible: int | None
    suppressed: bool

    @property
    def percent(self) -> int | None:
        return None if self.answered is None or not self.eligible else round(100 * self.answered / self.eligible)


@dataclass(frozen=True)
class Coverage:
    answered: int | None
    eligible: int
    threshold: int
    by_sector: list[Band]
    by_region: list[Band]


def _counted_strata(wave: Wave) -> list[Stratum]:
    asked = Q(cases__status=Case.Status.ELIGIBLE)
    return list(
        Stratum.objects.filter(wave=wave).annotate(
            eligible=Count("cases", filter=asked),
            started=Count("cases__responses", filter=asked & ~Q(cases__responses__state=Response.State.VOID)),
            answered=Count("cases__responses", filter=asked & Q(cases__responses__state=Response.State.SUBMITTED)),
        )
    )


def _margin(strata: Iterable[Stratum], dimension: str) -> dict[str, tuple[int, int]]:
    answered: Counter[str] = Counter()
    eligible: Counter[str] = Counter()
    for stratum in strata:
        answered[getattr(stratum, dimension)] += stratum.answered
        eligible[getattr(stratum, dimension)] += stratum.eligible
    return {code: (answered[code], eligible[code]) for code in eligible}


def _cells(strata: list[Stratum], dimension: str, threshold: int) -> list[Cell]:
    """The groups of one breakdown, the largest first.

    Groups too small ever to be shown are counted together with what was not recorded, at the end. Left on their own they
    would have to be hidden, and larger groups with them, so that nobody can subtract.
    """
    margin: dict[str, tuple[int, int]] = {"": (0, 0)}
    for code, (answered, eligible) in _margin(strata, dimension).items():
        group = code if eligible >= 2 * threshold else ""
        known = margin.get(group, (0, 0))
        margin[group] = (known[0] + answered, known[1] + eligible)
    if not margin[""][1]:
        del margin[""]
    order = sorted(margin, key=lambda code: (not code, -margin[code][1]))
    return [Cell(key=code, count=margin[code][0], eligible=margin[code][1]) for code in order]


def _bands(cells: list[Cell], shown: Sequence[Shown], labels: dict[str, str]) -> list[Band]:
    return [
        Band(
            code=cell.key or "unknown",
            label=str(labels.get(cell.key, _("Smaller groups, or not recorded"))),
            answered=public.count,
            eligible=cell.eligible,
            suppressed=public.hidden,
        )
        for cell, public in zip(cells, shown, strict=True)
    ]


def coverage_of(wave: Wave) -> Coverage:
    """Who has been heard, for everyone to see, with small counts hidden."""
    strata = _counted_strata(wave)
    cells = {dimension: _cells(strata, dimension, wave.threshold) for dimension in ("sector", "region")}
    public = hide_margins(cells, wave.threshold)
    return Coverage(
        answered=public.total,
        eligible=sum(stratum.eligible for stratum in strata),
        threshold=wave.threshold,
        by_sector=_bands(cells["sector"], public.margins["sector"], dict(Sector.choices)),
        by_region=_bands(cells["region"], public.margins["region"], dict(Region.choices)),
    )


@dataclass(frozen=True)
class StaffBand:
    label: str
    eligible: int
    started: int
    answered: int

    @property
    def percent(self) -> float:
        return 100 * self.answered / self.eligible if self.eligible else 0.0


@dataclass(frozen=True)
class Board:
    """The staff view of a wave: exact counts, not for publication."""

    total: StaffBand
    by_sector: list[StaffBand]
    by_region: list[StaffBand]
    by_stratum: list[StaffBand]
    days: list[dict[str, Any]]

    @property
    def top(self) -> int:
        return max((day["count"] for day in self.days), default=0)


def _staff_bands(strata: list[Stratum], dimension: str, labels: dict[str, str]) -> list[StaffBand]:
    groups: dict[str, list[Stratum]] = {}
    for stratum in strata:
        groups.setdefault(getattr(stratum, dimension), []).append(stratum)
    bands = [_summed(str(labels.get(code, _("Not recorded"))), members) for code, members in groups.items()]
    return sorted(bands, key=lambda band: -band.eligible)


def _summed(label: str, strata: Iterable[Stratum]) -> StaffBand:
    strata = list(strata)
    return StaffBand(
        label=label,
        eligible=sum(s.eligible for s in strata),
        started=sum(s.started for s in strata),
        answered=sum(s.answered for s in strata),
    )


def board_of(wave: Wave) -> Board:
    """Exact counts by stratum and by day: two queries."""
    strata = _counted_strata(wave)
    per_day = dict(
        Response.objects.submitted()
        .filter(case__wave=wave, case__status=Case.Status.ELIGIBLE)
        .annotate(day=TruncDate("submitted_at", tzinfo=timezone.get_default_timezone()))
        .values_list("day")
        .annotate(replies=Count("pk"))
        .order_by("day")
    )
    first = timezone.localdate(wave.opens_at)
    last = min(timezone.localdate(), timezone.localdate(wave.grace_until))
    days = [first + timedelta(days=offset) for offset in range(max(0, (last - first).days) + 1)]
    return Board(
        total=_summed(str(_("All")), strata),
        by_sector=_staff_bands(strata, "sector", dict(Sector.choices)),
        by_region=_staff_bands(strata, "region", dict(Region.choices)),
        by_stratum=sorted((_summed(str(stratum), [stratum]) for stratum in strata), key=lambda band: -band.eligible),
        days=[{"day": day, "count": per_day.get(day, 0)} for day in days],
    )


def heard() -> list[QuerySet]:
    """The replies to the newest wave, as a strand of what was heard. Exact: whoever publishes counts of it hides the small
    ones."""
    wave = Wave.objects.opened_by(timezone.now()).first()
    rows = Response.objects.submitted().filter(case__wave=wave, case__status=Case.Status.ELIGIBLE)
    nothing = Value(None, output_field=BigIntegerField())
    return [rows.annotate(co=F("case__organisation"), via=F("door"), about=nothing, named=Value(False))]


register_strand("census", _("The census"), heard, place=1, is_open=False)
