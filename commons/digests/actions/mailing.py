"""Seeing each message through: claimed, handed over, and its end written down. What goes out is a `Notice` by itself or a
`Digest`; the two end in the same ways."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.db import connection, models, transaction
from django.utils import timezone

from commons.audit.actions import record
from commons.digests.actions.subscribing import stop_address
from commons.digests.models import (
    Digest,
    DigestQuerySet,
    Mailed,
    MailState,
    Notice,
    NoticeQuerySet,
    Stop,
    Subscription,
    new_message_id,
)

# After this many temporary refusals we stop. The waits between them add up to about a day.
MOST_ATTEMPTS = 11
FIRST_WAIT = dt.timedelta(minutes=2)
LONGEST_WAIT = dt.timedelta(hours=8)
# Any number that is used for nothing else.
CLAIMING = 5_271_009


def left_this_minute(now: dt.datetime) -> int:
    """How many more of those that can wait may go out within this minute. Whoever asks holds the others off until they commit, so
    that together they keep to the limit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CLAIMING])
    claimed = {"mail_claimed_at__gt": now - dt.timedelta(minutes=1)}
    return settings.MAILS_PER_MINUTE - sum(model.objects.filter(**claimed).count() for model in (Digest, Notice))


def _first(notices: NoticeQuerySet) -> Notice | None:
    free = notices.select_for_update(skip_locked=True, of=("self",)).select_related("recipient__subscription")
    return free.order_by("mail_due_at", "pk").first()


@transaction.atomic
def claim_mail(*, by: Any, now: dt.datetime | None = None) -> Notice | None:
    """Take the message that has waited longest and give it its Message-ID; one that can wait only where no other is due, and
    where it may still go out within this minute. Commit before it is handed to the mail server."""
    now = now or timezone.now()
    due = Notice.objects.mail_due(now)
    notice = _first(due.filter(mail_can_wait=False))
    patient = due.filter(mail_can_wait=True)
    if notice is None and patient.exists() and left_this_minute(now) > 0:
        notice = _first(patient)
    if notice is None:
        return None
    notice.mail_state = MailState.SENDING
    notice.mail_claimed_at = now
    notice.mail_attempts += 1
    notice.message_id = new_message_id()
    notice.mailed_to = notice.recipient.email
    notice.save(update_fields=["mail_state", "mail_claimed_at", "mail_attempts", "message_id", "mailed_to"])
    return notice


def _end(row: Mailed, state: MailState, **values: Any) -> bool:
    """Only the claim that is still open may be ended, so a late worker cannot overwrite what is known by now."""
    values |= {"mail_state": state}
    held = type(row).objects.filter(
        pk=row.pk, mail_state=MailState.SENDING, message_id=row.message_id, mail_attempts=row.mail_attempts
    )
    return bool(held.update(**values))


@transaction.atomic
def note_sent(row: Mailed, *, by: Any) -> None:
    """The mail server took the message."""
    if _note_taken(row):
        record("note_sent", row, by=by)


@transaction.atomic
def note_put_off(row: Mailed, reason: str, *, by: Any) -> None:
    """The message certainly did not leave; try again later, or stop after MOST_ATTEMPTS."""
    if row.mail_attempts >= MOST_ATTEMPTS:
        note_refused(row, reason, by=by)
        return
    wait = min(FIRST_WAIT * 2 ** (row.mail_attempts - 1), LONGEST_WAIT)
    waiting = {"mail_due_at": timezone.now() + wait, "mail_claimed_at": None, "mail_reason": reason}
    if _end(row, MailState.WAITING, **waiting):
        record("note_put_off", row, by=by, data={"attempt": row.mail_attempts})


@transaction.atomic
def note_refused(row: Mailed, reason: str, *, by: Any, no_mailbox: bool = False) -> None:
    """The message certainly did not leave, and trying again would not help; with `no_mailbox`, nor would any other message."""
    if _end(row, MailState.FAILED, mail_reason=reason):
        record("note_refused", row, by=by)
        if no_mailbox:
            person = row.person if isinstance(row, Digest) else row.recipient
            stop_address(person, by=by, why=Stop.REFUSED, words=reason)


@transaction.atomic
def note_dropped(row: Notice, reason: str, *, by: Any) -> None:
    """What the message would have told need not be told any more. It did not leave."""
    if _end(row, MailState.DROPPED, mail_reason=reason):
        record("note_dropped", row, by=by)


