"""Mail that is due now is handed to the mail server, and what became of it is noted.

A service message goes by itself. Digests go in batches over one connection: what a batch needs is read by a fixed number of
queries, and each message is marked as being sent, and that committed, before the mail server hears of it.
"""

import contextlib
import enum
import logging
import smtplib
import time
from collections.abc import Callable, Iterator, Sequence

from celery import shared_task
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import OperationalError, connection

from commons.digests.actions import (
    BEGUN_AT_ONCE,
    begin_digests,
    claim_digests,
    claim_mail,
    drop_digests,
    drop_unwished_digests,
    end_batch,
    hand_over,
    note_dropped,
    note_gathered,
    note_put_off,
    note_refused,
    note_sent,
    note_stuck_mail,
    note_unknown,
    release_digests,
)
from commons.digests.models import Digest, Frequency, Mailed, MailState, Notice, says_no_mailbox
from commons.digests.reports import is_direct, refused_to, still_so
from commons.digests.tasks.letters import Letter, digest_messages, message_for

logger = logging.getLogger(__name__)

MOST_AT_ONCE = 500
BATCH = 100
# What was read of a batch is believed for so long. What is left of it then is read again.
SECONDS_BELIEVED = 30
# One run of a task stops by itself before the clock rings again, so that a slow mail server holds up nothing else.
LONGEST_RUN = 50
# Any number that is used for nothing else.
SENDING_DIGESTS = 5_271_010


@shared_task(name="digests.send_service_messages", ignore_result=True)
def send_service_messages() -> None:
    """Send the messages that are due now."""
    began = time.monotonic()
    note_stuck_mail(by=None)
    with _line() as line:
        for _turn in range(MOST_AT_ONCE):
            if time.monotonic() - began >= LONGEST_RUN:
                return
            notice = claim_mail(by=None)
            if notice is None or not _send_notice(notice, line):
                return


@shared_task(name="digests.send_digests", ignore_result=True)
def send_digests() -> None:
    """Begin the digests that are due now, and send those that wait, as many as may go out within this minute."""
    began = time.monotonic()
    note_stuck_mail(by=None)
    with _alone() as is_alone:
        if not is_alone:
            return
        for frequency in (Frequency.WEEKLY, Frequency.DAILY):
            _begin(frequency)
        with _line() as line:
            while time.monotonic() - began < LONGEST_RUN:
                batch = claim_digests(by=None, most=BATCH)
                if not batch or not _send_batch(batch, line):
                    return


