"""What is sent becomes a value, a reply that is no answer, or plain words about what to do."""

from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from census.instrument import Instrument, Question, fields, form_data, length, load, parse, parse_page, validate
from tests.census.instrument.documents import one_each, option, options, question, words
from tests.census.instrument.hostile import NASTY, TYPES, hostile_questions, posts, stands

BOTH = ["dont_know", "prefer_not"]


def one(kind: str = "single", **more: Any) -> Question:
    return load(one_each(question("q01", kind, **more))).questions["q01"]


def outcome(asked: Question, **raw: Any) -> Any:
    """The value, or the mark in brackets, or the messages in a list."""
    parsed = parse(asked, raw)
    if parsed.problems:
        return [problem.message for problem in parsed.problems]
    return parsed.value if parsed.mark is None else (parsed.mark,)


@pytest.mark.parametrize("kind", ["single", "band", "scale", "yesno"])
def test_one_choice_is_its_code_a_reply_or_a_blank(kind: str):
    asked = one(kind, allow=BOTH)
    code = asked.options[0].code
    assert outcome(asked, q01=code) == code
    assert outcome(asked, q01="dont_know") == ("dont_know",)
    assert outcome(asked, q01="prefer_not") == ("prefer_not",)
    assert outcome(asked) == ("skipped",)
    assert outcome(asked, q01="") == ("skipped",)
    assert outcome(asked, q01=[code, code]) == code
    assert outcome(asked, q01="mauve") == ["Choose one of the answers in the list"]
    assert outcome(asked, q01=[code, asked.options[1].code]) == ["Choose one answer only"]


def test_a_reply_that_is_not_offered_is_not_taken():
    assert outcome(one(), q01="dont_know") == ["Choose one of the answers in the list"]
    assert outcome(one("multi"), q01=["prefer_not"]) == ["Choose one of the answers in the list"]
    assert outcome(one("text"), q01="", q01__mark="dont_know") == ("skipped",)


def test_a_required_question_says_in_its_own_words_what_to_do():
    assert outcome(one(required="hard")) == ["Answer this question to go on"]
    assert outcome(one(required="hard", error=words("Choose a colour"))) == ["Choose a colour"]
    assert outcome(one(required="hard", allow=BOTH), q01="prefer_not") == ("prefer_not",)


def test_ticks_are_kept_in_the_order_of_the_questionnaire():
    assert outcome(one("multi"), q01=["blue", "red"]) == ["red", "blue"]
    assert outcome(one("multi"), q01=["red", "red"]) == ["red"]
    assert outcome(one("multi"), q01=[]) == ("skipped",)


def test_ticks_have_a_limit_and_some_stand_alone():
    asked = one(
        "multi", limit=2, allow=BOTH, options=[*options("red", "green", "blue"), option("none", 97, exclusive=True)]
    )
    assert outcome(asked, q01=["red", "green"]) == ["red", "green"]
    assert parse(asked, {"q01": ["red", "green", "blue"]}).problems[0].message == "Choose no more than 2. You chose 3"
    assert parse(asked, {"q01": ["red", "none"]}).problems[0].message == (
        "“None” cannot go together with another answer. Keep one or the other"
    )
    assert parse(asked, {"q01": ["red", "dont_know"]}).problems[0].message == (
        "“Don't know” cannot go together with another answer. Keep one or the other"
    )
    assert outcome(asked, q01=["none"]) == ["none"]
    assert outcome(asked, q01=["dont_know"]) == ("dont_know",)


def test_a_grid_is_a_dict_of_rows_and_rows_may_stay_open():
    asked = one("grid", row_allow=["dont_know"], allow=BOTH)
    assert outcome(asked, q01__joining="hard", q01__staying="easy") == {"joining": "hard", "staying": "easy"}
    assert outcome(asked, q01__joining="hard") == {"joining": "hard"}
    assert outcome(asked, q01__joining="dont_know") == {"joining": "dont_know"}
    assert outcome(asked) == ("skipped",)
    assert outcome(asked, q01__mark="prefer_not") == ("prefer_not",)
    assert outcome(asked, q01__joining="hard", q01__mark="prefer_not") == [
        "Give an answer or choose “Prefer not to say”, not both"
    ]
    assert outcome(asked, q01__mark="skipped") == ["Choose one of the answers in the list"]
    assert outcome(asked, q01__joining="prefer_not") == ["Choose one of the answers in the list"]
    assert outcome(asked, q01__joining=["hard", "easy"]) == ["Choose one answer only"]
    assert outcome(asked, q01__leaving="hard") == ("skipped",)


