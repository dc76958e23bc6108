"""Saying something, changing and withdrawing it, agreeing with it, and telling people of replies."""

import datetime as dt
import re
import uuid
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commons.audit.actions import record
from commons.contributions.models import (
    DEEPEST,
    PANEL_ROLES,
    Audience,
    Channel,
    Contribution,
    Edit,
    Kind,
    Mandate,
    ShownAs,
    Support,
    Thread,
)
from commons.contributions.reports import closed_because, shut_because
from commons.digests.actions import notify
from commons.moderation.actions import hold, release
from commons.moderation.models import Cause, Standing
from commons.people.models import Door, Organisation, User

MANY_LINKS = 3
MOST_HELD = 20
"""Contributions of one person that may wait for a moderator at once."""
MANY_AT_ONCE, AT_ONCE = 5, dt.timedelta(minutes=10)
TRUSTED_ROLES = PANEL_ROLES | {"staff", "moderator", "editor"}
ANNOUNCED_AT_ONCE = 200


class ThreadClosed(Exception):
    """Nothing more can be said in this thread."""


class NotYourOrganisation(Exception):
    """Somebody spoke for an organisation that has not said they may."""


class MandateIncomplete(Exception):
    """What was agreed has no date, or a vote no figures."""


class CannotReply(Exception):
    """The contribution that was to be answered is not public."""


class TooSoon(Exception):
    """The thread is slowed, and this person said something in it a moment ago."""


SAY_REFUSALS = (ThreadClosed, TooSoon, NotYourOrganisation, MandateIncomplete)
"""Why something may not be said in a thread. A reply has `CannotReply`, too."""


class StaleEdit(Exception):
    """The contribution was changed since the form was shown. Nothing was written."""


class NotNow(Exception):
    """It was turned down or taken back meanwhile, so nothing can be done with it."""


@dataclass(frozen=True)
class Speaking:
    """For whom somebody speaks, how they wish to be shown and through which door they came. Dates and figures only where the
    mandate has them."""

    mandate: str = Mandate.SELF
    organisation: Organisation | None = None
    agreed_on: dt.date | None = None
    votes_for: int | None = None
    votes_against: int | None = None
    votes_entitled: int | None = None
    shown_as: str = ShownAs.NAME
    door: Door | None = None


@transaction.atomic
def add_contribution(
    thread: Thread,
    *,
    by: User,
    body: str,
    key: uuid.UUID | None = None,
    kind: str = Kind.COMMENT,
    title: str = "",
    replacement: str = "",
    parent: Contribution | None = None,
    speaking: Speaking = Speaking(),
    owner: User | None = None,
    reply_by: dt.date | None = None,
) -> Contribution:
    """Say something in a thread. The same author with the same `key` (one per form shown) gets the same row again.

    What a new account says first, what holds many links, and what comes too fast is held until a moderator has looked.
    Raises `ThreadClosed`, `TooSoon`, `CannotReply`, `NotYourOrganisation` or `MandateIncomplete`.
    """
    key = key or uuid.uuid4()
    # One at a time for each author: the second half of a double click finds the first, and no limit is slipped past. The key
    # stays free, or a moderator who tells them of a verdict would wait for us while we wait for what they decide about.
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    already = Contribution.objects.filter(author=by, key=key).first()
    if already is not None:
        return already
    if reason := closed_because(thread):
        raise ThreadClosed(reason)
    _check_pace(thread, by)
    _check_mandate(speaking, by)
    contribution = Contribution(
        thread=thread,
        author=by,
        key=key,
        kind=kind,
        title=title,
        body=body,
        replacement=replacement,
        owner=owner,
        reply_by=reply_by,
        **_placed(parent, thread),
        **_said(speaking),
    )
    _add(contribution, by=by)
    return contribution


