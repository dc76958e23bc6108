"""The questionnaire itself: every branch of its routing, its size on every path, and what leaves it."""

import random
import re
import time
from typing import Any

import pytest

from census import instrument as engine
from census.instrument import Instrument
from commons.people.models import Region, Sector

# The full form of an organisation, with every branch taken that these answers allow.
FULL: dict[str, Any] = {
    "q01": "en",
    "q02": "full",
    "q03": "board",
    "q04": "clubs",
    "q05": "wales",
    "q10": "1_4",
    "q14": {"finding": "hard"},
    "q16": "filled",
    "q24": "yes",
    "q27": "informal",
    "q30": "sometimes",
    "q39": ["phone"],
}
EVERYONE = ["q01", "q02", "q03", "q40", "q41", "q43", "q44"]
SHORT = ["q01", "q02", "q03", "q04", "q05", "q06", "q09", "q10", "q22", "q24", "q36", "q37", "q38", "q39", "q40"]
IDENTITY = [f"id{n}" for n in range(1, 8)]


def asked(needs: Instrument, answers: dict[str, Any]) -> list[str]:
    return [question.code for question in engine.route(needs, answers).questions]


def test_it_has_the_44_questions_and_the_identity_part_in_order(needs: Instrument):
    numbers = [f"q{n:02}" for n in range(1, 45)]
    both = numbers.index("q35")
    expected = [*numbers[:both], "q35a", "q35b", *numbers[both + 1 : 39], "q39_welsh", *numbers[39:], *IDENTITY]
    assert list(needs.questions) == expected
    assert len(needs.sections) == 12
    assert [section.id for section in needs.sections if section.kept_apart] == ["identity"]
    assert needs.sections[-1].kept_apart is True


def test_only_four_questions_must_be_answered(needs: Instrument):
    required = [question.code for question in needs.questions.values() if question.required == "hard"]
    assert required == ["q01", "q03", "q04", "q05"]


def test_the_short_form_is_the_fifteen_short_questions(needs: Instrument):
    assert [q.code for q in needs.questions.values() if q.short and not q.kept_apart and q.code != "q39_welsh"] == SHORT
    answers = FULL | {"q02": "short", "q05": "london"}
    assert asked(needs, answers) == SHORT + IDENTITY
    assert needs.forms["short"].minutes == 7
    assert needs.forms["full"].minutes == 20


@pytest.mark.parametrize("form", ["full", None])
def test_leaving_the_form_open_counts_as_the_full_form(needs: Instrument, form: str | None):
    answers = {key: value for key, value in (FULL | {"q02": form}).items() if value is not None}
    assert asked(needs, answers) == [
        code for code in needs.questions if code not in {"q35a", "q35b"}
    ]  # q10 1-4, q24 yes, a rented club: every other branch is open


@pytest.mark.parametrize(
    ("change", "gone", "come"),
    [
        ({"q14": {"finding": "easy", "keeping": "neither"}}, ["q15"], []),
        ({"q14": {"young": "very_hard"}}, [], []),
        ({"q14": {"young": "dont_know"}}, ["q15"], []),
        ({"q14": None}, ["q15"], []),
        ({"q16": "no_board"}, ["q17"], []),
        ({"q16": None}, ["q17"], []),
        ({"q10": "none"}, ["q21"], []),
        ({"q10": "5_9"}, ["q19"], []),
        ({"q10": "250_up"}, ["q19"], []),
        ({"q10": None}, ["q19", "q21"], []),
        ({"q24": "perhaps"}, [], []),
        ({"q24": "no"}, ["q25", "q26"], []),
        ({"q24": None}, ["q25", "q26"], []),
        ({"q27": "not_needed"}, ["q28", "q29"], []),
        ({"q27": None}, ["q28", "q29"], []),
        ({"q27": "own"}, ["q29"], []),
        ({"q27": "mortgage"}, ["q29"], []),
        ({"q27": "lease_long"}, [], []),
        ({"q27": "lease_short"}, [], []),
        ({"q04": "sports"}, [], []),
        ({"q04": "other"}, [], []),
        ({"q04": "retail"}, ["q29"], []),
        ({"q04": "not_sure"}, ["q29"], []),
        ({"q04": "housing"}, ["q29"], ["q35a"]),
        ({"q04": "finance"}, ["q29"], ["q35b"]),
        ({"q30": "regularly"}, ["q31"], []),
        ({"q30": "no"}, [], []),
        ({"q30": None}, ["q31"], []),
        ({"q05": "scotland"}, ["q39_welsh"], []),
        ({"q39": ["none"]}, ["q39_welsh"], []),
        ({"q39": None}, ["q39_welsh"], []),
        ({"q03": "own_view"}, [], []),
    ],
)
def test_each_branch_opens_and_closes(needs: Instrument, change: dict, gone: list[str], come: list[str]):
    answers = {key: value for key, value in (FULL | change).items() if value is not None}
    before, after = asked(needs, FULL), asked(needs, answers)
    assert [code for code in before if code not in after] == gone
    assert [code for code in after if code not in before] == come


