"""Two tabs, the back button, an ended session, a changed token: nothing typed is lost and nothing is saved unasked."""

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse

from census.models import PageRevision, Response
from tests.factories.people import MembershipFactory
from tests.journeys.conftest import PASSWORD
from tests.journeys.visitor import SAVE

LAST_WORDS = "/census/needs-2026/strategy/else/"
FIRST = "/census/needs-2026/start/form/"
KEPT = "This is what you typed before. Check it, then press “Save and continue”."
MINE, THEIRS = "We need a ramp.\nAnd “time”, £5 & <b>patience</b>.", "We need a roof."


def saved_words() -> list[str | None]:
    return [row.answers.get("q43") for row in PageRevision.objects.filter(page_key="strategy/else").order_by("number")]


def typed_in(visitor) -> str:
    return visitor.page.locator("textarea").input_value()


@pytest.mark.parametrize(("choice", "left"), [("What you typed:", [THEIRS, MINE]), ("What is saved now:", [THEIRS])])
def test_in_two_tabs_the_later_one_sees_both_answers_and_chooses(visitor, case, code, choice, left):
    visitor.comes_in_with(code)
    other = visitor.opens(LAST_WORDS).another_tab().opens(LAST_WORDS)
    other.fills_in({"q43": THEIRS})
    other.presses(SAVE)
    visitor.fills_in({"q43": MINE})
    visitor.presses(SAVE)
    assert visitor.heading == "Somebody else answered this too"
    assert (MINE in visitor.text, THEIRS in visitor.text, saved_words()) == (True, True, [THEIRS])
    visitor.page.locator("label", has_text=choice).click()
    visitor.presses("Keep these and continue")
    assert saved_words() == left
    assert (visitor.place, Response.objects.count()) == ("/census/needs-2026/strategy/heard/", 1)


def test_going_back_shows_what_was_saved_and_a_second_thought_is_no_conflict(visitor, case, code):
    visitor.comes_in_with(code)
    visitor.opens(FIRST)
    visitor.fills_in({"q01": "en", "q02": "full"})
    visitor.presses(SAVE)
    visitor.fills_in({"q03": "board"})
    visitor.presses(SAVE)
    visitor.page.go_back()
    visitor.page.go_back()
    assert visitor.place == FIRST
    assert visitor.page.locator("[name=q02]:checked").get_attribute("value") == "full"
    visitor.fills_in({"q02": "short"})
    visitor.presses(SAVE)
    assert (visitor.place, visitor.errors) == ("/census/needs-2026/start/who/", [])
    assert visitor.page.locator("[name=q03]:checked").get_attribute("value") == "board"
    assert [row.answers for row in PageRevision.objects.order_by("pk")] == [
        {"q01": "en", "q02": "full"},
        {"q03": "board"},
        {"q01": "en", "q02": "short"},
    ]


def test_when_the_session_has_ended_the_code_brings_back_what_was_typed(visitor, case, code):
    visitor.comes_in_with(code)
    visitor.opens(f"{LAST_WORDS}?return=check")
    visitor.fills_in({"q43": MINE})
    Session.objects.all().delete()
    visitor.presses(SAVE)
    assert visitor.place == "/census/code/"
    assert visitor.notes == [
        "You were signed out. What you typed is kept: come in again and you will find it on the page."
    ]
    visitor.page.get_by_label("Your census code").fill(code)
    visitor.presses("Continue")
    assert (visitor.place, visitor.notes, typed_in(visitor), saved_words()) == (LAST_WORDS, [KEPT], MINE, [])
    visitor.presses(SAVE)
    assert saved_words() == [MINE]


def test_when_the_session_has_ended_signing_in_brings_back_what_was_typed(visitor, case, person):
    member = person("member@example.coop")
    MembershipFactory(user=member, organisation=case.organisation)
    visitor.opens("/accounts/login/").signs_in(member.email, PASSWORD)
    visitor.opens(LAST_WORDS).fills_in({"q43": MINE})
    Session.objects.all().delete()
    visitor.presses(SAVE)
    visitor.follows("Sign in instead")
    visitor.signs_in(member.email, PASSWORD)
    assert (visitor.place, typed_in(visitor), saved_words()) == (LAST_WORDS, MINE, [])
    visitor.presses(SAVE)
    assert saved_words() == [MINE]


def test_signing_in_in_another_tab_loses_nothing_and_saves_nothing_by_itself(visitor, case, code, person):
    somebody = person("somebody@example.coop")
    visitor.comes_in_with(code)
    visitor.opens(LAST_WORDS).fills_in({"q43": MINE})
    visitor.another_tab().opens("/accounts/login/").signs_in(somebody.email, PASSWORD)
    visitor.presses(SAVE)
    assert (visitor.place, typed_in(visitor), saved_words()) == (LAST_WORDS, MINE, [])
    assert visitor.notes[-1] == KEPT
    visitor.presses(SAVE)
    assert saved_words() == [MINE]


def test_without_its_cookies_a_page_asks_for_the_code_and_then_shows_what_was_typed(visitor, case, code):
    visitor.comes_in_with(code)
    visitor.opens(LAST_WORDS).fills_in({"q43": MINE})
    visitor.page.context.clear_cookies()
    visitor.presses(SAVE)
    assert visitor.place == "/census/code/"
    visitor.page.get_by_label("Your census code").fill(code)
    visitor.presses("Continue")
    assert (visitor.place, typed_in(visitor), saved_words()) == (LAST_WORDS, MINE, [])


def test_sending_after_the_token_changed_asks_to_send_once_more(visitor, case, code, person):
    somebody = person("somebody@example.coop")
    visitor.comes_in_with(code)
    visitor.opens(LAST_WORDS).fills_in({"q43": MINE})
    visitor.presses("Save and come back later")
    visitor.opens("/census/needs-2026/check/")
    visitor.another_tab().opens("/accounts/login/").signs_in(somebody.email, PASSWORD)
    visitor.presses("Send")
    assert (visitor.place, visitor.heading) == ("/census/needs-2026/check/", "Check your answers")
    assert visitor.notes == [
        "Nothing was sent, because you signed in or out in another tab or your cookies were deleted. Press “Send” once more."
    ]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://testserver"}, 302),
        ({"Referer": "http://testserver/census/needs-2026/strategy/else/"}, 302),
        ({"Origin": "https://example.org"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "https://example.org", "Referer": "http://testserver/"}, 403),
        ({}, 403),
    ],
)
def test_only_what_our_own_page_sent_is_held_when_the_token_does_not_fit(client, case, letter_for, headers, status):
    client.post(reverse("census:code"), {"code": letter_for(case)})
    shown = client.get(LAST_WORDS)
    client.handler.enforce_csrf_checks = True
    typed = {"case": shown.context["case_token"], "q43": "From somewhere", "csrfmiddlewaretoken": "x" * 64}
    sent = client.post(LAST_WORDS, typed, headers=headers)
    assert (sent.status_code, "census_held" in client.session) == (status, status == 302)
    assert saved_words() == []
