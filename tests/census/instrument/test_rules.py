"""Every operator, with every mixture of true, false and unknown."""

import itertools
import operator
from typing import Any

import pytest

from census.instrument.rules import Compiler, Context, Sketch

TRUTHS = (True, False, None)
STRENGTH = {False: 0, None: 1, True: 2}
SKETCHES = {
    "color": Sketch("color", "single", frozenset({"red", "green"}), frozenset(), 0, False),
    "shade": Sketch("shade", "single", frozenset({"red", "pale"}), frozenset(), 0, False),
    "ticks": Sketch("ticks", "multi", frozenset({"red", "green", "blue"}), frozenset(), 0, False),
    "grid": Sketch("grid", "grid", frozenset({"hard", "easy"}), frozenset({"joining", "staying"}), 0, False),
    "size": Sketch("size", "number", frozenset(), frozenset(), 0, False),
    "name": Sketch("name", "text", frozenset(), frozenset(), 0, False),
}
FACTS = {"region": "text", "staff": "number", "member": "bool"}


def truth(
    rule: Any, facts: dict[str, Any] | None = None, named: dict[str, Any] | None = None, **answers: Any
) -> bool | None:
    faults: list[str] = []
    compiled = Compiler(SKETCHES, FACTS, named or {}, lambda path, words: faults.append(f"{path}: {words}")).compile(
        rule, ""
    )
    assert faults == []
    return compiled.test(Context(answers, facts or {}))


def faults(rule: Any, named: dict[str, Any] | None = None) -> list[str]:
    found: list[str] = []
    Compiler(SKETCHES, FACTS, named or {}, lambda path, words: found.append(f"{path}: {words}")).compile(rule, "/when")
    return found


def saying(wanted: bool | None) -> dict[str, Any]:
    """A rule that is True, False or unknown, with color red and shade not answered."""
    return {True: {"==": [{"answer": "color"}, "red"]}, False: {"==": [{"answer": "color"}, "green"]}}.get(
        wanted, {"==": [{"answer": "shade"}, "red"]}
    )


def strongest(strength: int) -> bool | None:
    return next(value for value, known in STRENGTH.items() if known == strength)


@pytest.mark.parametrize("parts", [*itertools.product(TRUTHS, repeat=2), *itertools.product(TRUTHS, repeat=3)])
def test_and_is_as_true_as_its_weakest_part_and_or_as_its_strongest(parts: tuple):
    rules = [saying(part) for part in parts]
    assert truth({"and": rules}, color="red") is strongest(min(STRENGTH[part] for part in parts))
    assert truth({"or": rules}, color="red") is strongest(max(STRENGTH[part] for part in parts))


@pytest.mark.parametrize(("part", "expected"), [(True, False), (False, True), (None, None)])
def test_not_of_the_unknown_is_unknown(part: bool | None, expected: bool | None):
    assert truth({"not": [saying(part)]}, color="red") is expected


