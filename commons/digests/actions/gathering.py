"""Digests: begun once for each person and period, put together from what is new, and handed over in batches."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from commons.audit.actions import record
from commons.digests.actions.mailing import left_this_minute
from commons.digests.models import Digest, DigestQuerySet, Frequency, MailState, Notice, Subscription, new_message_id
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


@transaction.atomic
def claim_digests(*, by: Any, most: int, now: dt.datetime | None = None) -> list[Digest]:
    """Take in hand at most so many digests, and no more than may go out within this minute. Each is handed over by itself."""
    now = now or timezone.now()
    left = left_this_minute(now)
    due = Digest.objects.in_nobodys_hand(now).select_for_update(skip_locked=True, of=("self",))
    rows = list(due.select_related("person__subscription").order_by("mail_due_at", "pk")[: max(min(most, left), 0)])
    for row in rows:
        row.mail_claimed_at = now
        row.mail_attempts += 1
    Digest.objects.filter(pk__in=[row.pk for row in rows]).update(
        mail_claimed_at=now, mail_attempts=models.F("mail_attempts") + 1
    )
    return rows


@transaction.atomic
def hand_over(digest: Digest, *, by: Any, taken: Digest | None = None) -> bool:
    """The message is given to the mail server as soon as this is committed. Whether it may be: not when somebody else has it in
    hand by now, nor when its reader has stopped digests, or their account has gone or their address is marked.

    `taken`: the one before it, which the mail server has just taken. That is written down in the same transaction, so that one
    commit stands between two messages; whenever a worker dies, one message at most is in between.
    """
    if taken is not None:
        _note_taken(taken)
    wishing = Subscription.objects.reachable().exclude(frequency=Frequency.OFF)
    asked = _in_hand([digest]).filter(models.Exists(wishing.filter(person=digest.person_id)))
    going = {"mail_state": MailState.SENDING, "mail_claimed_at": timezone.now(), "mailed_to": digest.person.email}
    return bool(asked.update(**going))


def _in_hand(digests: Iterable[Digest]) -> DigestQuerySet:
    """Those of them that are still held by the claim by which they were taken."""
    held = models.Q(pk=None)
    for row in digests:
        held |= models.Q(pk=row.pk, mail_attempts=row.mail_attempts, mail_claimed_at=row.mail_claimed_at)
    return Digest.objects.filter(held, mail_state=MailState.WAITING)


def _note_taken(digest: Digest) -> None:
    """Only the claim that is still open may be ended, so a late worker cannot overwrite what is known by now."""
    held = Digest.objects.filter(pk=digest.pk, mail_state=MailState.SENDING, mail_attempts=digest.mail_attempts)
    held.update(mail_state=MailState.SENT, mailed_at=timezone.now(), mail_reason="")


@transaction.atomic
def end_batch(*, by: Any, taken: Digest | None, sent: Sequence[Digest]) -> None:
    """Write down that the last one was taken, and put on record how many were."""
    if taken is not None:
        _note_taken(taken)
    if sent:
        record("send_digests", sent[0], by=by, data={"count": len(sent)})


@transaction.atomic
def drop_digests(digests: Iterable[Digest], reason: str, *, by: Any) -> int:
    """Digests in one's hand that need not be sent any more. Returns how many."""
    rows, count = list(digests), 0
    if rows:
        count = _in_hand(rows).update(mail_state=MailState.DROPPED, mail_reason=reason)
        record("drop_digests", rows[0], by=by, data={"count": count})
    return count


@transaction.atomic
def release_digests(digests: Iterable[Digest], *, by: Any) -> int:
    """Digests in one's hand that were not tried: whoever comes next takes them. Returns how many."""
    return _in_hand(digests).update(mail_claimed_at=None, mail_attempts=models.F("mail_attempts") - 1)
