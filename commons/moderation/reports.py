"""Reading what moderators do: their queue, a thing and what was taken out of it, and the public ledger with its counts.

The ledger tells kinds, classes, days and lengths of time. No name, no word of the thing and no explanation is ever read for it.
"""

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Count, F, Max, Q
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.text import Truncator, capfirst
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from commons import richtext
from commons.moderation.models import (
    Appeal,
    AppealQuerySet,
    Moderated,
    Moderation,
    ModerationQuerySet,
    Reason,
    Verdict,
    VerdictQuerySet,
)

VERDICTS_A_PAGE = 50
DAYS_DRAWN = 56
FIRST_WORDS = 120
SOON = dt.timedelta(days=1)

# --- the queue ------------------------------------------------------------------------------------------------------------


def queue(user: Any) -> ModerationQuerySet:
    """What waits for this moderator's eyes, the longest wait first, with the things themselves and `report_count`."""
    return Moderation.objects.visible_to(user).waiting().with_subjects().with_report_count()


def next_in_queue(user: Any, *, after: Verdict) -> Moderation | None:
    """What has waited next longest after what was just decided. What somebody wrote themselves is not theirs to decide."""
    later = Q(waiting_since__gt=after.waited_since) | Q(waiting_since=after.waited_since, pk__gt=after.moderation_id)
    return Moderation.objects.visible_to(user).waiting().not_business_of(user).filter(later).first()


def appeals_waiting(user: Any) -> AppealQuerySet:
    """The appeals that wait for an answer, the longest wait first."""
    return Appeal.objects.visible_to(user).to_decide(user).waiting().with_subjects()


def first_words(subject: Moderated) -> str:
    """One line to know a thing by. Only the beginning is read, however long the thing is."""
    for name, text in subject.words().items():
        start = text[: 4 * FIRST_WORDS]
        line = " ".join((richtext.to_text(start) if name in subject.markdown_fields else start).split())
        if line:
            return Truncator(line).chars(FIRST_WORDS)
    return _("No words")


# --- one thing ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Passage:
    """One text of a thing. `html` is what readers see of Markdown; `pieces` is what became of it when it was shortened."""

    name: str
    label: str
    text: str
    html: SafeString | None = None
    pieces: list[richtext.Piece] | None = None


def passages(subject: Moderated) -> list[Passage]:
    """The whole thing as readers would see it."""
    return [
        Passage(name, label_of(subject, name), text, _html(subject, name, text))
        for name, text in subject.words().items()
    ]


def taken_out(verdict: Verdict, subject: Moderated) -> list[Passage]:
    """The texts that were shortened, as they were: with what was taken out marked, as long as nobody changed the text again."""
    is_fresh = subject.revision == verdict.revision
    return [
        Passage(
            name,
            label_of(subject, name),
            text,
            pieces=_shortened(text, getattr(subject, name)) if is_fresh else None,
        )
        for name, text in verdict.kept.items()
    ]


def _shortened(old: str, new: str) -> list[richtext.Piece]:
    """What was taken out. Mostly it is the end, and then no word before it should look as if it had been changed."""
    kept = new.rstrip()
    if old.startswith(kept):
        return [richtext.Piece("same", kept), richtext.Piece("deleted", old[len(kept) :])]
    return richtext.word_difference(old, new)


def label_of(subject: Moderated, name: str) -> str:
    """What a text of the thing is called."""
    return capfirst(str(subject._meta.get_field(name).verbose_name))


def _html(subject: Moderated, name: str, text: str) -> SafeString | None:
    return subject.html_of(text) if name in subject.markdown_fields else None


# --- the public ledger ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One verdict as everybody may read it."""

    day: dt.date
    kind: str
    cause: str
    outcome: str
    reason: str
    took: str
    appeal: str


@dataclass(frozen=True)
class LedgerPage:
    """`older` is the number of the last verdict, from which the next page goes on; None at the end."""

    lines: list[Line]
    older: int | None


def ledger_page(*, before: int | None = None, size: int = VERDICTS_A_PAGE) -> LedgerPage:
    """The ledger, the newest first, after the verdict numbered `before`; a number that is nobody's begins at the top."""
    last = Verdict.objects.only("made_at").filter(pk=before).first() if before else None
    verdicts = _told(Verdict.objects.in_ledger())
    rows = list((verdicts.after(last) if last else verdicts)[: size + 1])
    return LedgerPage([_line(row) for row in rows[:size]], rows[size - 1].pk if len(rows) > size else None)


