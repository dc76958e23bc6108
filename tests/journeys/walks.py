"""Ways through the questionnaire, and which parts of its rules each way meets, both true and not true.

A walk names only the answers that decide where it goes. The rest is drawn, the same for every run, so that every kind of value
comes along: figures, rankings, grids, and texts that spreadsheets and browsers like to spoil.
"""

import random
from collections.abc import Mapping
from typing import Any, NamedTuple

from census.instrument import SKIPPED, Instrument, Question, is_answer, route
from census.instrument.routing import walk
from census.instrument.rules import Compiler, Context, Sketch

TEXTS = (
    '=HYPERLINK("http://example.org","prize")',
    "+44 161 496 0000, or by letter",
    'She said "no", twice; then yes',
    "Diolch yn fawr, ŵ ŷ 😀",
    "-5 °C in the hall",
    "@home <b>and</b> abroad & so on",
    "0012",
)
LONG = '=1+1\nsecond line, "quoted"\n\n<script>alert(1)</script> 👩🏽‍🌾'
ONE_CHOICE = {"single", "band", "scale", "yesno"}

# Short ways first. Nothing here says which rule it is for: `met` finds out, and the test adds up.
WALKS: dict[str, dict[str, Any]] = {
    "short form, a food co-op in Wales that wants a mentor": {
        "q02": "short", "q03": "board", "q04": "food", "q05": "wales", "q39": ["mentor"],
    },
    "short form, a club in Wales that wants no help": {
        "q02": "short", "q03": "own_view", "q04": "clubs", "q05": "wales", "q39": ["none"],
    },
    "full form, a housing co-op with a house and no staff": {
        "q02": "full", "q03": "board", "q04": "housing", "q05": "london", "q10": "none", "q14": "very_hard", "q15": ["other"],
        "q16": "filled", "q24": "yes", "q27": "own", "q30": "no", "q31": ["other"], "q37": ["other", "money"],
        "q39": ["phone", "visit"], "q44": "other", "id5": ["email"],
    },
    "full form, a band hall that rents and trades with co-ops": {
        "q02": "full", "q03": "own_view", "q04": "other", "q05": "wales", "q10": "50_249", "q14": "very_easy",
        "q16": "no_board", "q24": "no", "q27": "lease_short", "q30": "regularly", "q39": ["training"],
    },
    "full form, a credit union that needs no place": {
        "q02": "full", "q03": "board", "q04": "finance", "q05": "scotland", "q10": "1_4", "q14": "hard",
        "q16": "few_empty", "q24": "perhaps", "q27": "not_needed", "q30": "would", "q39": ["none"],
    },
    "no form chosen, and hardly anything answered": {
        "q02": None, "q03": "board", "q04": "prefer_not", "q05": "prefer_not", "q10": "dont_know", "q14": None, "q16": None,
        "q24": "prefer_not", "q27": "dont_know", "q30": None, "q39": None,
    },
    "an adviser on the short form": {"q02": "short", "q03": "adviser"},
    "somebody with an interest on the full form": {"q02": "full", "q03": "interest"},
}  # fmt: skip
SHORT = "short form, a food co-op in Wales that wants a mentor"
FULL = "full form, a housing co-op with a house and no staff"


