"""Many at the same moment, on a real Postgres, each on a connection of their own: every place is given once, nobody overtakes
anybody, and no place stays empty while somebody waits."""

import random
import uuid
from collections import Counter
from functools import partial

import pytest

from commons.digests.models import Notice
from consultation.actions.events import EventWords, announce_events, cancel_event, change_event, move_event
from consultation.actions.registrations import (
    NoPlace,
    WrongState,
    cancel_registration,
    check_in,
    register_person,
    register_walk_in,
)
from consultation.models import Event, Registration
from tests.at_once import behind, together
from tests.consultation.test_events import DAY, when
from tests.factories.events import an_event, registered
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 20


def people(count: int) -> list:
    return [UserFactory() for _person in range(count)]


def shared(deeds: list, hands: int = AT_ONCE) -> Counter:
    """All of them at once by so many hands, each on a connection of its own."""

    def work(own: list) -> None:
        for deed in own:
            deed()

    return together(*(partial(work, deeds[hand::hands]) for hand in range(hands)))


def assert_nothing_is_lost(event: Event) -> None:
    """As many have a place as there are places or people, those who asked first; each of the others waits."""
    event.refresh_from_db()
    rows = list(event.registrations.exclude(state="cancelled").order_by("number"))
    assert len({row.number for row in rows}) == len(rows)
    has_place = [row for row in rows if row.is_in]
    assert len(has_place) == min(event.capacity, len(rows))
    waiting = [row.number for row in rows if row.is_waiting]
    assert max((row.number for row in has_place), default=0) < min(waiting, default=2**31)


def test_three_hundred_at_once_for_a_hundred_and_fifty_places():
    event, crowd = an_event(capacity=150), people(300)
    # Each clicks twice.
    deeds = [partial(register_person, event, by=person) for person in crowd] * 2
    random.Random(1).shuffle(deeds)
    assert shared(deeds) == {"done": AT_ONCE}
    assert Counter(Registration.objects.values_list("state", flat=True)) == {"in": 150, "waiting": 150}
    assert sorted(Registration.objects.values_list("number", flat=True)) == list(range(1, 301))
    assert_nothing_is_lost(event)


def test_leaving_while_others_register_never_overbooks_and_leaves_no_place_empty():
    event, crowd = an_event(capacity=40), people(120)
    for person in crowd[:60]:
        register_person(event, by=person)
    leaving = [partial(cancel_registration, row, by=row.person) for row in event.registrations.select_related("person")]
    deeds = leaving + [partial(register_person, event, by=person) for person in crowd[60:]]
    random.Random(2).shuffle(deeds)
    assert shared(deeds) == {"done": AT_ONCE}
    assert Counter(Registration.objects.values_list("state", flat=True)) == {"in": 40, "waiting": 20, "cancelled": 60}
    assert_nothing_is_lost(event)
    # Whoever moved up was told, once.
    moved = set(Registration.objects.filter(moved_up_at__isnull=False).values_list("person", flat=True))
    told = Notice.objects.filter(kind="event-place").values_list("recipient", flat=True)
    assert sorted(told) == sorted(moved)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_at_once_every_place_is_given_once(seed):
    """Registering, leaving, coming again, walking in and another number of places, in any order."""
    draw = random.Random(seed)
    event, crowd, staff = an_event(capacity=6), people(24), UserFactory(roles=["staff"])

    def leave(person) -> None:
        row = Registration.objects.filter(event=event, person=person).first()
        if row is not None:
            cancel_registration(row, by=person)

    def more_places() -> None:
        latest = Event.objects.get(pk=event.pk)
        words = EventWords("Congress", "One.", capacity=latest.capacity + 1)
        change_event(latest, by=staff, words=words, based_on=latest.revision)

    def walk_in() -> None:
        try:
            register_walk_in(event, by=staff, name="Ida", key=uuid.uuid4())
        except NoPlace:
            return

    deeds = [partial(register_person, event, by=person) for person in crowd * 2]
    deeds += [partial(leave, person) for person in crowd] + [walk_in] * 4
    draw.shuffle(deeds)
    # One hand alone changes the number of places: two would rightly be told that somebody was faster.
    assert together(*(partial(shared, deeds[hand::2], 6) for hand in range(2)), *[more_places]) == {"done": 3}
    event.refresh_from_db()
    assert event.capacity == 7
    rows = Registration.objects.exclude(state="cancelled")
    assert rows.filter(state="in").count() == min(7, rows.count())
    numbers = list(Registration.objects.values_list("number", flat=True))
    assert len(set(numbers)) == len(numbers)


def test_a_place_that_is_given_back_in_the_same_moment_is_seen_by_who_registers():
    event = an_event(capacity=1)
    row, person = registered(event), UserFactory()
    leave = partial(cancel_registration, row, by=row.person)
    assert behind(leave, waiting=partial(register_person, event, by=person)) == "done"
    assert Registration.objects.get(person=person).state == "in"


def test_whoever_registers_while_the_event_is_called_off_is_told_so():
    event, staff = an_event(), UserFactory(roles=["staff"])
    off = partial(cancel_event, event, by=staff, reason="Storm", based_on=1)
    assert behind(off, waiting=partial(register_person, event, by=UserFactory())) == WrongState.__name__
    assert Registration.objects.count() == 0


def test_whoever_registers_while_the_event_is_moved_has_a_place_and_is_told():
    event, staff, person = an_event(), UserFactory(roles=["staff"]), UserFactory()
    move = partial(move_event, event, by=staff, when=when(30 * DAY), reason="Storm", based_on=1)
    assert behind(partial(register_person, event, by=person), waiting=move) == "done"
    assert (announce_events(by=None), Notice.objects.get().recipient) == (1, person)


def test_two_doors_check_one_ticket_in_once():
    event, doors = an_event(), people(2)
    row = registered(event)
    assert together(*(partial(check_in, row, by=door) for door in doors)) == {"done": 2}
    row.refresh_from_db()
    assert row.checked_in_by in doors


def test_two_workers_tell_a_move_once():
    event, staff = an_event(), UserFactory(roles=["staff"])
    for _person in range(30):
        registered(event)
    move_event(event, by=staff, when=when(30 * DAY), reason="Storm", based_on=1)
    assert together(*[partial(announce_events, by=None)] * 3) == {"done": 3}
    assert Notice.objects.count() == 30
