"""200 double and triple clicks, half in a browser and half as requests in the same moment: one reply with every answer in it."""

# Fixtures are taken over from the journeys by importing them, and then named as arguments.
# ruff: noqa: F401, F811

import pytest
from django.urls import reverse

from census.actions.responses import answers_of, facts_of
from census.instrument import form_data, route
from census.models import Case, PageRevision, Response, Submission
from tests.census.conftest import case, register, wave
from tests.journeys.conftest import code, fresh_limits, letter_for, script, site, somebody, visitor
from tests.journeys.crowds import Presser
from tests.journeys.visitor import SAVE
from tests.journeys.walks import FULL, answers_for

EACH = 50


def whole(of: Case) -> tuple:
    """(pages, answers, marks) of the longest walk."""
    answers, marks = answers_for(of.wave.questionnaire, facts_of(of), FULL)
    return route(of.wave.questionnaire, answers, facts_of(of)).pages, answers, marks


def assert_one_whole_reply(of: Case, answers: dict) -> None:
    assert answers_of(Response.objects.get(), of).values == answers
    assert {row.number for row in PageRevision.objects.all()} == {1}
    assert Submission.objects.count() == 1


def test_every_button_clicked_twice_or_thrice(visitor, case, code):
    pages, answers, marks = whole(case)
    visitor.comes_in_with(code)
    for click in range(max(EACH, len(pages))):
        page = pages[click % len(pages)]
        visitor.opens(reverse("census:page", args=[case.wave.slug, page.section.id, page.id]))
        visitor.fills_page(case.wave.questionnaire, answers, marks)
        visitor.presses(SAVE, times=2 + click % 2)
    visitor.opens("/census/needs-2026/check/").presses("Send", times=3)
    visitor.page.wait_for_url("**/done/")
    assert_one_whole_reply(case, answers)


@pytest.mark.parametrize("times", [2, 3])
def test_every_form_sent_twice_or_thrice_in_the_same_moment(client, site, case, code, times):
    pages, answers, marks = whole(case)
    client.post(reverse("census:code"), {"code": code})
    presser = Presser(client, site)
    for click in range(max(EACH, len(pages))):
        page = pages[click % len(pages)]
        typed: dict = {}
        for question in page.questions:
            typed |= form_data(question, answers, marks) if question.code in answers else {}
        path = reverse("census:page", args=[case.wave.slug, page.section.id, page.id])
        assert presser.presses(path, typed, times) == [302] * times
    assert presser.presses(reverse("census:check", args=[case.wave.slug]), {}, times) == [302] * times
    assert_one_whole_reply(case, answers)
