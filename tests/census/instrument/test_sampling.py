"""Invented answers are whole and valid on every walk, and what is known of one walk holds for all parts of the engine."""

import random
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from census.instrument import (
    Instrument,
    describe,
    drop_off_path,
    form_data,
    parse_page,
    route,
    sample_answers,
    statuses,
    validate,
    variables,
)

SHARES = st.floats(0, 0.5)


@settings(max_examples=100, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    form=st.sampled_from(["full", "short"]),
    skip=SHARES,
    mark=SHARES,
    identity=st.booleans(),
)
def test_every_walk_is_whole_valid_and_reads_back(
    needs: Instrument, seed: int, form: str, skip: float, mark: float, identity: bool
):
    answers, marks = sample_answers(needs, random.Random(seed), form=form, skip=skip, mark=mark, identity=identity)
    path = route(needs, answers)
    assert validate(needs, answers, marks) == []
    assert drop_off_path(needs, answers)[1] == []
    assert answers.keys() & marks.keys() == set()
    on_path = {question.code for question in (*path.questions, *path.details)}
    assert answers.keys() | marks.keys() == on_path
    found = statuses(needs, answers, marks)
    assert "not_reached" not in found.values()
    assert {code for code in (*needs.questions, *needs.details) if found[code] == "not_asked"} == (
        {*needs.questions, *needs.details} - on_path
    )
    for variable in variables(needs):
        assert (variable.read(answers) is not None) <= (found[variable.status] == "answered")
    for page in path.pages:
        questions = path.questions_on(page)
        posted: dict = {}
        for question in questions:
            posted.update(form_data(question, answers, marks))
            assert describe(question, answers.get(question.code), marks.get(question.code)) != []
        again = parse_page(questions, posted)
        codes = {code for q in questions for code in (q.code, q.detail.code if q.detail else q.code)}
        assert again.problems == []
        assert again.answers == {code: value for code, value in answers.items() if code in codes}
        assert again.marks == {code: value for code, value in marks.items() if code in codes}


def test_the_same_seed_gives_the_same_answers(needs: Instrument):
    assert sample_answers(needs, random.Random(5)) == sample_answers(needs, random.Random(5))


def test_weights_steer_what_is_chosen(needs: Instrument):
    weights = {
        "q03": {"adviser": 0, "interest": 0},
        "q04": {option.code: 0 for option in needs.questions["q04"].options} | {"housing": 3, "retail": 1},
        "q22": {option.code: 0 for option in needs.questions["q22"].options} | {"hr": 1},
        "q37": {option.code: 0 for option in needs.questions["q37"].options} | {"money": 1, "law": 1},
        "q40": {"nothing": 0, "little": 0, "some": 0, "much": 0},
        "q43": ["More time."],
    }
    rng = random.Random(3)
    sectors: Counter[str] = Counter()
    for _walk in range(200):
        answers, _marks = sample_answers(needs, rng, weights=weights, skip=0, mark=0)
        sectors[answers["q04"]] += 1
        assert answers["q22"] == ["hr"]
        assert set(answers["q37"]) <= {"money", "law"}
        assert set(answers["q40"].values()) == {"most"}
        assert answers["q43"] == "More time."
    assert sorted(sectors) == ["housing", "retail"]
    assert 120 <= sectors["housing"] <= 180


def test_the_identity_part_stays_blank_unless_asked_for(needs: Instrument):
    answers, marks = sample_answers(needs, random.Random(1), skip=0, mark=0)
    assert [code for code in answers if code.startswith("id")] == []
    assert [code for code in marks if code.startswith("id")] == [f"id{n}" for n in range(1, 8)]
    answers, _marks = sample_answers(needs, random.Random(1), skip=0, mark=0, identity=True)
    assert {f"id{n}" for n in range(1, 8)} <= answers.keys()
