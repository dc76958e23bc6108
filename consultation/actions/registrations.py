"""Who comes to an event: registering and giving the place back, the waiting list, the door, what people need, and what those who
came say about it.

The row of the event is the lock. Whoever registers, leaves or changes the number of places takes it first and counts then, so no
place is given twice and none stays empty while somebody waits.
"""

import uuid

from django.db import models, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commons.audit.actions import record
from commons.digests.actions import notify
from commons.people.models import Organisation, User
from consultation.models import Event, EventFeedback, Registration
from consultation.models.registrations import NEEDS_KEPT

State = Registration.State


class WrongState(Exception):
    """The event, or somebody's registration for it, is not in a state in which this can be done."""


class RegistrationClosed(Exception):
    """Nobody can register for this event now."""


class NotYourOrganisation(Exception):
    """Somebody names a co-op that they do not belong to."""


class NoPlace(Exception):
    """Every place is taken, or this person has none."""


class AlreadyFedBack(Exception):
    """This person has said already what they think of the event."""


def locked_event(event: Event) -> Event:
    """The event as it is now, and nobody else changes it or its registrations until the end of the transaction."""
    return Event.objects.select_for_update(no_key=True).get(pk=event.pk)


@transaction.atomic
def register_person(
    event: Event, *, by: User, organisation: Organisation | None = None, access_needs: str = ""
) -> Registration:
    """Register oneself: with a place while there is one, else at the end of the waiting list. Who is registered already keeps
    the place and changes only what is said of it. Who had given it back comes again as the last of all.

    Raises `RegistrationClosed`, `WrongState` or `NotYourOrganisation`.
    """
    event = locked_event(event)
    if event.is_cancelled:
        raise WrongState(_("This event was called off, so nobody can register for it."))
    row = Registration.objects.filter(event=event, person=by).first()
    is_new = row is None or row.state == State.CANCELLED
    if is_new and not event.takes_registrations_at(timezone.now()):
        raise RegistrationClosed(_("Registration for this event is not open."))
    if organisation is not None and not Organisation.objects.of_member(by).filter(pk=organisation.pk).exists():
        raise NotYourOrganisation(_("Choose a co-op that you belong to."))
    said = {"organisation": organisation, "access_needs": access_needs.strip()}
    if not is_new:
        if any(getattr(row, name) != value for name, value in said.items()):
            Registration.objects.filter(pk=row.pk).update(**said)
            record("register_person", row, by=by, data={"state": row.state, "number": row.number, "again": True})
        row.refresh_from_db()
        return row
    row = row or Registration(event=event, person=by)
    for name, value in said.items():
        setattr(row, name, value)
    row.number, row.state = _next_number(event), State.IN if _free_places(event) != 0 else State.WAITING
    # A ticket that was given back opens no door.
    row.key, row.made_at, row.moved_up_at, row.cancelled_at = uuid.uuid4(), timezone.now(), None, None
    row.save()
    record("register_person", row, by=by, data={"state": row.state, "number": row.number})
    return row


@transaction.atomic
def cancel_registration(registration: Registration, *, by: User | None) -> Registration:
    """Give a place back, one's own or, as staff, somebody's. The first who waits has it in the same moment. What the person
    needs is forgotten. A second time changes nothing. Raises `WrongState`."""
    event = locked_event(registration.event)
    row = Registration.objects.select_related("person").get(pk=registration.pk)
    if row.state == State.CANCELLED:
        return row
    if event.ends_at <= timezone.now():
        raise WrongState(_("This event is over, so there is no place to give back."))
    if row.checked_in_at is not None:
        raise WrongState(_("This person was checked in at the door. Undo that first."))
    row.state, row.cancelled_at, row.access_needs = State.CANCELLED, timezone.now(), ""
    row.save(update_fields=["state", "cancelled_at", "access_needs"])
    record("cancel_registration", row, by=by, data={"number": row.number})
    if row.person is not None and row.person != by:
        _tell(row, by=by, kind="event-place-lost")
    move_up(event, by=by)
    return row


@transaction.atomic
def move_up(event: Event, *, by: User | None) -> list[Registration]:
    """Give the places that are free to those who wait, in their order, and tell them. Returns who moved up."""
    event = locked_event(event)
    if event.state != Event.State.PUBLIC or event.ends_at <= timezone.now():
        return []
    free = _free_places(event)
    rows = list(event.registrations.waiting().select_related("person")[:free])
    for row in rows:
        row.state, row.moved_up_at = State.IN, timezone.now()
        row.save(update_fields=["state", "moved_up_at"])
        record("move_up", row, by=by, data={"number": row.number})
        if row.person is not None:
            _tell(row, by=by, kind="event-place")
    return rows


@transaction.atomic
def check_in(registration: Registration, *, by: User) -> Registration:
    """Somebody has come. A second time changes nothing, and the row says when they came first. Raises `WrongState` or
    `NoPlace`."""
    event = locked_event(registration.event)
    row = Registration.objects.get(pk=registration.pk)
    _check_door(event)
    if row.is_waiting:
        raise NoPlace(_("This person is on the waiting list and has no place yet."))
    if not row.is_in:
        raise NoPlace(_("This person gave their place back. They can register again while there are places."))
    if row.checked_in_at is None:
        row.checked_in_at, row.checked_in_by = timezone.now(), by
        row.save(update_fields=["checked_in_at", "checked_in_by"])
        record("check_in", row, by=by)
    return row


