"""Digests are begun: once for each person and period, of what is new to them."""

import datetime as dt
from collections import defaultdict
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from commons.audit.actions import record
from commons.digests.models import Digest, MailState, Notice, Subscription, new_message_id
from commons.digests.reports import kinds, kinds_in, moment_of, period_at, still_so

# What is older has lost its news; it still stands on the page.
OLDEST = dt.timedelta(days=35)
BEGUN_AT_ONCE = 500


@transaction.atomic
def begin_digests(frequency: str, *, by: Any, now: dt.datetime | None = None, most: int = BEGUN_AT_ONCE) -> int:
    """Begin the newest period that is due, for at most so many people: for each a digest with what is new to them, or, where
    there is nothing to say, nothing. Returns how many people were looked at; 0 means that all have been.

    The period is claimed by the row of each person, which two workers cannot hold at once; a digest also has its own unique key.
    What happened after the period's end waits for the next one, however late this is run.
    """
    now = now or timezone.now()
    period = period_at(frequency, now)
    end = moment_of(period)
    rows = list(
        Subscription.objects.digesting(frequency, period, chosen_before=end)
        .select_for_update(skip_locked=True, of=("self",))
        .order_by("pk")[:most]
    )
    if not rows:
        return 0
    Subscription.objects.filter(pk__in=[row.pk for row in rows]).update(last_period=period)
    fresh = Notice.objects.for_digest([kind.name for kind in kinds()], before=end, since=end - OLDEST)
    fresh = fresh.filter(recipient__in=[row.person_id for row in rows])
    by_person: dict[int, list[int]] = defaultdict(list)
    for number, person in still_so(fresh, among=kinds_in(fresh)).order_by().values_list("pk", "recipient"):
        by_person[person].append(number)
    Digest.objects.bulk_create(
        Digest(
            person_id=person,
            period=period,
            frequency=frequency,
            mail_state=MailState.WAITING,
            mail_due_at=now,
            message_id=new_message_id(),
        )
        for person in by_person
    )
    own = Digest.objects.filter(person=models.OuterRef("recipient"), period=period).values("pk")[:1]
    items = [number for numbers in by_person.values() for number in numbers]
    Notice.objects.filter(pk__in=items).update(digest=models.Subquery(own))
    data = {"period": str(period), "people": len(rows), "digests": len(by_person)}
    record("begin_digests", rows[0], by=by, data=data)
    return len(rows)
