"""Following the process, and telling those who do when a phase begins, is moved or called off, or is about to end: each fact
once.

What is to be told is worked out from dates and rows, and kept as a row with a unique key in the moment in which it is told. So
no window of time can be missed, and nothing is told twice, however often and by how many workers this is run.
"""

import datetime as dt
from collections.abc import Iterator

from django.db import models, transaction
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from commons.audit.actions import record
from commons.digests.actions import Fact, notify_all
from commons.people.models import User
from consultation.models import Follower, Phase, PhaseMove, PhaseNotice
from consultation.models.phases import ENDS_SOON

Kind = PhaseNotice.Kind


@transaction.atomic
def follow_process(*, by: User) -> bool:
    """Wish to be told of the phases. A second time changes nothing. Whether this was the first time."""
    _row, is_new = Follower.objects.get_or_create(person=by)
    if is_new:
        record("follow_process", by, by=by)
    return is_new


@transaction.atomic
def unfollow_process(*, by: User) -> bool:
    """No longer wish to be told. Whether one had wished it."""
    gone, _rows = Follower.objects.filter(person=by).delete()
    if gone:
        record("unfollow_process", by, by=by)
    return bool(gone)


@transaction.atomic
def announce_phases(*, by: User | None) -> int:
    """Tell followers what has come about since the last time. Returns how many facts were told."""
    due = {notice.key: notice for notice in _due(timezone.localdate())}
    for key in PhaseNotice.objects.filter(key__in=due).values_list("key", flat=True):
        del due[key]
    # Another worker may be at it: the key is unique, and whoever comes second leaves what is there.
    PhaseNotice.objects.bulk_create(due.values(), ignore_conflicts=True)
    waiting = list(
        PhaseNotice.objects.filter(announced_at=None)
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("phase", "move")
        .order_by("pk")
    )
    for notice in waiting:
        people = User.objects.filter(is_active=True, follower__isnull=False)
        facts = (_fact(notice, person) for person in people.iterator(2000))
        notify_all(facts, by=by, kind="phase", about=notice.phase)
    PhaseNotice.objects.filter(pk__in=[notice.pk for notice in waiting]).update(announced_at=timezone.now())
    return len(waiting)


def _due(day: dt.date) -> Iterator[PhaseNotice]:
    """All that could be told on this day, whether it has been or not. What was moved may be told of again: its key counts the
    moves of the day in question."""
    for phase in _counted("begins").under_way(day):
        yield PhaseNotice(phase=phase, kind=Kind.BEGUN, key=f"{Kind.BEGUN}:{phase.pk}:{phase.move_count}")
    # Whoever was told this week that it began was told then until when it is.
    for phase in _counted("ends").ends_soon(day).filter(first__lte=day - ENDS_SOON):
        yield PhaseNotice(phase=phase, kind=Kind.ENDS_SOON, key=f"{Kind.ENDS_SOON}:{phase.pk}:{phase.move_count}")
    for move in PhaseMove.objects.filter(notices=None).select_related("phase"):
        yield PhaseNotice(phase=move.phase, move=move, kind=Kind.MOVED, key=f"{Kind.MOVED}:{move.pk}")

    for phase in Phase.objects.filter(called_off_on__isnull=False).exclude(notices__kind=Kind.CALLED_OFF):
        yield PhaseNotice(phase=phase, kind=Kind.CALLED_OFF, key=f"{Kind.CALLED_OFF}:{phase.pk}")


def _counted(end: str) -> models.QuerySet:
    """Phases with `move_count`: how often one of their two planned days was moved."""
    stayed = models.Q(**{f"moves__{end}_before": models.F(f"moves__{end}_after")})
    return Phase.objects.annotate(move_count=models.Count("moves", filter=~stayed))


def _fact(notice: PhaseNotice, person: User) -> Fact:
    phase, move = notice.phase, notice.move
    with translation.override(person.language or None):
        days = {"first": _day(phase.first_day), "last": _day(phase.last_day), "name": phase.name_told}
        if notice.kind == Kind.BEGUN:
            subject, text = _("It has begun: %(name)s"), _("It began on %(first)s. The last day is %(last)s.")
        elif notice.kind == Kind.ENDS_SOON:
            subject, text = _("Ends soon: %(name)s"), _("The last day is %(last)s.")
        elif notice.kind == Kind.CALLED_OFF:
            days |= {"reason": phase.call_off_reason_told}
            subject = _("Called off: %(name)s")
            text = _("It was planned from %(first)s to %(last)s. Why it was called off: %(reason)s")
        else:
            days |= {"reason": move.reason_told}
            days |= {
                name: _day(getattr(move, name))
                for name in ("begins_before", "begins_after", "ends_before", "ends_after")
            }
            subject = _("Moved: %(name)s")
            text = _(
                "It was planned from %(begins_before)s to %(ends_before)s. It is now planned from %(begins_after)s to "
                "%(ends_after)s. Why: %(reason)s"
            )
        return Fact(
            person,
            key=f"phase:{notice.pk}",
            subject=subject % days,
            text=text % days,
            path=phase.get_absolute_url(),
        )


def _day(day: dt.date) -> str:
    return date_format(day, "j F Y")
