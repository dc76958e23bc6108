"""Kinds of notice that only tests write, and a notice of any kind."""

import datetime as dt
from typing import Any

from django.utils import timezone

from commons.digests.actions import change_subscription, notify
from commons.digests.models import Frequency, Notice, Subscription
from commons.digests.reports import Group, register_kind
from commons.people.models import User

register_kind("told", label="Told", why="You are told.", group=Group.OWN)
register_kind("nudge", label="A nudge", why="You were asked.", group=Group.OWN, service=True, can_wait=True)
register_kind("said", label="Said", why="Somebody said something.", group=Group.OWN)
# True only of somebody who is there, with this number.
register_kind(
    "greeting",
    label="A greeting",
    why="Somebody greets you.",
    group=Group.REPLIES,
    rows=lambda about, reader: User.objects.filter(pk=about, is_active=True),
    direct=True,
)


def tell(person: User, key: str = "fact-1", **values: Any) -> Notice:
    given = {"kind": "told", "subject": "Your file is ready", "path": "/exports/", "by": None}
    return notify(person, key=key, **given | values)


def greet(person: User, somebody: User, **values: Any) -> Notice:
    given = {"kind": "greeting", "subject": f"{somebody.name} greets you", "path": f"/people/{somebody.pk}/"}
    return tell(person, f"greeting:{somebody.pk}", **given | values)


def wish(person: User, frequency: str = Frequency.DAILY, *, at_once: bool = False) -> Subscription:
    return change_subscription(person, by=person, frequency=frequency, at_once=at_once)


def with_digests_due(count: int) -> list[Subscription]:
    """So many new people for whom a digest is due and not begun."""
    before = timezone.now() - dt.timedelta(days=3)
    people = User.objects.bulk_create(
        User(email=f"p{number}@example.coop", name=f"P {number}", password="!") for number in range(count)
    )
    Notice.objects.bulk_create(
        Notice(recipient=person, kind="told", key="fact-1", subject="News", path="/", made_at=before)
        for person in people
    )
    return Subscription.objects.bulk_create(
        Subscription(person=person, frequency=Frequency.DAILY, chosen_at=before) for person in people
    )
