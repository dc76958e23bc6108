"""What staff do with the sessions of an event, and how the programme is laid out."""

import datetime as dt

import pytest

from commons.contributions.models import Contribution, Thread
from commons.contributions.reports import subject_of
from consultation.actions import StaleEdit
from consultation.actions.events import EndsBeforeStart
from consultation.actions.programme import (
    OutsideEvent,
    SessionInUse,
    SessionWords,
    add_session,
    change_session,
    drop_session,
    publish_minutes,
)
from consultation.actions.registrations import WrongState
from consultation.models import Event, EventSession
from consultation.reports.events import programme, sessions_of
from tests.factories.contributions import ContributionFactory
from tests.factories.events import a_session, a_table, an_event
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


@pytest.fixture
def staff():
    return UserFactory(roles=["staff"])


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def session_words(
    event: Event, title: str = "Money", start: float = 0, hours: float = 1, room: str = ""
) -> SessionWords:
    starts_at = event.starts_at + start * HOUR
    return SessionWords(title, starts_at, starts_at + hours * HOUR, room)


def test_a_session_has_a_thread_that_knows_what_it_is_about(staff):
    event = an_event()
    session = add_session(event, by=staff, words=session_words(event))
    assert subject_of(Thread.objects.get()) == session
    assert session.get_absolute_url() == f"/events/congress/#session-{session.pk}"
    assert add_session(event, by=staff, words=session_words(event)) == session
    assert (EventSession.objects.count(), Thread.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("start", "hours", "refusal"),
    [(1, 0, EndsBeforeStart), (-1, 2, OutsideEvent), (7.5, 1, OutsideEvent)],
    ids=["no length", "too early", "too late"],
)
def test_a_session_lies_within_its_event(staff, start, hours, refusal):
    event = an_event()
    with pytest.raises(refusal):
        add_session(event, by=staff, words=session_words(event, start=start, hours=hours))
    with pytest.raises(refusal):
        change_session(a_session(event), by=staff, words=session_words(event, start=start, hours=hours), based_on=1)


def test_a_session_is_changed_by_who_saw_it_as_it_is(staff):
    event = an_event()
    session, about = a_session(event), Thread.objects.create()
    change_session(session, by=staff, words=session_words(event, "Land"), about=[about], based_on=1)
    with pytest.raises(StaleEdit):
        change_session(session, by=staff, words=session_words(event, "Sea"), based_on=1)
    assert (fresh(session).title, list(session.about.all())) == ("Land", [about])


def test_an_empty_session_is_dropped_and_one_in_use_is_not(staff):
    event = an_event()
    empty, said, set_up = a_session(event), a_session(event, "Said"), a_session(event, "Set up")
    ContributionFactory(thread=said.thread)
    a_table(set_up)
    drop_session(empty, by=staff)
    for session in (said, set_up):
        with pytest.raises(SessionInUse):
            drop_session(session, by=staff)
    assert set(EventSession.objects.all()) == {said, set_up}
    assert (Thread.objects.filter(pk=empty.thread_id).exists(), Contribution.objects.count()) == (False, 1)


def test_minutes_are_published_when_something_was_said_and_can_be_taken_back(staff):
    event = an_event(starts=-HOUR)
    session, later = a_session(event), a_session(event, starts_at=event.starts_at + 3 * HOUR, ends_at=event.ends_at)
    publish_minutes(session, by=staff, minutes="We spoke of **looms**.", based_on=1)
    assert "<strong>looms</strong>" in fresh(session).minutes_html
    with pytest.raises(WrongState, match="has not begun"):
        publish_minutes(later, by=staff, minutes="We will say.", based_on=1)
    publish_minutes(session, by=staff, minutes=" ", based_on=2)
    assert (fresh(session).minutes, fresh(session).minutes_published_at) == ("", None)


def test_the_programme_is_a_table_of_rooms_with_what_is_for_all_across():
    event = an_event(starts_at=dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC))

    def at(title: str, hour: int, room: str) -> EventSession:
        start = event.starts_at + hour * HOUR
        return a_session(event, title, starts_at=start, ends_at=start + HOUR, room=room)

    at("Hello", 0, ""), at("Money", 1, "Hall"), at("Land", 1, "Barn"), at("Youth", 2, "Barn"), at("Sing", 2, "")
    [day] = programme(sessions_of(event))
    assert day.rooms == ["Barn", "Hall"]
    assert [
        (row.time, [[str(one) for one in cell] for cell in row.cells], [str(one) for one in row.for_all])
        for row in day.rows
    ] == [
        ("10am", [], ["Hello"]),
        ("11am", [["Land"], ["Money"]], []),
        ("noon", [["Youth"], []], ["Sing"]),
    ]


def test_two_days_are_two_tables_and_one_room_is_no_column():
    event = an_event(starts_at=dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC), hours=30)
    a_session(event)
    a_session(event, starts_at=event.ends_at - HOUR, ends_at=event.ends_at)
    days = programme(sessions_of(event))
    assert [(day.day.day, day.has_rooms, len(day.rows)) for day in days] == [(21, False, 1), (22, False, 1)]
