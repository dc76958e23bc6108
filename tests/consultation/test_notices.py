"""What may be told of phases, events and ideas, asked again whenever it is told: by real actions, for each kind."""

import datetime as dt
from importlib import import_module

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from commons.contributions.models import Contribution
from commons.digests.models import Notice, number_in
from commons.digests.reports import kind_named, still_so
from commons.moderation.models import Standing
from consultation.actions import (
    announce_idea_comments,
    announce_phases,
    follow_process,
    unfollow_process,
)
from consultation.actions.events import When, add_helper, announce_events, cancel_event, drop_helper, move_event
from consultation.actions.registrations import cancel_registration, register_person
from consultation.models import PhaseNotice
from tests.factories.consultation import an_idea, said_of
from tests.factories.events import an_event, registered
from tests.factories.notices import tell
from tests.factories.people import UserFactory
from tests.factories.phases import a_phase, call_off, fresh, move, write_down

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def told(person) -> list[tuple[str, str]]:
    """What may be told to somebody now."""
    notices = still_so(Notice.objects.filter(recipient=person)).order_by("pk")
    return list(notices.values_list("kind", "subject"))


def in_days(days: int) -> time_machine.travel:
    return time_machine.travel(timezone.now() + days * DAY)


@pytest.fixture
def staff():
    return UserFactory(roles=["staff"])


@pytest.fixture
def follower():
    person = UserFactory()
    follow_process(by=person)
    return person


# --- phases --------------------------------------------------------------------------------------------------------------------


def test_that_a_phase_has_begun_is_told_while_it_lasts(follower):
    a_phase("Weave", 0, 20)
    announce_phases(by=None)
    assert told(follower) == [("phase", "It has begun: Weave")]
    with in_days(20):
        assert told(follower) == [("phase", "It has begun: Weave")]
    with in_days(21):
        assert told(follower) == []


def test_that_a_phase_ends_soon_is_told_until_it_ends_or_its_end_is_moved(follower):
    phase = a_phase("Weave", -10, 5)
    announce_phases(by=None)
    ends_soon = ("phase", "Ends soon: Weave")
    assert ends_soon in told(follower)
    with in_days(6):
        assert told(follower) == []
    move(phase, -10, 6, "Storm.")
    assert told(follower) == []


def test_that_a_phase_ends_soon_is_not_told_of_one_that_has_ended(follower):
    phase = a_phase("Weave", -10, 5)
    announce_phases(by=None)
    write_down(phase, began=-10, ended=-1)
    assert told(follower) == []


def test_only_the_newest_dates_of_a_phase_are_told(follower):
    phase = a_phase("Weave", 20, 30)
    move(phase, 21, 30, "Storm.")
    announce_phases(by=None)
    assert told(follower) == [("phase", "Moved: Weave")]
    move(fresh(phase), 22, 30, "Another storm.")
    assert told(follower) == []
    announce_phases(by=None)
    assert told(follower) == [("phase", "Moved: Weave")]


def test_a_phase_that_was_called_off_is_told_as_that_and_as_nothing_else(follower):
    phase = a_phase("Weave", 20, 30)
    move(phase, 21, 30, "Storm.")
    announce_phases(by=None)
    call_off(fresh(phase))
    assert told(follower) == []
    announce_phases(by=None)
    assert told(follower) == [("phase", "Called off: Weave")]


def test_who_no_longer_follows_the_process_is_told_of_no_phase(follower):
    a_phase("Weave", 0, 20)
    other = UserFactory()
    follow_process(by=other)
    announce_phases(by=None)
    unfollow_process(by=follower)
    assert (told(follower), told(other)) == ([], [("phase", "It has begun: Weave")])


# --- events --------------------------------------------------------------------------------------------------------------------


def moved(event, days: int):
    event.refresh_from_db()
    when = When(event.starts_at + days * DAY, event.ends_at + days * DAY, event.venue)
    return move_event(event, by=None, when=when, reason="Storm.", based_on=event.revision)


def test_that_an_event_was_moved_is_told_to_who_still_comes_and_only_the_newest():
    event = an_event(capacity=1)
    coming, waiting, leaving = (registered(event, state=state) for state in ("in", "waiting", "in"))
    moved(event, 1)
    announce_events(by=None)
    cancel_registration(leaving, by=leaving.person)
    one = [("event-moved", "Moved: Congress")]
    assert [told(row.person) for row in (coming, waiting, leaving)] == [one, one, []]
    moved(event, 1)
    assert told(coming.person) == []
    announce_events(by=None)
    assert told(coming.person) == one


