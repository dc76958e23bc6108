"""Where the process has got to, read from the dates of its phases; and whether something is open today.

Each function asks a fixed number of queries, whatever the number of phases.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from consultation.models import Act, Phase, PhaseMove, State


def is_open(act: str) -> bool:
    """Whether a phase that opens this act is under way, or no phase names it."""
    return not closed_because(act)


def closed_because(act: str) -> str:
    """Why this act is not open today, in a sentence for everybody; empty where it is. One query."""
    phases, day = list(Phase.objects.opening(act)), timezone.localdate()
    standing = [phase for phase in phases if not phase.is_called_off]
    if phases and not standing:
        last = max(phases, key=lambda phase: (phase.called_off_on, phase.pk))
        words = {"name": last.name_told, "reason": last.call_off_reason_told}
        return _("This is not open, because “%(name)s” was called off. Why: %(reason)s") % words
    phases = standing
    states = {phase.state_on(day) for phase in phases}
    if not phases or State.UNDER_WAY in states:
        return ""
    if State.AHEAD in states:
        first = min(phase.first_day for phase in phases if phase.state_on(day) == State.AHEAD)
        return _("This is not open yet. It opens on %(day)s.") % {"day": date_format(first, "j F Y")}
    last = max(phase.last_day for phase in phases)
    return _("This is closed now. The last day was %(day)s.") % {"day": date_format(last, "j F Y")}


# Three years and more have no room for the names of months.
LONG = dt.timedelta(days=1100)
QUARTERS = (1, 4, 7, 10)


@dataclass(frozen=True)
class Scale:
    """The days between which everything lies. Places on it are shares of the whole, written as drawings take them: "12.5%"."""

    first_day: dt.date
    last_day: dt.date

    def share(self, days: float) -> str:
        return f"{100 * days / ((self.last_day - self.first_day).days + 1):.2f}%"

    def at(self, day: dt.date, *, into: float = 0) -> str:
        """Where a day begins, or how far `into` it."""
        return self.share((day - self.first_day).days + into)

    def span(self, first: dt.date, last: dt.date) -> "Span":
        return Span(self.at(first), self.share((last - first).days + 1))

    @property
    def marks(self) -> list["Mark"]:
        """The beginnings of quarters, or of years where there are many."""
        months = QUARTERS if self.last_day - self.first_day < LONG else (1,)
        years = range(self.first_day.year, self.last_day.year + 1)
        days = [dt.date(year, month, 1) for year in years for month in months]
        return [Mark(day, self.at(day)) for day in days if self.first_day <= day <= self.last_day]


@dataclass(frozen=True)
class Span:
    """Days on a scale: where they begin and how far they reach."""

    start: str
    length: str


@dataclass(frozen=True)
class Mark:
    """A day on a scale with a name: that of the month, or of the year where one begins."""

    day: dt.date
    at: str

    @property
    def label(self) -> str:
        return date_format(self.day, "Y" if self.day.month == 1 else "M")


@dataclass(frozen=True)
class Step:
    """One phase on a day. `is_next` is the first that is still to come; `plan` and `fact` say where it lies on the scale, and
    `first_plan` where it lay before anything was moved."""

    phase: Phase
    state: State
    is_next: bool
    days_left: int
    moves: Sequence[PhaseMove]
    plan: Span
    first_plan: Span | None
    fact: Span | None

    @property
    def slip(self) -> int:
        """By how many days it ends later than was planned at first; less than 0 where it ends earlier."""
        first_plan = self.moves[0].ends_before if self.moves else self.phase.ends_on
        return (self.phase.last_day - first_plan).days

    @property
    def opens(self) -> list[str]:
        """What can be done only while it is under way, in words."""
        return [str(Act(act).label) for act in self.phase.opens]

    @property
    def is_now(self) -> bool:
        return self.state == State.UNDER_WAY

    @property
    def is_over(self) -> bool:
        return self.state == State.OVER

    @property
    def is_off(self) -> bool:
        return self.state == State.CALLED_OFF


@dataclass(frozen=True)
class Timeline:
    """All phases in order, those of today and the next one; the scale, and where today is on it, if it is."""

    steps: list[Step] = field(default_factory=list)
    scale: Scale | None = None
    today: str = ""

    @property
    def now(self) -> list[Step]:
        return [step for step in self.steps if step.is_now]

    @property
    def following(self) -> Step | None:
        return next((step for step in self.steps if step.is_next), None)


def timeline(day: dt.date) -> Timeline:
    """The whole timeline as it is on a day: two queries."""
    phases = list(Phase.objects.prefetch_related("moves"))
    if not phases:
        return Timeline()
    moves = {phase.pk: list(phase.moves.all()) for phase in phases}
    days = [known for phase in phases for known in (phase.first_day, phase.last_day, phase.begins_on, phase.ends_on)]
    days += [known for rows in moves.values() for move in rows for known in (move.begins_before, move.ends_before)]
    scale = Scale(min(days), max(days))
    ahead = [phase for phase in phases if phase.state_on(day) == State.AHEAD]
    following = min(ahead, key=lambda phase: phase.first_day, default=None)

    def step(phase: Phase) -> Step:
        state, rows = phase.state_on(day), moves[phase.pk]
        # What was called off went no further than to that day.
        last = min(day, phase.last_day, phase.called_off_on or day)
        return Step(
            phase=phase,
            state=state,
            is_next=phase is following,
            days_left=(phase.last_day - day).days,
            moves=rows,
            plan=scale.span(phase.begins_on, phase.ends_on),
            first_plan=scale.span(rows[0].begins_before, rows[0].ends_before) if rows else None,
            fact=scale.span(phase.first_day, last) if phase.first_day <= last else None,
        )

    return Timeline(
        steps=[step(phase) for phase in phases],
        scale=scale,
        today=scale.at(day, into=0.5) if scale.first_day <= day <= scale.last_day else "",
    )