@pytest.mark.parametrize("interest", ["adviser", "interest"])
def test_who_does_not_answer_for_an_organisation_goes_straight_to_the_strategy(needs: Instrument, interest: str):
    assert asked(needs, FULL | {"q03": interest}) == EVERYONE + IDENTITY
    assert asked(needs, FULL | {"q03": interest, "q02": "short"}) == ["q01", "q02", "q03", "q40", *IDENTITY]
    path = engine.route(needs, {"q01": "en", "q03": interest})
    assert path.next_page(needs.page("start", "who")) is needs.page("strategy", "effort")


def test_a_complete_path_has_as_many_questions_as_we_promise(needs: Instrument):
    """35 to 43 in the full form, 15 in the short one, 7 for others (q39_welsh and the identity part not counted)."""
    rng = random.Random(2016)
    seen: dict[tuple[str, bool], set[int]] = {}
    for form in ("full", "short"):
        for _walk in range(400):
            answers, _marks = engine.sample_answers(needs, rng, form=form, skip=0, mark=0)
            count = len([code for code in asked(needs, answers) if code not in {*IDENTITY, "q39_welsh"}])
            seen.setdefault((form, answers["q03"] in {"board", "own_view"}), set()).add(count)
    assert seen["full", True] <= set(range(35, 44))
    assert {37, 38, 39, 40, 41, 42} <= seen["full", True]
    assert seen["full", False] == {7}
    assert seen["short", True] == {15}
    assert seen["short", False] == {4}


def test_the_fewest_and_the_most_questions_are_as_promised(needs: Instrument):
    fewest = FULL | {
        "q04": "retail",
        "q05": "london",
        "q10": "5_9",
        "q14": {"finding": "easy"},
        "q16": "no_board",
        "q24": "no",
        "q27": "not_needed",
        "q30": "regularly",
    }
    assert len(asked(needs, fewest)) - len(IDENTITY) == 35
    assert len(asked(needs, FULL | {"q05": "london"})) - len(IDENTITY) == 43


def test_sector_and_region_codes_are_the_registers_own(needs: Instrument):
    sectors = {option.code for option in needs.questions["q04"].options}
    assert sectors - {"not_sure"} == set(Sector.values)
    assert {option.code for option in needs.questions["q05"].options} == set(Region.values)


def test_every_closed_question_but_those_that_steer_or_tell_who_offers_both_replies(needs: Instrument):
    lacking = [
        question.code
        for question in needs.questions.values()
        if question.is_closed and question.allow != ("dont_know", "prefer_not") and not question.kept_apart
    ]
    assert lacking == ["q01", "q02", "q03", "q04", "q05"]
    assert [needs.questions[code].allow for code in ("q04", "q05")] == [("prefer_not",), ("prefer_not",)]


def test_hints_agree_with_limits(needs: Instrument):
    said = {2: "two", 3: "three"}
    for question in needs.questions.values():
        if question.limit is not None:
            assert question.hint["en"].startswith(f"Choose up to {said[question.limit]}")


def test_the_years_offered_end_this_year(needs: Instrument):
    assert (needs.questions["q08"].min, needs.questions["q08"].max) == (1760, 2026)


def test_plain_words_are_short(needs: Instrument):
    for question in needs.questions.values():
        assert len(question.label["en"]) <= 80
        assert len(question.hint.get("en", "")) <= 150


def test_columns_have_unique_names_that_statistics_programs_accept(needs: Instrument):
    names = [variable.name for variable in engine.variables(needs)]
    assert len(set(names)) == len(names)
    assert [name for name in names if not re.fullmatch(r"[a-z][a-z0-9_]{1,31}", name)] == []


def test_the_path_takes_well_under_a_millisecond(needs: Instrument):
    answers, _marks = engine.sample_answers(needs, random.Random(7), skip=0, mark=0, weights={"q03": {"board": 1000}})
    best = min(_seconds_for_50(needs, answers) for _attempt in range(5))
    assert best / 50 < 0.001


def _seconds_for_50(needs: Instrument, answers: dict[str, Any]) -> float:
    start = time.perf_counter()
    for _time in range(50):
        engine.route(needs, answers)
    return time.perf_counter() - start