def test_that_an_event_was_called_off_is_told_and_not_any_more_that_it_was_moved():
    event = an_event()
    coming, leaving = registered(event), registered(event)
    moved(event, 1)
    announce_events(by=None)
    cancel_registration(leaving, by=leaving.person)
    event.refresh_from_db()
    cancel_event(event, by=None, reason="No hall.", based_on=event.revision)
    announce_events(by=None)
    assert (told(coming.person), told(leaving.person)) == ([("event-off", "Called off: Congress")], [])


def test_that_somebody_has_moved_up_is_told_until_they_give_the_place_back():
    event = an_event(capacity=1)
    first, second = (register_person(event, by=UserFactory()) for _person in range(2))
    cancel_registration(first, by=first.person)
    assert told(second.person) == [("event-place", "You have a place at Congress")]
    second.refresh_from_db()
    cancel_registration(second, by=second.person)
    assert told(second.person) == []


def test_that_a_place_was_given_back_is_told_until_there_is_one_again(staff):
    event = an_event()
    row = registered(event)
    cancel_registration(row, by=staff)
    assert told(row.person) == [("event-place-lost", "Your place at Congress was given back")]
    register_person(event, by=row.person)
    assert told(row.person) == []


def test_who_helps_is_told_until_they_do_not_any_more(staff):
    person, event = UserFactory(), an_event()
    helper = add_helper(event, by=staff, email=person.email, part="door")
    assert told(person) == [("event-helper", "You help at Congress")]
    drop_helper(helper, by=staff)
    assert told(person) == []


# --- ideas ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hidden", ["idea", "comment"])
@pytest.mark.parametrize("standing", [Standing.HELD, Standing.DECLINED, Standing.WITHDRAWN])
def test_a_comment_on_an_idea_is_told_while_both_are_public(hidden, standing):
    idea = an_idea()
    comment = said_of(idea)
    announce_idea_comments(by=None)
    author = idea.contribution.author
    assert [kind for kind, _subject in told(author)] == ["idea-comment"]
    pk = idea.contribution_id if hidden == "idea" else comment.pk
    Contribution.objects.filter(pk=pk).update(standing=standing)
    assert told(author) == []


# --- those from before --------------------------------------------------------------------------------------------------------

OWN_KINDS = import_module("consultation.migrations.0012_notices_have_their_own_kinds")


def run(statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.mark.parametrize(
    ("key", "kind", "now"),
    [
        ("helper:12", "event-helper", "event-helper:12"),
        ("event-moved:12", "event-moved", "event-moved:12"),
        ("event-off:12", "event-off", "event-off:12"),
        ("moved-up:12:3", "event-place", "event-place:12:3"),
        ("taken-off:12:3", "event-place-lost", "event-place-lost:12:3"),
    ],
)
def test_what_was_told_of_an_event_before_has_its_own_kind(key, kind, now):
    tell(UserFactory(), key, kind="event")
    run(OWN_KINDS.STATEMENTS)
    assert Notice.objects.values_list("kind", "key", "about_id").get() == (kind, now, 12)
    assert kind_named(kind) is not None


def test_what_was_told_of_phases_before_is_found_by_its_fact(follower):
    for name in ("Weave", "Carve"):
        a_phase(name, 0, 20)
    announce_phases(by=None)
    before = told(follower)
    facts = dict(PhaseNotice.objects.values_list("pk", "key"))
    for notice in Notice.objects.all():
        key = f"phase:{facts[notice.about_id]}"
        Notice.objects.filter(pk=notice.pk).update(key=key, about_id=number_in(key) + 1000)
    assert (len(before), told(follower)) == (2, [])
    run(OWN_KINDS.STATEMENTS)
    assert told(follower) == before
    assert sorted(Notice.objects.values_list("key", flat=True)) == sorted(f"phase:{number}" for number in facts)


def test_what_is_told_by_now_stays_as_it_is(follower):
    a_phase("Weave", 0, 20)
    announce_phases(by=None)
    tell(follower, "event-helper:12", kind="event-helper")
    tell(follower, "helper:12", kind="told")
    before = sorted(Notice.objects.values_list("pk", "kind", "key", "about_id"))
    run(OWN_KINDS.STATEMENTS)
    assert sorted(Notice.objects.values_list("pk", "kind", "key", "about_id")) == before
