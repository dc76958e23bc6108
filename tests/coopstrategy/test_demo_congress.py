"""The invented Congress: before it, on the day and long after it; drawn once, and each moment after the one before."""

import datetime as dt
from collections import Counter

import pytest
import time_machine
from django.db.models import Count, Max, Q
from django.test import Client
from django.utils import timezone

from commons.contributions.models import Contribution, Kind
from commons.moderation.models import Standing
from commons.people.models import User
from consultation.models import (
    Ballot,
    Event,
    EventFeedback,
    EventIdea,
    EventMove,
    EventNote,
    EventSession,
    EventTable,
    Mark,
    Phase,
    Registration,
)
from coopstrategy.demo.blog import draw_blog, draw_themes
from coopstrategy.demo.congress import BALLOTS_TO_TRY, congress_to_try, draw_congress
from coopstrategy.demo.congress_ground import THEMES
from coopstrategy.demo.congress_marks import hash_of
from coopstrategy.demo.library import draw_library
from coopstrategy.demo.process import draw_process
from coopstrategy.demo.strategy import draw_strategy
from panel.models import Change, Section, Voice
from tests.coopstrategy import demo_urls
from tests.coopstrategy.drawn import counted, draw_ground

pytestmark = pytest.mark.django_db

ROWS = (
    Event, EventSession, EventTable, EventNote, EventIdea, EventMove, EventFeedback, Registration, Ballot, Mark, Phase,
)  # fmt: skip
State = Registration.State


def draw(stage: str) -> Event:
    """What Congress is drawn on, without the months of the draft, and Congress itself."""
    draw_ground()
    draw_strategy(stage="census")
    draw_themes()
    draw_process(stage=stage)
    draw_congress(stage=stage)
    return Event.objects.get(slug="congress")


def rows() -> dict[str, int]:
    return counted() | {model._meta.label: model.objects.count() for model in ROWS}


def states(event: Event) -> Counter:
    return Counter(event.registrations.values_list("state", flat=True))


# --- moments --------------------------------------------------------------------------------------------------------------


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


@pytest.mark.parametrize("hour", [0, 9, 15, 23])
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
        words = EventNote.objects.filter(kind=EventNote.Kind.WORDS)
        assert Counter(words.values_list("contribution__standing", flat=True)) == {"published": 8, "held": 3}
        newest = [
            EventNote.objects.aggregate(last=Max("received_at"))["last"],
            Contribution.objects.aggregate(last=Max("made_at"))["last"],
            Ballot.objects.aggregate(last=Max("cast_at"))["last"],
            event.registrations.aggregate(last=Max("checked_in_at"))["last"],
        ]
        assert [moment for moment in newest if moment > now] == []


def test_after_congress_all_of_it_is_there():
    event = draw("after")
    assert (
        event.marks_published_at > event.marks_frozen_at > event.marks_close_at,
        event.ends_at < timezone.now(),
    ) == (
        True,
        True,
    )
    assert event.registrations.exclude(checked_in_at=None).count() == 180
    assert event.registrations.exclude(ballot_given_at=None).count() == 180
    assert (EventFeedback.objects.count(), event.registrations.exclude(fed_back_at=None).count()) == (41, 41)
    assert event.registrations.exclude(access_needs="").count() == 0
    assert event.sessions.exclude(minutes_published_at=None).count() == 4
    notes = EventNote.objects.filter(table__isnull=False)
    assert notes.count() == 183
    assert notes.filter(struck_at=None, confirmed_at=None).count() == 11
    struck = notes.exclude(struck_at=None)
    assert set(struck.values_list("contribution__standing", flat=True)) == {Standing.WITHDRAWN}
    assert (struck.count(), event.tables.filter(Q(confirmed_at=None) | Q(notes=None)).count()) == (7, 0)
    assert Contribution.objects.filter(event_note__isnull=False, standing=Standing.HELD).count() == 0
    phase = Phase.objects.get(name__contains="Congress")
    assert [phase.began_on, phase.ended_on] == [timezone.localdate(event.starts_at), timezone.localdate(event.ends_at)]


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


@pytest.mark.parametrize("stage", ["before-congress", "on-the-day", "after"])
def test_drawing_a_moment_again_changes_nothing(stage):
    draw(stage)
    before = rows()
    draw_congress(stage=stage)
    draw_congress(stage="before-congress")
    draw_congress(stage="draft")
    assert rows() == before


def test_each_moment_can_follow_the_one_before_and_keeps_what_was_done_by_hand():
    event = draw("before-congress")
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
    drawn = rows()
    written = Contribution.objects.filter(event_note__session__event=event)
    assert written.filter(made_at__gt=event.ends_at).count() == 0
    phase = Phase.objects.get(name__contains="Congress")
    assert (phase.began_on, phase.ended_on) == (timezone.localdate(event.starts_at), timezone.localdate(event.ends_at))
    draw_congress(stage="after")
    assert rows() == drawn


# --- notes, ideas and marks -----------------------------------------------------------------------------------------------


