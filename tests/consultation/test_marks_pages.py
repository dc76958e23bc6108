"""The pages of the marks: opening a ballot, saving it in odd ways, the room's screen and who sees it, the steps, the results."""

import datetime as dt
import re
import uuid

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from commons.contributions.models import Contribution
from commons.themes.models import Theme
from consultation.actions.marks import (
    TRIES,
    cast_ballot,
    choose_proposals,
    close_marks,
    freeze_marks,
    give_ballots,
    publish_marks,
    show_marks,
)
from consultation.models import Ballot, BallotTry, Event, EventHelper, Mark
from consultation.reports.marks import FRESH, live_board
from consultation.reports.qr import QUIET, drawn_qr
from consultation.views.marks import BALLOTS
from tests.factories.events import a_ballot, a_marking, a_registration, an_event, an_event_idea
from tests.factories.people import UserFactory
from tests.factories.themes import a_theme

CODE = "BCDF-GHJK-LMNP-QRST"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_cache():
    cache.clear()


@pytest.fixture
def event() -> Event:
    made = a_marking(ideas=4, themes=2)
    a_ballot(made, CODE)
    return made


@pytest.fixture
def staff(client) -> Client:
    client.force_login(UserFactory(roles=["staff"]))
    return client


def at(name: str, event: Event, *args: object) -> str:
    return reverse(f"consultation:event-{name}", args=[event.slug, *args])


def opened(event: Event, code: str = CODE) -> Client:
    """A browser that has scanned a card."""
    phone = Client()
    phone.get(at("marks", event), {"ballot": code})
    return phone


def form_of(phone: Client, event: Event) -> dict[str, object]:
    form = phone.get(at("marks", event)).context["form"]
    return {name: form[name].value() for name in ("ballot", "based_on")}


def chosen(event: Event, **places: list[int]) -> dict[str, list[int]]:
    """`desirable_1=[1, 2]`: the first two ideas of the first theme."""
    themes = sorted(set(event.ideas.values_list("theme", flat=True)))
    found = {}
    for name, numbers in places.items():
        kind, theme = name.split("_")
        pks = list(event.ideas.filter(theme=themes[int(theme) - 1]).order_by("place").values_list("pk", flat=True))
        found[f"{kind}_{themes[int(theme) - 1]}"] = [pks[number - 1] for number in numbers]
    return found