@contextlib.contextmanager
def _alone() -> Iterator[bool]:
    """Whether nobody else sends digests: however long they take, they take up one worker. A worker that dies lets go of it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [SENDING_DIGESTS])
        [is_alone] = cursor.fetchone()
        try:
            yield is_alone
        finally:
            if is_alone:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [SENDING_DIGESTS])


def _begin(frequency: str) -> None:
    """For everybody; where so many have so much that the database gives up, for fewer at a time. What still cannot be begun keeps
    nothing from being sent."""
    most = BEGUN_AT_ONCE
    while most:
        try:
            if not begin_digests(frequency, by=None, most=most):
                return
        except OperationalError:
            logger.exception("Digests of %s people at once cannot be begun", most)
            most //= 4


@contextlib.contextmanager
def _line() -> Iterator[BaseEmailBackend]:
    """One connection to the mail server, hung up at the end."""
    line = get_connection()
    try:
        yield line
    finally:
        _hang_up(line)


def _send_notice(notice: Notice, line: BaseEmailBackend) -> bool:
    """Hand over one message and write down what became of it. False when the mail server cannot be reached at all."""
    subscription = getattr(notice.recipient, "subscription", None)
    if subscription is not None:
        subscription.person = notice.recipient
    if not notice.recipient.is_active:
        note_refused(notice, "The account is closed.", by=None)
        return True
    if subscription is not None and subscription.is_stopped:
        note_refused(notice, "Nothing is sent to this address any more.", by=None)
        return True
    holds = still_so(Notice.objects.filter(pk=notice.pk), among=[notice.kind]).exists()
    if not holds or refused_to(notice.recipient, [notice]):
        _leave_out(notice)
        return True
    if is_direct(notice.kind) and not (subscription and subscription.at_once):
        note_gathered(notice, by=None)
        return True
    outcome = _send(notice, lambda: message_for(notice, before=_before(notice)), line)
    if outcome == Outcome.TAKEN:
        note_sent(notice, by=None)
    return outcome != Outcome.UNREACHABLE


def _leave_out(notice: Notice) -> None:
    """It may not be told now. What a digest can tell once it may be told again waits for one."""
    if is_direct(notice.kind):
        note_gathered(notice, by=None)
    else:
        note_dropped(notice, "It may not be told any more.", by=None)


def _before(notice: Notice) -> str:
    """The Message-ID of the last mail to the same person about the same thing; empty for the first."""
    same = {"kind": notice.kind, "thing": notice.thing} if notice.thing else {"path": notice.path}
    earlier = Notice.objects.filter(recipient=notice.recipient_id, mail_state=MailState.SENT, **same)
    return earlier.order_by("-mailed_at").values_list("message_id", flat=True).first() or ""


def _send_batch(batch: Sequence[Digest], line: BaseEmailBackend) -> bool:
    """Hand over the messages of a batch. False when the mail server cannot be reached at all: the rest is tried later."""
    messages = digest_messages(batch)
    began = time.monotonic()
    drop_digests([row for row in batch if row.pk not in messages], "It had nothing to tell any more.", by=None)
    rest = [row for row in batch if row.pk in messages]
    stopped: list[Digest] = []
    sent: list[Digest] = []
    taken: Digest | None = None
    is_there = True
    try:
        while rest and is_there and time.monotonic() - began < SECONDS_BELIEVED:
            digest = rest.pop(0)
            may_go = hand_over(digest, by=None, taken=taken)
            taken = None
            if not may_go:
                stopped.append(digest)
                continue
            outcome = _send(digest, messages[digest.pk], line)
            is_there = outcome != Outcome.UNREACHABLE
            if outcome == Outcome.TAKEN:
                sent.append(taken := digest)
    finally:
        end_batch(by=None, taken=taken, sent=sent)
    drop_unwished_digests(stopped, by=None)
    release_digests([*stopped, *rest], by=None)
    return is_there


class Outcome(enum.Enum):
    """What became of a message that was to be handed over."""

    TAKEN = enum.auto()
    NOT_TAKEN = enum.auto()
    # The mail server is not there, or is not well: one message at most is tried again within this run.
    UNREACHABLE = enum.auto()


def _send(row: Mailed, write: Callable[[], Letter], line: BaseEmailBackend) -> Outcome:
    """Hand over one message. Why it was not taken is written down; that it was, the caller writes down.

    What matters after an error is whether the message may have left: before the server was asked, no; after a reply with a
    number, the number tells; when the line went dead in between, nobody knows. A server that takes nothing from us, whoever it is
    for, is out of order and not the message.
    """
    try:
        message = write()
        message.message()  # written out once here, so that a bad header is found before anything is sent
    except Exception as error:
        logger.exception("Message %s %s cannot be written", type(row).__name__, row.pk)
        note_refused(row, _words(error), by=None)
        return Outcome.NOT_TAKEN
    try:
        line.open()
    except (OSError, smtplib.SMTPException) as error:
        note_put_off(row, _words(error), by=None)
        return Outcome.UNREACHABLE
    try:
        line.send_messages([message])
    except smtplib.SMTPSenderRefused as error:
        note_put_off(row, _words(error), by=None)
        _hang_up(line)
        return Outcome.UNREACHABLE
    except smtplib.SMTPRecipientsRefused as error:
        codes, replies = zip(*error.recipients.values(), strict=True)
        gone = all(says_no_mailbox(reply.decode(errors="replace")) for reply in replies)
        _note_reply(row, error, codes, no_mailbox=gone)
    except smtplib.SMTPResponseException as error:
        _note_reply(row, error, [error.smtp_code])
        _hang_up(line)
    except (OSError, smtplib.SMTPException) as error:
        note_unknown(row, _words(error), by=None)
        _hang_up(line)
        return Outcome.UNREACHABLE
    else:
        return Outcome.TAKEN
    return Outcome.NOT_TAKEN


def _note_reply(row: Mailed, error: Exception, codes: Sequence[int], *, no_mailbox: bool = False) -> None:
    if all(400 <= code < 500 for code in codes):
        note_put_off(row, _words(error), by=None)
    elif all(500 <= code < 600 for code in codes):
        note_refused(row, _words(error), by=None, no_mailbox=no_mailbox)
    else:
        note_unknown(row, _words(error), by=None)


def _hang_up(line: BaseEmailBackend) -> None:
    with contextlib.suppress(OSError, smtplib.SMTPException):
        line.close()


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:500]
