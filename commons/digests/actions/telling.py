"""Telling people things: one fact for one person, once."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.db.models.functions import Left, Replace
from django.utils import timezone
from django.utils.translation import gettext as _

from commons.audit.actions import record
from commons.audit.models import Entry
from commons.digests.models import MailState, Notice, Subscription, number_in
from commons.digests.reports import can_wait, is_direct


@dataclass(frozen=True)
class Fact:
    """One fact for one person, for `notify_all`: what `notify` takes, in their language."""

    recipient: Any
    key: str
    subject: str
    path: str
    text: str = ""
    thing: str = ""


@transaction.atomic
def notify(
    recipient: Any,
    *,
    by: Any,
    kind: str,
    key: str,
    subject: str,
    path: str,
    text: str = "",
    thing: str = "",
    mail: bool = False,
) -> Notice:
    """Tell one person one fact, in their language. The same `key` again changes nothing and returns the first notice.

    `path` begins with "/" and leads to the page that says more. With `mail` the worker sends it as a service message; one of a
    direct kind it also sends to who wishes these at once. The first number in `key` is that of the row it is about. `thing`: see
    `Notice`.
    """
    mail = mail or bool(_at_once([recipient], kind))
    fact = Fact(recipient, key=key, subject=subject, path=path, text=text, thing=thing)
    values = _values(fact, kind, mail=mail, now=timezone.now())
    notice, is_new = Notice.objects.get_or_create(recipient=recipient, key=key, defaults=values)
    if is_new:
        record("notify", notice, by=by, data={"kind": kind, "mail": mail})
    return notice


@transaction.atomic
def notify_all(facts: Iterable[Fact], *, by: Any, kind: str, about: models.Model, mail: bool = False) -> int:
    """Tell many people at once, on the site, and by e-mail all of them (`mail`) or whoever wishes this kind at once: a fixed
    number of queries and one entry in the record, about `about`, however many they are. A key that somebody has been told already
    changes nothing. Returns how many facts were given."""
    facts, now = list(facts), timezone.now()
    everybody = [fact.recipient for fact in facts]
    mailed = {person.pk for person in everybody} if mail else _at_once(everybody, kind)
    notices = [
        Notice(
            recipient=fact.recipient,
            key=fact.key,
            **_values(fact, kind, mail=fact.recipient.pk in mailed, now=now),
        )
        for fact in facts
    ]
    if notices:
        Notice.objects.bulk_create(notices, batch_size=1000, ignore_conflicts=True)
        record("notify_all", about, by=by, data={"kind": kind, "count": len(notices)})
    return len(notices)


@transaction.atomic
def forget_name(person: Any, *, keys: Iterable[str], by: Any) -> int:
    """Take the name of somebody whose account goes out of what others were told under these keys. Where they were once called
    otherwise, what does not hold the name of today may hold that one: it is taken back. Returns how many notices."""
    if not person.name:
        return 0
    rows, nobody = Notice.objects.filter(key__in=list(keys)), models.Value(_("Somebody who has closed their account"))
    name, on_a_line = person.name, " ".join(person.name.split())
    named = models.Q(subject__contains=on_a_line[:200]) | models.Q(text__contains=name)
    if Entry.objects.about(person).filter(verb="change_profile", data__fields__contains="name").exists():
        rows.exclude(named).delete()
    count = rows.filter(named).update(
        subject=Left(Replace("subject", models.Value(on_a_line), nobody), 200),
        text=Replace("text", models.Value(name), nobody),
    )
    record("forget_name", person, by=by, data={"count": count})
    return count


@transaction.atomic
def drop_notices(*, keys: Iterable[str], by: Any, about: models.Model) -> int:
    """Take back what people were told under these keys, because it quotes what was erased since. Returns how many notices."""
    count, _rows = Notice.objects.filter(key__in=list(keys)).delete()
    record("drop_notices", about, by=by, data={"count": count})
    return count


def _values(fact: Fact, kind: str, *, mail: bool, now: dt.datetime) -> dict[str, Any]:
    return {
        "kind": kind,
        "about_id": number_in(fact.key),
        "subject": " ".join(fact.subject.split())[:200],
        "text": fact.text,
        "path": fact.path,
        "thing": fact.thing,
        "made_at": now,
        "mail_state": MailState.WAITING if mail else MailState.NONE,
        "mail_due_at": now if mail else None,
        "mail_can_wait": can_wait(kind),
    }


def _at_once(recipients: list[Any], kind: str) -> set[int]:
    """The numbers of those who wish to have a notice of this kind by e-mail at once."""
    if not is_direct(kind):
        return set()
    wishing = Subscription.objects.reachable().filter(at_once=True, person__in=[person.pk for person in recipients])
    return set(wishing.values_list("person", flat=True))


@transaction.atomic
def see_notices(notices: Iterable[Notice], *, by: Any) -> int:
    """The person has these before them. Returns how many were new. Only they ever see the mark that this moves."""
    shown = Notice.objects.visible_to(by).unseen().filter(pk__in=[notice.pk for notice in notices])
    return shown.update(seen_at=timezone.now())
