"""A reply in words, section by section: for checking, for print, and for an analyst who may read it."""

from collections.abc import Callable, Mapping
from typing import Any

from census.actions.responses import Answers
from census.instrument import Page, Question, describe, text


def in_words(question: Question, values: Mapping[str, Any], marks: Mapping[str, str], language: str) -> list[str]:
    """What was answered to one question, with what was written behind "Other"."""
    lines = describe(question, values.get(question.code), marks.get(question.code), language)
    if question.detail is not None and question.detail.code in values:
        lines = [*lines, *describe(question.detail, values[question.detail.code], None, language)]
    return lines


def summary_of(
    answers: Answers, language: str, *, address_of: Callable[[Page], str] | None = None, with_contacts: bool = True
) -> list[dict[str, Any]]:
    """Every question on the path with its answer in words: [{title, rows: [{label, answer: [str], url}]}]."""
    groups: dict[str, dict[str, Any]] = {}
    for page in answers.route.pages:
        if page.section.kept_apart and not with_contacts:
            continue
        group = groups.setdefault(page.section.id, {"title": text(page.section.title, language), "rows": []})
        for question in answers.route.questions_on(page):
            group["rows"].append(
                {
                    "label": text(question.label, language),
                    "values": in_words(question, answers.values, answers.marks, language),
                    "url": address_of(page) if address_of else "",
                }
            )
    return list(groups.values())
