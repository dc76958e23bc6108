"""How the people of the demo wish to be told, so that the demo's mailbox shows what each of them would have received."""

from datetime import datetime, timedelta

from django.db import transaction

from commons.digests.actions import begin_digests, change_subscription
from commons.digests.models import Frequency, Subscription
from commons.people.models import User
from coopstrategy.demo.people import PEOPLE


@transaction.atomic
def draw_mails(now: datetime) -> int:
    """Everybody has long wished for a digest, in turn once a day and once a week, and the newest ones are begun: the worker sends
    them. Doing it again changes nothing. Returns how many people wish for one now."""
    wishes = {person.email: Frequency.WEEKLY if number % 2 else Frequency.DAILY for number, person in enumerate(PEOPLE)}
    new = User.objects.filter(email__in=wishes, subscription=None)
    rows = [
        change_subscription(person, by=person, frequency=wishes[person.email], at_once=False)
        for person in new.order_by("pk")
    ]
    Subscription.objects.filter(pk__in=[row.pk for row in rows]).update(chosen_at=now - timedelta(days=30))
    if rows:
        for frequency in (Frequency.DAILY, Frequency.WEEKLY):
            begin_digests(frequency, by=None, now=now)
    return len(rows)