def test_a_required_grid_needs_every_row():
    asked = one("grid", required="hard")
    problems = parse(asked, {"q01__joining": "hard"}).problems
    assert [(problem.field, problem.message) for problem in problems] == [("q01__staying", "Answer every line")]
    assert outcome(asked) == ["Answer this question to go on"]


def test_a_ranking_is_a_list_without_gaps_or_doubles():
    asked = one("rank", allow=BOTH)
    assert outcome(asked, q01__1="blue", q01__2="red") == ["blue", "red"]
    assert outcome(asked, q01__1="blue") == ["blue"]
    assert outcome(asked) == ("skipped",)
    assert outcome(asked, q01__mark="dont_know") == ("dont_know",)
    for raw, field, message in (
        ({"q01__2": "red"}, "q01__1", "Fill the places in order: number 1 is empty"),
        ({"q01__1": "red", "q01__2": "red"}, "q01__2", "You chose “Red” twice. Choose it once"),
        ({"q01__1": "mauve"}, "q01__1", "Choose one of the answers in the list"),
        ({"q01__1": ["red", "blue"]}, "q01__1", "Choose one answer only"),
    ):
        problem = parse(asked, raw).problems[0]
        assert (problem.field, problem.message) == (field, message)


@pytest.mark.parametrize(
    ("sent", "expected"),
    [("42", 42), (" 42 ", 42), ("0", 0), ("+7", 7), ("007", 7), ("", ("skipped",)), ("  ", ("skipped",))],
)
def test_a_number_is_written_in_figures(sent: str, expected: Any):
    assert outcome(one("number"), q01=sent) == expected


@pytest.mark.parametrize("sent", ["1,000", "1 000", "1000", "+1,000"])
def test_thousands_may_be_set_apart(sent: str):
    assert outcome(one("number", max=10_000), q01=sent) == 1000


@pytest.mark.parametrize("sent", ["ten", "1.5", "1e5", "1_0", "９", "٣", "²", "1,00", "--1", "0x10", "1\x00"])
def test_what_is_no_whole_number_is_told_so(sent: str):
    assert outcome(one("number"), q01=sent) == ["Write a whole number in figures, such as 100"]


@pytest.mark.parametrize("sent", ["-1", "101", "9" * 15, "9" * 16, "9" * 5000])
def test_a_number_out_of_range_is_told_the_range(sent: str):
    assert outcome(one("number"), q01=sent) == ["The number must be between 0 and 100"]


def test_a_year_has_four_figures_and_a_range():
    asked = one("year", allow=["dont_know"])
    assert outcome(asked, q01="1998") == 1998
    assert outcome(asked, q01="1759") == ["Year must be between 1760 and 2026"]
    assert outcome(asked, q01="2027") == ["Year must be between 1760 and 2026"]
    assert outcome(asked, q01="98") == ["Write the year in four figures, such as 2026"]
    assert outcome(asked, q01="１９９８") == ["Write the year in four figures, such as 2026"]
    assert outcome(asked, q01="", q01__mark="dont_know") == ("dont_know",)
    assert outcome(asked, q01="1998", q01__mark="dont_know") == ["Give an answer or choose “Don't know”, not both"]
    assert outcome(one("year", error=words("Write a year such as 1998")), q01="98") == ["Write a year such as 1998"]


def test_text_reads_back_as_written_but_for_line_endings_and_outer_space():
    asked = one("long")
    assert (
        outcome(asked, q01="  Ünïcödé \u202eabc\u202c 👩‍👩‍👧‍👦 =1+1 \x7f  ")
        == "Ünïcödé \u202eabc\u202c 👩‍👩‍👧‍👦 =1+1 \x7f"
    )
    assert outcome(asked, q01="one\r\ntwo\rthree\nfour") == "one\ntwo\nthree\nfour"
    assert outcome(asked, q01=" \r\n ") == ("skipped",)


@pytest.mark.parametrize("kind", ["text", "long", "lookup"])
@pytest.mark.parametrize("sent", ["a\x00b", "\x00", "a\ud800", "\udfffb"])
def test_what_cannot_be_kept_is_refused_and_not_removed(kind: str, sent: str):
    assert outcome(one(kind), q01=sent) == [
        "This text holds a character that cannot be kept. It may have come in by pasting: write that part again"
    ]


