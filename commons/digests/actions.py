"""Telling people things, and seeing each e-mail through: claimed, handed over, and its end written down."""

import datetime as dt
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import make_msgid
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models, transaction
from django.db.models.functions import Left, Replace
from django.utils import timezone
from django.utils.translation import gettext as _

from commons.audit.actions import record
from commons.digests.models import MailState, Notice

# After this many temporary refusals we stop. The waits between them add up to about a day.
MOST_ATTEMPTS = 9
FIRST_WAIT = dt.timedelta(minutes=2)
LONGEST_WAIT = dt.timedelta(hours=8)


@transaction.atomic
def notify(
    recipient: Any, *, by: Any, kind: str, key: str, subject: str, path: str, text: str = "", mail: bool = False
) -> Notice:
    """Tell one person one fact, in their language. The same `key` again changes nothing and returns the first notice.

    `path` begins with "/" and leads to the page that says more. With `mail`, a service message is sent by the worker.
    """
    notice, is_new = Notice.objects.get_or_create(
        recipient=recipient,
        key=key,
        defaults={
            "kind": kind,
            "subject": _line(subject),
            "text": text,
            "path": path,
            "mail_state": MailState.WAITING if mail else MailState.NONE,
            "mail_due_at": timezone.now() if mail else None,
        },
    )
    if is_new:
        record("notify", notice, by=by, data={"kind": kind, "mail": mail})
    return notice


@dataclass(frozen=True)
class Fact:
    """One fact for one person, for `notify_all`: what `notify` takes, in their language."""

    recipient: Any
    key: str
    subject: str
    path: str
    text: str = ""


@transaction.atomic
def notify_all(facts: Iterable[Fact], *, by: Any, kind: str, about: models.Model, mail: bool = False) -> int:
    """Tell many people at once: two queries and one entry in the record, about `about`, however many they are. A key that
    somebody has been told already changes nothing. With `mail`, each is sent a service message by the worker. Returns how many
    facts were given."""
    notices = [
        Notice(
            recipient=fact.recipient,
            kind=kind,
            key=fact.key,
            subject=_line(fact.subject),
            text=fact.text,
            path=fact.path,
            mail_state=MailState.WAITING if mail else MailState.NONE,
            mail_due_at=timezone.now() if mail else None,
        )
        for fact in facts
    ]
    if notices:
        Notice.objects.bulk_create(notices, batch_size=1000, ignore_conflicts=True)
        record("notify_all", about, by=by, data={"kind": kind, "count": len(notices)})
    return len(notices)


@transaction.atomic
def forget_name(person: Any, *, keys: Iterable[str], by: Any) -> int:
    """Take the name of somebody whose account goes out of what others were told under these keys. Returns how many notices."""
    name, nobody = models.Value(person.name), models.Value(_("Somebody who has closed their account"))
    rows = Notice.objects.filter(key__in=list(keys)) if person.name else Notice.objects.none()
    count = rows.update(subject=Left(Replace("subject", name, nobody), 200), text=Replace("text", name, nobody))
    record("forget_name", person, by=by, data={"count": count})
    return count


@transaction.atomic
def drop_notices(*, keys: Iterable[str], by: Any, about: models.Model) -> int:
    """Take back what people were told under these keys, because it quotes what was erased since. Returns how many notices."""
    count, _rows = Notice.objects.filter(key__in=list(keys)).delete()
    record("drop_notices", about, by=by, data={"count": count})
    return count


def _line(subject: str) -> str:
    return " ".join(subject.split())[:200]


@transaction.atomic
def mark_notices_seen(*, by: Any) -> int:
    """The person has looked at the list. Returns how many notices were new."""
    seen = Notice.objects.visible_to(by).unseen().update(seen_at=timezone.now())
    if seen:
        record("mark_notices_seen", by, by=by, data={"count": seen})
    return seen


@transaction.atomic
def claim_mail(*, by: Any, now: dt.datetime | None = None) -> Notice | None:
    """Take the message that has waited longest and give it its Message-ID. Commit before it is handed to the mail server.

    The Message-ID holds a random token, so nobody can guess it and hang a forged reply under it.
    """
    now = now or timezone.now()
    notice = (
        Notice.objects.mail_due(now)
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("recipient")
        .order_by("mail_due_at", "pk")
        .first()
    )
    if notice is None:
        return None
    notice.mail_state = MailState.SENDING
    notice.mail_claimed_at = now
    notice.mail_attempts += 1
    notice.message_id = make_msgid(secrets.token_hex(16), domain=urlsplit(settings.SITE_ADDRESS).hostname)
    notice.save(update_fields=["mail_state", "mail_claimed_at", "mail_attempts", "message_id"])
    return notice


def _end(notice: Notice, state: MailState, **values: Any) -> bool:
    """Only the claim that is still open may be ended, so a late worker cannot overwrite what is known by now."""
    values |= {"mail_state": state}
    held = Notice.objects.filter(pk=notice.pk, mail_state=MailState.SENDING, message_id=notice.message_id)
    return bool(held.update(**values))


@transaction.atomic
def note_sent(notice: Notice, *, by: Any) -> None:
    """The mail server took the message."""
    if _end(notice, MailState.SENT, mailed_at=timezone.now(), mail_reason=""):
        record("note_sent", notice, by=by)


@transaction.atomic
def note_put_off(notice: Notice, reason: str, *, by: Any) -> None:
    """The message certainly did not leave; try again later, or stop after MOST_ATTEMPTS."""
    if notice.mail_attempts >= MOST_ATTEMPTS:
        note_refused(notice, reason, by=by)
        return
    wait = min(FIRST_WAIT * 2 ** (notice.mail_attempts - 1), LONGEST_WAIT)
    if _end(notice, MailState.WAITING, mail_due_at=timezone.now() + wait, mail_reason=reason, message_id=""):
        record("note_put_off", notice, by=by, data={"attempt": notice.mail_attempts})


@transaction.atomic
def note_refused(notice: Notice, reason: str, *, by: Any) -> None:
    """The message certainly did not leave, and trying again would not help."""
    if _end(notice, MailState.FAILED, mail_reason=reason):
        record("note_refused", notice, by=by)


@transaction.atomic
def note_unknown(notice: Notice, reason: str, *, by: Any) -> None:
    """Nobody can tell whether the message left. It is not sent again: never twice comes before perhaps not once."""
    if _end(notice, MailState.UNKNOWN, mail_reason=reason):
        record("note_unknown", notice, by=by)


@transaction.atomic
def note_stuck_mail(*, by: Any, now: dt.datetime | None = None) -> int:
    """Messages whose worker died while sending become unknown. Returns how many."""
    stuck = list(Notice.objects.mail_stuck(now or timezone.now()).select_for_update(skip_locked=True, of=("self",)))
    for notice in stuck:
        note_unknown(notice, "The worker stopped while it was sending.", by=by)
    return len(stuck)
