"""The worker's side of mail: what is due now is written, handed to the mail server, and what became of it is noted.

A service message goes by itself. Digests go in batches over one connection: what a batch needs is read by a fixed number of
queries, and each message is marked as being sent, and that committed, before the mail server hears of it.
"""

import contextlib
import enum
import logging
import smtplib
import textwrap
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from email.message import Message
from email.utils import parseaddr
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import models
from django.db.models.functions import RowNumber
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import ngettext

from commons.digests.actions import (
    begin_digests,
    claim_digests,
    claim_mail,
    drop_digests,
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
from commons.digests.models import (
    Digest,
    Frequency,
    Mailed,
    MailingList,
    MailState,
    Notice,
    Subscription,
    says_no_mailbox,
)
from commons.digests.reports import (
    headings,
    is_direct,
    kind_named,
    kinds,
    kinds_in,
    next_period,
    refused_to,
    still_so,
    words_of,
)

logger = logging.getLogger(__name__)

MOST_AT_ONCE = 500
BATCH = 100
# What was read of a batch is believed for so long. What is left of it then is read again.
SECONDS_BELIEVED = 30
# One run of a task stops by itself long before Celery would stop it in the middle of a message; the next minute's goes on.
LONGEST_RUN = 300
LINES = 20
"""A mail tells of so many notices at most; the page holds the rest."""


WIDTH = 72
"""Where lines of plain text are broken, as mail programs have it since there are any."""


# --- Written ------------------------------------------------------------------------------------------------------------------


class Letter(EmailMultiAlternatives):
    """A message that is written out once: what was checked before is what is sent."""

    def message(self) -> Message:
        if not hasattr(self, "_written"):
            self._written = super().message()
        return self._written


def _frame() -> dict[str, Any]:
    return {
        "site_name": settings.SITE_NAME,
        "site_address": settings.SITE_ADDRESS,
        "help_phone": settings.HELP_PHONE,
        "help_email": settings.HELP_EMAIL,
    }


def _plain(template: str, context: dict[str, Any]) -> str:
    """The text of a mail in lines that are not too long. A line that began further in goes on further in, and an address, which
    has no space in it, stays whole."""
    lines = []
    for line in render_to_string(template, context).split("\n"):
        indent = "  " if line.startswith(("  ", "* ")) else ""
        wrapped = textwrap.wrap(line, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
        lines += wrapped or [""]
    return "\n".join(lines)


def _headers(message_id: str, *, threads: Sequence[str] = ()) -> dict[str, str]:
    headers = {
        "Message-ID": message_id,
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Content-Language": translation.get_language(),
    }
    if threads:
        headers |= {"References": " ".join(threads), "In-Reply-To": threads[-1]}
    return headers


def _stop_url(subscription: Subscription, mailing_list: str) -> str:
    return settings.SITE_ADDRESS + reverse("digests:unsubscribe", args=[subscription.token_for(mailing_list)])


def _list_headers(url: str, mailing_list: str, about: str) -> dict[str, str]:
    """What tells a mail program and a mail server that this can be stopped, how, and what it is (RFC 2919, 2369, 8058)."""
    domain = urlsplit(settings.SITE_ADDRESS).hostname
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or domain
    return {
        "List-ID": f"<{mailing_list}.{domain}>",
        "List-Unsubscribe": f"<{url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Precedence": "bulk",
        "Feedback-ID": f"{about}:{mailing_list}:mail:{sender}",
    }


def message_for(notice: Notice, *, threads: Sequence[str] = ()) -> Letter:
    """The e-mail of a claimed notice: plain text first, then the same in HTML, in the person's language. One that somebody wishes
    to have at once says why it comes and how to stop it. `threads`: the Message-IDs of earlier ones about the same thing."""
    context = _frame() | {
        "notice": notice,
        "subject": notice.subject,
        "recipient": notice.recipient,
        "url": settings.SITE_ADDRESS + notice.path,
    }
    with translation.override(notice.recipient.language or None):
        headers = _headers(notice.message_id, threads=threads)
        if kind := kind_named(notice.kind):
            context["why"] = kind.why
        if is_direct(notice.kind):
            context["stop_url"] = _stop_url(notice.recipient.subscription, MailingList.AT_ONCE)
            headers |= _list_headers(context["stop_url"], MailingList.AT_ONCE, notice.kind)
        message = Letter(
            subject=notice.subject,
            body=_plain("emails/service_message.txt", context),
            to=[notice.recipient.email],
            headers=headers,
        )
        message.attach_alternative(render_to_string("emails/service_message.html", context), "text/html")
    return message


def digest_messages(digests: Sequence[Digest]) -> dict[int, Callable[[], Letter]]:
    """By the number of a digest: what writes its message, each by itself, so that one that cannot be written holds up no other.
    Of what may not be told any more nothing is in it, and a digest with nothing in it is left out. A fixed number of queries,
    however many digests."""
    notices: dict[int, list[Notice]] = defaultdict(list)
    # Where not all of it has room, what answers the reader comes before what they follow; of each the newest.
    direct = models.Case(models.When(kind__in=[kind.name for kind in kinds() if kind.direct], then=0), default=1)
    place = models.Window(RowNumber(), partition_by="digest", order_by=[direct, "-made_at", "-pk"])
    count = models.Window(models.Count("pk"), partition_by="digest")
    items = Notice.objects.filter(digest__in=digests)
    told = still_so(items, among=kinds_in(items)).annotate(place=place, count=count, first=_FIRST)
    for notice in told.filter(place__lte=LINES):
        notices[notice.digest_id].append(notice)
    words = _words_that_changed([notice for some in notices.values() for notice in some])
    sent = Digest.objects.filter(person__in=[digest.person_id for digest in digests], mail_state=MailState.SENT)
    before = dict(sent.order_by("person", "-period").distinct("person").values_list("person", "message_id"))
    return {
        digest.pk: partial(_digest_message, digest, notices[digest.pk], words, before.get(digest.person_id))
        for digest in digests
        if notices[digest.pk]
    }


_FIRST = models.Window(models.Min("made_at"), partition_by="digest")


def _words_that_changed(notices: Sequence[Notice]) -> dict[int, Any]:
    """They are read for all at once. Rather than hold up everybody, where that fails what changed is told without its words."""
    try:
        return words_of(notices)
    except Exception:
        logger.exception("The words that changed cannot be read")
        return {}


def _digest_message(digest: Digest, notices: Sequence[Notice], words: dict[int, Any], before: str | None) -> Letter:
    person, count = digest.person, notices[0].count
    url = _stop_url(person.subscription, MailingList.DIGEST)
    with translation.override(person.language or None):
        told = headings(notices, words)
        subject = told[0].lines[0].notice.subject
        if count > 1:
            more = ngettext("%(first)s, and one more thing", "%(first)s, and %(count)d more things", count - 1)
            subject = more % {"first": subject[:150], "count": count - 1}
        context = _frame() | {
            "recipient": person,
            "headings": told,
            "subject": subject,
            "since": notices[0].first,
            "left_out": count - len(notices),
            "frequency": person.subscription.frequency,
            "next_period": next_period(person.subscription.frequency, timezone.now()),
            "page_url": settings.SITE_ADDRESS + reverse("digests:notice-list"),
            "why_url": settings.SITE_ADDRESS + reverse("digests:why"),
            "stop_url": url,
        }
        headers = _headers(digest.message_id, threads=[before] if before else [])
        message = Letter(
            subject=subject,
            body=_plain("emails/digest.txt", context),
            to=[person.email],
            headers=headers | _list_headers(url, MailingList.DIGEST, f"{digest.period:%Y%m%d}"),
        )
        message.attach_alternative(render_to_string("emails/digest.html", context), "text/html")
    return message


# --- Sent ---------------------------------------------------------------------------------------------------------------------


@shared_task(name="digests.send_service_messages", ignore_result=True)
def send_service_messages() -> None:
    """Send the messages that are due now."""
    began = time.monotonic()
    note_stuck_mail(by=None)
    with _line() as connection:
        for _turn in range(MOST_AT_ONCE):
            if time.monotonic() - began >= LONGEST_RUN:
                return
            notice = claim_mail(by=None)
            if notice is None or not _send_notice(notice, connection):
                return


@shared_task(name="digests.send_digests", ignore_result=True)
def send_digests() -> None:
    """Begin the digests that are due now, and send those that wait, as many as may go out within this minute."""
    began = time.monotonic()
    note_stuck_mail(by=None)
    for frequency in (Frequency.WEEKLY, Frequency.DAILY):
        while begin_digests(frequency, by=None):
            pass
    with _line() as connection:
        while time.monotonic() - began < LONGEST_RUN:
            batch = claim_digests(by=None, most=BATCH)
            if not batch or not _send_batch(batch, connection):
                return


@contextlib.contextmanager
def _line() -> Iterator[BaseEmailBackend]:
    """One connection to the mail server, hung up at the end."""
    connection = get_connection()
    try:
        yield connection
    finally:
        _hang_up(connection)


def _send_notice(notice: Notice, connection: BaseEmailBackend) -> bool:
    """Hand over one message and write down what became of it. False when the mail server cannot be reached at all."""
    subscription = getattr(notice.recipient, "subscription", None)
    if subscription is not None:
        subscription.person = notice.recipient
    if not notice.recipient.is_active:
        note_refused(notice, "The account is closed.", by=None)
        return True
    if subscription is not None and subscription.is_stopped:
        note_refused(notice, "Mail to this address comes back.", by=None)
        return True
    holds = still_so(Notice.objects.filter(pk=notice.pk), among=[notice.kind]).exists()
    if not holds or refused_to(notice.recipient, [notice]):
        note_dropped(notice, "It may not be told any more.", by=None)
        return True
    if is_direct(notice.kind) and not (subscription and subscription.at_once):
        note_gathered(notice, by=None)
        return True
    outcome = _send(notice, lambda: message_for(notice, threads=_threads(notice)), connection)
    if outcome == Outcome.TAKEN:
        note_sent(notice, by=None)
    return outcome != Outcome.UNREACHABLE


def _threads(notice: Notice) -> list[str]:
    """The Message-ID of the last mail to the same person about the same thing."""
    earlier = Notice.objects.filter(recipient=notice.recipient_id, path=notice.path, mail_state=MailState.SENT)
    return list(earlier.exclude(pk=notice.pk).order_by("-mailed_at").values_list("message_id", flat=True)[:1])


def _send_batch(batch: Sequence[Digest], connection: BaseEmailBackend) -> bool:
    """Hand over the messages of a batch. False when the mail server cannot be reached at all: the rest is tried later."""
    began = time.monotonic()
    messages = digest_messages(batch)
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
            outcome = _send(digest, messages[digest.pk], connection)
            is_there = outcome != Outcome.UNREACHABLE
            if outcome == Outcome.TAKEN:
                sent.append(taken := digest)
    finally:
        end_batch(by=None, taken=taken, sent=sent)
    drop_digests(stopped, "Its reader has stopped digests.", by=None)
    release_digests(rest, by=None)
    return is_there


class Outcome(enum.Enum):
    """What became of a message that was to be handed over."""

    TAKEN = enum.auto()
    NOT_TAKEN = enum.auto()
    UNREACHABLE = enum.auto()


def _send(row: Mailed, write: Callable[[], Letter], connection: BaseEmailBackend) -> Outcome:
    """Hand over one message. Why it was not taken is written down; that it was, the caller writes down.

    What matters after an error is whether the message may have left: before the server was asked, no; after a reply with a
    number, the number tells; when the line went dead in between, nobody knows.
    """
    try:
        message = write()
        message.message()  # written out once here, so that a bad header is found before anything is sent
    except Exception as error:
        logger.exception("Message %s %s cannot be written", type(row).__name__, row.pk)
        note_refused(row, _words(error), by=None)
        return Outcome.NOT_TAKEN
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        note_put_off(row, _words(error), by=None)
        return Outcome.UNREACHABLE
    try:
        connection.send_messages([message])
    except smtplib.SMTPRecipientsRefused as error:
        codes, replies = zip(*error.recipients.values(), strict=True)
        gone = all(says_no_mailbox(reply.decode(errors="replace")) for reply in replies)
        _note_reply(row, error, codes, no_mailbox=gone)
    except smtplib.SMTPResponseException as error:
        _note_reply(row, error, [error.smtp_code])
        _hang_up(connection)
    except (OSError, smtplib.SMTPException) as error:
        note_unknown(row, _words(error), by=None)
        _hang_up(connection)
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


def _hang_up(connection: BaseEmailBackend) -> None:
    with contextlib.suppress(OSError, smtplib.SMTPException):
        connection.close()


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:500]
