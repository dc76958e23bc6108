"""Which sections, pages and questions are on a respondent's path, worked out afresh from the answers each time.

Nothing about the path is ever stored: a changed answer changes it at the next look. Rules only read earlier answers,
so one pass from the first question to the last decides everything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from census.instrument.rules import Context
from census.instrument.shapes import (
    ANSWERED,
    DONT_KNOW,
    MARKS,
    NOT_ASKED,
    NOT_REACHED,
    PREFER_NOT,
    SKIPPED,
    Instrument,
    Page,
    Question,
    Section,
)


class Route:
    """A path through the instrument: what is asked, in order.

    `sections`, `pages` and `questions` hold only what is on the path; `details` the open boxes behind "Other".
    """

    __slots__ = ("_by_page", "_codes", "_instrument", "_pages", "details", "pages", "questions", "sections")

    def __init__(self, instrument: Instrument, questions: list[Question], details: list[Question]) -> None:
        self._instrument = instrument
        self.questions: tuple[Question, ...] = tuple(questions)
        self.details: tuple[Question, ...] = tuple(details)
        self._codes = {question.code for question in questions} | {question.code for question in details}
        self._by_page: dict[int, list[Question]] = {}
        pages: list[Page] = []
        sections: list[Section] = []
        for question in questions:
            page = question.page
            if page.position not in self._by_page:
                self._by_page[page.position] = []
                pages.append(page)
                if not sections or sections[-1] is not page.section:
                    sections.append(page.section)
            self._by_page[page.position].append(question)
        self.pages: tuple[Page, ...] = tuple(pages)
        self.sections: tuple[Section, ...] = tuple(sections)

    def is_on_path(self, code: str) -> bool:
        """Whether this question, or detail behind "Other", is asked."""
        return code in self._codes

    def has_page(self, page: Page) -> bool:
        return page.position in self._by_page

    def questions_on(self, page: Page) -> tuple[Question, ...]:
        """The questions of the page that are asked; none if the page is off the path."""
        return tuple(self._by_page.get(page.position, ()))

    def pages_in(self, section: Section) -> tuple[Page, ...]:
        return tuple(page for page in self.pages if page.section is section)

    def next_page(self, page: Page) -> Page | None:
        """The first page on the path after this one (which need not be on it itself); None after the last."""
        return next((other for other in self.pages if other.position > page.position), None)

    def previous_page(self, page: Page) -> Page | None:
        """The last page on the path before this one (which need not be on it itself); None before the first."""
        return next((other for other in reversed(self.pages) if other.position < page.position), None)


def is_answer(value: Any) -> bool:
    """Whether a stored value says anything: not blank, and for a grid at least one row with a real answer."""
    if value is None or value == "" or value == []:
        return False
    if isinstance(value, Mapping):
        return any(answer not in (None, "", DONT_KNOW, PREFER_NOT) for answer in value.values())
    return True


def walk(instrument: Instrument, facts: Mapping[str, Any], answer: Callable[[Question], Any]) -> Route:
    """The path when `answer(question)` tells the value given to each question met; it is asked in order."""
    context = Context({}, facts)
    visible = context.visible
    asked: list[Question] = []
    details: list[Question] = []
    for section in instrument.sections:
        if section.test is not None and section.test(context) is not True:
            continue
        for page in section.pages:
            if page.test is not None and page.test(context) is not True:
                continue
            for question in page.questions:
                if question.test is not None and question.test(context) is not True:
                    continue
                asked.append(question)
                value = answer(question)
                if is_answer(value):
                    visible[question.code] = value
                    if question.detail is not None and question.wants_detail(value):
                        details.append(question.detail)
    return Route(instrument, asked, details)


def route(instrument: Instrument, answers: Mapping[str, Any], facts: Mapping[str, Any] | None = None) -> Route:
    """The path for these answers. An answer that is itself off the path counts as not given to later rules."""
    return walk(instrument, facts or {}, lambda question: answers.get(question.code))


def statuses(
    instrument: Instrument, answers: Mapping[str, Any], marks: Mapping[str, str], facts: Mapping[str, Any] | None = None
) -> dict[str, str]:
    """What became of every variable, in order: answered, skipped, not_asked, dont_know, prefer_not or not_reached.

    Keys are question codes, `code__row` for the rows of a grid, and the codes of details behind "Other".
    """
    path = route(instrument, answers, facts)
    result: dict[str, str] = {}
    for question in instrument.questions.values():
        result[question.code] = status = _status(question, answers, marks, path)
        rows = answers.get(question.code)
        for row in question.rows:
            result[f"{question.code}__{row.code}"] = _row_status(status, rows, row.code)
        if question.detail is not None:
            result[question.detail.code] = _status(question.detail, answers, marks, path)
    return result


def _status(question: Question, answers: Mapping[str, Any], marks: Mapping[str, str], path: Route) -> str:
    if not path.is_on_path(question.code):
        return NOT_ASKED
    value = answers.get(question.code)
    if is_answer(value):
        return ANSWERED
    if isinstance(value, Mapping) and value:
        # Every row given so far is "don't know" or "prefer not to say": the grid is what its rows are.
        return PREFER_NOT if set(value.values()) == {PREFER_NOT} else DONT_KNOW
    mark = marks.get(question.code)
    return mark if mark in MARKS else NOT_REACHED


def _row_status(status: str, rows: Any, row: str) -> str:
    if not isinstance(rows, Mapping) or not rows or status == NOT_ASKED:
        return status
    answer = rows.get(row)
    if answer is None:
        return SKIPPED
    return answer if answer in (DONT_KNOW, PREFER_NOT) else ANSWERED


def drop_off_path(
    instrument: Instrument, answers: Mapping[str, Any], facts: Mapping[str, Any] | None = None
) -> tuple[dict[str, Any], list[str]]:
    """The answers that are on the path, in questionnaire order, and the codes of those that are not.

    Codes the instrument does not know are dropped too. Use it with marks in the same way: keep what is kept here.
    """
    path = route(instrument, answers, facts)
    kept: dict[str, Any] = {}
    for question in path.questions:
        if question.code in answers:
            kept[question.code] = answers[question.code]
        if question.detail is not None and path.is_on_path(question.detail.code) and question.detail.code in answers:
            kept[question.detail.code] = answers[question.detail.code]
    return kept, [code for code in answers if code not in kept]