def answers_for(instrument: Instrument, facts: Mapping[str, Any], name: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Everything somebody on this walk answers: (answers, marks), valid and complete."""
    chosen, dice = WALKS[name], random.Random(name)
    answers: dict[str, Any] = {}
    marks: dict[str, str] = {}

    def answer(question: Question) -> Any:
        given = chosen.get(question.code, ...)
        if given is None:
            marks[question.code] = SKIPPED
        elif isinstance(given, str) and given in question.allow:
            marks[question.code] = given
        else:
            value = _drawn(question, dice) if given is ... else _as_value(question, given)
            answers[question.code] = value
            if question.detail is not None and question.wants_detail(value):
                answers[question.detail.code] = dice.choice(TEXTS)
        return answers.get(question.code)

    walk(instrument, facts, answer)
    return answers, marks


def _as_value(question: Question, given: Any) -> Any:
    return {row.code: given for row in question.rows} if question.type == "grid" else given


def _drawn(question: Question, dice: random.Random) -> Any:
    if question.type in ONE_CHOICE:
        return dice.choice(question.options).code
    if question.type == "multi":
        shared = [option.code for option in question.options if not option.exclusive]
        ticked = dice.sample(shared, dice.randint(1, min(question.limit or 3, len(shared))))
        return [code for code in shared if code in ticked]
    if question.type == "rank":
        return dice.sample([option.code for option in question.options], dice.randint(1, question.limit))
    if question.type == "grid":
        return {row.code: dice.choice([*question.scale, *question.row_marks]).code for row in question.rows}
    if question.type in {"number", "year"}:
        return dice.randint(question.min, question.max)
    return LONG if question.type == "long" else dice.choice(TEXTS)[: question.max_length].strip()


# --- which parts of the rules were met ---


class Condition(NamedTuple):
    """A rule of the questionnaire or a part of one: where it stands, and the section, page and question it is asked before."""

    where: str
    section: str
    page: str
    question: str
    rule: Any


def conditions_in(document: Mapping[str, Any]) -> list[Condition]:
    """Every rule of the questionnaire, with each part of those made of several."""
    found = []

    def add(where: str, place: tuple[str, str, str], rule: Any) -> None:
        if rule is None:
            return
        found.append(Condition(where, *place, rule))
        operator, inner = next(iter(rule.items()))
        if operator == "rule":
            add(f"{where}: {inner}", place, document["rules"][inner])
        elif operator in {"and", "or", "not"}:
            for number, part in enumerate(inner, start=1):
                add(f"{where}, part {number} of “{operator}”", place, part)

    for section in document["sections"]:
        add(
            f"section {section['id']}",
            (section["id"], "", section["pages"][0]["questions"][0]["code"]),
            section.get("when"),
        )
        for page in section["pages"]:
            here = section["id"], page["id"], page["questions"][0]["code"]
            add(f"page {section['id']}/{page['id']}", here, page.get("when"))
            for question in page["questions"]:
                here = section["id"], page["id"], question["code"]
                add(f"question {question['code']}", here, question.get("when"))
                if not question.get("short") and not any(one.where == "full form" for one in found):
                    add("full form", here, document["full_only"])
    return found


def met(
    instrument: Instrument, document: Mapping[str, Any], facts: Mapping[str, Any], answers: Mapping[str, Any]
) -> set[tuple[str, bool]]:
    """(where, true or not) for every condition this walk comes to. What lies in a section or page that is passed by does not
    count: there, everything would be "not true" without anybody having been asked."""
    compiler, order = _compiler(instrument, document), list(instrument.questions)
    on_path = {question.code for question in route(instrument, answers, facts).questions}
    result = set()
    for where, section_id, page_id, code, rule in conditions_in(document):
        earlier = [
            earlier for earlier in order[: order.index(code)] if earlier in on_path and is_answer(answers.get(earlier))
        ]
        context = Context({earlier: answers[earlier] for earlier in earlier}, facts)
        section = instrument.section(section_id)
        around = (
            [section, instrument.page(section_id, page_id)] if page_id and not where.startswith("page ") else [section]
        )
        outer = [part for part in around if not where.startswith(f"section {part.id}")]
        if all(part.test is None or part.test(context) is True for part in outer):
            result.add((where, compiler.compile(rule, where).test(context) is True))
    return result


def _compiler(instrument: Instrument, document: Mapping[str, Any]) -> Compiler:
    sketches = {
        code: Sketch(
            code,
            question.type,
            frozenset(option.code for option in question.options or question.scale),
            frozenset(row.code for row in question.rows),
            question.page.position,
            question.kept_apart,
        )
        for code, question in instrument.questions.items()
    }

    def fault(path: str, words: str) -> None:
        raise AssertionError(f"{path}: {words}")

    return Compiler(sketches, instrument.facts, document["rules"], fault)
