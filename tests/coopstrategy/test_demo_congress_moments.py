"""The moments of the invented Congress: before it, on its second day, and each after the one before."""

import datetime as dt
from collections import Counter

import pytest
import time_machine
from django.db.models import Count, Max
from django.test import Client
from django.utils import timezone

from commons.contributions.models import Contribution
from commons.people.models import User
from consultation.models import (
    Ballot,
    Event,
    EventIdea,
    EventMove,
    EventNote,
    EventTable,
    Mark,
    Phase,
    Registration,
)
from coopstrategy.demo.blog import draw_themes
from coopstrategy.demo.congress import BALLOTS_TO_TRY, congress_to_try, draw_congress
from coopstrategy.demo.congress_marks import hash_of
from coopstrategy.demo.process import draw_process
from coopstrategy.demo.strategy import draw_strategy
from tests.coopstrategy import demo_urls
from tests.coopstrategy.drawn import counted, draw_ground, left_at_the_drawing

pytestmark = pytest.mark.django_db

State = Registration.State


def draw(stage: str) -> Event:
    """What Congress is drawn on, without the months of the draft, and Congress itself."""
    draw_ground()
    draw_strategy(stage="census")
    draw_themes()
    draw_process(stage=stage)
    draw_congress(stage=stage)
    return Event.objects.get(slug="congress")


def states(event: Event) -> Counter:
    return Counter(event.registrations.values_list("state", flat=True))


def test_before_congress_people_can_register_and_the_tables_stand_ready():
    event, now = draw("before-congress"), timezone.now()
    assert (event.takes_registrations_at(now), event.takes_words_at(now), event.takes_marks_at(now)) == (
        True,
        False,
        False,
    )
    assert (states(event), event.capacity) == ({State.IN: 197, State.CANCELLED: 9}, 200)
    assert (event.tables.count(), event.sessions.count(), event.sessions.values("room").distinct().count()) == (
        20,
        14,
        4,
    )
    assert (EventNote.objects.count(), Ballot.objects.count(), event.ideas.count()) == (0, 0, 0)
    assert event.registrations.exclude(access_needs="").count() == 11


@pytest.mark.parametrize("hour", [0, 23])
def test_on_the_day_half_of_the_tables_have_written_and_people_are_marking(hour):
    with time_machine.travel(dt.datetime(2026, 11, 26, hour, 20, tzinfo=dt.UTC)):
        event, now = draw("on-the-day"), timezone.now()
        assert timezone.localdate(event.ends_at) == timezone.localdate(now)
        assert (event.takes_words_at(now), event.takes_marks_at(now)) == (True, True)
        assert event.marks_close_at - now > dt.timedelta(hours=5)
        tables = event.tables.annotate(number_of_notes=Count("notes"))
        assert (tables.filter(number_of_notes=0).count(), tables.filter(confirmed_at=None).count()) == (10, 10)
        assert (Ballot.objects.count(), Ballot.objects.exclude(cast_at=None).count()) == (180, 90)
        assert states(event) == {State.IN: 200, State.WAITING: 7, State.CANCELLED: 9}
        assert event.registrations.exclude(checked_in_at=None).count() == 171
        assert event.registrations.exclude(access_needs="").count() == 11
        assert event.ideas.filter(merged_into=None, notes=None).count() == 0
        assert set(left_at_the_drawing().values()) == {0}
        words = EventNote.objects.filter(kind=EventNote.Kind.WORDS)
        assert Counter(words.values_list("contribution__standing", flat=True)) == {"published": 8, "held": 3}
        newest = [
            EventNote.objects.aggregate(last=Max("received_at"))["last"],
            Contribution.objects.aggregate(last=Max("made_at"))["last"],
            Ballot.objects.aggregate(last=Max("cast_at"))["last"],
            event.registrations.aggregate(last=Max("checked_in_at"))["last"],
        ]
        assert [moment for moment in newest if moment > now] == []


def test_at_other_moments_only_the_two_smaller_events_are_there_and_one_was_moved():
    draw_ground()
    draw_congress(stage="census")
    now = timezone.now()
    events = {event.slug: event for event in Event.objects.all()}
    assert [slug for slug, event in events.items() if event.takes_registrations_at(now)] == [
        "ask-a-lender",
        "clubs-afternoon",
    ]
    move = EventMove.objects.get()
    assert (move.event.slug, move.starts_after, move.venue_after) == (
        "clubs-afternoon",
        move.event.starts_at,
        move.event.venue,
    )
    assert (move.starts_before > now, bool(move.reason_cy), congress_to_try()) == (True, True, None)


def test_each_moment_can_follow_the_one_before_and_keeps_what_was_done_by_hand():
    event = draw("before-congress")
    before = counted()
    draw_congress(stage="before-congress")
    assert counted() == before
    peter = User.objects.get(email="peter@example.coop")
    mine = Registration.objects.create(event=event, person=peter, number=300, state=State.IN)
    draw_congress(stage="on-the-day")
    assert states(event) == {State.IN: 200, State.WAITING: 8, State.CANCELLED: 9}
    idea = EventIdea.objects.get(title="Lend the room")
    ballot = Ballot.objects.get(token_hash=hash_of(BALLOTS_TO_TRY[0].lower()))
    Mark.objects.create(ballot=ballot, idea=idea, kind="desirable")
    draw_congress(stage="after")
    event.refresh_from_db()
    assert (timezone.localdate() - timezone.localdate(event.ends_at)).days == 158
    assert Registration.objects.get(pk=mine.pk).number == 300
    idea.refresh_from_db()
    assert idea.desirable_count == Mark.objects.filter(idea=idea, kind="desirable").count()
    assert Mark.objects.filter(ballot=ballot).count() == 1
    drawn = counted()
    written = Contribution.objects.filter(event_note__session__event=event)
    assert written.filter(made_at__gt=event.ends_at).count() == 0
    phase = Phase.objects.get(name__contains="Congress")
    assert (phase.began_on, phase.ended_on) == (timezone.localdate(event.starts_at), timezone.localdate(event.ends_at))
    draw_congress(stage="after")
    assert counted() == drawn


def test_two_ballots_and_the_codes_of_some_tables_can_be_tried_on_the_day(settings):
    settings.DEMO, settings.ROOT_URLCONF = True, demo_urls.__name__
    event = draw("on-the-day")
    to_try = congress_to_try()
    assert [EventTable.objects.get(code=code.replace("-", "")).number for _number, code in to_try.tables] == [3, 8, 17]
    assert EventNote.objects.filter(table__number__in=[3, 8, 17]).count() == 0
    assert (to_try.say_code, to_try.ballots) == (event.say_code, BALLOTS_TO_TRY)
    ballots = Ballot.objects.filter(token_hash__in=[hash_of(token) for token in BALLOTS_TO_TRY])
    assert [ballot.cast_at for ballot in ballots] == [None, None]
    page = Client(headers={"host": "localhost:8000"}).get("/demo/").content.decode()
    codes = ["WEFT-0003", "WEFT-0008", "WEFT-0017", "<code>WARP</code>", *BALLOTS_TO_TRY]
    assert [code for code in codes if code not in page] == []
