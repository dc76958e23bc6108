"""Two people on one page: nothing is lost, and only real differences ask for a choice."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from census.instrument import Conflict, Filled, load, three_way
from tests.census.instrument.documents import one_each, question, words

DETAIL = {"code": "q01_other", "options": ["blue"], "label": words("Which?"), "max_length": 20}


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "merged"),
    [
        ({"q01": "a"}, {"q01": "b"}, {"q01": "a"}, {"q01": "b"}),
        ({"q01": "a"}, {"q01": "a"}, {"q01": "b"}, {"q01": "b"}),
        ({"q01": "a"}, {"q01": "b"}, {"q01": "b"}, {"q01": "b"}),
        ({}, {"q01": "a"}, {"q02": "b"}, {"q01": "a", "q02": "b"}),
        ({"q01": "a"}, {}, {"q01": "a"}, {}),
        ({"q01": "a"}, {}, {}, {}),
        ({}, {}, {}, {}),
    ],
)
def test_a_question_changed_on_one_side_or_alike_needs_no_choice(base: dict, mine: dict, theirs: dict, merged: dict):
    assert three_way((base, {}), (mine, {}), (theirs, {})) == (Filled(merged, {}), [])


def test_a_question_changed_differently_is_a_conflict_and_theirs_stays_until_someone_chooses():
    merged, conflicts = three_way(({"q01": "a"}, {}), ({"q01": "b"}, {}), ({}, {"q01": "dont_know"}))
    assert merged == ({}, {"q01": "dont_know"})
    assert conflicts == [
        Conflict("q01", Filled({"q01": "a"}, {}), Filled({"q01": "b"}, {}), Filled({}, {"q01": "dont_know"}))
    ]


def test_taking_an_answer_away_while_the_other_changes_it_is_a_conflict():
    merged, conflicts = three_way(({"q01": "a"}, {}), ({}, {"q01": "skipped"}), ({"q01": "b"}, {}))
    assert merged == ({"q01": "b"}, {})
    assert [conflict.code for conflict in conflicts] == ["q01"]


def test_an_answer_and_a_reply_never_stand_together_after_a_merge():
    merged, conflicts = three_way(({}, {"q01": "skipped"}), ({"q01": "a"}, {}), ({}, {"q01": "skipped"}))
    assert (merged, conflicts) == (({"q01": "a"}, {}), [])


def test_the_other_box_goes_with_its_question():
    instrument = load(one_each(question("q01", detail=DETAIL), question("q02")))
    base = ({"q01": "blue", "q01_other": "Teal"}, {})
    mine = ({"q01": "blue", "q01_other": "Navy"}, {})
    theirs = ({"q01": "red"}, {})
    merged, conflicts = three_way(base, mine, theirs, instrument)
    assert merged == ({"q01": "red"}, {})
    assert [(conflict.code, conflict.mine.answers) for conflict in conflicts] == [
        ("q01", {"q01": "blue", "q01_other": "Navy"})
    ]


def test_conflicts_come_in_the_order_of_the_questionnaire():
    instrument = load(one_each(question("q02"), question("q01")))
    mine, theirs = ({"q01": "red", "q02": "red"}, {}), ({"q01": "blue", "q02": "blue"}, {})
    assert [conflict.code for conflict in three_way(({}, {}), mine, theirs, instrument)[1]] == ["q02", "q01"]


@st.composite
def pages(draw: st.DrawFn) -> Filled:
    answers, marks = {}, {}
    for code in ("q01", "q02", "q03"):
        value = draw(st.sampled_from(["a", "b", ["a"], {"row": "a"}, "skipped", "dont_know", None]))
        if value in ("skipped", "dont_know"):
            marks[code] = value
        elif value is not None:
            answers[code] = value
    return Filled(answers, marks)


@settings(max_examples=300, deadline=None)
@given(pages(), pages(), pages())
def test_every_change_is_in_the_merged_page_or_in_a_conflict(base: Filled, mine: Filled, theirs: Filled):
    merged, conflicts = three_way(base, mine, theirs)
    disputed = {conflict.code for conflict in conflicts}
    for code in ("q01", "q02", "q03"):
        was, here, there, now = (part.only((code,)) for part in (base, mine, theirs, merged))
        if code in disputed:
            assert (here != was, there != was, here != there, now) == (True, True, True, there)
        elif here != was:
            assert now == here
        else:
            assert now == there
    mirrored, other_way = three_way(base, theirs, mine)
    assert {conflict.code for conflict in other_way} == disputed
    if not disputed:
        assert mirrored == merged
