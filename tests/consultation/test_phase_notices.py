"""Who follows the process is told once of each thing: that a phase has begun, was moved, or ends soon."""

import datetime as dt
from functools import partial

import pytest
import time_machine
from django.utils import timezone

from commons.audit.models import Entry
from commons.digests.models import Notice
from commons.people.actions import close_account
from consultation.actions import announce_phases, follow_process, unfollow_process
from consultation.models import Follower, PhaseNotice
from consultation.tasks import announce
from coopstrategy.celery import app
from tests.at_once import together
from tests.factories.people import UserFactory
from tests.factories.phases import a_phase, call_off, day, move, write_down

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader():
    person = UserFactory(name="Ffion")
    follow_process(by=person)
    return person


def told(person) -> list[str]:
    return list(Notice.objects.filter(recipient=person).order_by("pk").values_list("subject", flat=True))


def in_days(days: int) -> time_machine.travel:
    return time_machine.travel(timezone.now() + dt.timedelta(days=days))


def test_a_second_wish_changes_nothing(reader):
    assert (follow_process(by=reader), unfollow_process(by=reader), unfollow_process(by=reader)) == (False, True, False)
    assert Follower.objects.count() == 0
    assert list(Entry.objects.filter(actor=reader).order_by("pk").values_list("verb", flat=True)) == [
        "follow_process",
        "unfollow_process",
    ]


def test_a_phase_that_begins_is_told_once_and_not_before(reader):
    phase = a_phase("Weave", 2, 30)
    assert (announce_phases(by=None), told(reader)) == (0, [])
    with in_days(2):
        assert [announce_phases(by=None) for _time in range(3)] == [1, 0, 0]
    notice = Notice.objects.get(recipient=reader)
    first, last = (f"{day(days).day} {day(days):%B %Y}" for days in (2, 30))
    assert (notice.subject, notice.text, notice.path) == (
        "It has begun: Weave",
        f"It began on {first}. The last day is {last}.",
        phase.get_absolute_url(),
    )


def test_a_worker_that_slept_for_days_still_tells_what_began(reader):
    a_phase("Weave", 1, 30)
    with in_days(12):
        announce_phases(by=None)
    assert told(reader) == ["It has begun: Weave"]


def test_what_began_and_ended_while_nobody_looked_is_not_told(reader):
    a_phase("Weave", -9, -2)
    assert (announce_phases(by=None), told(reader)) == (0, [])


def test_writing_down_when_it_began_tells_nothing_twice(reader):
    phase = a_phase("Weave", -1, 30)
    announce_phases(by=None)
    write_down(phase, began=0)
    announce_phases(by=None)
    assert told(reader) == ["It has begun: Weave"]


def test_a_move_is_told_with_its_reason_and_what_begins_later_begins_again(reader):
    phase = a_phase("Weave", 0, 30)
    announce_phases(by=None)
    move(phase, 5, 40, "The loom broke.")
    assert [announce_phases(by=None) for _time in range(2)] == [1, 0]
    with in_days(5):
        announce_phases(by=None)
    assert told(reader) == ["It has begun: Weave", "Moved: Weave", "It has begun: Weave"]
    assert Notice.objects.get(recipient=reader, subject="Moved: Weave").text.endswith("Why: The loom broke.")


def test_a_phase_that_ends_soon_is_told_a_week_before_and_again_when_it_lasts_longer(reader):
    phase = a_phase("Weave", -30, 8)
    announce_phases(by=None)
    with in_days(1):
        assert [announce_phases(by=None) for _time in range(2)] == [1, 0]
        move(phase, -31, 29, "More time was asked for.")  # as counted from that day
    with in_days(2):
        announce_phases(by=None)
    with in_days(23):
        announce_phases(by=None)
    subjects = told(reader)
    assert (subjects.count("Ends soon: Weave"), subjects[:2]) == (2, ["It has begun: Weave", "Ends soon: Weave"])


def test_who_was_told_this_week_that_it_began_is_not_told_that_it_ends(reader):
    a_phase("Congress", 0, 1)
    announce_phases(by=None)
    with in_days(1):
        announce_phases(by=None)
    assert told(reader) == ["It has begun: Congress"]


def test_a_phase_that_is_called_off_is_told_once_with_the_reason_and_nothing_more_is_told_of_it(reader):
    phase = a_phase("Dye", 2, 9)
    call_off(phase, "No money came.", reason_cy="Dim arian.")
    assert [announce_phases(by=None) for _time in range(2)] == [1, 0]
    with in_days(3):
        assert announce_phases(by=None) == 0
    notice = Notice.objects.get(recipient=reader)
    first, last = (f"{day(days).day} {day(days):%B %Y}" for days in (2, 9))
    assert (notice.subject, notice.text, notice.path) == (
        "Called off: Dye",
        f"It was planned from {first} to {last}. Why it was called off: No money came.",
        phase.get_absolute_url(),
    )


def test_only_who_follows_and_has_an_open_account_is_told(reader):
    gone, other = UserFactory(is_active=False), UserFactory()
    follow_process(by=gone)
    a_phase("Weave", 0, 30)
    announce_phases(by=None)
    assert list(Notice.objects.values_list("recipient", flat=True)) == [reader.pk]
    follow_process(by=other)
    announce_phases(by=None)
    assert told(other) == []


def test_each_is_told_in_their_own_language_as_far_as_it_is_written():
    person = UserFactory(language="cy")
    follow_process(by=person)
    a_phase("Weave", 0, 30, name_cy="Gwehyddu")
    announce_phases(by=None)
    assert told(person) == ["Mae wedi dechrau: Gwehyddu"]


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_tell_nobody_twice():
    person = UserFactory()
    follow_process(by=person)
    for number in range(4):
        a_phase(f"Phase {number}", 0, 30)
    assert together(*[partial(announce_phases, by=None)] * 3) == {"done": 3}
    announce_phases(by=None)
    assert sorted(told(person)) == [f"It has begun: Phase {number}" for number in range(4)]
    assert PhaseNotice.objects.filter(announced_at=None).count() == 0


def test_the_timetable_calls_the_task_every_minute(reader):
    a_phase("Weave", 0, 30)
    announce()
    assert told(reader) == ["It has begun: Weave"]
    assert [entry["schedule"] for entry in app.conf.beat_schedule.values() if entry["task"] == announce.name] == [60.0]


def test_following_goes_with_the_account(reader):
    close_account(reader, by=reader, answers={})
    assert Follower.objects.count() == 0
