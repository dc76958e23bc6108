"""A secretary with a letter answers the whole census on a phone, with script and without."""

import pytest

from census.actions.responses import facts_of, key_of
from census.instrument import route
from census.models import PageRevision, Submission
from tests.journeys.walks import FULL, SHORT, answers_for


@pytest.mark.parametrize("name", [SHORT, FULL], ids=["short", "full"])
def test_a_secretary_answers_the_whole_form_and_gets_a_receipt(visitor, case, code, name):
    instrument, facts = case.wave.questionnaire, facts_of(case)
    answers, marks = answers_for(instrument, facts, name)
    visitor.comes_in_with(code)
    assert visitor.place == "/census/needs-2026/"
    visitor.follows("Start")
    visited = visitor.answers_everything(instrument, answers, marks)
    assert visited == [key_of(page) for page in route(instrument, answers, facts).pages]
    assert visitor.heading == "Check your answers"
    visitor.presses("Send")
    assert (visitor.place, visitor.heading) == ("/census/needs-2026/done/", "Thank you. Your census is sent.")
    submission = Submission.objects.get()
    assert submission.receipt in visitor.text
    apart = {question.code for question in instrument.questions.values() if question.kept_apart} | {"id5_other"}
    assert submission.answers == {code: value for code, value in answers.items() if code not in apart}
    assert PageRevision.objects.count() == len([page for page in visited if not page.startswith("identity/")])