@transaction.atomic
def undo_check_in(registration: Registration, *, by: User) -> Registration:
    """It was somebody else. Whoever came without being registered is taken off the list again. A second time changes nothing."""
    event = locked_event(registration.event)
    row = Registration.objects.get(pk=registration.pk)
    if row.checked_in_at is None:
        return row
    row.checked_in_at = row.checked_in_by = None
    if row.person_id is None:
        row.state, row.cancelled_at = State.CANCELLED, timezone.now()
    row.save(update_fields=["checked_in_at", "checked_in_by", "state", "cancelled_at"])
    record("undo_check_in", row, by=by)
    move_up(event, by=by)
    return row


@transaction.atomic
def register_walk_in(event: Event, *, by: User, name: str, key: uuid.UUID) -> Registration:
    """Somebody without an account stands at the door: they are registered by name and checked in. The same `key` (one per form
    shown) is the same person. Raises `WrongState` or `NoPlace`."""
    event = locked_event(event)
    already = event.registrations.filter(key=key).first()
    if already is not None:
        return already
    _check_door(event)
    if _free_places(event) == 0:
        raise NoPlace(
            _("Every place is taken, also for people who have not come yet. Ask staff to give a place back first.")
        )
    now = timezone.now()
    row = Registration.objects.create(
        event=event,
        name=name.strip(),
        number=_next_number(event),
        state=State.IN,
        key=key,
        checked_in_at=now,
        checked_in_by=by,
    )
    record("register_walk_in", row, by=by, data={"number": row.number})
    return row


@transaction.atomic
def give_feedback(
    event: Event, *, by: User, worth: str, heard: str, best: str = "", better: str = "", is_anonymous: bool = True
) -> EventFeedback:
    """Say what one thinks of an event at which one had a place; once. Anonymous, nothing leads back: the row is without a name
    and without a time, its number is drawn by lot, and the record says only that somebody did it.

    Raises `WrongState`, `NoPlace` or `AlreadyFedBack`.
    """
    if not event.takes_feedback_at(timezone.now()):
        raise WrongState(
            _("What people think of this event can be said from its beginning until 30 days after its end.")
        )
    row = Registration.objects.select_for_update(no_key=True).filter(event=event, person=by, state=State.IN).first()
    if row is None:
        raise NoPlace(_("Only those who had a place at this event can say what they think of it here."))
    if row.has_fed_back:
        raise AlreadyFedBack(_("You have told us already. Thank you."))
    row.has_fed_back = True
    row.save(update_fields=["has_fed_back"])
    feedback = EventFeedback.objects.create(
        event=event,
        person=None if is_anonymous else by,
        worth=worth,
        heard=heard,
        best=best.strip(),
        better=better.strip(),
    )
    # About the event and not about the row: the record has a time.
    record("give_feedback", event, by=_("somebody who came") if is_anonymous else by)
    return feedback


@transaction.atomic
def read_access_needs(event: Event, *, by: User) -> list[Registration]:
    """What people need who come or wait, for staff who prepare for it. That it was read is on record."""
    rows = event.registrations.exclude(access_needs="").exclude(state=State.CANCELLED)
    found = list(rows.with_people().order_by("number"))
    record("read_access_needs", event, by=by, data={"count": len(found)})
    return found


@transaction.atomic
def erase_access_needs(*, by: User | None) -> int:
    """Forget what people needed at events that are over long enough. Returns of how many."""
    due = Registration.objects.exclude(access_needs="").filter(event__ends_at__lt=timezone.now() - NEEDS_KEPT)
    erased = 0
    for event in Event.objects.filter(pk__in=due.values("event")).order_by("pk"):
        count = due.filter(event=event).update(access_needs="")
        record("erase_access_needs", event, by=by, data={"count": count})
        erased += count
    return erased


def _check_door(event: Event) -> None:
    if event.state != Event.State.PUBLIC:
        raise WrongState(_("This event is not public or was called off, so nobody is checked in."))


def _next_number(event: Event) -> int:
    return (event.registrations.aggregate(last=models.Max("number"))["last"] or 0) + 1


def _free_places(event: Event) -> int | None:
    """How many places are free; None where there is room for all."""
    if event.capacity is None:
        return None
    return max(event.capacity - event.registrations.in_event().count(), 0)


# What people are told of their own place, by the kind of notice.
TOLD = {
    "event-place": (
        gettext_lazy("You have a place at %(event)s"),
        gettext_lazy(
            "A place has become free and it is yours: %(when)s, %(venue)s. If you cannot come, please give it back, so that the "
            "next person can have it."
        ),
    ),
    "event-place-lost": (
        gettext_lazy("Your place at %(event)s was given back"),
        gettext_lazy(
            "You are not on the list any more for %(when)s. If you think that this is a mistake, write to us."
        ),
    ),
}


def _tell(row: Registration, *, by: User | None, kind: str) -> None:
    """On the site and by e-mail: they have to know before they travel."""
    with translation.override(row.person.language or None):
        names = {"event": row.event.title_told, "when": row.event.when_told, "venue": row.event.venue}
        subject, text = (str(words) % names for words in TOLD[kind])
        notify(
            row.person,
            by=by,
            kind=kind,
            key=f"{kind}:{row.pk}:{row.number}",
            subject=subject,
            text=text,
            path=row.event.get_absolute_url(),
            mail=True,
        )
