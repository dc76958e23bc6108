"""What staff do with events: add, change, move, publish and call off; and who helps on the day. What everybody could read already
is moved or called off only with a reason, and those who are registered are told."""

import datetime as dt
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.text import slugify
from django.utils.translation import gettext as _

from commons.audit.actions import record
from commons.digests.actions import Fact, notify, notify_all
from commons.people.models import User
from consultation.actions.phases import NothingMoved, ReasonMissing
from consultation.actions.registrations import WrongState, locked_event, move_up
from consultation.actions.texts import StaleEdit
from consultation.models import Event, EventHelper, EventMove, Registration
from consultation.models.events import CODE_LETTERS

State = Event.State
RESERVED = {"new"}
"""What stands in addresses where the name of an event stands."""


class TitleTaken(Exception):
    """There is an event of that name, or of one that looks the same in an address."""


class EndsBeforeStart(Exception):
    """It would end before it starts."""


class ClosesBeforeOpening(Exception):
    """Registration would close before it opens."""


class TooFewPlaces(Exception):
    """More people have a place than there would be places."""


class NoSuchPerson(Exception):
    """Nobody has an account with this address."""


@dataclass(frozen=True)
class EventWords:
    """What is said of an event, and how people register for it."""

    title: str
    summary: str
    title_cy: str = ""
    summary_cy: str = ""
    body: str = ""
    body_cy: str = ""
    access: str = ""
    joining: str = ""
    capacity: int | None = None
    registration_opens_at: dt.datetime | None = None
    registration_closes_at: dt.datetime | None = None


