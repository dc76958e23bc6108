"""What staff do with events: what is refused, what is told, and to whom, once."""

import datetime as dt
from functools import partial

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from commons.audit.models import Entry
from commons.digests.models import MailState, Notice
from consultation.actions import StaleEdit
from consultation.actions.events import (
    ClosesBeforeOpening,
    EndsBeforeStart,
    EventWords,
    NoSuchPerson,
    TitleTaken,
    TooFewPlaces,
    When,
    add_event,
    add_helper,
    announce_events,
    cancel_event,
    change_event,
    drop_helper,
    move_event,
    publish_event,
)
from consultation.actions.phases import NothingMoved, ReasonMissing
from consultation.actions.registrations import WrongState, register_person
from consultation.models import Event, EventHelper, EventMove
from consultation.tasks import announce
from tests.factories.events import a_session, an_event, registered
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db

WORDS = EventWords(title="Congress 2027", summary="One day.")
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


@pytest.fixture
def staff():
    return UserFactory(roles=["staff"])


def when(start: dt.timedelta = 20 * DAY, hours: float = 8, venue: str = "The hall") -> When:
    starts_at = timezone.now() + start
    return When(starts_at, starts_at + hours * HOUR, venue)


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def verbs() -> list[str]:
    return list(Entry.objects.exclude(verb__startswith="notify").order_by("pk").values_list("verb", flat=True))


# --- adding, changing, publishing ------------------------------------------------------------------------------------------


def test_an_event_is_added_for_staff_and_then_published_for_everybody(staff):
    event = add_event(by=staff, words=WORDS, when=when())
    assert (event.slug, event.state, len(event.say_code)) == ("congress-2027", "draft", 6)
    assert (list(Event.objects.public()), list(Event.objects.visible_to(staff))) == ([], [event])
    publish_event(event, by=staff)
    assert list(Event.objects.public()) == [event]
    with pytest.raises(WrongState, match="public already"):
        publish_event(event, by=staff)
    assert verbs() == ["add_event", "publish_event"]


@pytest.mark.parametrize(
    ("words", "at", "refusal"),
    [
        (WORDS, when(hours=-1), EndsBeforeStart),
        (WORDS, when(hours=0), EndsBeforeStart),
        (EventWords("congress 2027!", "Again."), when(), TitleTaken),
    ],
    ids=["end before start", "no length", "same name"],
)
def test_what_makes_no_sense_is_not_added(staff, words, at, refusal):
    add_event(by=staff, words=EventWords("Congress 2027", "One."), when=when())
    with pytest.raises(refusal):
        add_event(by=staff, words=words, when=at)
    assert Event.objects.count() == 1


def test_an_event_that_is_called_new_keeps_out_of_the_way_of_the_page_that_adds_one(staff):
    assert add_event(by=staff, words=EventWords("New", "One."), when=when()).slug == "new-event"


def test_registration_does_not_close_before_it_opens(staff):
    now = timezone.now()
    words = EventWords("C", "S", registration_opens_at=now + DAY, registration_closes_at=now + DAY)
    with pytest.raises(ClosesBeforeOpening):
        add_event(by=staff, words=words, when=when())


def test_the_dates_of_a_draft_are_changed_and_those_of_a_public_event_are_not(staff):
    draft, public, at = an_event("Draft", state="draft"), an_event("Public"), when(30 * DAY)
    changed = change_event(draft, by=staff, words=WORDS, when=at, based_on=1)
    assert (changed.starts_at, changed.venue, changed.title, changed.revision) == (
        at.starts_at,
        "The hall",
        WORDS.title,
        2,
    )
    with pytest.raises(WrongState, match="Move the event and say why"):
        change_event(public, by=staff, words=WORDS, when=at, based_on=1)