def words(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def finished(event: Event) -> Event:
    close_marks(event, by=None)
    return publish_marks(freeze_marks(event, by=None), by=None)


# --- Opening a ballot ---------------------------------------------------------------------------------------------------------


def test_the_link_of_a_card_leads_to_a_clean_address_and_changes_nothing(event, client):
    answer = client.get(at("marks", event), {"ballot": CODE.replace("-", "").lower()})
    assert (answer.status_code, answer["Location"]) == (302, at("marks", event))
    assert client.session[BALLOTS] == {event.slug: str(event.ballots.get().pk)}
    assert (event.ballots.get().revision, BallotTry.objects.count()) == (0, 0)
    assert "no-store" in answer["Cache-Control"]


def test_a_code_can_be_typed(event, client):
    assert client.get(at("marks", event)).context["code_form"] is not None
    answer = client.post(at("marks", event), {"code": "bcdf ghjk lmnp qrst"})
    assert (answer.status_code, answer["Location"]) == (302, at("marks", event))
    assert client.get(at("marks", event)).context["ballot"] == event.ballots.get()


@pytest.mark.parametrize("typed", ["", "WRONG", "\x00", "ß" * 80, "BCDFGHJKLMNPQRSX"])
def test_a_wrong_code_is_refused_in_its_place(event, client, typed):
    answer = client.post(at("marks", event), {"code": typed})
    assert (answer.status_code, bool(answer.context["code_form"].errors)) == (422, True)
    assert BALLOTS not in client.session


def test_unknown_codes_and_those_of_another_event_get_the_same_words(event, client):
    a_ballot(an_event("Another"), "OTHER")
    said = []
    for code in ("OTHER", "NOWHERE"):
        answer = client.get(at("marks", event), {"ballot": code}, follow=True)
        said.append([str(message) for message in answer.context["messages"]])
    assert said[0] == said[1] != []


def test_too_many_wrong_codes_from_one_network(event, client):
    source = BallotTry.source_of("127.0.0.1")
    BallotTry.objects.bulk_create(BallotTry(source=source) for _try in range(TRIES))
    answer = client.post(at("marks", event), {"code": CODE})
    assert (answer.status_code, "Wait 15 minutes" in words(answer)) == (422, True)


def test_who_has_opened_a_ballot_already_is_not_held_up_by_others_tries(event):
    phone = opened(event)
    BallotTry.objects.bulk_create(BallotTry(source=BallotTry.source_of("127.0.0.1")) for _try in range(TRIES))
    sent = form_of(phone, event) | chosen(event, desirable_1=[1])
    assert phone.post(at("marks", event), sent).status_code == 302


def test_a_draft_event_has_no_ballots(event, client):
    Event.objects.update(state="draft")
    for name in ("marks", "screen", "screen-now", "results"):
        assert client.get(at(name, event)).status_code == 404


# --- Saving -------------------------------------------------------------------------------------------------------------------


def test_marks_are_saved_shown_and_changed(event):
    phone = opened(event)
    assert "3 of 3 marks left" in words(phone.get(at("marks", event)))
    first = form_of(phone, event) | chosen(event, desirable_1=[1, 2], achievable_2=[4])
    answer = phone.post(at("marks", event), first)
    assert (answer.status_code, answer["Location"]) == (302, at("marks", event))
    page = words(phone.get(at("marks", event)))
    close = timezone.localtime(event.marks_close_at)
    assert f"You can change them until {close:%-I:%M}" in page
    assert [number for number in ("1 of 3", "2 of 3", "3 of 3") if f"{number} marks left" in page] == [
        "1 of 3",
        "2 of 3",
        "3 of 3",
    ]
    second = form_of(phone, event) | chosen(event, achievable_1=[3])
    assert phone.post(at("marks", event), second).status_code == 302
    assert list(Mark.objects.values_list("kind", "idea__title")) == [("achievable", "Idea 3 of 1")]


def test_too_many_marks_are_refused_and_everything_ticked_is_kept(event):
    phone = opened(event)
    sent = chosen(event, desirable_1=[1, 2, 3, 4], achievable_2=[1])
    answer = phone.post(at("marks", event), form_of(phone, event) | sent)
    form = answer.context["form"]
    assert (answer.status_code, Mark.objects.count()) == (422, 0)
    assert {name: form[name].value() for name in sent} == {name: [str(pk) for pk in pks] for name, pks in sent.items()}
    [(name, problems)] = form.errors.items()
    assert (name, problems) == (
        next(iter(sent)),
        ["Theme 1, Most desirable: You have 3 marks here and used 4. Take some away."],
    )


def test_an_empty_ballot_is_asked_for_one_mark_and_may_be_emptied_later(event):
    phone = opened(event)
    assert phone.post(at("marks", event), form_of(phone, event)).status_code == 422
    phone.post(at("marks", event), form_of(phone, event) | chosen(event, desirable_1=[1]))
    assert phone.post(at("marks", event), form_of(phone, event)).status_code == 302
    assert (Mark.objects.count(), event.ballots.get().cast_at is None) == (0, False)


def test_a_second_tab_is_told_what_the_first_saved_and_keeps_its_own(event):
    phone = opened(event)
    old = form_of(phone, event)
    phone.post(at("marks", event), old | chosen(event, desirable_1=[1]))
    mine = chosen(event, desirable_1=[2])
    answer = phone.post(at("marks", event), old | mine)
    form = answer.context["form"]
    assert (answer.status_code, form["based_on"].value()) == (409, 1)
    assert form[next(iter(mine))].value() == [str(pk) for pk in next(iter(mine.values()))]
    assert "Saved in the other window" in words(answer)
    again = {"ballot": form["ballot"].value(), "based_on": 1} | mine
    assert phone.post(at("marks", event), again).status_code == 302
    assert list(Mark.objects.values_list("idea__title", flat=True)) == ["Idea 2 of 1"]


def test_a_double_click_saves_once(event):
    phone = opened(event)
    sent = form_of(phone, event) | chosen(event, desirable_1=[1])
    assert [phone.post(at("marks", event), sent).status_code for _click in range(2)] == [302, 302]
    assert (Mark.objects.count(), event.ballots.get().revision) == (1, 1)


def test_a_session_that_has_ended_loses_nothing(event):
    phone = opened(event)
    sent = form_of(phone, event) | chosen(event, desirable_1=[1])
    phone.session.flush()
    phone.cookies.clear()
    assert phone.post(at("marks", event), sent).status_code == 302
    assert phone.get(at("marks", event)).context["ballot"].revision == 1


def test_a_form_saves_to_the_ballot_it_was_made_for(event):
    other = a_ballot(event, "OTHER")
    phone = opened(event)
    sent = form_of(phone, event) | chosen(event, desirable_1=[1])
    phone.get(at("marks", event), {"ballot": "OTHER"})
    assert phone.post(at("marks", event), sent).status_code == 302
    assert (other.marks.count(), Mark.objects.exclude(ballot=other).count()) == (0, 1)


@pytest.mark.parametrize("signed", ["", "1", "forged:signature", str(uuid.UUID(int=0))])
def test_a_forged_ballot_is_nobodys(event, client, signed):
    answer = client.post(at("marks", event), {"ballot": signed, "based_on": "0"} | chosen(event, desirable_1=[1]))
    assert (answer.status_code, Mark.objects.count()) == (302, 0)


def test_a_ballot_of_one_event_is_not_cast_at_another(event):
    elsewhere = a_marking(title="Another", slug="another", say_code="X9")
    phone = opened(event)
    sent = form_of(phone, event) | chosen(event, desirable_1=[1])
    assert phone.post(at("marks", elsewhere), sent).status_code == 302
    assert Mark.objects.count() == 0


@pytest.mark.parametrize("wrong", [["x"], ["0"], [str(2**70)], ["-1"], ["1", "\x00"]])
def test_ideas_that_are_not_there_are_refused(event, wrong):
    phone = opened(event)
    [name] = chosen(event, desirable_1=[1])
    answer = phone.post(at("marks", event), form_of(phone, event) | {name: wrong})
    assert (answer.status_code, Mark.objects.count()) == (422, 0)


def test_after_the_close_nothing_is_counted_and_what_was_saved_is_shown(event):
    phone = opened(event)
    late = form_of(phone, event) | chosen(event, desirable_1=[2])
    phone.post(at("marks", event), form_of(phone, event) | chosen(event, desirable_1=[1]))
    close_marks(event, by=None)
    answer = phone.post(at("marks", event), late)
    assert (answer.status_code, "came too late" in words(answer), answer.context["form"]) == (409, True, None)
    assert "1. Idea 1 of 1" in words(answer)
    assert list(Mark.objects.values_list("idea__title", flat=True)) == ["Idea 1 of 1"]
    assert "Marking is over" in words(phone.get(at("marks", event)))


def test_before_the_opening_the_page_says_when(event):
    Event.objects.update(marks_open_at=timezone.now() + dt.timedelta(minutes=20))
    assert "Marking has not opened yet" in words(opened(event).get(at("marks", event)))
    Event.objects.update(marks_open_at=None, marks_close_at=None)
    assert "You will be told in the room" in words(opened(event).get(at("marks", event)))


def test_a_phone_can_be_handed_on(event):
    phone = opened(event)
    phone.post(at("marks", event), form_of(phone, event) | chosen(event, desirable_1=[1]))
    assert phone.post(at("marks", event), {"forget": "yes"}).status_code == 302
    assert phone.get(at("marks", event)).context["code_form"] is not None
    assert Mark.objects.count() == 1


def test_a_ballot_costs_as_many_queries_with_many_ideas(event, django_assert_max_num_queries):
    phone = opened(event)
    for number in range(20):
        an_event_idea(event, f"More {number}", theme=a_theme(f"Theme {number % 4 + 1}"))
    sent = form_of(phone, event) | chosen(event, desirable_1=[1])
    with django_assert_max_num_queries(8):
        phone.get(at("marks", event))
    with django_assert_max_num_queries(14):
        assert phone.post(at("marks", event), sent).status_code == 302


# --- The screen ---------------------------------------------------------------------------------------------------------------


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


# --- The staff's day ----------------------------------------------------------------------------------------------------------


def test_the_steps_of_the_day_by_their_buttons(staff):
    event = an_event(starts=dt.timedelta(hours=-5))
    idea = an_event_idea(event)
    page = lambda: staff.get(at("marks-staff", event))  # noqa: E731
    assert page().context["step"] == "open"
    later = timezone.localtime(timezone.now() + dt.timedelta(hours=1))
    assert staff.post(at("marks-open", event), {"closes_at": f"{later:%Y-%m-%dT%H:%M}"}).status_code == 302
    assert page().context["step"] == "close"
    cast_ballot(a_ballot(event), by=None, desirable=[idea.pk], achievable=[], based_on=0)
    for name, step in (("close", "freeze"), ("freeze", "publish"), ("publish", "proposals")):
        assert staff.post(at(f"marks-{name}", event))["Location"] == at("marks-staff", event)
        assert page().context["step"] == step
    form = page().context["proposals_form"]
    [name] = form.fields
    assert form[name].value() == [str(idea.pk)]
    assert staff.post(at("proposals-choose", event), {name: [idea.pk]}).status_code == 302
    assert Contribution.objects.get().title == "A bank of looms"
    assert page().context["proposals_form"].fields == {}


def test_a_step_out_of_turn_says_so_and_changes_nothing(event, staff):
    for name in ("marks-freeze", "marks-publish"):
        answer = staff.post(at(name, event), follow=True)
        assert [message.level_tag for message in answer.context["messages"]] == ["error"]
    answer = staff.post(at("proposals-choose", event))
    assert (answer.status_code, Contribution.objects.count()) == (422, 0)
    event.refresh_from_db()
    assert (event.marks_frozen_at, event.marks_published_at) == (None, None)


@pytest.mark.parametrize("closes_at", ["", "soon", "2001-01-01T10:00", "9999-12-31T23:59", "\x00"])
def test_a_wrong_time_keeps_what_was_typed(event, staff, closes_at):
    answer = staff.post(at("marks-open", event), {"closes_at": closes_at})
    assert (answer.status_code, answer.context["open_form"]["closes_at"].value()) == (422, closes_at)
    assert Event.objects.get().marks_close_at == event.marks_close_at


def test_cards_are_printed_with_their_codes_and_again_from_the_same_form(event, staff):
    key = staff.get(at("marks-staff", event)).context["give_form"]["key"].value()
    one, other = (staff.post(at("ballots-give", event), {"number": 3, "key": key}) for _time in range(2))
    assert (one.status_code, one.context["cards"]) == (200, other.context["cards"])
    assert "no-store" in one["Cache-Control"]
    assert event.ballots.count() == 4
    code = one.context["cards"][0][0]
    assert Ballot.objects.filter(token_hash=Ballot.hash_of(code)).count() == 1


@pytest.mark.parametrize("number", ["", "0", "-1", "2001", "many", "9" * 40])
def test_a_wrong_number_of_cards_makes_none(event, staff, number):
    answer = staff.post(at("ballots-give", event), {"number": number, "key": uuid.uuid4()})
    assert (answer.status_code, event.ballots.count()) == (422, 1)


def test_the_door_hands_out_one_ballot_a_person(event):
    helper, person = UserFactory(), a_registration(event)
    door = Client()
    door.force_login(helper)
    assert door.post(at("ballot-give", event, person.key)).status_code == 404
    EventHelper.objects.create(event=event, person=helper, part="door")
    assert len(door.post(at("ballot-give", event, person.key)).context["cards"]) == 1
    again = door.post(at("ballot-give", event, person.key))
    assert (again.status_code, "cards" in again.context) == (409, False)
    assert event.ballots.count() == 2


def test_a_qr_code_is_a_square_with_a_quiet_edge():
    qr = drawn_qr("https://example.coop/events/congress/marks/?ballot=BCDFGHJKLMNPQRST")
    assert qr.size == 37 + 2 * QUIET
    # The three corner marks begin with a bar of seven.
    assert qr.path.startswith(f"M{QUIET} {QUIET}h7v1h-7z")


# --- The results --------------------------------------------------------------------------------------------------------------


def test_until_they_are_published_the_results_page_says_where_things_stand(event, client):
    said = []
    for change in ({}, {"marks_close_at": timezone.now()}, {"marks_open_at": None, "marks_close_at": None}):
        Event.objects.update(**change)
        page = client.get(at("results", event))
        assert page.context["board"] is None
        said.append(words(page))
    assert [
        phrase in text
        for phrase, text in zip(
            ("People in the room are marking", "have not been published yet", "Nothing has been marked yet"),
            said,
            strict=True,
        )
    ] == [True] * 3


def test_the_results_show_every_count_the_turnout_and_the_proposals(event, client):
    a_ballot(event)
    pks = list(event.ideas.order_by("place").values_list("pk", flat=True))
    cast_ballot(event.ballots.first(), by=None, desirable=pks[:2], achievable=pks[1:2], based_on=0)
    finished(event)
    [row] = choose_proposals(event, pks[:1], by=UserFactory())
    page = client.get(at("results", event))
    assert "1 of 2 ballots were cast (50%)" in words(page)
    assert [line.row for line in page.context["proposals"]] == [row]
    assert [[idea.total for idea in ideas] for _band, ideas in page.context["board"].by_band] == [[2, 1, 0, 0], [0] * 4]
    assert "The panel has not answered it yet." in words(page)


def test_results_without_a_single_mark_can_be_read(event, client):
    finished(event)
    assert "No mark was made." in words(client.get(at("results", event)))


def test_codes_stand_in_no_log(event, client, caplog):
    [code] = give_ballots(event, 1, by=None, key=uuid.uuid4())
    client.get(at("marks", event), {"ballot": code})
    client.post(at("marks", event), {"code": code})
    assert code not in caplog.text