@dataclass(frozen=True)
class When:
    """When and where."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    venue: str


@transaction.atomic
def add_event(*, by: User | None, words: EventWords, when: When) -> Event:
    """Begin an event; only staff see it until it is published. Raises `TitleTaken`, `EndsBeforeStart` or
    `ClosesBeforeOpening`."""
    slug = slugify(words.title)[:60].strip("-") or "event"
    event = Event(slug=f"{slug}-event" if slug in RESERVED else slug, say_code=_a_word(), **asdict(words))
    _put(event, when)
    _check_dates(event)
    try:
        with transaction.atomic():
            event.save()
    except IntegrityError:
        # Its dates were looked at above, so it is the name. The second half of a double click ends here, too.
        raise TitleTaken(
            _("There is an event of this name already. Put the year or the place into the name.")
        ) from None
    record("add_event", event, by=by, data={"starts_at": event.starts_at.isoformat()})
    return event


@transaction.atomic
def change_event(event: Event, *, by: User | None, words: EventWords, based_on: int, when: When | None = None) -> Event:
    """Say other words of an event, or have more or fewer places. With more, those who wait move up. `when` is only for what is
    not published: what people may have planned for is moved.

    Raises `StaleEdit`, `WrongState`, `TooFewPlaces`, `EndsBeforeStart` or `ClosesBeforeOpening`.
    """
    row = _locked(event, based_on)
    for name, value in asdict(words).items():
        setattr(row, name, value)
    if when is not None:
        if row.state != State.DRAFT:
            raise WrongState(_("People may have planned for this day. Move the event and say why."))
        _put(row, when)
    _check_dates(row)
    taken = row.registrations.in_event().count()
    if row.capacity is not None and row.capacity < taken:
        raise TooFewPlaces(
            _("%(taken)s people have a place already. Choose at least as many places.") % {"taken": taken}
        )
    _save(row)
    record("change_event", row, by=by, data={"revision": row.revision, "capacity": row.capacity})
    move_up(row, by=by)
    return row


@transaction.atomic
def move_event(
    event: Event, *, by: User | None, when: When, reason: str, based_on: int, reason_cy: str = ""
) -> EventMove:
    """Hold a public event at another time or place, and say why. Its sessions, and the hours in which people may mark, move
    along. Everybody can read what was said before; those who are registered are told.

    Raises `StaleEdit`, `WrongState`, `NothingMoved`, `ReasonMissing` or `EndsBeforeStart`.
    """
    row = _locked(event, based_on)
    if row.state != State.PUBLIC:
        raise WrongState(_("Only an event that is public is moved. Change this one instead."))
    if row.ends_at <= timezone.now():
        raise WrongState(_("This event is over, so it stays where it was."))
    if not reason.strip():
        raise ReasonMissing(_("Say why it moves. Everybody who planned to come will read it."))
    move = EventMove(
        event=row,
        starts_before=row.starts_at,
        starts_after=when.starts_at,
        ends_before=row.ends_at,
        ends_after=when.ends_at,
        venue_before=row.venue,
        venue_after=when.venue,
        reason=reason.strip(),
        reason_cy=reason_cy.strip(),
    )
    if When(row.starts_at, row.ends_at, row.venue) == when:
        raise NothingMoved(_("This is the time and place that it has already. Change at least one."))
    by_how_much = when.starts_at - row.starts_at
    _put(row, when)
    if row.marks_frozen_at is None:
        row.marks_open_at = row.marks_open_at and row.marks_open_at + by_how_much
        row.marks_close_at = row.marks_close_at and row.marks_close_at + by_how_much
    _check_dates(row)
    _save(row)
    for session in row.sessions.all() if by_how_much else ():
        session.starts_at, session.ends_at = session.starts_at + by_how_much, session.ends_at + by_how_much
        session.save(update_fields=["starts_at", "ends_at"])
    move.save()
    days = {name: getattr(move, name).isoformat() for name in ("starts_before", "starts_after")}
    record("move_event", row, by=by, data={**days, "reason": move.reason})
    return move


@transaction.atomic
def publish_event(event: Event, *, by: User | None) -> Event:
    """Everybody can read it and, within its dates, register. Raises `WrongState`."""
    row = locked_event(event)
    if row.state != State.DRAFT:
        raise WrongState(_("This event is public already."))
    row.state = State.PUBLIC
    _save(row)
    record("publish_event", row, by=by)
    return row


@transaction.atomic
def cancel_event(event: Event, *, by: User | None, reason: str, based_on: int, reason_cy: str = "") -> Event:
    """Call a public event off, and say why. It stays to be read, so that nobody travels in vain; those who are registered are
    told. Raises `StaleEdit`, `WrongState` or `ReasonMissing`."""
    row = _locked(event, based_on)
    if row.state != State.PUBLIC:
        raise WrongState(_("This event is not public or was called off before."))
    if row.ends_at <= timezone.now():
        raise WrongState(_("This event is over, so it cannot be called off."))
    if not reason.strip():
        raise ReasonMissing(_("Say why it is called off. Everybody who planned to come will read it."))
    row.state, row.cancelled_at = State.CANCELLED, timezone.now()
    row.cancel_reason, row.cancel_reason_cy = reason.strip(), reason_cy.strip()
    _save(row)
    record("cancel_event", row, by=by, data={"reason": row.cancel_reason})
    return row


@transaction.atomic
def add_helper(event: Event, *, by: User, email: str, part: str) -> EventHelper:
    """Name somebody who helps on the day, and tell them. A second time changes nothing. Raises `NoSuchPerson`."""
    person = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if person is None:
        raise NoSuchPerson(_("Nobody has an account with this address. Ask them to sign up first."))
    helper, is_new = EventHelper.objects.get_or_create(event=event, person=person, part=part)
    if not is_new:
        return helper
    record("add_helper", event, by=by, data={"person": person.pk, "part": part})
    with translation.override(person.language or None):
        notify(
            person,
            by=by,
            kind="event-helper",
            key=f"event-helper:{helper.pk}",
            subject=_("You help at %(event)s") % {"event": event.title_told},
            text=_("Your part: %(part)s. On the day, sign in and open this page.")
            % {"part": helper.get_part_display()},
            path=event.get_absolute_url(),
        )
    return helper


@transaction.atomic
def drop_helper(helper: EventHelper, *, by: User) -> None:
    """Somebody does not help after all."""
    record("drop_helper", helper.event, by=by, data={"person": helper.person_id, "part": helper.part})
    helper.delete()


@transaction.atomic
def announce_events(*, by: User | None) -> int:
    """Tell those who are registered what was moved or called off since the last time: on the site and by e-mail, because they may
    be about to travel. Each fact once, however often and by how many workers this is run. Returns how many facts were told."""
    moves = EventMove.objects.filter(announced_at=None).select_for_update(skip_locked=True, of=("self",))
    told = 0
    for move in moves.select_related("event").order_by("pk"):
        notify_all(_moved(move), by=by, kind="event-moved", about=move.event, mail=True)
        move.announced_at = timezone.now()
        move.save(update_fields=["announced_at"])
        told += 1
    off = Event.objects.filter(state=State.CANCELLED, cancelled_at__isnull=False, cancel_announced_at=None)
    for event in off.select_for_update(skip_locked=True, no_key=True).order_by("pk"):
        notify_all(_called_off(event), by=by, kind="event-off", about=event, mail=True)
        event.cancel_announced_at = timezone.now()
        event.save(update_fields=["cancel_announced_at"])
        told += 1
    return told


def _moved(move: EventMove) -> Iterator[Fact]:
    for person in _registered(move.event, move.made_at):
        with translation.override(person.language or None):
            said = {
                "event": move.event.title_told,
                "before": f"{move.when_before}, {move.venue_before}",
                "after": f"{move.when_after}, {move.venue_after}",
                "reason": move.reason_told,
            }
            text = _(
                "It was to be %(before)s. It is now %(after)s. Why: %(reason)s If you cannot come then, please give your place "
                "back."
            )
            yield Fact(
                person,
                key=f"event-moved:{move.pk}",
                subject=_("Moved: %(event)s") % said,
                text=text % said,
                path=move.event.get_absolute_url(),
            )


def _called_off(event: Event) -> Iterator[Fact]:
    for person in _registered(event, event.cancelled_at):
        with translation.override(person.language or None):
            said = {"event": event.title_told, "when": event.when_told, "reason": event.cancel_reason_told}
            yield Fact(
                person,
                key=f"event-off:{event.pk}",
                subject=_("Called off: %(event)s") % said,
                text=_("It was to be %(when)s and does not take place. Why: %(reason)s") % said,
                path=event.get_absolute_url(),
            )


def _registered(event: Event, before: dt.datetime) -> Iterator[User]:
    """Who has a place or waits, and had registered by then: whoever came later has read it on the page."""
    rows = Registration.objects.filter(event=event, made_at__lte=before).exclude(state=Registration.State.CANCELLED)
    return User.objects.filter(is_active=True, registrations__in=rows).order_by("pk").iterator(2000)


def _a_word() -> str:
    """By which somebody in the room says something without an account."""
    return "".join(secrets.choice(CODE_LETTERS) for _place in range(6))


def _locked(event: Event, based_on: int) -> Event:
    row = locked_event(event)
    if row.revision != based_on:
        raise StaleEdit(
            _("A colleague changed this event while you had it open. What you typed is still in the form below.")
        )
    return row


def _put(event: Event, when: When) -> None:
    event.starts_at, event.ends_at, event.venue = when.starts_at, when.ends_at, when.venue


def _check_dates(event: Event) -> None:
    if event.ends_at <= event.starts_at:
        raise EndsBeforeStart(_("Choose an end that is later than the start."))
    opens, closes = event.registration_opens_at, event.registration_closes_at
    if opens and closes and closes <= opens:
        raise ClosesBeforeOpening(_("Choose a moment after registration opens."))


def _save(event: Event) -> None:
    event.revision, event.changed_at = event.revision + 1, timezone.now()
    event.save()
