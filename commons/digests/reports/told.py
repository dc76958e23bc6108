"""What one person has been told, as far as it may still be told today."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import models

from commons.digests.models import Notice, NoticeQuerySet
from commons.digests.reports.kinds import asking_permission, kinds_in, refused_to, still_so


def told_to(reader: Any) -> NoticeQuerySet:
    """The reader's own notices that may still be told. One query before its own."""
    told = still_so(Notice.objects.visible_to(reader))
    return told.exclude(pk__in=refused_to(reader, told.filter(kind__in=asking_permission())))


# A number that nobody counts any further.
MANY = 100


def unseen_count(user: Any) -> int:
    """How many notices the person has not looked at, as far as they may still be told: one query on a small index where there
    are none, two where there are some, none for a visitor."""
    if not user.is_authenticated:
        return 0
    unseen = Notice.objects.visible_to(user).unseen()
    found = kinds_in(unseen)
    if not found:
        return 0
    if asked := found.intersection(asking_permission()):
        unseen = unseen.exclude(pk__in=refused_to(user, unseen.filter(kind__in=asked)))
    return still_so(unseen.order_by(), among=found)[:MANY].count()


def recent(user: Any, most: int = 5) -> list[Notice]:
    """The person's newest notices, for the list in digests/_recent.html."""
    if not user.is_authenticated:
        return []
    return list(told_to(user)[:most])


# What is read again within this time is read on the same visit.
ONE_VISIT = dt.timedelta(minutes=30)


@dataclass(frozen=True)
class Visit:
    """When somebody's visit to the page of notices began, and when the one before it ended; neither for a first visit."""

    began_at: dt.datetime
    before_at: dt.datetime | None


def visit_of(user: Any, now: dt.datetime) -> Visit:
    """What was seen on this visit is still new. One query."""
    began_at = now - ONE_VISIT
    before = Notice.objects.visible_to(user).filter(seen_at__lte=began_at).aggregate(at=models.Max("seen_at"))["at"]
    return Visit(began_at, before)