def test_who_was_slower_is_told_and_nothing_is_overwritten(staff):
    event = an_event()
    change_event(event, by=staff, words=WORDS, based_on=1)
    deeds = [
        partial(change_event, event, words=EventWords("Mine", "Mine.")),
        partial(move_event, event, when=when(), reason="Storm"),
        partial(cancel_event, event, reason="Storm"),
    ]
    for deed in deeds:
        with pytest.raises(StaleEdit):
            deed(by=staff, based_on=1)
    assert (fresh(event).title, fresh(event).state) == (WORDS.title, "public")


def test_there_cannot_be_fewer_places_than_people_who_have_one(staff):
    event = an_event(capacity=3)
    for _person in range(2):
        registered(event)
    with pytest.raises(TooFewPlaces, match="2 people have a place already"):
        change_event(event, by=staff, words=EventWords("C", "S", capacity=1), based_on=1)
    assert change_event(event, by=staff, words=EventWords("C", "S", capacity=2), based_on=1).capacity == 2


@pytest.mark.parametrize(("capacity", "states"), [(3, ["in", "in", "in", "waiting"]), (None, ["in"] * 4)], ids=str)
def test_with_more_places_those_who_wait_move_up_in_their_order_and_are_told(staff, capacity, states):
    event = an_event(capacity=1)
    rows = [registered(event), *(registered(event, state="waiting") for _person in range(3))]
    change_event(event, by=staff, words=EventWords("C", "S", capacity=capacity), based_on=1)
    assert [fresh(row).state for row in rows] == states
    moved = [row.person for row in rows[1:] if fresh(row).state == "in"]
    told = Notice.objects.filter(subject="You have a place at C").order_by("pk")
    assert [(notice.recipient, notice.mail_state) for notice in told] == [(one, MailState.WAITING) for one in moved]


# --- moving and calling off ----------------------------------------------------------------------------------------------------


def test_a_move_keeps_what_was_said_before_and_takes_the_sessions_along(staff):
    event = an_event(marks_open_at=timezone.now() + 20 * DAY, marks_close_at=timezone.now() + 20 * DAY + HOUR)
    session, opens = a_session(event), event.marks_open_at
    at = When(event.starts_at + DAY, event.ends_at + DAY, "The barn")
    move = move_event(event, by=staff, when=at, reason=" A storm. ", based_on=1)
    assert (move.starts_before, move.starts_after, move.reason) == (event.starts_at, at.starts_at, "A storm.")
    assert (move.venue_before, fresh(event).venue, fresh(event).revision) == (event.venue, "The barn", 2)
    assert fresh(session).starts_at == session.starts_at + DAY
    assert fresh(event).marks_open_at == opens + DAY


def test_a_move_over_the_change_of_the_clocks_keeps_the_hour(staff):
    """From a Saturday in winter time to one in summer time: the session at 2pm stays at 2pm."""
    start = dt.datetime(2027, 3, 20, 10, tzinfo=dt.UTC)
    event = an_event(starts_at=start)
    session = a_session(event, starts_at=start + 4 * HOUR, ends_at=start + 5 * HOUR)
    summer = dt.datetime(2027, 4, 3, 9, tzinfo=dt.UTC)
    move_event(event, by=staff, when=When(summer, summer + 8 * HOUR, event.venue), reason="Hall", based_on=1)
    assert (fresh(event).when_told, fresh(session).hours_told) == ("Saturday 3 April 2027, 10am to 6pm", "2pm to 3pm")


@pytest.mark.parametrize(
    ("state", "start", "reason", "moved", "refusal"),
    [
        ("draft", 20, "Storm", 1, WrongState),
        ("public", -20, "Storm", 1, WrongState),
        ("public", 20, "  ", 1, ReasonMissing),
        ("public", 20, "Storm", 0, NothingMoved),
    ],
    ids=["not public", "over", "without a reason", "to where it is"],
)
def test_a_move_that_makes_no_sense_is_refused(staff, state, start, reason, moved, refusal):
    event = an_event(state=state, starts=start * DAY)
    at = When(event.starts_at + moved * DAY, event.ends_at + moved * DAY, event.venue)
    with pytest.raises(refusal):
        move_event(event, by=staff, when=at, reason=reason, based_on=1)
    assert EventMove.objects.count() == 0


