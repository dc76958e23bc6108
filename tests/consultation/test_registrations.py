"""Who comes: places are never given twice and none stays empty while somebody waits; what somebody needs is seen by few and
forgotten; and what those who came say leads back to nobody."""

import datetime as dt
import re
import uuid
from functools import partial

import pytest
import time_machine
from django.utils import timezone

from commons.audit.models import Entry
from commons.digests.models import Notice
from commons.people.actions import close_account
from commons.people.reports.leaving import keepers
from consultation.actions.registrations import (
    AlreadyFedBack,
    NoPlace,
    NotYourOrganisation,
    RegistrationClosed,
    WrongState,
    cancel_registration,
    check_in,
    erase_access_needs,
    give_feedback,
    read_access_needs,
    register_person,
    register_walk_in,
    undo_check_in,
)
from consultation.models import Event, EventFeedback, Registration
from consultation.reports.events import feedback_tally, place_in_line, places_of
from consultation.tasks import forget
from coopstrategy.celery import app
from tests.factories.events import a_helper, an_event, registered
from tests.factories.people import MembershipFactory, OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


@pytest.fixture
def staff():
    return UserFactory(roles=["staff"])


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def states(event: Event) -> list[tuple[int, str]]:
    return list(event.registrations.order_by("number").values_list("number", "state"))


# --- registering ---------------------------------------------------------------------------------------------------------------


def test_the_first_have_a_place_and_the_rest_wait_in_their_order():
    event = an_event(capacity=2)
    rows = [register_person(event, by=UserFactory()) for _person in range(4)]
    assert states(event) == [(1, "in"), (2, "in"), (3, "waiting"), (4, "waiting")]
    assert [place_in_line(row) for row in rows[2:]] == [1, 2]
    assert (places_of(event).left, places_of(event).is_full) == (0, True)


def test_without_a_number_of_places_there_is_room_for_all():
    event = an_event()
    assert {register_person(event, by=UserFactory()).state for _person in range(5)} == {"in"}
    assert (places_of(event).left, places_of(event).is_full) == (None, False)


def test_the_same_person_twice_is_the_same_row_and_may_say_something_else():
    event, person = an_event(), MembershipFactory().user
    first = register_person(event, by=person, access_needs="A ramp")
    again = register_person(event, by=person, access_needs="A ramp")
    assert (again.pk, again.key, Entry.objects.count()) == (first.pk, first.key, 1)
    organisation = person.memberships.get().organisation
    changed = register_person(event, by=person, organisation=organisation, access_needs="")
    assert (changed.pk, changed.organisation, changed.access_needs, changed.number) == (first.pk, organisation, "", 1)


def test_nobody_comes_for_a_co_op_that_is_not_theirs():
    with pytest.raises(NotYourOrganisation):
        register_person(an_event(), by=MembershipFactory().user, organisation=OrganisationFactory())


@pytest.mark.parametrize(
    "given",
    [
        {"registration_opens_at": timezone.now() + DAY},
        {"registration_closes_at": timezone.now() - DAY},
        {"starts": -2 * DAY},
        {"starts": -2 * DAY, "registration_closes_at": timezone.now() + DAY},
        {"state": "draft"},
    ],
    ids=["not yet", "no longer", "over", "over though it says open", "not public"],
)
def test_outside_its_dates_nobody_registers(given):
    with pytest.raises(RegistrationClosed):
        register_person(an_event(**given), by=UserFactory())


def test_a_place_that_is_given_back_goes_to_the_first_who_waits():
    event = an_event(capacity=1)
    first, second, third = (register_person(event, by=UserFactory(), access_needs="Quiet") for _person in range(3))
    gone = cancel_registration(first, by=first.person)
    assert (gone.state, gone.access_needs) == ("cancelled", "")
    assert cancel_registration(first, by=first.person).cancelled_at == gone.cancelled_at
    assert states(event) == [(1, "cancelled"), (2, "in"), (3, "waiting")]
    assert [(notice.recipient, notice.subject) for notice in Notice.objects.all()] == [
        (second.person, "You have a place at Congress")
    ]
    assert fresh(second).moved_up_at is not None
    # Whoever waits and leaves frees nothing.
    cancel_registration(third, by=third.person)
    assert Notice.objects.count() == 1


def test_who_gave_a_place_back_and_comes_again_is_the_last_with_a_new_ticket():
    event = an_event(capacity=1)
    first, second = (register_person(event, by=UserFactory()) for _person in range(2))
    cancel_registration(first, by=first.person)
    again = register_person(event, by=first.person)
    assert (again.pk, again.number, again.state) == (first.pk, 3, "waiting")
    assert (again.key == first.key, again.code == first.code) == (False, False)
    assert fresh(second).state == "in"


