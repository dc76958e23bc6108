"""The flat columns in which answers leave: one list for exports, codebooks and tables, in questionnaire order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from census.instrument.shapes import (
    DONT_KNOW,
    FIGURES,
    MARK_NUMBERS,
    ONE_CHOICE,
    PREFER_NOT,
    Instrument,
    Question,
    Words,
)


@dataclass(frozen=True, slots=True)
class Variable:
    """One column. `name` matches ^[a-z][a-z0-9_]{1,31}$; `source` is the question or detail it is read from.

    `kind`: code, boolean, number, text or rank (the option in one place). `labels` are the words for each code, `numbers`
    their permanent numbers, `label` the words asked and `part` those of the option, row or place. `status` is the
    key of its status in `statuses`. `kept_apart` columns tell who someone is and need their own permission and file.
    """

    name: str
    source: str
    kind: str
    label: Words
    status: str
    kept_apart: bool
    labels: Mapping[str, Words] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)
    part: Words = field(default_factory=dict)
    option: str | None = None
    row: str | None = None
    place: int | None = None

    def read(self, answers: Mapping[str, Any]) -> str | int | bool | None:
        """This column's value in one set of answers; None where there is none (its status tells why)."""
        value = answers.get(self.source)
        if value is None:
            return None
        if self.option is not None:
            return self.option in value
        if self.row is not None:
            answer = value.get(self.row)
            return None if answer in (DONT_KNOW, PREFER_NOT) else answer
        if self.place is not None:
            return value[self.place - 1] if len(value) >= self.place else None
        return value


def variables(instrument: Instrument) -> list[Variable]:
    """Every column in questionnaire order.

    A grid becomes `code__row`, a tick-all question `code__option` (true or false), a ranking `code__1` ... `code__n`;
    the detail behind "Other" keeps its own code, such as `q15_other`, beside the yes/no column `q15__other`.
    """
    result: list[Variable] = []
    for question in instrument.questions.values():
        result += _columns(question)
        if question.detail is not None:
            detail = question.detail
            result.append(_variable(detail, detail.code, "text", label=question.label, part=detail.label))
    return result


def _columns(question: Question) -> list[Variable]:
    code = question.code
    if question.type in ONE_CHOICE:
        return [_variable(question, code, "code", **_coded(question.options))]
    if question.type == "multi":
        return [
            _variable(question, f"{code}__{option.code}", "boolean", part=option.label, option=option.code)
            for option in question.options
        ]
    if question.type == "grid":
        return [
            _variable(
                question, f"{code}__{row.code}", "code", **_coded(question.scale), part=row.label, row=row.code,
                status=f"{code}__{row.code}",
            )
            for row in question.rows
        ]  # fmt: skip
    if question.type == "rank":
        return [
            _variable(question, f"{code}__{place}", "rank", **_coded(question.options), place=place)
            for place in range(1, question.limit + 1)
        ]
    return [_variable(question, code, "number" if question.type in FIGURES else "text")]


def _variable(question: Question, name: str, kind: str, **more: Any) -> Variable:
    more.setdefault("label", question.label)
    more.setdefault("status", question.code)
    return Variable(name=name, source=question.code, kind=kind, kept_apart=question.kept_apart, **more)


def _coded(options: tuple) -> dict[str, Any]:
    return {
        "labels": {option.code: option.label for option in options},
        "numbers": {**{option.code: option.n for option in options}, **MARK_NUMBERS},
    }