def _told(verdicts: VerdictQuerySet) -> VerdictQuerySet:
    """Only the columns that everybody may know are asked of the database."""
    return verdicts.only("cause", "made_at", "outcome", "reason", "waited_since", "moderation__kind", "appeal__outcome")


def _line(verdict: Verdict) -> Line:
    appeal = getattr(verdict, "appeal", None)
    return Line(
        day=timezone.localdate(verdict.made_at),
        kind=capfirst(verdict.moderation.kind_shown),
        cause=verdict.get_cause_display(),
        outcome=verdict.get_outcome_display(),
        reason=verdict.get_reason_display(),
        took=lasting(verdict.made_at - verdict.waited_since, units=1),
        appeal="" if appeal is None else appeal.get_outcome_display() or _("Waiting for a second person"),
    )


class Median(models.Aggregate):
    """The middle one. Between two of them it lies in the middle, as Postgres's percentile_cont has it."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"


@dataclass(frozen=True)
class LedgerCounts:
    """What moderators did, in numbers. Times are None as long as there is no verdict."""

    verdicts: int
    by_outcome: dict[str, int]
    by_reason: dict[str, int]
    median: dt.timedelta | None
    longest: dt.timedelta | None
    within_one_day: int
    appeals: int
    upheld: int
    overturned: int
    appeals_taken_back: int
    appeals_waiting: int
    waiting: int

    @property
    def percent_within_one_day(self) -> int | None:
        return round(100 * self.within_one_day / self.verdicts) if self.verdicts else None


def ledger_counts(*, since: dt.datetime | None = None) -> LedgerCounts:
    """Counts of the verdicts given, and of the appeals made, `since` a moment or ever; and of what waits now. Three queries."""
    verdicts, appeals = Verdict.objects.all(), Appeal.objects.all()
    if since is not None:
        verdicts, appeals = verdicts.filter(made_at__gte=since), appeals.filter(made_at__gte=since)
    took = F("made_at") - F("waited_since")
    found = verdicts.aggregate(
        verdicts=Count("pk"),
        median=Median(took, output_field=models.DurationField()),
        longest=Max(took, output_field=models.DurationField()),
        within_one_day=Count("pk", filter=Q(made_at__lte=F("waited_since") + SOON)),
        **{f"outcome_{value}": Count("pk", filter=Q(outcome=value)) for value in Verdict.Outcome.values},
        **{f"reason_{value}": Count("pk", filter=Q(reason=value)) for value in Reason.values},
    )
    asked = appeals.aggregate(
        appeals=Count("pk"),
        upheld=Count("pk", filter=Q(outcome=Appeal.Outcome.UPHELD)),
        overturned=Count("pk", filter=Q(outcome=Appeal.Outcome.OVERTURNED)),
        appeals_taken_back=Count("pk", filter=Q(outcome=Appeal.Outcome.WITHDRAWN)),
        appeals_waiting=Count("pk", filter=Q(decided_at=None)),
    )
    return LedgerCounts(
        by_outcome={value: found.pop(f"outcome_{value}") for value in Verdict.Outcome.values},
        by_reason={value: found.pop(f"reason_{value}") for value in Reason.values},
        waiting=Moderation.objects.waiting().count(),
        **found,
        **asked,
    )


@dataclass(frozen=True)
class DayCount:
    """How many verdicts were given on a day."""

    day: dt.date
    count: int


def verdicts_by_day(*, days: int = DAYS_DRAWN) -> list[DayCount]:
    """The last days until today, those without a verdict too; empty when there is none at all in them."""
    today = timezone.localdate()
    first = today - dt.timedelta(days=days - 1)
    found = Counter(
        dict(
            Verdict.objects.filter(made_at__gte=timezone.make_aware(dt.datetime.combine(first, dt.time.min)))
            .values_list(TruncDate("made_at"))
            .annotate(number=Count("pk"))
            .order_by()
        )
    )
    if not found:
        return []
    return [DayCount(day, found[day]) for day in (first + dt.timedelta(days=number) for number in range(days))]


def lasting(time: dt.timedelta, *, units: int = 2) -> str:
    """A length of time in a reader's words, with no more than so many units."""
    if time < dt.timedelta(minutes=1):
        return _("under a minute")
    start = timezone.now()
    return timesince(start, start + time, depth=units).replace("\xa0", " ")
