"""The close: what was open before may be saved in the minutes of grace; after them it is refused plainly, and the text stays."""

from datetime import timedelta

from django.utils import timezone

from census.actions.responses import facts_of
from census.models import PageRevision, Submission, Wave
from tests.journeys.replies import answer_in_advance
from tests.journeys.visitor import SAVE
from tests.journeys.walks import SHORT, answers_for

LAST_WORDS = "/census/needs-2026/strategy/else/"


def closed_since(minutes: int) -> None:
    Wave.objects.update(closes_at=timezone.now() - timedelta(minutes=minutes))


def test_a_page_opened_before_the_close_is_saved_in_the_minutes_of_grace_and_refused_after_them(visitor, case, code):
    visitor.comes_in_with(code)
    visitor.opens("/census/needs-2026/start/form/").fills_in({"q01": "en", "q02": "full"})
    visitor.presses(SAVE)
    late = visitor.another_tab().opens(LAST_WORDS)
    visitor.opens(LAST_WORDS).fills_in({"q43": "Just in time"})
    closed_since(14)
    visitor.presses(SAVE)
    assert visitor.place == "/census/needs-2026/strategy/heard/"
    late.fills_in({"q43": "A little too late"})
    closed_since(16)
    late.presses(SAVE)
    assert (late.place, late.errors) == (LAST_WORDS, ["The census has closed, so this page could not be saved."])
    assert late.page.locator("textarea").input_value() == "A little too late"
    assert late.page.get_by_role("button", name=SAVE).count() == 0
    assert "answers can no longer be changed" in late.text
    assert PageRevision.objects.get(page_key="strategy/else").answers == {"q43": "Just in time"}
    assert "The census has closed." in visitor.opens("/census/needs-2026/").text


def test_a_first_page_sent_after_the_close_is_refused_and_the_text_stays(visitor, case, code):
    visitor.comes_in_with(code)
    visitor.opens(LAST_WORDS).fills_in({"q43": "Only now"})
    closed_since(1)
    visitor.presses(SAVE)
    assert visitor.errors == ["The census is not open, so a new reply cannot be started."]
    assert visitor.page.locator("textarea").input_value() == "Only now"
    assert PageRevision.objects.count() == 0


def test_a_finished_reply_may_be_sent_in_the_minutes_of_grace(visitor, case, code):
    answers, marks = answers_for(case.wave.questionnaire, facts_of(case), SHORT)
    answer_in_advance(case, answers, marks)
    visitor.comes_in_with(code)
    visitor.opens("/census/needs-2026/check/")
    closed_since(14)
    visitor.presses("Send")
    assert Submission.objects.get().receipt in visitor.text


def test_after_the_grace_a_finished_reply_is_refused_and_kept(visitor, case, code):
    answers, marks = answers_for(case.wave.questionnaire, facts_of(case), SHORT)
    response = answer_in_advance(case, answers, marks)
    visitor.comes_in_with(code)
    visitor.opens("/census/needs-2026/check/")
    closed_since(16)
    visitor.presses("Send")
    assert visitor.errors == ["The census has closed, so the reply could not be sent. What you saved is kept."]
    assert visitor.page.get_by_role("button", name="Send").count() == 0
    assert (Submission.objects.count(), response.page_revisions.count() > 10) == (0, True)