COMPARED = {
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


@pytest.mark.parametrize("symbol", COMPARED)
def test_numbers_compare_and_an_unanswered_number_is_unknown(symbol: str):
    rule = {symbol: [{"answer": "size"}, 5]}
    assert [truth(rule, size=size) for size in (4, 5, 6)] == [COMPARED[symbol](size, 5) for size in (4, 5, 6)]
    assert truth(rule) is None
    assert truth({symbol: [5, {"answer": "size"}]}) is None


@pytest.mark.parametrize("symbol", ["==", "!="])
def test_codes_text_facts_and_two_answers_compare(symbol: str):
    compare = COMPARED[symbol]
    assert truth({symbol: [{"answer": "color"}, "red"]}, color="green") is compare("green", "red")
    assert truth({symbol: [{"answer": "color"}, {"answer": "shade"}]}, color="red", shade="red") is compare(
        "red", "red"
    )
    assert truth({symbol: [{"answer": "color"}, {"answer": "shade"}]}, color="red") is None
    assert truth({symbol: [{"answer": "name"}, "Ida"]}, name="Ida") is compare("Ida", "Ida")
    assert truth({symbol: [{"fact": "region"}, "wales"]}, facts={"region": "london"}) is compare("london", "wales")
    assert truth({symbol: [{"fact": "member"}, True]}, facts={"member": False}) is compare(False, True)
    assert truth({symbol: [{"fact": "region"}, "wales"]}) is None


def test_in_looks_for_one_value_in_a_list():
    rule = {"in": [{"answer": "color"}, ["red"]]}
    assert [truth(rule, color="red"), truth(rule, color="green"), truth(rule)] == [True, False, None]
    assert truth({"in": [{"answer": "size"}, [1, 2]]}, size=2) is True


def test_any_in_and_all_in_look_at_ticks():
    some = {"any-in": [{"answer": "ticks"}, ["red", "blue"]]}
    every = {"all-in": [{"answer": "ticks"}, ["red", "blue"]]}
    given = (["red", "green"], ["green"], ["red", "blue"])
    assert [truth(some, ticks=ticks) for ticks in given] == [True, False, True]
    assert [truth(every, ticks=ticks) for ticks in given] == [False, False, True]
    assert [truth(some), truth(every)] == [None, None]


@pytest.mark.parametrize(
    ("rows", "some", "every"),
    [
        ({"joining": "hard", "staying": "hard"}, True, True),
        ({"joining": "hard", "staying": "easy"}, True, False),
        ({"joining": "easy", "staying": "easy"}, False, False),
        ({"joining": "hard"}, True, None),
        ({"joining": "easy"}, None, False),
        ({"joining": "easy", "staying": "dont_know"}, None, False),
        (None, None, None),
    ],
)
def test_rows_left_open_are_unknown_members_of_a_grid(rows: dict | None, some: bool | None, every: bool | None):
    answers = {"grid": rows} if rows else {}
    assert truth({"any-in": [{"rows": "grid"}, ["hard"]]}, **answers) is some
    assert truth({"all-in": [{"rows": "grid"}, ["hard"]]}, **answers) is every


def test_one_row_of_a_grid_is_a_value_of_its_own():
    rule = {"==": [{"answer": "grid", "row": "joining"}, "hard"]}
    assert truth(rule, grid={"joining": "hard"}) is True
    assert truth(rule, grid={"staying": "hard"}) is None
    assert truth(rule, grid={"joining": "prefer_not"}) is None
    assert truth({"answered": [{"answer": "grid", "row": "joining"}]}, grid={"staying": "hard"}) is False


def test_count_counts_ticks_and_rows():
    assert truth({"==": [{"count": [{"answer": "ticks"}]}, 2]}, ticks=["red", "blue"]) is True
    assert truth({"==": [{"count": [{"answer": "ticks"}, ["red"]]}, 1]}, ticks=["red", "blue"]) is True
    assert truth({">=": [{"count": [{"answer": "ticks"}]}, 0]}) is None
    assert truth({"==": [{"count": [{"rows": "grid"}]}, 1]}, grid={"joining": "hard"}) is True
    assert truth({"==": [{"count": [{"rows": "grid"}, ["hard"]]}, 1]}, grid={"joining": "hard"}) is None
    complete = {"joining": "hard", "staying": "easy"}
    assert truth({"==": [{"count": [{"rows": "grid"}, ["hard"]]}, 1]}, grid=complete) is True


def test_sums_and_products_are_unknown_when_a_part_is():
    assert truth({"==": [{"+": [{"answer": "size"}, 2, 3]}, 9]}, size=4) is True
    assert truth({"==": [{"*": [{"answer": "size"}, {"fact": "staff"}]}, 12]}, size=4, facts={"staff": 3}) is True
    assert truth({"==": [{"+": [{"answer": "size"}, 2]}, 9]}) is None
    assert truth({"==": [{"*": [{"answer": "size"}, 0]}, 0]}) is None


def test_answered_is_never_unknown():
    for code, value in {
        "color": "red",
        "ticks": ["red"],
        "size": 0,
        "name": "Ida",
        "grid": {"joining": "hard"},
    }.items():
        assert truth({"answered": [{"answer": code}]}, **{code: value}) is True
        assert truth({"answered": [{"answer": code}]}) is False


def test_a_named_rule_is_worked_out_once_and_used_like_any_other():
    named = {"reddish": {"in": [{"answer": "color"}, ["red"]]}, "other": {"not": [{"rule": "reddish"}]}}
    assert truth({"or": [{"rule": "reddish"}, {"rule": "other"}]}, named=named, color="green") is True
    assert truth({"and": [{"rule": "reddish"}, {"rule": "reddish"}]}, named=named, color="red") is True
    assert truth({"rule": "other"}, named=named) is None


@pytest.mark.parametrize("stored", ["twelve", ["red"], {"a": 1}, True, None, 1.5])
def test_a_stored_value_of_the_wrong_type_never_raises(stored: Any):
    for code in SKETCHES:
        for rule in (
            {">": [{"answer": "size"}, 5]},
            {"any-in": [{"answer": "ticks"}, ["red"]]},
            {"any-in": [{"rows": "grid"}, ["hard"]]},
            {"==": [{"answer": "grid", "row": "joining"}, "hard"]},
            {"in": [{"answer": "color"}, ["red"]]},
            {"==": [{"answer": "name"}, "Ida"]},
        ):
            assert truth(rule, **{code: stored}) in TRUTHS


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        ("yes", '/when: a rule is an object with one operator, such as {"==": [...]}'),
        ({}, '/when: a rule is an object with one operator, such as {"==": [...]}'),
        ({"xor": []}, "/when: there is no operator “xor”"),
        ({"and": {}}, "/when/and: “and” takes a list of arguments"),
        ({"and": []}, "/when/and: “and” cannot take 0 argument(s)"),
        ({"==": [1]}, "/when/==: “==” cannot take 1 argument(s)"),
        (
            {"count": [{"answer": "ticks"}]},
            "/when: “count” gives a value, but a rule that is true or false is needed here",
        ),
        ({"rule": "nowhere"}, "/when/rule: there is no rule named “nowhere”"),
        ({"rule": 5}, "/when/rule: the name of a rule must be text"),
        ({"answered": ["color"]}, '/when/answered/0: “answered” needs an answer, such as {"answer": "q02"}'),
        ({"==": [{"answer": "colour"}, "red"]}, "/when/==/0: there is no question “colour”"),
        ({"==": [{"fact": "county"}, "kent"]}, "/when/==/0: there is no fact “county”"),
        ({"==": [{"answer": "color"}, "mauve"]}, "/when/==/1: there is no option “mauve” to compare with"),
        ({"==": [{"answer": "color"}, 5]}, "/when/==/1: a number is compared with a chosen option"),
        ({"==": [{"answer": "size"}, "five"]}, "/when/==/0: a number is compared with text"),
        ({"==": [{"answer": "name"}, True]}, "/when/==/1: true or false is compared with text"),
        (
            {"==": [{"answer": "ticks"}, "red"]},
            "/when/==/0: several values cannot be compared with one; use “any-in” or “all-in”",
        ),
        ({">": [{"answer": "color"}, 5]}, "/when/>/0: “>” compares numbers, and this is a chosen option"),
        ({"in": [{"answer": "color"}, "red"]}, "/when/in/1: “in” needs a list of values here"),
        ({"in": [{"answer": "color"}, ["mauve"]]}, "/when/in/1/0: there is no option “mauve”"),
        ({"in": [{"answer": "size"}, ["five"]]}, "/when/in/1/0: “five” is compared with a number"),
        ({"in": [{"fact": "region"}, [5]]}, "/when/in/1/0: “5” is compared with text"),
        (
            {"in": [{"answer": "ticks"}, ["red"]]},
            "/when/in/0: “in” needs an answer with one value; this is a list of chosen options",
        ),
        (
            {"any-in": [{"answer": "color"}, ["red"]]},
            "/when/any-in/0: “any-in” needs an answer with several values; this is a chosen option",
        ),
        (
            {"any-in": [{"answer": "ticks"}, []]},
            "/when/any-in/1: a list in a rule holds at least one text or number, and nothing else",
        ),
        (
            {"==": [{"answer": "grid"}, "hard"]},
            '/when/==/0: “grid” is a grid: name one row, or use {"rows": "grid"}',
        ),
        ({"==": [{"answer": "grid", "row": "leaving"}, "hard"]}, "/when/==/0: “grid” has no row “leaving”"),
        (
            {"==": [{"answer": "color", "row": "joining"}, "red"]},
            "/when/==/0: “color” is not a grid, so it has no rows",
        ),
        ({"any-in": [{"rows": "color"}, ["red"]]}, "/when/any-in/0: “color” is not a grid, so it has no rows"),
        (
            {"==": [{"answer": "color", "extra": 1}, "red"]},
            '/when/==/0: write {"answer": code}, {"answer": code, "row": row} or {"rows": code}',
        ),
        (
            {"==": [{"count": [{"answer": "color"}]}, 1]},
            "/when/==/0/count/0: “count” needs an answer with several values; this is a chosen option",
        ),
        ({"==": [{"count": [{"answer": "ticks"}, 5]}, 1]}, "/when/==/0/count/1: “count” needs a list of values here"),
        ({"==": [{"+": [{"answer": "color"}, 1]}, 1]}, "/when/==/0/+/0: “+” needs numbers; this is a chosen option"),
        ({"==": [{"not": [{"rule": "x"}]}, 1]}, "/when/==/0: “not” is true or false, but a value is needed here"),
    ],
)
def test_a_rule_that_makes_no_sense_is_one_fault_in_its_place(rule: Any, fault: str):
    assert faults(rule) == [fault]


def test_named_rules_that_go_round_in_a_circle_are_a_fault():
    named = {"chicken": {"not": [{"rule": "egg"}]}, "egg": {"not": [{"rule": "chicken"}]}}
    assert faults({"rule": "chicken"}, named) == ["/rules/egg/not/0/rule: the rule “chicken” leads back to itself"]