def test_the_notes_are_distinct_and_the_facilitator_made_27_ideas_of_them():
    event = draw("after")
    bodies = Counter(Contribution.objects.filter(event_note__isnull=False).values_list("body", flat=True))
    assert (max(bodies.values()), len(bodies)) == (1, 195)
    standing = event.ideas.filter(merged_into=None)
    assert Counter(standing.values_list("theme__slug", flat=True)) == dict.fromkeys(THEMES, 9)
    issues = Counter(standing.values_list("theme__slug", "issue"))
    assert (len(issues), set(issues.values())) == (9, {3})
    assert (event.ideas.exclude(merged_into=None).count(), standing.filter(notes=None).count()) == (3, 0)
    assert EventNote.objects.filter(idea__merged_into__isnull=False).count() == 0
    under = EventNote.objects.filter(kind=EventNote.Kind.IDEA)
    issues_of_tables = set(EventNote.objects.filter(kind=EventNote.Kind.ISSUE).values_list("pk", "table"))
    assert set(under.values_list("under", "table")) - issues_of_tables == set()


def test_every_table_has_a_theme_and_its_sessions_are_about_sections():
    event = draw("before-congress")
    assert Counter(event.tables.values_list("theme__slug", flat=True)) == {
        "excellence": 6,
        "co-operation": 7,
        "innovation": 7,
    }
    about = event.sessions.filter(tables__isnull=False).annotate(sections=Count("about", distinct=True))
    assert set(about.values_list("theme__slug", "sections")) == {(theme, 4) for theme in THEMES}
    sections = Section.objects.filter(thread__about_in_sessions__in=event.sessions.filter(tables__isnull=False))
    assert sections.distinct().count() == Section.objects.count()


def test_every_mark_is_within_its_limit_and_the_counts_are_the_marks():
    event = draw("after")
    assert (Ballot.objects.count(), Ballot.objects.exclude(cast_at=None).count()) == (180, 168)
    used = Mark.objects.values("ballot", "kind", "idea__theme").annotate(number=Count("pk"))
    assert {one["number"] for one in used} == {event.marks_each - 1, event.marks_each}
    assert Mark.objects.filter(ballot__cast_at=None).count() == 0
    for idea in event.ideas.filter(merged_into=None):
        counted_marks = Counter(idea.marks.values_list("kind", flat=True))
        assert (idea.desirable_count, idea.achievable_count) == (
            counted_marks["desirable"],
            counted_marks["achievable"],
        )
    best = {
        theme: [
            event.ideas.filter(merged_into=None, theme__slug=theme).order_by(f"-{kind}_count").first().title
            for kind in ("desirable", "achievable")
        ]
        for theme in THEMES
    }
    assert {theme: len(set(titles)) for theme, titles in best.items()} == dict.fromkeys(THEMES, 2)


def test_the_idea_of_each_issue_that_was_marked_most_is_a_proposal():
    event = draw("after")
    proposals = Contribution.objects.filter(kind=Kind.PROPOSAL)
    assert (proposals.count(), proposals.public().count(), proposals.values("thread").distinct().count()) == (9, 9, 1)
    for issue in set(event.ideas.filter(merged_into=None).values_list("issue", flat=True)):
        found = event.ideas.filter(issue=issue, merged_into=None)
        most = max(found, key=lambda idea: idea.desirable_count + idea.achievable_count)
        assert [idea.title for idea in found if idea.proposal_id] == [most.title]


def test_two_ballots_and_the_codes_of_some_tables_can_be_tried_on_the_day():
    event = draw("on-the-day")
    to_try = congress_to_try()
    assert [EventTable.objects.get(code=code.replace("-", "")).number for _number, code in to_try.tables] == [3, 8, 17]
    assert EventNote.objects.filter(table__number__in=[3, 8, 17]).count() == 0
    assert (to_try.say_code, to_try.ballots) == (event.say_code, BALLOTS_TO_TRY)
    ballots = Ballot.objects.filter(token_hash__in=[hash_of(token) for token in BALLOTS_TO_TRY])
    assert [ballot.cast_at for ballot in ballots] == [None, None]


def test_the_page_of_the_demo_shows_the_codes(settings):
    settings.DEMO, settings.ROOT_URLCONF = True, demo_urls.__name__
    draw("on-the-day")
    page = Client(headers={"host": "localhost:8000"}).get("/demo/").content.decode()
    codes = ["WEFT-0003", "WEFT-0008", "WEFT-0017", "WARP", *BALLOTS_TO_TRY]
    assert [code for code in codes if code not in page] == []


# --- the line of sight ----------------------------------------------------------------------------------------------------


def test_from_a_note_of_a_table_one_comes_to_the_words_that_changed():
    draw_ground()
    draw_strategy(stage="draft")
    draw_blog(stage="draft")
    draw_process(stage="after")
    draw_library(stage="draft")
    draw_congress(stage="after")
    answered = Contribution.objects.filter(kind=Kind.PROPOSAL, voices__decision__undone_at=None, voices__isnull=False)
    assert answered.distinct().count() == 6
    note = Contribution.objects.get(body__startswith="Sit beside the board for a year: all the papers, no vote.")
    decision = Voice.objects.get(contribution=note).decision
    change = Change.objects.published().get(decision=decision)
    assert (change.section.slug, "with all the papers and no vote" in change.section.current.body) == ("skills", True)
    waiting = Change.objects.pending().get(
        decision__voices__contribution__title="Pay small suppliers within thirty days"
    )
    assert "pay them within thirty days" in waiting.section.draft.body
    assert "pay them within thirty days" not in waiting.section.current.body
    declined = Voice.objects.get(contribution__body="Let members of one co-op use their card at the next.")
    assert declined.decision.outcome == "no"
