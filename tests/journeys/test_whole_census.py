"""A secretary with a letter answers the short form on a phone. The full form is walked in test_letter_to_spreadsheet.py."""

from census.actions.responses import facts_of, key_of
from census.instrument import route
from census.models import ContactRevision, PageRevision, Submission
from tests.journeys.walks import SHORT, answers_for


def test_a_secretary_answers_the_whole_short_form_and_gets_a_receipt(visitor, case, code):
    instrument, facts = case.wave.questionnaire, facts_of(case)
    answers, marks = answers_for(instrument, facts, SHORT)
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
    contacts = {code: value for row in ContactRevision.objects.all() for code, value in row.answers.items()}
    assert submission.answers | contacts == answers
    assert PageRevision.objects.count() + ContactRevision.objects.count() == len(visited)
