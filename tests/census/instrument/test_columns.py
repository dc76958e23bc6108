"""The columns in which answers leave."""

from census.instrument import Instrument, load, statuses, variables
from tests.census.instrument.documents import document, one_each, page, question, section, words

DETAIL = {"code": "q02_other", "options": ["blue"], "label": words("Which?"), "max_length": 20}


def test_each_type_becomes_its_columns_in_order():
    instrument = load(
        one_each(
            question("q01"),
            question("q02", "multi", detail=DETAIL),
            question("q03", "grid"),
            question("q04", "rank"),
            question("q05", "year"),
            question("q06", "long"),
            question("q07", "yesno"),
        )
    )
    assert [(variable.name, variable.source, variable.kind) for variable in variables(instrument)] == [
        ("q01", "q01", "code"),
        ("q02__red", "q02", "boolean"),
        ("q02__green", "q02", "boolean"),
        ("q02__blue", "q02", "boolean"),
        ("q02_other", "q02_other", "text"),
        ("q03__joining", "q03", "code"),
        ("q03__staying", "q03", "code"),
        ("q04__1", "q04", "rank"),
        ("q04__2", "q04", "rank"),
        ("q05", "q05", "number"),
        ("q06", "q06", "text"),
        ("q07", "q07", "code"),
    ]


def test_each_column_reads_its_value_out_of_the_answers():
    instrument = load(
        one_each(
            question("q01"), question("q02", "multi", detail=DETAIL), question("q03", "grid"), question("q04", "rank")
        )
    )
    columns = {variable.name: variable for variable in variables(instrument)}
    answers = {
        "q01": "red",
        "q02": ["red", "blue"],
        "q02_other": "Teal",
        "q03": {"joining": "hard", "staying": "dont_know"},
    }
    assert {name: column.read(answers) for name, column in columns.items()} == {
        "q01": "red",
        "q02__red": True,
        "q02__green": False,
        "q02__blue": True,
        "q02_other": "Teal",
        "q03__joining": "hard",
        "q03__staying": None,
        "q04__1": None,
        "q04__2": None,
    }
    assert columns["q02__green"].read({}) is None
    assert [columns[f"q04__{place}"].read({"q04": ["blue"]}) for place in (1, 2)] == ["blue", None]


def test_columns_carry_words_and_permanent_numbers():
    grid = variables(load(one_each(question("q03", "grid"))))[0]
    assert (grid.label, grid.part) == (words("What about q03?"), words("Joining"))
    assert grid.labels == {"hard": words("Hard"), "easy": words("Easy")}
    assert grid.numbers == {"hard": 1, "easy": 2, "dont_know": 998, "prefer_not": 997}


def test_identity_columns_are_marked():
    instrument = load(
        document(
            section("one", page("a", question("q01"))),
            section("who", page("b", question("id1", "multi", detail=DETAIL)), kept_apart=True),
        )
    )
    assert [variable.name for variable in variables(instrument) if variable.kept_apart] == [
        "id1__red",
        "id1__green",
        "id1__blue",
        "q02_other",
    ]


def test_every_column_of_the_questionnaire_has_a_status(needs: Instrument):
    known = statuses(needs, {}, {})
    assert [variable.name for variable in variables(needs) if variable.status not in known] == []
