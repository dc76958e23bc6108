"""Threads: opened with their subject, closed, slowed, and visited."""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from commons.audit.actions import record
from commons.contributions.models import Audience, Thread, Visit
from commons.people.models import User

# Reading again within this time is the same visit.
ONE_VISIT = dt.timedelta(minutes=30)


@transaction.atomic
def open_thread(*, by: User | None, audience: str = Audience.EVERYONE) -> Thread:
    """A new thread, for a subject that is about to be made."""
    thread = Thread.objects.create(audience=audience)
    record("open_thread", thread, by=by, data={"audience": str(audience)})
    return thread


@transaction.atomic
def close_thread(thread: Thread, *, by: User, closes_at: dt.datetime | None, reason: str = "") -> Thread:
    """Nothing more can be said from `closes_at` on, or, with None, it is open again. What was said stays."""
    thread = Thread.objects.select_for_update().get(pk=thread.pk)
    thread.closes_at, thread.close_reason = closes_at, reason
    thread.save(update_fields=["closes_at", "close_reason"])
    record("close_thread", thread, by=by, data={"closes_at": closes_at and closes_at.isoformat(), "reason": reason})
    return thread


@transaction.atomic
def slow_thread(thread: Thread, *, by: User, minutes: int) -> Thread:
    """From now on everybody waits so many minutes between two contributions; 0 for no wait."""
    thread = Thread.objects.select_for_update().get(pk=thread.pk)
    thread.slow_minutes = minutes
    thread.save(update_fields=["slow_minutes"])
    record("slow_thread", thread, by=by, data={"minutes": minutes})
    return thread


@transaction.atomic
def note_visit(thread: Thread, *, by: User) -> dt.datetime | None:
    """The person reads the thread now. Returns since when things are new to them: their visit before this one, or None."""
    now = timezone.now()
    visit, is_first = Visit.objects.select_for_update().get_or_create(
        thread=thread, person=by, defaults={"seen_at": now}
    )
    if not is_first:
        if now - visit.seen_at > ONE_VISIT:
            visit.seen_before_at = visit.seen_at
        visit.seen_at = now
        visit.save(update_fields=["seen_at", "seen_before_at"])
    return visit.seen_before_at
