"""What a browser sends, turned into answers; and answers checked again before they are frozen.

Nothing here raises for bad input, however hostile: it comes back as problems in plain words, and nothing is silently
changed except line endings and outer white space. The HTML fields of a question are told by `fields`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from census.instrument.routing import route
from census.instrument.shapes import (
    DONT_KNOW,
    FIGURES,
    ONE_CHOICE,
    PREFER_NOT,
    SKIPPED,
    Instrument,
    Option,
    Problem,
    Question,
    Words,
)


class Raw(Protocol):
    """What `parse` reads: anything with `getlist`, such as a QueryDict; plain mappings are taken too."""

    def getlist(self, name: str) -> list: ...


class Parsed(NamedTuple):
    """One question as it came in. With problems there is neither value nor mark; else at most one of the two."""

    value: Any
    mark: str | None
    problems: list[Problem]


class PageInput(NamedTuple):
    """One page as it came in: what to store under each code, and what to put right first."""

    answers: dict[str, Any]
    marks: dict[str, str]
    problems: list[Problem]


@dataclass(frozen=True, slots=True)
class Field:
    """One HTML field. `control`: radios, checkboxes, select, line, area or figures; `options` include the marks.

    `label` is the row of a grid or the words of an "Other" box, and empty where the question itself is the label;
    `place` is the place in a ranking, from 1.
    """

    name: str
    control: str
    options: tuple[Option, ...] = ()
    label: Words | None = None
    place: int | None = None
    max_length: int | None = None


def gettext_noop(message: str) -> str:
    """Marks a message for the collectors of interface text; it is translated where it is shown."""
    return message


MISSING = gettext_noop("Answer this question to go on")
MISSING_ROWS = gettext_noop("Answer every line")
ONE_ONLY = gettext_noop("Choose one answer only")
NOT_LISTED = gettext_noop("Choose one of the answers in the list")
NOT_A_ROW = gettext_noop("Choose an answer for lines of this question only")
TOO_MANY = gettext_noop("Choose no more than %(limit)s. You chose %(count)s")
NOT_TOGETHER = gettext_noop("“%(option)s” cannot go together with another answer. Keep one or the other")
TWICE = gettext_noop("You chose “%(option)s” twice. Choose it once")
GAP = gettext_noop("Fill the places in order: number %(place)s is empty")
EITHER_OR = gettext_noop("Give an answer or choose “%(option)s”, not both")
NOT_WHOLE = gettext_noop("Write a whole number in figures, such as %(example)s")
NOT_YEAR = gettext_noop("Write the year in four figures, such as %(example)s")
NUMBER_RANGE = gettext_noop("The number must be between %(min)s and %(max)s")
YEAR_RANGE = gettext_noop("Year must be between %(min)s and %(max)s")
TOO_LONG = gettext_noop("Use %(limit)s characters or fewer. You have used %(count)s")
BAD_CHARACTERS = gettext_noop(
    "This text holds a character that cannot be kept. It may have come in by pasting: write that part again"
)
DETAIL_ALONE = gettext_noop("You wrote something here but did not choose “%(option)s”. Choose it, or clear this box")

# Longer figures cannot be in any range; also keeps int() away from input that is slow to read.
MOST_FIGURES = 15
# How many code points one visible character may have on average before the text is taken as too long.
POINTS_PER_CHARACTER = 10


def fields(question: Question) -> tuple[Field, ...]:
    """The HTML fields of a question, in order.

    =====================================  ==========================  ==============================================
    Type                                   Field                       Sends
    =====================================  ==========================  ==============================================
    single, band, scale, yesno             `code`                      option code, or dont_know / prefer_not
    multi                                  `code` (many)               option codes, or dont_know / prefer_not alone
    grid                                   `code__row` for each row    scale code, or dont_know / prefer_not
    rank                                   `code__1` ... `code__n`     option code, first place first
    number, year, text, long, lookup       `code`                      what was written
    detail behind "Other"                  `code__other`               what was written
    "Don't know" of a whole grid, rank,    `code__mark`                dont_know / prefer_not
    number, year or text
    =====================================  ==========================  ==============================================
    """
    name = question.field
    if question.type in ONE_CHOICE:
        control = "select" if question.display == "select" else "radios"
        result = [Field(name, control, question.options + question.marks)]
    elif question.type == "multi":
        result = [Field(name, "checkboxes", question.options + question.marks)]
    elif question.type == "grid":
        choices = question.scale + question.row_marks
        result = [Field(f"{name}__{row.code}", "radios", choices, row.label) for row in question.rows]
    elif question.type == "rank":
        places = range(1, question.limit + 1)
        result = [Field(f"{name}__{place}", "select", question.options, place=place) for place in places]
    elif question.type in FIGURES:
        result = [Field(name, "figures")]
    else:
        result = [Field(name, "area" if question.type == "long" else "line", max_length=question.max_length)]
    if _has_mark_field(question):
        # Ticks, because a radio button once chosen could not be taken back without script.
        result.append(Field(f"{name}__mark", "checkboxes", question.marks))
    if question.detail is not None:
        result.append(
            Field(question.detail.field, "line", label=question.detail.label, max_length=question.detail.max_length)
        )
    return tuple(result)


def _has_mark_field(question: Question) -> bool:
    return bool(question.allow) and question.type not in ONE_CHOICE and question.type != "multi"


# -- reading what came in ----------------------------------------------------------------------------------------------


def parse(question: Question, raw: Raw | Mapping[str, Any]) -> Parsed:
    """What was sent for one question (without its detail): a value, or a mark, or problems; never an exception.

    A blank is the mark "skipped", or a problem where an answer is required.
    """
    if question.type in ONE_CHOICE:
        return _parse_choice(question, raw)
    if question.type == "multi":
        return _parse_multi(question, raw)
    given, faults = _given(question, raw)
    if faults:
        return Parsed(None, None, faults)
    mark, faults = _mark_field(question, raw)
    if faults:
        return Parsed(None, None, faults)
    if mark is not None:
        if given is not None:
            label = next(option.label for option in question.marks if option.code == mark)
            return Parsed(None, None, [_problem(question, EITHER_OR, option=label)])
        return Parsed(None, mark, [])
    return _finish(question, given)


def parse_page(questions: Iterable[Question], raw: Raw | Mapping[str, Any]) -> PageInput:
    """What was sent for the questions of a page, with their details behind "Other"."""
    result = PageInput({}, {}, [])
    for question in questions:
        parsed = parse(question, raw)
        _keep(result, question, parsed)
        if question.detail is None:
            continue
        detail = parse(question.detail, raw)
        if question.wants_detail(parsed.value):
            _keep(result, question.detail, detail)
        elif not parsed.problems and detail.mark != SKIPPED:
            option = question.option(question.detail_for[0])
            result.problems.append(_problem(question.detail, DETAIL_ALONE, option=option.label))
    return result


def form_data(question: Question, answers: Mapping[str, Any], marks: Mapping[str, str]) -> dict[str, Any]:
    """The field values that show what is stored for a question: the reverse of `parse`, for filling a form again."""
    value, mark, name = answers.get(question.code), marks.get(question.code), question.field
    mark = mark if mark in question.allow else None
    data: dict[str, Any] = {}
    if question.type in ONE_CHOICE:
        data[name] = mark or value or ""
    elif question.type == "multi":
        data[name] = [mark] if mark else list(value or [])
    elif question.type == "grid":
        data.update({f"{name}__{row}": code for row, code in (value or {}).items()})
    elif question.type == "rank":
        data.update({f"{name}__{place}": code for place, code in enumerate(value or [], start=1)})
    else:
        data[name] = "" if value is None else str(value)
    if mark and _has_mark_field(question):
        data[f"{name}__mark"] = mark
    if question.detail is not None:
        data[question.detail.field] = answers.get(question.detail.code, "")
    return data


def _keep(page: PageInput, question: Question, parsed: Parsed) -> None:
    page.problems.extend(parsed.problems)
    if parsed.value is not None:
        page.answers[question.code] = parsed.value
    if parsed.mark is not None:
        page.marks[question.code] = parsed.mark


def _sent(raw: Raw | Mapping[str, Any], name: str) -> list[Any]:
    """Every different non-blank value sent under a name, in order; the same value sent twice is one value."""
    if hasattr(raw, "getlist"):
        values = raw.getlist(name)
    else:
        values = raw.get(name, [])
        values = values if isinstance(values, list | tuple) else [values]
    result: list[Any] = []
    for value in values:
        if value is not None and value != "" and value not in result:
            result.append(value)
    return result


def _parse_choice(question: Question, raw: Raw | Mapping[str, Any]) -> Parsed:
    sent = _sent(raw, question.field)
    if len(sent) > 1:
        return Parsed(None, None, [_problem(question, ONE_ONLY)])
    if sent and isinstance(sent[0], str) and sent[0] in question.allow:
        return Parsed(None, sent[0], [])
    return _finish(question, sent[0] if sent else None)


def _parse_multi(question: Question, raw: Raw | Mapping[str, Any]) -> Parsed:
    sent = _sent(raw, question.field)
    chosen = [mark for mark in question.marks if mark.code in sent]
    if chosen:
        if len(sent) > 1:
            return Parsed(None, None, [_problem(question, NOT_TOGETHER, option=chosen[0].label)])
        return Parsed(None, chosen[0].code, [])
    if all(isinstance(code, str) for code in sent):
        # Ticks have no order of their own, so they are kept in the order of the questionnaire.
        order = {option.code: place for place, option in enumerate(question.options)}
        sent.sort(key=lambda code: order.get(code, len(order)))
    return _finish(question, sent or None)


def _given(question: Question, raw: Raw | Mapping[str, Any]) -> tuple[Any, list[Problem]]:
    if question.type == "grid":
        return _given_rows(question, raw)
    if question.type == "rank":
        return _given_places(question, raw)
    sent = _sent(raw, question.field)
    if len(sent) > 1:
        return None, [_problem(question, ONE_ONLY)]
    if not sent:
        return None, []
    if not isinstance(sent[0], str):
        return None, [_problem(question, BAD_CHARACTERS)]
    if question.type in FIGURES:
        return _figures(question, sent[0])
    written = sent[0].replace("\r\n", "\n").replace("\r", "\n").strip()
    return written or None, []


def _given_rows(question: Question, raw: Raw | Mapping[str, Any]) -> tuple[Any, list[Problem]]:
    value: dict[str, Any] = {}
    faults = []
    for row in question.rows:
        name = f"{question.field}__{row.code}"
        sent = _sent(raw, name)
        if len(sent) > 1:
            faults.append(Problem(question.code, name, ONE_ONLY))
        elif sent:
            value[row.code] = sent[0]
    return value or None, faults


def _given_places(question: Question, raw: Raw | Mapping[str, Any]) -> tuple[Any, list[Problem]]:
    value: list[Any] = []
    empty = None
    for place in range(1, question.limit + 1):
        name = f"{question.field}__{place}"
        sent = _sent(raw, name)
        if len(sent) > 1:
            return None, [Problem(question.code, name, ONE_ONLY)]
        if not sent:
            empty = empty or place
        elif empty is not None:
            return None, [Problem(question.code, f"{question.field}__{empty}", GAP, {"place": empty})]
        else:
            value.append(sent[0])
    return value or None, []


def _figures(question: Question, written: str) -> tuple[int | None, list[Problem]]:
    written = written.strip()
    if not written:
        return None, []
    pattern = r"[0-9]{4}" if question.type == "year" else r"[+-]?(?:[0-9]+|[0-9]{1,3}(?:[, ][0-9]{3})+)"
    if not re.fullmatch(pattern, written):
        template = NOT_YEAR if question.type == "year" else NOT_WHOLE
        return None, [Problem(question.code, question.field, template, {"example": question.max}, question.error)]
    figures = written.replace(",", "").replace(" ", "")
    if len(figures) > MOST_FIGURES:
        return None, _range_problems(question)
    return int(figures), []


def _mark_field(question: Question, raw: Raw | Mapping[str, Any]) -> tuple[str | None, list[Problem]]:
    if not _has_mark_field(question):
        return None, []
    name = f"{question.field}__mark"
    sent = _sent(raw, name)
    if len(sent) > 1:
        return None, [Problem(question.code, name, ONE_ONLY)]
    if sent and sent[0] not in question.allow:
        return None, [Problem(question.code, name, NOT_LISTED)]
    return (sent[0] if sent else None), []


def _finish(question: Question, value: Any) -> Parsed:
    if value is None:
        if question.required == "hard":
            return Parsed(None, None, [_missing(question)])
        return Parsed(None, SKIPPED, [])
    problems = check(question, value)
    return Parsed(None, None, problems) if problems else Parsed(value, None, [])


# -- checking a value --------------------------------------------------------------------------------------------------


def check(question: Question, value: Any) -> list[Problem]:
    """What is wrong with a value of this question, wherever it came from; [] if nothing is."""
    if question.type in ONE_CHOICE:
        return [] if _in(value, question.options) else [_problem(question, NOT_LISTED)]
    if question.type == "multi":
        return _check_multi(question, value)
    if question.type == "grid":
        return _check_grid(question, value)
    if question.type == "rank":
        return _check_rank(question, value)
    if question.type in FIGURES:
        if not isinstance(value, int) or isinstance(value, bool):
            return [_problem(question, NOT_WHOLE, example=question.max)]
        return [] if question.min <= value <= question.max else _range_problems(question)
    return _check_written(question, value)


def _check_multi(question: Question, value: Any) -> list[Problem]:
    if not isinstance(value, list) or not value or not all(_in(code, question.options) for code in value):
        return [_problem(question, NOT_LISTED)]
    if len(set(value)) < len(value):
        return [_problem(question, TWICE, option=_doubled(question, value))]
    alone = next((option for option in question.options if option.exclusive and option.code in value), None)
    if alone is not None and len(value) > 1:
        return [_problem(question, NOT_TOGETHER, option=alone.label)]
    if question.limit is not None and len(value) > question.limit:
        return [_problem(question, TOO_MANY, limit=question.limit, count=len(value))]
    return []


def _check_grid(question: Question, value: Any) -> list[Problem]:
    rows = {row.code for row in question.rows}
    if not isinstance(value, Mapping) or not value or not all(isinstance(row, str) and row in rows for row in value):
        return [_problem(question, NOT_A_ROW)]
    problems = []
    for row in question.rows:
        name = f"{question.field}__{row.code}"
        if row.code not in value:
            if question.required == "hard":
                problems.append(Problem(question.code, name, MISSING_ROWS, own=question.error))
        elif not _in(value[row.code], question.scale) and value[row.code] not in question.row_allow:
            problems.append(Problem(question.code, name, NOT_LISTED))
    return problems


def _check_rank(question: Question, value: Any) -> list[Problem]:
    if not isinstance(value, list) or not value:
        return [_problem(question, NOT_LISTED)]
    for place, code in enumerate(value, start=1):
        name = f"{question.field}__{place}"
        if not _in(code, question.options):
            return [Problem(question.code, name, NOT_LISTED)]
        if code in value[: place - 1]:
            return [Problem(question.code, name, TWICE, {"option": question.option(code).label})]
    if len(value) > question.limit:
        return [_problem(question, TOO_MANY, limit=question.limit, count=len(value))]
    return []


def _check_written(question: Question, value: Any) -> list[Problem]:
    # NUL cannot be kept in Postgres text and lone surrogates cannot be written as UTF-8. They are refused, not removed:
    # what is read back must be what was written.
    if not isinstance(value, str) or "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
        return [_problem(question, BAD_CHARACTERS)]
    if len(value) > question.max_length * POINTS_PER_CHARACTER:
        return [_problem(question, TOO_LONG, limit=question.max_length, count=len(value))]
    count = length(value)
    if count > question.max_length:
        return [_problem(question, TOO_LONG, limit=question.max_length, count=count)]
    return []


def length(written: str) -> int:
    """How many characters a person sees: accents, joined emoji, skin tones and flags do not count twice.

    Close to the grapheme clusters of Unicode Standard Annex 29, without its tables; a line break is one character.
    """
    count = 0
    joined = flag = False
    for character in written:
        point = ord(character)
        if point == 0x200D:
            joined = count > 0
            continue
        extends = (
            unicodedata.category(character) in {"Mn", "Me"}
            or 0x1F3FB <= point <= 0x1F3FF
            or 0xE0020 <= point <= 0xE007F
        )
        is_flag = 0x1F1E6 <= point <= 0x1F1FF
        if not ((extends or joined) and count > 0) and not (is_flag and flag):
            count += 1
            flag = is_flag
        elif is_flag:
            flag = False
        joined = False
    return count


def validate(
    instrument: Instrument, answers: Mapping[str, Any], marks: Mapping[str, str], facts: Mapping[str, Any] | None = None
) -> list[Problem]:
    """What stands between these answers and sending them, in the order of the path; [] if they can be sent.

    Checks every question on the path again, since a stored value may be older than the rule it breaks.
    """
    path = route(instrument, answers, facts)
    problems: list[Problem] = []
    for question in path.questions:
        problems += _validate_one(question, answers, marks)
        if question.detail is not None and path.is_on_path(question.detail.code):
            problems += _validate_one(question.detail, answers, marks)
    return problems


def _validate_one(question: Question, answers: Mapping[str, Any], marks: Mapping[str, str]) -> list[Problem]:
    value, mark = answers.get(question.code), marks.get(question.code)
    if value is not None:
        if mark in (DONT_KNOW, PREFER_NOT):
            label = question.words[mark]
            return [_problem(question, EITHER_OR, option=label)]
        return check(question, value)
    if mark in (DONT_KNOW, PREFER_NOT) and mark in question.allow:
        return []
    if mark is not None and mark != SKIPPED:
        return [_problem(question, NOT_LISTED)]
    return [_missing(question)] if question.required == "hard" else []


# -- making problems ---------------------------------------------------------------------------------------------------


def _problem(question: Question, template: str, **params: Any) -> Problem:
    return Problem(question.code, _first_field(question), template, params)


def _missing(question: Question) -> Problem:
    return Problem(question.code, _first_field(question), MISSING, own=question.error)


def _range_problems(question: Question) -> list[Problem]:
    return [
        _problem(question, YEAR_RANGE if question.type == "year" else NUMBER_RANGE, min=question.min, max=question.max)
    ]


def _first_field(question: Question) -> str:
    return fields(question)[0].name


def _in(code: Any, options: tuple[Option, ...]) -> bool:
    return isinstance(code, str) and any(option.code == code for option in options)


def _doubled(question: Question, value: list[str]) -> Words:
    return question.option(next(code for code in value if value.count(code) > 1)).label