def test_who_was_told_of_a_place_is_told_again_when_it_happens_again():
    event = an_event(capacity=1)
    first, second = (register_person(event, by=UserFactory()) for _person in range(2))
    cancel_registration(first, by=first.person)
    register_person(event, by=first.person)
    cancel_registration(second, by=second.person)
    register_person(event, by=second.person)
    cancel_registration(first, by=first.person)
    assert Notice.objects.filter(recipient=second.person).count() == 2


def test_who_is_taken_off_by_staff_is_told(staff):
    row = registered(an_event())
    cancel_registration(row, by=staff)
    assert Notice.objects.get(recipient=row.person).subject == "Your place at Congress was given back"


def test_a_place_at_what_is_over_or_under_way_is_not_given_back(staff):
    with pytest.raises(WrongState, match="is over"):
        cancel_registration(registered(an_event(starts=-2 * DAY)), by=staff)
    row = registered(an_event("Now", starts=-HOUR), checked_in_at=timezone.now())
    with pytest.raises(WrongState, match="checked in"):
        cancel_registration(row, by=staff)


# --- the door ------------------------------------------------------------------------------------------------------------------


def test_a_ticket_is_checked_in_once_and_can_be_undone():
    event = an_event()
    door, row = a_helper(event), registered(event)
    first = check_in(row, by=door)
    assert (first.checked_in_by, check_in(row, by=door).checked_in_at) == (door, first.checked_in_at)
    assert places_of(event).here == 1
    assert undo_check_in(row, by=door).checked_in_at is None
    assert undo_check_in(row, by=door).checked_in_at is None
    assert list(Entry.objects.order_by("pk").values_list("verb", flat=True)) == ["check_in", "undo_check_in"]


@pytest.mark.parametrize(("state", "words"), [("waiting", "waiting list"), ("cancelled", "gave their place back")])
def test_who_has_no_place_is_not_checked_in(state, words):
    event = an_event()
    with pytest.raises(NoPlace, match=words):
        check_in(registered(event, state=state), by=a_helper(event))


def test_nobody_is_checked_in_at_what_was_called_off():
    event = an_event(state="cancelled", cancel_reason="Storm")
    for deed in (partial(check_in, registered(event)), partial(register_walk_in, event, name="Ida", key=uuid.uuid4())):
        with pytest.raises(WrongState):
            deed(by=UserFactory())


def test_who_simply_came_is_registered_by_name_once_and_only_while_there_is_a_place():
    event, door, key = an_event(capacity=2), UserFactory(), uuid.uuid4()
    registered(event)
    first, second = (register_walk_in(event, by=door, name=" Ida ", key=key) for _click in range(2))
    assert (first.pk, first.name_shown, first.person, first.state) == (second.pk, "Ida", None, "in")
    with pytest.raises(NoPlace, match="Every place is taken"):
        register_walk_in(event, by=door, name="Mo", key=uuid.uuid4())
    waits = registered(event, state="waiting")
    undo_check_in(first, by=door)
    assert (fresh(first).state, fresh(waits).state) == ("cancelled", "in")


def test_the_code_of_a_ticket_is_short_and_finds_one_person():
    event, other = an_event(), an_event("Other")
    rows = [registered(event) for _person in range(12)]
    registered(other)
    assert {bool(re.fullmatch(r"\d+-[A-Z0-9]{4}", row.code)) for row in rows} == {True}
    for row in rows:
        for typed in (row.code, row.code.lower(), row.code.replace("-", ""), f" {row.code} "):
            assert list(event.registrations.called(typed)) == [row]
    assert list(event.registrations.called("3-AAAA")) == []


def test_a_name_is_found_by_its_parts_whatever_the_capitals_and_accents():
    event = an_event()
    sian = registered(event, person=UserFactory(name="Siân Prys"), organisation=OrganisationFactory(name="Loom Street"))
    foot = registered(event, name="Ida Foot")
    assert [list(event.registrations.called(words)) for words in ("prys sian", "loom", "IDA f", "zz", "%")] == [
        [sian],
        [sian],
        [foot],
        [],
        [],
    ]


# --- what people need ----------------------------------------------------------------------------------------------------------


def test_reading_what_people_need_is_on_record_without_a_word_of_it(staff):
    event = an_event()
    needs, waits = registered(event, access_needs="A ramp"), registered(event, state="waiting", access_needs="Quiet")
    registered(event)
    registered(an_event("Other"), access_needs="Soup")
    assert read_access_needs(event, by=staff) == [needs, waits]
    entry = Entry.objects.get()
    assert (entry.verb, entry.actor, entry.data) == ("read_access_needs", staff, {"count": 2})


