"""Replies for tests: drawn from the questionnaire and sent through the actions."""

import random

from census.actions.responses import facts_of, save_page, start_response, submit_response
from census.instrument import Filled, route, sample_answers
from census.models import Case, Submission


def send_reply(case: Case, code, *, seed: int = 1, form: str = "full", weights=None, **changes) -> Submission:
    """One whole reply through `save_page` and `submit_response`; `changes` are answers to set over the drawn ones."""
    instrument = case.wave.questionnaire
    answers, marks = sample_answers(instrument, random.Random(seed), facts_of(case), form=form, weights=weights)
    answers |= changes
    marks = {question: mark for question, mark in marks.items() if question not in changes}
    response = start_response(case, by=code)
    for page in route(instrument, answers, facts_of(case)).pages:
        codes = {q.code for q in page.questions} | {q.detail.code for q in page.questions if q.detail}
        state = Filled({c: v for c, v in answers.items() if c in codes}, {c: m for c, m in marks.items() if c in codes})
        save_page(response, page, by=code, state=state, based_on=0)
    return submit_response(response, by=code)