def _check_pace(thread: Thread, by: User) -> None:
    """In a slowed thread everybody waits between two contributions; and nobody fills a moderator's queue alone."""
    now = timezone.now()
    mine = Contribution.objects.filter(author=by)
    if thread.slow_minutes:
        last = mine.filter(thread=thread).aggregate(last=models.Max("made_at"))["last"]
        if last is not None and now < last + dt.timedelta(minutes=thread.slow_minutes):
            wait = last + dt.timedelta(minutes=thread.slow_minutes) - now
            minutes = -(-wait.total_seconds() // 60)
            raise TooSoon(
                ngettext(
                    "This discussion is slowed down: you can speak again in a minute. Your words are still in the form.",
                    "This discussion is slowed down: you can speak again in %(minutes)d minutes. "
                    "Your words are still in the form.",
                    int(minutes),
                )
                % {"minutes": minutes}
            )
    if mine.filter(standing=Standing.HELD).count() >= MOST_HELD:
        raise TooSoon(
            _(
                "Many of your contributions wait for a moderator. Please wait until they have been read. "
                "Your words are still in the form."
            )
        )


@transaction.atomic
def key_in_contribution(
    thread: Thread,
    *,
    by: User,
    body: str,
    channel: str,
    said_by: str,
    key: uuid.UUID | None = None,
    kind: str = Kind.COMMENT,
    title: str = "",
    replacement: str = "",
    speaking: Speaking = Speaking(),
    made_at: dt.datetime | None = None,
    owner: User | None = None,
    reply_by: dt.date | None = None,
) -> Contribution:
    """Type in what somebody said on paper, by telephone or at an event. It has no author; who typed it is on the row.

    The same person with the same `key` gets the same row again. Raises `MandateIncomplete`.
    """
    key = key or uuid.uuid4()
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    already = Contribution.objects.filter(keyed_in_by=by, key=key).first()
    if already is not None:
        return already
    _check_figures(speaking)
    contribution = Contribution(
        thread=thread,
        key=key,
        kind=kind,
        title=title,
        body=body,
        replacement=replacement,
        channel=Channel(channel),
        said_by=said_by,
        keyed_in_by=by,
        made_at=made_at or timezone.now(),
        owner=owner,
        reply_by=reply_by,
        **_said(speaking),
    )
    contribution.save()
    record("key_in_contribution", contribution, by=by, data={"thread": thread.pk, "channel": str(channel)})
    return contribution


@transaction.atomic
def take_down_words(
    thread: Thread,
    *,
    by: User | None,
    body: str,
    channel: str,
    said_by: str,
    key: uuid.UUID,
    kind: str = Kind.NOTE,
    cause: Cause | None = None,
) -> Contribution:
    """Keep what came without an account: from the scribe of a table, or from somebody in the room. With a `cause` it waits for a
    moderator. Whether it came before is known to the caller, who has the `key`."""
    contribution = Contribution.objects.create(
        thread=thread, key=key, kind=kind, body=body, channel=Channel(channel), said_by=said_by
    )
    record("take_down_words", contribution, by=by, data={"thread": thread.pk, "channel": str(channel)})
    if cause is not None:
        hold(contribution, by=by, cause=cause)
    return contribution


def _said(speaking: Speaking) -> dict[str, Any]:
    """The columns of a mandate, without figures that do not belong to it."""
    said = {name: getattr(speaking, name) for name in asdict(Speaking())}
    if speaking.mandate not in {Mandate.BOARD, Mandate.MEMBERS}:
        said["agreed_on"] = None
    if speaking.mandate != Mandate.MEMBERS:
        said |= {"votes_for": None, "votes_against": None, "votes_entitled": None}
    return said


def _check_figures(speaking: Speaking) -> None:
    agreed = speaking.mandate in {Mandate.BOARD, Mandate.MEMBERS}
    if agreed and (speaking.agreed_on is None or speaking.agreed_on > timezone.localdate()):
        raise MandateIncomplete(_("Say on which day it was agreed. It cannot lie in the future."))
    if speaking.mandate == Mandate.MEMBERS and None in (speaking.votes_for, speaking.votes_against):
        raise MandateIncomplete(_("Say how many members voted for it, and how many against."))


def _check_mandate(speaking: Speaking, by: User) -> None:
    _check_figures(speaking)
    speaks_for_it = speaking.mandate != Mandate.SELF
    if speaks_for_it and speaking.organisation is None:
        raise MandateIncomplete(_("Say which organisation you speak for."))
    if speaking.organisation is None:
        return
    if not Organisation.objects.of_member(by).filter(pk=speaking.organisation.pk).exists():
        raise NotYourOrganisation(
            _("You can speak only for an organisation that you have joined and staff have checked.")
        )


def _placed(parent: Contribution | None, thread: Thread) -> dict[str, Any]:
    """Where a reply hangs. One below the deepest level hangs beside what it answers."""
    if parent is None:
        return {}
    # Locked, so that it cannot be turned down or taken back between this look and our row.
    parent = Contribution.objects.select_for_update().get(pk=parent.pk)
    if parent.thread_id != thread.pk or not parent.is_published or parent.is_idea:
        raise CannotReply(_("What you want to answer is not public any more. Your words are still in the form below."))
    if parent.depth >= DEEPEST:
        return {"parent_id": parent.parent_id, "root_id": parent.root_id, "depth": parent.depth}
    return {"parent": parent, "root_id": parent.root_id or parent.pk, "depth": parent.depth + 1}


def _add(contribution: Contribution, *, by: User) -> None:
    cause = why_to_hold(contribution, by)
    contribution.save()
    record(
        "add_contribution",
        contribution,
        by=by,
        data={"thread": contribution.thread_id, "kind": str(contribution.kind), "held": str(cause or "")},
    )
    if cause is not None:
        hold(contribution, by=by, cause=cause)


def is_trusted(person: User) -> bool:
    """Whether what somebody writes is public at once: they hold a role, or moderators have let enough of their words through."""
    if person.roles & TRUSTED_ROLES:
        return True
    public = Contribution.objects.published().filter(author=person)
    return public.count() >= settings.TRUSTED_AFTER


def why_to_hold(contribution: Contribution, author: User) -> Cause | None:
    """Why a moderator should look before others can read this, or None."""
    if contribution.thread.audience != Audience.EVERYONE or author.roles & TRUSTED_ROLES:
        return None
    if len(re.findall(r"https?:|www\.|\]\(", " ".join(contribution.words().values()))) >= MANY_LINKS:
        return Cause.LINKS
    if not is_trusted(author):
        lately = Contribution.objects.filter(author=author, made_at__gt=timezone.now() - AT_ONCE)
        return Cause.RATE if lately.count() >= MANY_AT_ONCE else Cause.FIRST
    return None


@transaction.atomic
def edit_contribution(
    contribution: Contribution,
    *,
    by: User,
    body: str,
    based_on: int,
    replacement: str | None = None,
    title: str | None = None,
) -> Contribution:
    """Change the words. How they read before stays readable. An edit by somebody who is not yet trusted is looked at first.

    `based_on` is the revision that the form showed. Once the talk is over, others have counted on these words: they can be taken
    back, and not be changed. Raises `StaleEdit`, `NotNow` or `ThreadClosed`.
    """
    row = _locked(contribution)
    if reason := shut_because(row.thread):
        raise ThreadClosed(
            _("%(reason)s What was said stays as it is. You can still take it back.") % {"reason": reason}
        )
    replacement = row.replacement if replacement is None else replacement
    title = row.title if title is None else title
    if row.revision != based_on:
        raise StaleEdit(_("This was changed in another window. Your words are still in the form below."))
    if (row.title, row.body, row.replacement) == (title, body, replacement):
        return row
    looked_at = row.moderation_id is not None and row.moderation.verdicts.filter(outcome="redact").exists()
    Edit.objects.create(
        contribution=row,
        number=row.revision,
        title=row.title,
        body=row.body,
        replacement=row.replacement,
        written_at=row.edited_at or row.made_at,
    )
    row.title, row.body, row.replacement = title, body, replacement
    row.edited_at, row.revision = timezone.now(), row.revision + 1
    row.save(update_fields=["title", "body", "replacement", "edited_at", "revision"])
    record("edit_contribution", row, by=by, data={"revision": row.revision})
    cause = Cause.EDIT if looked_at else why_to_hold(row, by)
    if row.is_published and cause is not None:
        hold(row, by=by, cause=Cause.EDIT if cause == Cause.FIRST else cause)
    return row


def _locked(contribution: Contribution) -> Contribution:
    row = (
        Contribution.objects.select_for_update(of=("self",))
        .select_related("thread", "moderation")
        .get(pk=contribution.pk)
    )
    if row.standing not in {Standing.PUBLISHED, Standing.HELD}:
        raise NotNow(_("This is not public any more, so it cannot be changed."))
    return row


@transaction.atomic
def withdraw_contribution(contribution: Contribution, *, by: User | None) -> Contribution:
    """Take back one's words, or those of a table without an account. Replies stay, under a line that says so. Raises `NotNow`."""
    row = _locked(contribution)
    row.standing = Standing.WITHDRAWN
    row.save(update_fields=["standing"])
    release(row, by=by)
    record("withdraw_contribution", row, by=by)
    return row


@transaction.atomic
def support_contribution(contribution: Contribution, *, by: User) -> bool:
    """Agree with something, once; a second time changes nothing. Whether this was the first time. Raises `NotNow`, or
    `ThreadClosed` once the talk is over: then only an agreement can be taken back."""
    row = _locked(contribution)
    if reason := shut_because(row.thread):
        raise ThreadClosed(reason)
    _support, is_new = Support.objects.get_or_create(contribution=row, person=by)
    if is_new:
        _count_supports(row, models.F("support_count") + 1)
        record("support_contribution", row, by=by)
    return is_new


@transaction.atomic
def drop_support(contribution: Contribution, *, by: User) -> bool:
    """Take the agreement back. Whether there was one."""
    row = _locked(contribution)
    dropped, _rows = Support.objects.filter(contribution=row, person=by).delete()
    if dropped:
        _count_supports(row, models.F("support_count") - 1)
        record("drop_support", row, by=by)
    return bool(dropped)


def _count_supports(row: Contribution, count: Any) -> None:
    Contribution.objects.filter(pk=row.pk).update(support_count=count)


@transaction.atomic
def announce_contributions(*, by: User | None) -> int:
    """Tell people of public replies to what they said, each once. Returns how many replies were looked at.

    It reads rows and not events, so a reply that a moderator lets through tomorrow is announced tomorrow.
    """
    waiting = list(
        Contribution.objects.published()
        .filter(announced_at=None, parent__isnull=False)
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("parent__author", "thread")
        .order_by("pk")[:ANNOUNCED_AT_ONCE]
    )
    for reply in waiting:
        answered = reply.parent.author
        if answered is not None and answered.pk != reply.author_id:
            with translation.override(answered.language):
                notify(
                    answered,
                    by=by,
                    kind="reply",
                    key=f"reply:{reply.pk}",
                    subject=_("Somebody replied to what you said"),
                    text=_("%(name)s replied. Open the page to read it.") % {"name": reply.name_shown},
                    path=reply.get_absolute_url(),
                    thing=f"contribution:{reply.parent_id}",
                )
    Contribution.objects.filter(pk__in=[reply.pk for reply in waiting]).update(announced_at=timezone.now())
    if waiting:
        record("announce_contributions", waiting[0], by=by, data={"count": len(waiting)})
    return len(waiting)