def test_what_people_needed_is_erased_thirty_days_after():
    recent, old = an_event(starts=-29 * DAY), an_event("Old", starts=-31 * DAY)
    kept, gone = registered(recent, access_needs="A ramp"), registered(old, access_needs="Quiet")
    forget()
    assert (fresh(kept).access_needs, fresh(gone).access_needs) == ("A ramp", "")
    assert erase_access_needs(by=None) == 0
    assert list(Entry.objects.values_list("verb", "data")) == [("erase_access_needs", {"count": 1})]
    assert [one["schedule"] for one in app.conf.beat_schedule.values() if one["task"] == forget.name] == [3600.0]


# --- what those who came say ---------------------------------------------------------------------------------------------------


def feedback(event: Event, person, **more) -> EventFeedback:
    return give_feedback(event, by=person, worth="very", heard="partly", **more)


def test_anonymous_feedback_leads_back_to_nobody():
    event = an_event(starts=-HOUR)
    rows = [registered(event) for _person in range(8)]
    given = [feedback(event, row.person, best=f"{row.number}") for row in rows]
    assert {row.has_fed_back for row in Registration.objects.all()} == {True}
    # Nothing that could be put in the order in which they answered: no time, and numbers drawn by lot.
    kinds = {field.name: field.get_internal_type() for field in EventFeedback._meta.fields}
    assert [name for name, kind in kinds.items() if kind in {"DateTimeField", "AutoField", "BigAutoField"}] == []
    assert [row.pk for row in given] != sorted(row.pk for row in given)
    assert {(row.person, row.given_on) for row in given} == {(None, timezone.localdate())}
    assert {(entry.actor, entry.actor_label, entry.target_label) for entry in Entry.objects.all()} == {
        (None, "somebody who came", "event congress")
    }


def test_feedback_with_a_name_is_with_a_name_until_the_account_closes():
    event = an_event(starts=-HOUR)
    row = registered(event)
    assert feedback(event, row.person, is_anonymous=False).person == row.person
    with pytest.raises(AlreadyFedBack):
        feedback(event, row.person)
    close_account(row.person, by=row.person, answers={})
    assert (EventFeedback.objects.get().person, Registration.objects.count()) == (None, 0)


@pytest.mark.parametrize("state", ["waiting", "cancelled"])
def test_only_who_had_a_place_gives_feedback(state):
    event = an_event(starts=-HOUR)
    with pytest.raises(NoPlace):
        feedback(event, registered(event, state=state).person)
    with pytest.raises(NoPlace):
        feedback(event, UserFactory())


@pytest.mark.parametrize(("hours", "ok"), [(-1, False), (1, True), (8 + 29 * 24, True), (8 + 31 * 24, False)])
def test_feedback_is_given_from_the_beginning_until_thirty_days_after(hours, ok):
    event = an_event()
    row = registered(event)
    with time_machine.travel(event.starts_at + hours * HOUR):
        if ok:
            assert feedback(event, row.person).event == event
        else:
            with pytest.raises(WrongState):
                feedback(event, row.person)


def test_answers_are_shown_when_there_are_five_and_in_no_order():
    event = an_event(starts=-HOUR)
    for _person in range(4):
        feedback(event, registered(event).person, best="Soup")
    assert (feedback_tally(event).count, feedback_tally(event).rows) == (4, [])
    feedback(event, registered(event).person, better="Chairs")
    tally = feedback_tally(event)
    assert dict(tally.worth) == {"Very": 5, "Mostly": 0, "Partly": 0, "Not at all": 0}
    assert [row.pk for row in tally.rows] == sorted(row.pk for row in tally.rows)


# --- leaving -------------------------------------------------------------------------------------------------------------------


def test_who_closes_their_account_frees_their_place_for_who_waits():
    ahead, over = an_event(capacity=1), an_event("Over", starts=-2 * DAY, capacity=1)
    leaver = UserFactory()
    registered(ahead, person=leaver, access_needs="A ramp")
    waits = registered(ahead, state="waiting")
    registered(over, person=leaver)
    waited = registered(over, state="waiting")
    [keeper] = [one for one in keepers() if one.name == "consultation"]
    assert list(keeper.tell(leaver).goes) == [
        "That you are or were registered for events, and your place at those to come"
    ]
    close_account(leaver, by=leaver, answers={})
    assert (fresh(waits).state, fresh(waited).state) == ("in", "waiting")
    assert Registration.objects.count() == 2
