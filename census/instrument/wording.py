"""Answers in plain words, for "check your answers", receipts and print; and the order in which options are shown."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from census.instrument.shapes import FIGURES, Option, Question, Words, text


def describe(question: Question, value: Any, mark: str | None = None, language: str = "en") -> list[str]:
    """The lines that tell what was answered. A blank is "Not answered"; a value no longer offered shows as it is.

    The detail behind "Other" is a question of its own: describe it with `question.detail`.
    """
    if value is None:
        return [text(question.words.get(mark or "", question.words["not_answered"]), language)]
    if question.type == "grid" and isinstance(value, Mapping):
        known = [row.code for row in question.rows]
        rows = [row for row in known if row in value] + [row for row in value if row not in known]
        return [f"{_label(question, row, language)}: {_label(question, value[row], language)}" for row in rows]
    if question.type == "rank" and isinstance(value, list):
        return [f"{place}. {_label(question, code, language)}" for place, code in enumerate(value, start=1)]
    if question.type == "multi" and isinstance(value, list):
        return [_label(question, code, language) for code in value]
    if question.is_closed:
        return [_label(question, value, language)]
    if question.type in FIGURES:
        return [f"{value} {text(question.unit, language)}".strip()]
    return str(value).split("\n")


def shown_options(question: Question, seed: str) -> tuple[Option, ...]:
    """The options in the order to show them: shuffled where the question says so, the same each time for one seed.

    "Other" and "None" stay last, so that people find them where they expect them.
    """
    if not question.shuffle:
        return question.options
    last = [option for option in question.options if option.exclusive or option.code in question.detail_for]
    first = [option for option in question.options if option not in last]
    random.Random(f"{seed}:{question.code}").shuffle(first)  # noqa: S311 - an order to show, not a secret
    return (*first, *last)


def _label(question: Question, code: Any, language: str) -> str:
    option = question.option(code) if isinstance(code, str) else None
    words: Words | str = (
        option.label if option else question.words.get(code, str(code)) if isinstance(code, str) else str(code)
    )
    return text(words, language)
