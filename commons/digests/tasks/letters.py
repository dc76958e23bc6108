"""Letters: what a message says, in plain text first and then in HTML, in the language of who reads it. Nothing is sent here."""

import logging
import textwrap
from collections import defaultdict
from collections.abc import Callable, Sequence
from email.message import Message
from email.utils import parseaddr
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import models
from django.db.models.functions import Cast, RowNumber
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import ngettext

from commons.digests.models import Digest, MailingList, MailState, Notice, NoticeQuerySet, Subscription
from commons.digests.reports import (
    Line,
    headings,
    is_direct,
    kind_named,
    kinds,
    kinds_in,
    next_period,
    still_so,
    words_of,
)

logger = logging.getLogger(__name__)

LINES = 20
"""A mail has so many lines at most; the page holds the rest."""

WIDTH = 72
"""Where lines of plain text are broken, as mail programs have it since there are any."""


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
    lines: list[str] = []
    for line in render_to_string(template, context).split("\n"):
        if line.isprintable() and (len(line) <= WIDTH or " " not in line.strip()):
            lines.append(line.rstrip())
            continue
        indent = "  " if line.startswith(("  ", "* ")) else ""
        wrapped = textwrap.wrap(line, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
        lines += wrapped or [""]
    return "\n".join(lines)


def _headers(message_id: str, *, before: str) -> dict[str, str]:
    """`before`: the Message-ID of the mail under which a mail program is to show this one."""
    headers = {
        "Message-ID": message_id,
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Content-Language": translation.get_language(),
    }
    if before:
        headers |= {"References": before, "In-Reply-To": before}
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


def message_for(notice: Notice, *, before: str = "") -> Letter:
    """The e-mail of a claimed notice: plain text first, then the same in HTML, in the person's language. One that somebody wishes
    to have at once says why it comes and how to stop it. `before`: the Message-ID of an earlier one about the same thing."""
    context = _frame() | {
        "notice": notice,
        "subject": notice.subject,
        "recipient": notice.recipient,
        "url": settings.SITE_ADDRESS + notice.path,
    }
    with translation.override(notice.recipient.language or None):
        headers = _headers(notice.message_id, before=before)
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


class Said(NamedTuple):
    """One line of a digest as it stands in each part."""

    plain: str
    html: str


class Lines:
    """What a batch tells: many are told the same, and it is written once for each language."""

    def __init__(self) -> None:
        self.said: dict[tuple[Any, ...], Said] = {}

    def of(self, line: Line) -> Said:
        notice = line.notice
        same = (translation.get_language(), notice.subject, notice.path, line.text, line.more, tuple(line.pieces))
        if same not in self.said:
            context = {"line": line, "site_address": settings.SITE_ADDRESS}
            self.said[same] = Said(
                _plain("emails/_digest_line.txt", context), render_to_string("emails/_digest_line.html", context)
            )
        return self.said[same]


def digest_messages(digests: Sequence[Digest]) -> dict[int, Callable[[], Letter]]:
    """By the number of a digest: what writes its message, each by itself, so that one that cannot be written holds up no other.
    Of what may not be told any more nothing is in it, and a digest with nothing in it is left out. A fixed number of queries,
    however many digests."""
    items = Notice.objects.filter(digest__in=digests)
    told = still_so(items, among=kinds_in(items))
    counts = {row["digest"]: row for row in told.order_by().values("digest").annotate(**_COUNTED)}
    notices = _newest_of_each(told)
    words = _words_that_changed([notice for some in notices.values() for notice in some])
    lines = Lines()
    sent = Digest.objects.filter(person__in=[digest.person_id for digest in digests], mail_state=MailState.SENT)
    before = dict(sent.order_by("person", "-period").distinct("person").values_list("person", "message_id"))
    return {
        digest.pk: partial(
            _digest_message,
            digest,
            notices[digest.pk],
            counts[digest.pk],
            words,
            lines,
            before.get(digest.person_id, ""),
        )
        for digest in digests
        if digest.pk in notices
        and digest.pk in counts  # what was shown again between two queries waits for the next one
    }


_COUNTED = {"count": models.Count("pk"), "first": models.Min("made_at")}


def _newest_of_each(told: NoticeQuerySet) -> dict[int, list[Notice]]:
    """By the number of a digest: what has room in it, of each thing the newest. Where not all has room, what answers the reader
    comes before what they follow. Two queries."""
    rank = models.Window(RowNumber(), partition_by=["digest", "kind", _ONE], order_by=["-made_at", "-pk"])
    newest = told.order_by().annotate(rank=rank).filter(rank=1)
    direct = models.Case(models.When(kind__in=[kind.name for kind in kinds() if kind.direct], then=0), default=1)
    place = models.Window(RowNumber(), partition_by="digest", order_by=[direct, "-made_at", "-pk"])
    rows = Notice.objects.filter(pk__in=newest.values("pk")).annotate(place=place).filter(place__lte=LINES)
    things = told.order_by().exclude(thing="").values_list("digest", "kind", "thing")
    like = {(digest, kind, thing): count for digest, kind, thing, count in things.annotate(models.Count("pk"))}
    notices: dict[int, list[Notice]] = defaultdict(list)
    for notice in rows:
        notice.like = like.get((notice.digest_id, notice.kind, notice.thing), 1)
        notices[notice.digest_id].append(notice)
    return notices


# What names no thing is one by itself.
_ONE = models.Case(
    models.When(thing="", then=Cast("pk", models.CharField())), default="thing", output_field=models.CharField()
)


def _words_that_changed(notices: Sequence[Notice]) -> dict[int, Any]:
    """They are read for all at once. Rather than hold up everybody, where that fails what changed is told without its words."""
    try:
        return words_of(notices)
    except Exception:
        logger.exception("The words that changed cannot be read")
        return {}


def _digest_message(
    digest: Digest,
    notices: Sequence[Notice],
    counted: dict[str, Any],
    words: dict[int, Any],
    lines: Lines,
    before: str,
) -> Letter:
    person, count = digest.person, counted["count"]
    url = _stop_url(person.subscription, MailingList.DIGEST)
    with translation.override(person.language or None):
        told = headings(notices, words)
        subject = told[0].lines[0].notice.subject
        if count > 1:
            more = ngettext("%(first)s, and one more thing", "%(first)s, and %(count)d more things", count - 1)
            subject = more % {"first": subject[:150], "count": count - 1}
        context = _frame() | {
            "recipient": person,
            "headings": [(heading, [lines.of(line) for line in heading.lines]) for heading in told],
            "subject": subject,
            "since": counted["first"],
            "left_out": max(0, count - sum(notice.like for notice in notices)),
            "frequency": person.subscription.frequency,
            "next_period": next_period(person.subscription.frequency, timezone.now()),
            "page_url": settings.SITE_ADDRESS + reverse("digests:notice-list"),
            "why_url": settings.SITE_ADDRESS + reverse("digests:why"),
            "stop_url": url,
        }
        headers = _headers(digest.message_id, before=before)
        message = Letter(
            subject=subject,
            body=_plain("emails/digest.txt", context),
            to=[person.email],
            headers=headers | _list_headers(url, MailingList.DIGEST, f"{digest.period:%Y%m%d}"),
        )
        message.attach_alternative(render_to_string("emails/digest.html", context), "text/html")
    return message
