"""Every branch of the questionnaire, walked over HTTP: the pages shown are those on the path, and every answer arrives."""

import pytest
from django.urls import reverse

from census.actions.responses import facts_of, key_of
from census.instrument import route
from census.models import ContactRevision, Submission
from tests.census.test_answering import answer_all
from tests.journeys.walks import WALKS, answers_for, conditions_in, met


def test_the_walks_meet_every_part_of_every_rule_both_true_and_not(case, document):
    instrument, facts = case.wave.questionnaire, facts_of(case)
    seen = set()
    for name in WALKS:
        answers, _marks = answers_for(instrument, facts, name)
        seen |= met(instrument, document, facts, answers)
    wanted = {(condition.where, truth) for condition in conditions_in(document) for truth in (True, False)}
    assert wanted - seen == set()


def test_every_question_and_every_box_behind_other_is_asked_on_some_walk(case):
    instrument, facts = case.wave.questionnaire, facts_of(case)
    routes = [route(instrument, answers_for(instrument, facts, name)[0], facts) for name in WALKS]
    asked = {code for path in routes for code in [*instrument.questions, *instrument.details] if path.is_on_path(code)}
    assert asked == {*instrument.questions, *instrument.details}


@pytest.mark.parametrize("name", WALKS)
def test_the_pages_shown_are_those_on_the_path_and_all_answers_arrive(client, case, letter_for, name):
    instrument, facts = case.wave.questionnaire, facts_of(case)
    answers, marks = answers_for(instrument, facts, name)
    path = route(instrument, answers, facts)
    client.post(reverse("census:code"), {"code": letter_for(case)})
    visited = answer_all(client, case, answers, marks)
    assert [url.split("/", 3)[3].strip("/") for url in visited] == [key_of(page) for page in path.pages]
    check = reverse("census:check", args=[case.wave.slug])
    client.post(check, {"case": client.get(check).context["case_token"]})
    apart = {question.code for question in instrument.questions.values() if question.kept_apart}
    apart |= {detail.code for detail in instrument.details.values() if detail.parent.kept_apart}
    submission = Submission.objects.get()
    assert submission.answers == {code: value for code, value in answers.items() if code not in apart}
    contacts = {code: value for row in ContactRevision.objects.all() for code, value in row.answers.items()}
    assert contacts == {code: value for code, value in answers.items() if code in apart}
