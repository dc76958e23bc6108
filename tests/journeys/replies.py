"""Replies made before a test begins, through the same actions that pages call."""

from collections.abc import Mapping
from typing import Any

from census.actions.codes import issue_codes
from census.actions.responses import facts_of, save_page, start_response
from census.instrument import Filled, route
from census.models import Case, Response


def answer_in_advance(case: Case, answers: Mapping[str, Any], marks: Mapping[str, str]) -> Response:
    """Every page on the path of these answers is saved, and nothing is sent."""
    code = issue_codes(case.wave, [case], by=None, label="By phone").codes.get()
    response = start_response(case, by=code)
    for page in route(case.wave.questionnaire, answers, facts_of(case)).pages:
        asked = {question.code for question in page.questions}
        asked |= {question.detail.code for question in page.questions if question.detail}
        state = Filled(
            {code: value for code, value in answers.items() if code in asked},
            {code: mark for code, mark in marks.items() if code in asked},
        )
        save_page(response, page, by=code, state=state, based_on=0)
    return response
