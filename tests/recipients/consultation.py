"""What is told of phases, events and ideas."""

import datetime as dt

from commons.people.models import User
from consultation.actions import announce_idea_comments, announce_phases, follow_process, unfollow_process
from consultation.actions.events import When, add_helper, announce_events, cancel_event, drop_helper, move_event
from consultation.actions.registrations import cancel_registration, register_person
from consultation.models import Event, Registration
from tests.factories.consultation import an_idea, said_of
from tests.factories.events import an_event, registered
from tests.factories.people import UserFactory
from tests.factories.phases import a_phase, call_off, move
from tests.recipients.ground import HIDDEN, nothing, stand
from tests.recipients.scenes import Scene, scene


@scene("phase")
def a_phase_begins() -> Scene:
    people = [UserFactory() for _person in range(3)]
    for person in people:
        follow_process(by=person)
    unfollow_process(by=people[2])
    phase = a_phase("Weave", 0, 20)
    announce_phases(by=None)
    ends = {
        "one does not follow any more": lambda: unfollow_process(by=people[0]) and {people[1]},
        "the phase is called off": lambda: nothing(call_off(phase)),
        "the phase is moved": lambda: nothing(move(phase, 5, 20, "The loom broke.")),
    }
    return Scene(set(people[:2]), ends)


def crowd(event: Event) -> tuple[Registration, Registration]:
    """One with a place and one who waits; one gave the place back."""
    here, waits, gone = (registered(event, state=state) for state in ("in", "waiting", "in"))
    cancel_registration(gone, by=gone.person)
    return here, waits


def moved(event: Event) -> None:
    event.refresh_from_db()
    day = dt.timedelta(days=1)
    when = When(event.starts_at + day, event.ends_at + day, event.venue)
    move_event(event, by=None, when=when, reason="Storm.", based_on=event.revision)


def called_off(event: Event) -> None:
    event.refresh_from_db()
    cancel_event(event, by=None, reason="No hall.", based_on=event.revision)


@scene("event-moved")
def an_event_is_moved() -> Scene:
    event = an_event(capacity=1)
    here, waits = crowd(event)
    moved(event)
    registered(event, state="waiting")
    announce_events(by=None)
    ends = {
        "one gives their place back": lambda: cancel_registration(waits, by=waits.person) and {here.person},
        "it is moved again": lambda: moved(event),
        "it is called off": lambda: called_off(event),
        "it is taken off the site": lambda: nothing(Event.objects.update(state="draft")),
    }
    return Scene({here.person, waits.person}, ends)


@scene("event-off")
def an_event_is_called_off() -> Scene:
    event = an_event(capacity=1)
    here, waits = crowd(event)
    called_off(event)
    announce_events(by=None)
    ends = {
        "one gives their place back": lambda: (
            Registration.objects.filter(pk=waits.pk).update(state="cancelled") and {here.person}
        ),
        "it is taken off the site": lambda: nothing(Event.objects.update(state="draft")),
    }
    return Scene({here.person, waits.person}, ends)


def queue(count: int) -> tuple[Event, list[Registration]]:
    """An event with one place and so many people."""
    event = an_event(capacity=1)
    return event, [register_person(event, by=UserFactory()) for _person in range(count)]


@scene("event-place")
def a_place_becomes_free() -> Scene:
    event, (first, second, _third) = queue(3)
    cancel_registration(first, by=first.person)
    row = Registration.objects.filter(pk=second.pk)
    ends = {
        "they give it back": lambda: nothing(row.update(state="cancelled")),
        "it is called off": lambda: called_off(event),
        "it is taken off the site": lambda: nothing(Event.objects.update(state="draft")),
    }
    return Scene({second.person}, ends)


@scene("event-place-lost")
def a_place_is_given_back_for_somebody() -> Scene:
    event = an_event()
    row, _other = registered(event), registered(event)
    cancel_registration(row, by=UserFactory(roles=["staff"]))
    ends = {
        "they have one again": lambda: nothing(register_person(event, by=row.person)),
        "it is called off": lambda: called_off(event),
    }
    return Scene({row.person}, ends)


@scene("event-helper")
def somebody_helps() -> Scene:
    staff, people, event = UserFactory(roles=["staff"]), [UserFactory(), UserFactory()], an_event()
    helpers = [add_helper(event, by=staff, email=person.email, part="door") for person in people]
    ends = {
        "one does not help any more": lambda: nothing(drop_helper(helpers[0], by=staff)) or {people[1]},
        "it is called off": lambda: called_off(event),
    }
    return Scene(set(people), ends)


@scene("idea-comment")
def a_comment_on_an_idea() -> Scene:
    idea, other = an_idea(), an_idea("Spinning")
    author: User = idea.contribution.author
    comment = said_of(idea)
    said_of(other, by=other.contribution.author)
    announce_idea_comments(by=None)
    ends = {f"the comment is {standing}": lambda standing=standing: stand(comment, standing) for standing in HIDDEN}
    ends |= {
        f"the idea is {standing}": lambda standing=standing: stand(idea.contribution, standing) for standing in HIDDEN
    }
    ends["the comment is erased"] = lambda: nothing(comment.delete())
    return Scene({author}, ends)
