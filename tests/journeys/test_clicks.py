"""Double and triple clicks, and many presses at once: one reply, one revision of each page, one submission."""

from django.urls import reverse

from census.actions.responses import facts_of
from census.instrument import form_data, route
from census.models import PageRevision, Response, Submission
from tests.journeys.crowds import Presser
from tests.journeys.replies import answer_in_advance
from tests.journeys.visitor import SAVE
from tests.journeys.walks import SHORT, answers_for


def test_whoever_clicks_every_button_twice_or_thrice_saves_each_page_once(visitor, case, code):
    instrument, facts = case.wave.questionnaire, facts_of(case)
    answers, marks = answers_for(instrument, facts, SHORT)
    pages = route(instrument, answers, facts).pages[:8]
    visitor.comes_in_with(code)
    for number, page in enumerate(pages):
        visitor.opens(reverse("census:page", args=[case.wave.slug, page.section.id, page.id]))
        visitor.fills_page(instrument, answers, marks)
        visitor.presses(SAVE, times=2 + number % 2)
    saved = PageRevision.objects.order_by("pk").values_list("page_key", "number")
    assert list(saved) == [(f"{page.section.id}/{page.id}", 1) for page in pages]
    assert Response.objects.count() == 1


def test_whoever_clicks_send_three_times_has_sent_once(visitor, case, code):
    answers, marks = answers_for(case.wave.questionnaire, facts_of(case), SHORT)
    answer_in_advance(case, answers, marks)
    visitor.comes_in_with(code)
    visitor.opens("/census/needs-2026/check/").presses("Send", times=3)
    visitor.page.wait_for_url("**/done/")
    assert [(row.number, row.receipt in visitor.text) for row in Submission.objects.all()] == [(1, True)]


def test_eight_presses_at_once_save_each_page_once_and_send_once(client, site, case, code):
    instrument, facts = case.wave.questionnaire, facts_of(case)
    answers, marks = answers_for(instrument, facts, SHORT)
    client.post(reverse("census:code"), {"code": code})
    presser = Presser(client, site)
    for page in route(instrument, answers, facts).pages:
        typed = {}
        for question in page.questions:
            typed |= form_data(question, answers, marks) if question.code in answers else {}
        path = reverse("census:page", args=[case.wave.slug, page.section.id, page.id])
        assert presser.presses(path, typed, 8 if page.position < 3 else 1) == [302] * (8 if page.position < 3 else 1)
    assert presser.presses(reverse("census:check", args=[case.wave.slug]), {}, 8) == [302] * 8
    assert {row.number for row in PageRevision.objects.all()} == {1}
    assert (Response.objects.count(), Submission.objects.count()) == (1, 1)
