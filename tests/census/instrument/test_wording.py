"""Answers told back in plain words, and options in an order that stays put."""

import pytest

from census.instrument import Instrument, Question, describe, load, shown_options, text
from tests.census.instrument.documents import one_each, option, options, question, words


def one(kind: str = "single", **more) -> Question:
    return load(one_each(question("q01", kind, **more))).questions["q01"]


@pytest.mark.parametrize(
    ("kind", "value", "lines"),
    [
        ("single", "red", ["Red"]),
        ("yesno", "no", ["No"]),
        ("scale", "easy", ["Easy"]),
        ("multi", ["red", "blue"], ["Red", "Blue"]),
        ("rank", ["blue", "red"], ["1. Blue", "2. Red"]),
        ("grid", {"staying": "easy", "joining": "hard"}, ["Joining: Hard", "Staying: Easy"]),
        ("grid", {"staying": "dont_know"}, ["Staying: Don't know"]),
        ("year", 1998, ["1998"]),
        ("text", "Ida", ["Ida"]),
        ("long", "one\n\ntwo", ["one", "", "two"]),
        ("single", "mauve", ["mauve"]),
        ("grid", {"leaving": "hard"}, ["leaving: Hard"]),
    ],
)
def test_an_answer_is_told_in_the_words_that_were_chosen(kind: str, value, lines: list[str]):
    assert describe(one(kind), value) == lines


def test_replies_and_blanks_are_told_apart():
    asked = one()
    assert describe(asked, None, "dont_know") == ["Don't know"]
    assert describe(asked, None, "prefer_not") == ["Prefer not to say"]
    assert describe(asked, None, "skipped") == ["Not answered"]
    assert describe(asked, None) == ["Not answered"]


def test_a_number_carries_its_unit():
    assert describe(one("number", unit=words("members")), 12) == ["12 members"]


def test_words_come_in_the_language_asked_for_or_else_in_english():
    assert text({"en": "Red", "cy": "Coch"}, "cy") == "Coch"
    assert text({"en": "Red"}, "cy") == "Red"
    assert text({"cy": "Coch"}, "en") == "Coch"
    assert text({}, "en") == ""
    assert describe(one(options=[option("red", 1, label={"en": "Red", "cy": "Coch"})]), "red", language="cy") == [
        "Coch"
    ]


def test_shuffled_options_keep_other_and_none_last_and_stay_put_for_one_respondent(needs: Instrument):
    barriers = needs.questions["q15"]
    orders = {tuple(choice.code for choice in shown_options(barriers, str(seed))) for seed in range(50)}
    assert len(orders) > 40
    assert {order[-1] for order in orders} == {"other"}
    assert {choice.code for choice in shown_options(needs.questions["q22"], "7")[-1:]} == {"none"}
    assert shown_options(barriers, "7") == shown_options(barriers, "7")
    assert {frozenset(order) for order in orders} == {frozenset(choice.code for choice in barriers.options)}


def test_options_not_to_be_shuffled_stay_as_written():
    asked = one(options=options("red", "green", "blue"))
    assert shown_options(asked, "7") is asked.options
