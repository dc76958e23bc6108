"""The programme of an event: its sessions by room and time, and afterwards what was said in them."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from commons.audit.actions import record
from commons.contributions.actions import open_thread
from commons.contributions.models import Contribution, Thread
from commons.people.models import User
from commons.themes.models import Theme
from consultation.actions.events import EndsBeforeStart
from consultation.actions.registrations import WrongState, locked_event
from consultation.actions.texts import StaleEdit
from consultation.models import Event, EventSession


class OutsideEvent(Exception):
    """The session would begin before the event or end after it."""


class SessionInUse(Exception):
    """Something was prepared or written down in this session already."""


@dataclass(frozen=True)
class SessionWords:
    """What is said of a session, and when and where it is."""

    title: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    room: str = ""
    title_cy: str = ""
    speakers: str = ""
    summary: str = ""
    summary_cy: str = ""


@transaction.atomic
def add_session(
    event: Event, *, by: User | None, words: SessionWords, theme: Theme | None = None, about: Iterable[Thread] = ()
) -> EventSession:
    """Put a session into the programme, with a thread for what will be said in it. The same session again, as the second half of
    a double click sends it, is the same row. Raises `EndsBeforeStart` or `OutsideEvent`."""
    event = locked_event(event)
    _check_times(event, words)
    already = event.sessions.filter(title=words.title, room=words.room, starts_at=words.starts_at).first()
    if already is not None:
        return already
    session = EventSession.objects.create(event=event, thread=open_thread(by=by), theme=theme, **asdict(words))
    session.about.set(about)
    record("add_session", session, by=by)
    return session


@transaction.atomic
def change_session(
    session: EventSession,
    *,
    by: User | None,
    words: SessionWords,
    based_on: int,
    theme: Theme | None = None,
    about: Iterable[Thread] = (),
) -> EventSession:
    """Say other words of a session, or hold it at another time or in another room. Raises `StaleEdit`, `EndsBeforeStart` or
    `OutsideEvent`."""
    event = locked_event(session.event)
    row = _locked(session, based_on)
    _check_times(event, words)
    for name, value in asdict(words).items():
        setattr(row, name, value)
    row.theme, row.revision = theme, row.revision + 1
    row.save()
    row.about.set(about)
    record("change_session", row, by=by, data={"revision": row.revision})
    return row


@transaction.atomic
def drop_session(session: EventSession, *, by: User | None) -> None:
    """Take a session out of the programme, with its empty thread. Raises `SessionInUse`."""
    event = locked_event(session.event)
    row = EventSession.objects.select_for_update().get(pk=session.pk)
    thread = Thread.objects.select_for_update().get(pk=row.thread_id)
    if row.tables.exists() or row.minutes or Contribution.objects.in_thread(thread).exists():
        raise SessionInUse(
            _(
                "Tables were set up for this session or something was written down in it, so it stays. You can change it."
            )
        )
    record("drop_session", event, by=by, data={"title": row.title})
    row.delete()
    thread.delete()


@transaction.atomic
def publish_minutes(session: EventSession, *, by: User | None, minutes: str, based_on: int) -> EventSession:
    """Tell everybody what was said in a session, or tell it better. Without words it is taken back. Raises `StaleEdit` or
    `WrongState`."""
    locked_event(session.event)
    row = _locked(session, based_on)
    if row.starts_at > timezone.now():
        raise WrongState(_("This session has not begun, so nothing was said in it yet."))
    row.minutes = minutes.strip()
    row.minutes_published_at = (row.minutes_published_at or timezone.now()) if row.minutes else None
    row.revision += 1
    row.save(update_fields=["minutes", "minutes_published_at", "revision"])
    record("publish_minutes", row, by=by, data={"revision": row.revision, "is_public": bool(row.minutes)})
    return row


def _locked(session: EventSession, based_on: int) -> EventSession:
    row = EventSession.objects.select_for_update(no_key=True).get(pk=session.pk)
    if row.revision != based_on:
        raise StaleEdit(
            _("A colleague changed this session while you had it open. What you typed is still in the form below.")
        )
    return row


def _check_times(event: Event, words: SessionWords) -> None:
    if words.ends_at <= words.starts_at:
        raise EndsBeforeStart(_("Choose an end that is later than the start."))
    if words.starts_at < event.starts_at or words.ends_at > event.ends_at:
        raise OutsideEvent(
            _("The event is %(when)s. Choose a time within it, or change the time of the event first.")
            % {"when": event.when_told}
        )
