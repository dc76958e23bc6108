"""The screen of the room: who sees it, what it shows, and how seldom it counts."""

import datetime as dt

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from commons.themes.models import Theme
from consultation.actions.marks import cast_ballot, close_marks, show_marks
from consultation.models import EventHelper
from consultation.reports.marks import FRESH, live_board
from tests.consultation.marks.pages import at, finished, opened, words
from tests.factories.events import a_ballot, an_event, an_event_idea
from tests.factories.people import UserFactory
from tests.factories.themes import a_theme

pytestmark = pytest.mark.django_db


def test_only_the_room_sees_the_screen_until_the_results_are_public(event, client):
    facilitator, at_the_door, staff = UserFactory(), UserFactory(), UserFactory(roles=["staff"])
    EventHelper.objects.create(event=event, person=facilitator, part="facilitator")
    EventHelper.objects.create(event=event, person=at_the_door, part="door")

    def seen() -> list[int]:
        statuses = []
        for person in (None, UserFactory(), at_the_door, facilitator, staff):
            browser = Client()
            if person is not None:
                browser.force_login(person)
            statuses.append([browser.get(at(name, event)).status_code for name in ("screen", "screen-now")])
        return statuses

    assert seen() == [[404, 404], [404, 404], [404, 404], [200, 200], [200, 200]]
    finished(event)
    assert seen() == [[200, 200]] * 5


def test_the_link_for_the_machine_in_the_room_opens_this_screen_and_no_other(event, staff):
    other = an_event("Another")
    link = staff.get(at("marks-staff", event)).context["screen_link"].partition("/events/")[2]
    room = Client()
    assert room.get(f"/events/{link}")["Location"] == at("screen", event)
    assert room.get(at("screen", event)).status_code == 200
    assert room.get(at("screen", other)).status_code == 404
    assert Client().get(f"/events/{link}".replace(event.slug, other.slug, 1)).status_code == 404
    assert Client().get(at("screen", event), {"key": "forged"}).status_code == 404


def test_the_screen_shows_the_drawing_the_leaders_the_turnout_and_the_table(event, staff):
    a_ballot(event)
    one, two, *_others = event.ideas.order_by("place").values_list("pk", flat=True)
    cast_ballot(event.ballots.first(), by=None, desirable=[one, two], achievable=[two], based_on=0)
    page = words(staff.get(at("screen", event)))
    assert "1 of 2 ballots cast" in page
    context = staff.get(at("screen-now", event)).context
    assert [idea.title for idea in context["leaders"]] == ["Idea 2 of 1", "Idea 1 of 1"]
    assert [len(context[size].spots) for size in ("wide", "narrow")] == [2, 2]
    assert "6 ideas have no mark yet" in page


def test_the_counts_can_be_hidden_until_the_close(event, staff):
    show_marks(event, by=None, live=False)
    one = event.ideas.order_by("place").first().pk
    cast_ballot(event.ballots.get(), by=None, desirable=[one], achievable=[], based_on=0)
    page = staff.get(at("screen-now", event))
    assert (page.context["wide"], "1 of 1 ballot cast" in words(page)) == (None, True)
    assert "The counts are shown when marking is closed" in words(page)
    close_marks(event, by=None)
    assert staff.get(at("screen-now", event)).context["wide"] is not None


def test_many_screens_count_once_in_two_seconds(event, django_assert_num_queries):
    assert live_board(event).cast == 0
    cast_ballot(event.ballots.get(), by=None, desirable=[], achievable=[], based_on=0)
    with django_assert_num_queries(0):
        assert {live_board(event).cast for _screen in range(20)} == {0}
    counted_at, board = cache.get(f"event-marks-{event.pk}")
    cache.set(f"event-marks-{event.pk}", (counted_at - dt.timedelta(seconds=FRESH), board))
    with django_assert_num_queries(2):
        assert [live_board(event).cast for _screen in range(20)] == [1] * 20


def test_a_screen_asks_as_often_for_many_ideas_as_for_one(event, staff):
    asked = []
    staff.get(at("screen-now", event))
    for _time in range(2):
        cache.clear()
        pks = list(event.ideas.values_list("pk", flat=True))
        cast_ballot(a_ballot(event), by=None, desirable=pks[-3:], achievable=pks[:3], based_on=0)
        with CaptureQueriesContext(connection) as captured:
            assert staff.get(at("screen-now", event)).status_code == 200
        asked.append(len(captured))
        for number in range(9):
            an_event_idea(event, f"More {number}", theme=a_theme(f"More {number % 3}"))
    assert asked[0] == asked[1]


def test_while_one_counts_the_others_are_shown_what_was_there(event, django_assert_num_queries):
    board = live_board(event)
    cache.set(f"event-marks-{event.pk}", (timezone.now() - dt.timedelta(seconds=9), board))
    cache.add(f"event-marks-{event.pk}-counting", value=True, timeout=9)
    with django_assert_num_queries(0):
        assert live_board(event) == board


@pytest.mark.parametrize("broken", ["get", "add", "set"])
def test_a_cache_that_fails_does_not_break_the_screen(event, staff, monkeypatch, broken):
    def fail(*args, **kwargs):
        raise ConnectionError("The cache is away")

    monkeypatch.setattr(cache, broken, fail)
    for _time in range(2):
        assert staff.get(at("screen-now", event)).status_code == 200


@pytest.mark.parametrize("held", ["nonsense", None, 7])
def test_what_an_older_release_left_in_the_cache_is_counted_anew(event, held):
    cache.set(f"event-marks-{event.pk}", held)
    assert live_board(event).given == 1


def test_a_title_that_is_a_script_stays_words(event, staff):
    bad = '</text><script>alert(1)</script>"><img src=x onerror=alert(1)>'
    event.ideas.update(title=bad, issue=bad)
    Theme.objects.filter(name="Theme 1").update(name=bad)
    pks = list(event.ideas.values_list("pk", flat=True)[:2])
    cast_ballot(event.ballots.get(), by=None, desirable=pks, achievable=pks, based_on=0)
    pages = [staff.get(at(name, event)) for name in ("screen", "screen-now", "marks-staff")]
    pages.append(opened(event).get(at("marks", event)))
    finished(event)
    pages.append(staff.get(at("results", event)))
    for page in pages:
        assert (page.status_code, b"<script>alert" in page.content, b"<img src=x" in page.content) == (
            200,
            False,
            False,
        )
