"""Who the editors are, and the public ledger of what they decided. No name and no word of what was not published is told."""

import datetime as dt
from dataclasses import dataclass

from django.db import models
from django.db.models import Count, F, Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from blog.models import Reason, Submission
from commons.moderation.models import BARRED
from commons.moderation.reports import Median, lasting
from commons.people.models import Appointment, Role

DECISIONS_A_PAGE = 50


@dataclass(frozen=True)
class Seat:
    """One editor's appointment as everybody may read it."""

    name: str
    starts_on: dt.date
    ends_on: dt.date | None
    appointed_by: str


def editors(*, now: bool = True) -> list[Seat]:
    """Who edits the blog, or who did before: one query. Nobody is listed who cannot act because they sit on the panel or work
    for the staff."""
    today = timezone.localdate()
    rows = Appointment.objects.filter(role=Role.EDITOR, user__is_active=True)
    if now:
        barred = Appointment.objects.in_force(today).filter(role__in=BARRED)
        rows = rows.in_force(today).exclude(user__in=barred.values("user"))
    else:
        rows = rows.filter(ends_on__lte=today)
    return [
        Seat(
            name=row.user.name or _("Somebody who gave no name"),
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            appointed_by=(row.appointed_by.name if row.appointed_by else "") or _("the site’s administration"),
        )
        for row in rows.select_related("user", "appointed_by").order_by("starts_on", "pk")
    ]


@dataclass(frozen=True)
class LedgerLine:
    """One decision of an editor. `title` and `url` are there only for what everybody can read now."""

    day: dt.date
    kind: str
    outcome: str
    reason: str
    took: str
    title: str = ""
    url: str = ""


@dataclass(frozen=True)
class LedgerPage:
    """`older` is the number of the last decision, from which the next page goes on; None at the end."""

    lines: list[LedgerLine]
    older: int | None


def ledger_page(*, before: int | None = None, size: int = DECISIONS_A_PAGE) -> LedgerPage:
    """The ledger, the newest first, after the decision numbered `before`; a number that is nobody's begins at the top."""
    rows = Submission.objects.in_ledger().select_related("post").only(*LEDGER_COLUMNS)
    last = rows.filter(pk=before).first() if before else None
    if last is not None:
        rows = rows.filter(Q(decided_at__lt=last.decided_at) | Q(decided_at=last.decided_at, pk__lt=last.pk))
    found = list(rows[: size + 1])
    return LedgerPage([_ledger_line(row) for row in found[:size]], found[size - 1].pk if len(found) > size else None)


LEDGER_COLUMNS = [
    *("made_at", "decided_at", "outcome", "reason", "is_pitch", "correction", "by_id", "decided_by_id"),
    *(f"post__{name}" for name in ("title", "year", "slug", "standing", "public_from")),
]
"""No name and no word of what was handed in is asked of the database. The two numbers tell an editor's own correction."""


def _ledger_line(row: Submission) -> LedgerLine:
    is_readable = row.outcome == Submission.Outcome.APPROVED and not row.is_pitch and row.post.is_public
    return LedgerLine(
        day=timezone.localdate(row.decided_at),
        kind=_kind_of(row),
        outcome=_("Encouraged") if row.is_pitch and row.outcome == "approved" else row.get_outcome_display(),
        reason=row.get_reason_display(),
        took=lasting(row.decided_at - row.made_at, units=1) if row.decided_at > row.made_at else _("at once"),
        title=row.post.title if is_readable else "",
        url=row.post.get_absolute_url() if is_readable else "",
    )


def _kind_of(row: Submission) -> str:
    if row.is_pitch:
        return _("An idea for a post")
    if row.by_id is not None and row.by_id == row.decided_by_id:
        return _("A correction by an editor")
    return _("New words for a post that was public") if row.correction else _("A post")


@dataclass(frozen=True)
class LedgerCounts:
    """What editors did, in numbers. Times are None as long as nothing that somebody handed in was decided."""

    decisions: int
    by_outcome: dict[str, int]
    by_reason: dict[str, int]
    median: dt.timedelta | None
    longest: dt.timedelta | None
    waiting: int
    waiting_since: dt.datetime | None


def ledger_counts() -> LedgerCounts:
    """Counts of every decision, and of what waits now: two queries. Corrections by an editor never waited, so they are in
    no time."""
    took, waited = F("decided_at") - F("made_at"), Q(by=None) | Q(decided_by=None) | ~Q(by=F("decided_by"))
    found = Submission.objects.in_ledger().aggregate(
        decisions=Count("pk"),
        median=Median(took, filter=waited, output_field=models.DurationField()),
        longest=Max(took, filter=waited, output_field=models.DurationField()),
        **{f"outcome_{value}": Count("pk", filter=Q(outcome=value)) for value in DECIDED},
        **{f"reason_{value}": Count("pk", filter=Q(reason=value)) for value in Reason.values},
    )
    now = Submission.objects.waiting().order_by().aggregate(waiting=Count("pk"), waiting_since=models.Min("made_at"))
    return LedgerCounts(
        by_outcome={value: found.pop(f"outcome_{value}") for value in DECIDED},
        by_reason={value: found.pop(f"reason_{value}") for value in Reason.values},
        **found,
        **now,
    )


DECIDED = [Submission.Outcome.APPROVED, Submission.Outcome.CHANGES, Submission.Outcome.DECLINED]