@transaction.atomic
def note_gathered(row: Notice, *, by: Any) -> None:
    """Not by itself, or not now. It did not leave, and waits for its reader's next digest like any other."""
    fresh = {"mail_due_at": None, "mail_claimed_at": None, "mail_attempts": 0, "message_id": "", "mailed_to": ""}
    if _end(row, MailState.NONE, **fresh):
        record("note_gathered", row, by=by)


@transaction.atomic
def note_unknown(row: Mailed, reason: str, *, by: Any) -> None:
    """Nobody can tell whether the message left. It is not sent again: never twice comes before perhaps not once."""
    if _end(row, MailState.UNKNOWN, mail_reason=reason):
        record("note_unknown", row, by=by)


@transaction.atomic
def note_stuck_mail(*, by: Any, now: dt.datetime | None = None) -> int:
    """Messages whose worker died while sending become unknown. Returns how many."""
    count = 0
    for model in (Notice, Digest):
        stuck = model.objects.mail_stuck(now or timezone.now()).select_for_update(skip_locked=True, of=("self",))
        for row in stuck:
            note_unknown(row, "The worker stopped while it was sending.", by=by)
            count += 1
    return count


@transaction.atomic
def send_again(row: Mailed, *, by: Any) -> bool:
    """Somebody has seen that a message failed and wishes it tried once more. One that perhaps left stays as it is. Whether it
    waits now."""
    failed = type(row).objects.filter(pk=row.pk, mail_state=MailState.FAILED)
    waits = failed.update(
        mail_state=MailState.WAITING, mail_due_at=timezone.now(), mail_claimed_at=None, mail_attempts=0
    )
    if waits:
        record("send_again", row, by=by)
    return bool(waits)


# --- Digests, in batches ------------------------------------------------------------------------------------------------------


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
    hand by now, nor when its reader has stopped digests or has another address since, or their account has gone or their address
    is marked.

    `taken`: the one before it, which the mail server has just taken. That is written down in the same transaction, so that one
    commit stands between two messages; whenever a worker dies, one message at most is in between.
    """
    if taken is not None:
        _note_taken(taken)
    wishing = Subscription.objects.wishing().filter(person=digest.person_id, person__email=digest.person.email)
    asked = _in_hand([digest]).filter(models.Exists(wishing))
    going = {"mail_state": MailState.SENDING, "mail_claimed_at": timezone.now(), "mailed_to": digest.person.email}
    return bool(asked.update(**going))


def _in_hand(digests: Iterable[Digest]) -> DigestQuerySet:
    """Those of them that are still held by the claim by which they were taken."""
    held = models.Q(pk=None)
    for row in digests:
        held |= models.Q(pk=row.pk, mail_attempts=row.mail_attempts, mail_claimed_at=row.mail_claimed_at)
    return Digest.objects.filter(held, mail_state=MailState.WAITING)


def _note_taken(row: Mailed) -> bool:
    return _end(row, MailState.SENT, mailed_at=timezone.now(), mail_reason="")


@transaction.atomic
def end_batch(*, by: Any, taken: Digest | None, sent: Sequence[Digest]) -> None:
    """Write down that the last one was taken, and put on record how many were."""
    if taken is not None:
        _note_taken(taken)
    if sent:
        record("send_digests", sent[0], by=by, data={"count": len(sent)})


@transaction.atomic
def drop_digests(digests: Iterable[Digest], reason: str, *, by: Any) -> int:
    """Digests in one's hand that need not be sent. What they would have told waits for the next one. Returns how many."""
    return _drop(_in_hand(digests), reason, by=by)


@transaction.atomic
def drop_unwished_digests(digests: Iterable[Digest], *, by: Any) -> int:
    """Those in one's hand whose reader gets none any more. Returns how many."""
    wishing = Subscription.objects.wishing().filter(person=models.OuterRef("person"))
    return _drop(_in_hand(digests).filter(~models.Exists(wishing)), "Its reader gets no digests any more.", by=by)


def _drop(digests: DigestQuerySet, reason: str, *, by: Any) -> int:
    rows = list(digests.select_for_update(of=("self",)))
    numbers = [row.pk for row in rows]
    Digest.objects.filter(pk__in=numbers).update(mail_state=MailState.DROPPED, mail_reason=reason)
    Notice.objects.filter(digest__in=numbers).update(digest=None)
    if rows:
        record("drop_digests", rows[0], by=by, data={"count": len(rows)})
    return len(rows)


@transaction.atomic
def release_digests(digests: Iterable[Digest], *, by: Any) -> int:
    """Digests in one's hand that were not tried: whoever comes next takes them. Returns how many."""
    return _in_hand(digests).update(mail_claimed_at=None, mail_attempts=models.F("mail_attempts") - 1)