def test_length_is_counted_as_people_see_it_and_told_with_the_limit():
    asked = one("long")
    assert outcome(asked, q01="é" * 1000) == "é" * 1000
    assert outcome(asked, q01="e\u0301" * 1000) == "e\u0301" * 1000
    assert outcome(asked, q01="\r\n".join("a" * 500)) == "\n".join("a" * 500)
    assert outcome(asked, q01="\r\n".join("a" * 501)) == ["Use 1000 characters or fewer. You have used 1001"]
    assert outcome(asked, q01="x" * 1001) == ["Use 1000 characters or fewer. You have used 1001"]
    assert outcome(asked, q01="a" + "\u0301" * 20_000) == ["Use 1000 characters or fewer. You have used 20001"]


@pytest.mark.parametrize(
    ("written", "count"),
    [
        ("", 0),
        ("café", 4),
        ("cafe\u0301", 4),
        ("a\nb", 3),
        ("👍🏽", 1),
        ("👩‍👩‍👧‍👦", 1),
        ("🏴󠁧󠁢󠁷󠁬󠁳󠁿", 1),
        ("🇬🇧🇫🇷", 2),
        ("🇬🇧x🇫", 3),
        ("❤️", 1),
        ("\u0301a", 2),
        ("\u200d", 0),
    ],
)
def test_accents_joined_emoji_and_flags_count_once(written: str, count: int):
    assert length(written) == count


def test_the_other_box_is_read_when_other_is_chosen():
    detail = {"code": "q01_other", "options": ["blue"], "label": words("Which?"), "max_length": 10}
    asked = one("multi", detail=detail)
    assert parse_page([asked], {"q01": ["blue"], "q01__other": " Teal "}) == (
        {"q01": ["blue"], "q01_other": "Teal"},
        {},
        [],
    )
    assert parse_page([asked], {"q01": ["blue"]}) == ({"q01": ["blue"]}, {"q01_other": "skipped"}, [])
    assert parse_page([asked], {"q01": ["red"]}) == ({"q01": ["red"]}, {}, [])
    problems = parse_page([asked], {"q01": ["blue"], "q01__other": "x" * 11}).problems
    assert [(problem.field, problem.message) for problem in problems] == [
        ("q01__other", "Use 10 characters or fewer. You have used 11")
    ]


def test_words_in_the_other_box_without_choosing_other_are_not_lost_in_silence():
    detail = {"code": "q01_other", "options": ["blue"], "label": words("Which?"), "max_length": 10}
    problems = parse_page([one(detail=detail)], {"q01": "red", "q01__other": "Teal"}).problems
    assert [(problem.code, problem.field, problem.message) for problem in problems] == [
        ("q01_other", "q01__other", "You wrote something here but did not choose “Blue”. Choose it, or clear this box")
    ]


def test_the_fields_of_each_type_are_named_as_told():
    detail = {"code": "q01_other", "options": ["blue"], "label": words("Which?"), "max_length": 10}
    assert [(field.name, field.control) for field in fields(one(detail=detail))] == [
        ("q01", "radios"),
        ("q01__other", "line"),
    ]
    assert [(field.name, field.control) for field in fields(one(display="select"))] == [("q01", "select")]
    assert [(field.name, field.control) for field in fields(one("multi", allow=BOTH))] == [("q01", "checkboxes")]
    assert [(field.name, field.control) for field in fields(one("grid", allow=BOTH))] == [
        ("q01__joining", "radios"),
        ("q01__staying", "radios"),
        ("q01__mark", "checkboxes"),
    ]
    assert [(field.name, field.control, field.place) for field in fields(one("rank"))] == [
        ("q01__1", "select", 1),
        ("q01__2", "select", 2),
    ]
    assert [(field.name, field.control) for field in fields(one("year", allow=BOTH))] == [
        ("q01", "figures"),
        ("q01__mark", "checkboxes"),
    ]
    assert [(field.name, field.control, field.max_length) for field in fields(one("long"))] == [("q01", "area", 1000)]
    assert [field.control for field in fields(one("text"))] == ["line"]
    assert [choice.n for choice in fields(one(allow=BOTH))[0].options] == [1, 2, 3, 998, 997]


