"""Leaving and coming back on another device, changing an answer that hides others, sending, the receipt."""

import re

from playwright.sync_api import expect

from census.actions.responses import facts_of
from census.instrument import text
from census.models import PageRevision, Submission
from tests.journeys.replies import answer_in_advance
from tests.journeys.visitor import SAVE
from tests.journeys.walks import FULL, SHORT, answers_for


def test_everything_is_there_on_another_device(somebody, script, case, code):
    instrument = case.wave.questionnaire
    answers, marks = answers_for(instrument, facts_of(case), SHORT)
    first = somebody(script=script)
    first.comes_in_with(code)
    first.follows("Start")
    places = []
    for button in (SAVE, SAVE, SAVE, "Save and come back later"):
        places.append(first.place)
        first.fills_page(instrument, answers, marks)
        first.presses(button)
    assert first.place == "/census/needs-2026/"
    assert first.notes == ["Saved. Come back whenever you like: everything will be here."]

    second = somebody(script=script)
    second.comes_in_with(code.lower().replace("-", " "))
    for place in places:
        second.opens(place)
        given = second.page.locator("#page-form").evaluate(
            "form => [...new FormData(form)].filter(([name]) => /^q/.test(name)).map(([name, value]) => value).filter(Boolean)"
        )
        page = instrument.page(*place.strip("/").split("/")[-2:])
        said = [answers[question.code] for question in page.questions if question.code in answers]
        assert sorted(given) == sorted(
            value for answer in said for value in (answer if isinstance(answer, list) else [answer])
        )
    second.opens("/census/needs-2026/").follows("Carry on")
    assert second.place == "/census/needs-2026/organisation/members/"


def test_an_answer_that_hides_others_leaves_them_out_and_the_check_page_says_so(visitor, case, code):
    instrument = case.wave.questionnaire
    answers, marks = answers_for(instrument, facts_of(case), FULL)
    answer_in_advance(case, answers, marks)
    visitor.comes_in_with(code)
    visitor.opens("/census/needs-2026/check/")
    question = instrument.questions["q24"]
    visitor.follows(f"Change {text(question.label)}")
    assert visitor.place == "/census/needs-2026/money/outside/"
    visitor.fills_in({"q24": "no"})
    visitor.presses(SAVE)
    assert visitor.place == "/census/needs-2026/check/"
    hidden = [text(instrument.questions[code].label) for code in ("q25", "q26")]
    assert visitor.page.locator(".inset li").all_inner_texts() == hidden
    assert [label for label in hidden if label in visitor.page.locator("dt").all_inner_texts()] == []

    visitor.presses("Send")
    submission = Submission.objects.get()
    assert (submission.answers["q24"], submission.statuses["q25"], submission.statuses["q26"]) == (
        "no",
        "not_asked",
        "not_asked",
    )
    assert {"q25", "q25_other", "q26"} & submission.answers.keys() == set()
    assert PageRevision.objects.get(page_key="money/purpose").answers == {"q25": answers["q25"]}

    assert re.search(r"Your reference\s+(\S+)", visitor.text).group(1) == submission.receipt
    visitor.page.get_by_text("How to prove later what was sent").click()
    expect(visitor.page.locator("details code")).to_have_text(submission.sha256)
    visitor.follows("Read or print your answers")
    assert visitor.heading == f"The answers of {case.name}"
    visitor.page.emulate_media(media="print")
    shown = visitor.page.locator("main").inner_text()
    assert (submission.receipt in shown, "</script> " in shown, text(question.options[-1].label) in shown) == (
        True,
        True,
        True,
    )
    for paperless in (".selvedge", ".site-footer", ".back-link", "[data-print]"):
        expect(visitor.page.locator(paperless).first).to_be_hidden()
    visitor.opens("/census/needs-2026/")
    assert f"reference {submission.receipt}" in visitor.text


def test_what_is_changed_after_sending_counts_only_when_it_is_sent_again(visitor, case, code):
    answers, marks = answers_for(case.wave.questionnaire, facts_of(case), SHORT)
    answer_in_advance(case, answers, marks)
    visitor.comes_in_with(code)
    visitor.opens("/census/needs-2026/check/").presses("Send")
    visitor.follows("Change an answer")
    visitor.follows("Change Where is it based?")
    visitor.fills_in({"q05": "london"})
    visitor.presses(SAVE)
    assert Submission.objects.get().answers["q05"] == "wales"
    assert "Until then, what you sent before counts." in visitor.opens("/census/needs-2026/").text
    visitor.opens("/census/needs-2026/check/").presses("Send again")
    sent = [
        (row.number, row.answers["q05"], row.superseded_at is None) for row in Submission.objects.order_by("number")
    ]
    assert sent == [(1, "wales", False), (2, "london", True)]
    assert Submission.objects.get(number=2).receipt in visitor.text
