"""Invented but valid answers, made by walking the real path: for the demo, for drills and for property tests."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

from census.instrument.routing import walk
from census.instrument.shapes import FIGURES, ONE_CHOICE, SKIPPED, Instrument, Option, Question

# Plain sentences about nothing in particular, for written answers.
SENTENCES = (
    "More time from people who know our kind of co-op.",
    "A list of other co-ops near us would help.",
    "We would like to share a bookkeeper.",
    "Meetings in the evening suit us best.",
    "Nothing else for now, thank you.",
)


def sample_answers(
    instrument: Instrument,
    rng: random.Random,
    facts: Mapping[str, Any] | None = None,
    form: str = "full",
    weights: Mapping[str, Mapping[str, float] | Sequence[str]] | None = None,
    skip: float = 0.04,
    mark: float = 0.03,
    identity: bool = False,
) -> tuple[dict[str, Any], dict[str, str]]:
    """A complete, valid set of (answers, marks): every question on its path is answered, marked or skipped.

    `form` picks the answers that choose that form; `weights` gives, per question code, the weight of each option (for
    grids of each scale point; an option left out weighs 1), or a list of texts for written questions. `skip` and
    `mark` are the shares left blank, or answered "don't know" or "prefer not to say", where that is allowed. The identity
    part is left blank unless `identity` is set.
    """
    weights = weights or {}
    fixed = instrument.forms[form].answers
    answers: dict[str, Any] = {}
    marks: dict[str, str] = {}

    def fill(question: Question, value: Any) -> None:
        answers[question.code] = value
        if question.detail is not None and question.wants_detail(value):
            if rng.random() < 0.5:
                marks[question.detail.code] = SKIPPED
            else:
                answers[question.detail.code] = _written(question.detail, rng, weights)

    def answer(question: Question) -> Any:
        if question.code in fixed:
            answers[question.code] = fixed[question.code]
            return fixed[question.code]
        chance = rng.random()
        if (chance < skip and question.required != "hard") or (question.kept_apart and not identity):
            marks[question.code] = SKIPPED
        elif skip <= chance < skip + mark and question.allow:
            marks[question.code] = rng.choice(question.allow)
        else:
            fill(question, _value(question, rng, weights))
        return answers.get(question.code)

    walk(instrument, facts or {}, answer)
    return answers, marks


def _value(question: Question, rng: random.Random, weights: Mapping) -> Any:
    if question.type in ONE_CHOICE:
        return _pick(question, question.options, rng, weights)
    if question.type == "multi":
        return _ticks(question, rng, weights)
    if question.type == "rank":
        count = rng.randint(1, question.limit)
        return _several(question, question.options, count, rng, weights)
    if question.type == "grid":
        return {row.code: _pick(question, question.scale, rng, weights) for row in question.rows}
    if question.type in FIGURES:
        # Most organisations are young: lean towards the upper end.
        return round(question.max - (question.max - question.min) * rng.random() ** 2)
    return _written(question, rng, weights)


def _written(question: Question, rng: random.Random, weights: Mapping) -> str:
    texts = weights.get(question.code)
    return rng.choice(list(texts) if texts else SENTENCES)[: question.max_length].strip()


def _weigh(question: Question, options: Sequence[Option], weights: Mapping) -> list[float]:
    given = weights.get(question.code, {})
    return [given.get(option.code, 1.0) for option in options]


def _pick(question: Question, options: Sequence[Option], rng: random.Random, weights: Mapping) -> str:
    return rng.choices(options, _weigh(question, options, weights))[0].code


def _several(
    question: Question, options: Sequence[Option], count: int, rng: random.Random, weights: Mapping
) -> list[str]:
    left = [option for option, weight in zip(options, _weigh(question, options, weights), strict=True) if weight > 0]
    chosen: list[str] = []
    while left and len(chosen) < count:
        code = _pick(question, left, rng, weights)
        chosen.append(code)
        left = [option for option in left if option.code != code]
    return chosen


def _ticks(question: Question, rng: random.Random, weights: Mapping) -> list[str]:
    first = _pick(question, question.options, rng, weights)
    if question.option(first).exclusive:
        return [first]
    shared = [option for option in question.options if not option.exclusive]
    most = min(question.limit or 4, len(shared))
    chosen = {first, *_several(question, shared, rng.randint(0, most - 1), rng, weights)}
    return [option.code for option in question.options if option.code in chosen]