def test_messages_can_be_translated_and_questions_speak_for_themselves():
    asked = load(
        one_each(
            question("q01", required="hard", error={"en": "Choose a colour", "cy": "Dewiswch liw"}),
            question("q02", "year"),
        )
    )
    assert parse(asked.questions["q01"], {}).problems[0].text("cy") == "Dewiswch liw"
    problem = parse(asked.questions["q02"], {"q02": "1500"}).problems[0]
    assert problem.text("cy", {"Year must be between %(min)s and %(max)s": "%(min)s-%(max)s"}.get) == "1760-2026"


def test_a_querydict_is_read_as_the_browser_sent_it():
    sent = QueryDict("q01=red&q01=blue&q02=%00")
    instrument = load(one_each(question("q01", "multi"), question("q02", "text")))
    assert parse(instrument.questions["q01"], sent).value == ["red", "blue"]
    assert parse(instrument.questions["q02"], sent).problems[0].field == "q02"


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("junk", [5, 1.5, True, ["x", 5], {"a": 1}, object(), b"red"])
def test_values_that_are_not_text_are_refused_not_raised(kind: str, junk: Any):
    asked = hostile_questions(kind)[0]
    for field in fields(asked):
        assert parse(asked, {field.name: [junk]}).value is None
        parse_page([asked], {field.name: [junk]})


@pytest.mark.parametrize("kind", TYPES)
def test_each_nasty_value_in_each_field_stands(kind: str):
    for asked in hostile_questions(kind):
        for field in fields(asked):
            for value in NASTY:
                stands(asked, {field.name: [value]})


@pytest.mark.parametrize("kind", TYPES)
def test_whatever_is_sent_never_raises_and_reads_back(kind: str):
    plain, strict = hostile_questions(kind)

    @settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        stands(plain, data.draw(posts(plain)))
        stands(strict, data.draw(posts(strict)))

    holds()


def test_sending_checks_the_whole_path_again(needs: Instrument):
    answers = {
        "q01": "en",
        "q02": "full",
        "q03": "board",
        "q05": "atlantis",
        "q08": 1066,
        "q22": ["none", "hr"],
        "q35a": "voids",
    }
    problems = validate(needs, answers, {})
    assert [(problem.field, problem.message) for problem in problems] == [
        ("q04", "Choose what the organisation mainly does"),
        ("q05", "Choose one of the answers in the list"),
        ("q08", "Year must be between 1760 and 2026"),
        ("q22", "“None of these” cannot go together with another answer. Keep one or the other"),
    ]


def test_sending_takes_replies_where_they_are_offered_and_nowhere_else(needs: Instrument):
    answers = {"q01": "en", "q03": "board", "q04": "retail"}
    assert validate(needs, answers, {"q05": "prefer_not", "q06": "skipped", "q07": "dont_know"}) == []
    assert [problem.field for problem in validate(needs, answers, {"q05": "dont_know"})] == ["q05"]
    assert [problem.field for problem in validate(needs, answers, {"q05": "skipped"})] == ["q05"]
    both = validate(needs, answers | {"q05": "wales"}, {"q05": "prefer_not"})
    assert [problem.message for problem in both] == ["Give an answer or choose “Prefer not to say”, not both"]


def test_sending_takes_in_a_required_grid_what_saving_took():
    instrument = load(one_each(question("q01", "grid", required="hard", row_allow=BOTH)))
    assert validate(instrument, {"q01": {"joining": "dont_know", "staying": "easy"}}, {}) == []
    assert validate(instrument, {"q01": {"joining": "dont_know", "staying": "prefer_not"}}, {}) == []
    problems = validate(instrument, {"q01": {"joining": "easy"}}, {})
    assert [(problem.field, problem.message) for problem in problems] == [("q01__staying", "Answer every line")]


def test_a_stored_mark_or_value_fills_the_form_again():
    assert form_data(one(allow=BOTH), {}, {"q01": "dont_know"}) == {"q01": "dont_know"}
    assert form_data(one("multi", allow=BOTH), {}, {"q01": "dont_know"}) == {"q01": ["dont_know"]}
    assert form_data(one("year", allow=BOTH), {}, {"q01": "dont_know"}) == {"q01": "", "q01__mark": "dont_know"}
    assert form_data(one("year"), {"q01": 1998}, {}) == {"q01": "1998"}
    assert form_data(one("rank"), {"q01": ["red", "blue"]}, {}) == {"q01__1": "red", "q01__2": "blue"}
    assert form_data(one("grid"), {"q01": {"joining": "hard"}}, {}) == {"q01__joining": "hard"}
    assert form_data(one("single"), {}, {"q01": "skipped"}) == {"q01": ""}