def test_what_is_called_off_stays_to_be_read_with_its_reason_and_takes_nobody_any_more(staff):
    event = an_event()
    with pytest.raises(ReasonMissing):
        cancel_event(event, by=staff, reason="", based_on=1)
    off = cancel_event(event, by=staff, reason="A storm.", reason_cy="Storm.", based_on=1)
    assert (off.state, off.cancel_reason, list(Event.objects.public())) == ("cancelled", "A storm.", [event])
    with pytest.raises(WrongState, match="called off"):
        register_person(event, by=UserFactory())
    with pytest.raises(WrongState, match="called off before"):
        cancel_event(event, by=staff, reason="Again", based_on=2)


@pytest.mark.parametrize(("state", "start"), [("draft", 20), ("public", -20)], ids=["not public", "over"])
def test_what_nobody_can_come_to_is_not_called_off(staff, state, start):
    with pytest.raises(WrongState):
        cancel_event(an_event(state=state, starts=start * DAY), by=staff, reason="Storm", based_on=1)


def test_who_is_registered_is_told_once_of_a_move_and_of_the_end(staff):
    event = an_event()
    has_place, waits = registered(event).person, registered(event, state="waiting").person
    registered(event, state="cancelled")
    registered(event, name="Came by foot", checked_in_at=timezone.now())
    move_event(event, by=staff, when=when(30 * DAY), reason="A storm.", based_on=1)
    later = registered(event, made_at=timezone.now() + HOUR).person
    assert [announce_events(by=None) for _time in range(3)] == [1, 0, 0]
    told = Notice.objects.order_by("pk")
    assert [(notice.recipient, notice.subject, notice.mail_state) for notice in told] == [
        (has_place, "Moved: Congress", MailState.WAITING),
        (waits, "Moved: Congress", MailState.WAITING),
    ]
    assert "Why: A storm." in told[0].text
    Notice.objects.all().delete()
    with time_machine.travel(timezone.now() + 2 * HOUR):
        cancel_event(event, by=staff, reason="Too wet.", based_on=2)
        announce()
        announce()
    assert list(Notice.objects.order_by("recipient").values_list("recipient", "subject")) == [
        (person.pk, "Called off: Congress") for person in (has_place, waits, later)
    ]


def test_what_was_called_off_before_anybody_wrote_down_when_is_told_to_nobody():
    registered(an_event(state="cancelled", cancel_reason="Storm"))
    assert (announce_events(by=None), Notice.objects.count()) == (0, 0)


def test_the_day_is_said_in_words():
    start = dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC)
    assert an_event(starts_at=start, hours=7.5).when_told == "Saturday 21 November 2026, 10am to 5:30pm"
    two_days = an_event("Two", starts_at=start, hours=30)
    assert two_days.when_told == "Saturday 21 November 2026, 10am, to Sunday 22 November 2026, 4pm"


def test_an_event_that_ends_before_it_starts_cannot_even_be_written():
    with pytest.raises(IntegrityError), transaction.atomic():
        an_event(hours=-1)


# --- helpers -------------------------------------------------------------------------------------------------------------------


def test_a_helper_is_named_once_is_told_and_is_taken_off_again(staff):
    event, person = an_event(), UserFactory(email="ida@example.coop")
    first, second = (add_helper(event, by=staff, email=" Ida@Example.coop", part="door") for _time in range(2))
    assert (first, Notice.objects.filter(recipient=person).count()) == (second, 1)
    with pytest.raises(NoSuchPerson, match="Nobody has an account"):
        add_helper(event, by=staff, email="nobody@example.coop", part="door")
    drop_helper(first, by=staff)
    assert EventHelper.objects.count() == 0
    assert verbs() == ["add_helper", "drop_helper"]
