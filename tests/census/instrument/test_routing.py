"""The path is worked out afresh from the answers, in one pass, and what is off it counts as not given."""

from census.instrument import drop_off_path, load, route, statuses
from tests.census.instrument.documents import document, one_each, options, page, question, section, words

RED = {"==": [{"answer": "q01"}, "red"]}


def codes(path) -> list[str]:
    return [asked.code for asked in path.questions]


def test_an_unknown_rule_hides_and_so_does_its_negation():
    instrument = load(one_each(question("q01"), question("q02", when=RED), question("q03", when={"not": [RED]})))
    assert codes(route(instrument, {})) == ["q01"]
    assert codes(route(instrument, {"q01": "red"})) == ["q01", "q02"]
    assert codes(route(instrument, {"q01": "green"})) == ["q01", "q03"]


def test_an_answer_off_the_path_counts_as_not_given():
    instrument = load(
        one_each(
            question("q01"),
            question("q02", when=RED),
            question("q03", when={"==": [{"answer": "q02"}, "red"]}),
            question("q04", when={"not": [{"answered": [{"answer": "q02"}]}]}),
        )
    )
    assert codes(route(instrument, {"q01": "red", "q02": "red"})) == ["q01", "q02", "q03"]
    assert codes(route(instrument, {"q01": "green", "q02": "red"})) == ["q01", "q04"]


def test_rules_on_sections_pages_and_questions_all_have_to_hold():
    instrument = load(
        document(
            section("one", page("a", question("q01")), page("b", question("q02"))),
            section(
                "two",
                page(
                    "c", question("q03"), question("q04", when={"==": [{"answer": "q02"}, "red"]}), title=words("Two")
                ),
                page("d", question("q05"), when={"==": [{"answer": "q02"}, "green"]}),
                when=RED,
            ),
        )
    )
    assert codes(route(instrument, {"q02": "red"})) == ["q01", "q02"]
    assert codes(route(instrument, {"q01": "red"})) == ["q01", "q02", "q03"]
    assert codes(route(instrument, {"q01": "red", "q02": "red"})) == ["q01", "q02", "q03", "q04"]
    path = route(instrument, {"q01": "red", "q02": "green"})
    assert codes(path) == ["q01", "q02", "q03", "q05"]
    assert [part.id for part in path.sections] == ["one", "two"]
    assert [part.id for part in path.pages] == ["a", "b", "c", "d"]
    assert [asked.code for asked in path.questions_on(instrument.page("two", "c"))] == ["q03"]
    assert [part.id for part in path.pages_in(instrument.section("two"))] == ["c", "d"]


def test_next_and_previous_lead_along_the_path_also_from_a_page_that_has_left_it():
    instrument = load(one_each(question("q01"), question("q02", when=RED), question("q03")))
    first, second, third = instrument.pages
    path = route(instrument, {"q01": "red"})
    assert (path.next_page(first), path.next_page(second), path.next_page(third)) == (second, third, None)
    assert (path.previous_page(first), path.previous_page(second), path.previous_page(third)) == (None, first, second)
    path = route(instrument, {"q01": "green"})
    assert (path.next_page(first), path.next_page(second)) == (third, third)
    assert (path.previous_page(third), path.previous_page(second)) == (first, first)
    assert [path.has_page(page) for page in (first, second, third)] == [True, False, True]
    assert path.questions_on(second) == ()


def test_facts_steer_the_path():
    instrument = load(one_each(question("q01", when={"==": [{"fact": "nation"}, "wales"]}), facts={"nation": "text"}))
    assert codes(route(instrument, {}, {"nation": "wales"})) == ["q01"]
    assert codes(route(instrument, {}, {"nation": "jersey"})) == []
    assert codes(route(instrument, {})) == []


def test_the_other_box_is_on_the_path_while_other_is_chosen():
    detail = {"code": "q01_other", "options": ["blue"], "label": words("Which?"), "max_length": 20}
    for kind, other, plain in (
        ("single", "blue", "red"),
        ("multi", ["red", "blue"], ["red"]),
        ("rank", ["blue"], ["red"]),
    ):
        instrument = load(one_each(question("q01", kind, detail=detail)))
        assert route(instrument, {"q01": other}).is_on_path("q01_other") is True
        assert route(instrument, {"q01": plain}).is_on_path("q01_other") is False
        assert route(instrument, {}).is_on_path("q01_other") is False
        assert statuses(instrument, {"q01": other, "q01_other": "Teal"}, {})["q01_other"] == "answered"
        assert statuses(instrument, {"q01": plain, "q01_other": "Teal"}, {})["q01_other"] == "not_asked"


def test_every_status_is_told_apart():
    instrument = load(one_each(*(question(f"q0{n}") for n in range(1, 6)), question("q06", when=RED)))
    marks = {"q02": "skipped", "q03": "dont_know", "q04": "prefer_not"}
    assert statuses(instrument, {"q01": "green"}, marks) == {
        "q01": "answered",
        "q02": "skipped",
        "q03": "dont_know",
        "q04": "prefer_not",
        "q05": "not_reached",
        "q06": "not_asked",
    }


def test_each_row_of_a_grid_has_its_own_status():
    rows = options("one", "two", "three")
    instrument = load(one_each(question("q01", "grid", rows=rows, row_allow=["dont_know", "prefer_not"])))

    def of(value: dict | None, marks: dict | None = None) -> list[str]:
        return list(statuses(instrument, {"q01": value} if value else {}, marks or {}).values())

    assert of({"one": "hard", "two": "dont_know"}) == ["answered", "answered", "dont_know", "skipped"]
    assert of({"one": "prefer_not"}) == ["prefer_not", "prefer_not", "skipped", "skipped"]
    assert of({"one": "prefer_not", "two": "dont_know"}) == ["dont_know", "prefer_not", "dont_know", "skipped"]
    assert of(None, {"q01": "dont_know"}) == ["dont_know"] * 4
    assert of(None) == ["not_reached"] * 4


def test_a_grid_off_the_path_is_not_asked_in_every_row():
    instrument = load(one_each(question("q01"), question("q02", "grid", when=RED)))
    found = statuses(instrument, {"q02": {"joining": "hard"}}, {})
    assert found == {"q01": "not_reached", "q02": "not_asked", "q02__joining": "not_asked", "q02__staying": "not_asked"}


def test_dropping_keeps_the_path_in_order_and_names_what_went():
    detail = {"code": "q01_other", "options": ["blue"], "label": words("Which?"), "max_length": 20}
    instrument = load(one_each(question("q01", detail=detail), question("q02", when=RED), question("q03")))
    answers = {"gone": "x", "q03": "red", "q02": "red", "q01_other": "Teal", "q01": "green"}
    assert drop_off_path(instrument, answers) == ({"q01": "green", "q03": "red"}, ["gone", "q02", "q01_other"])
    answers["q01"] = "blue"
    kept, dropped = drop_off_path(instrument, answers)
    assert list(kept) == ["q01", "q01_other", "q03"]
    assert dropped == ["gone", "q02"]
