"""A document loads whole, or is refused with every fault named in its place."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from census.instrument import InvalidInstrument, load, load_file
from tests.census.instrument.documents import document, one_each, option, options, page, question, section, words

RED = {"==": [{"answer": "q01"}, "red"]}


def refusal(broken: Any) -> list[str]:
    with pytest.raises(InvalidInstrument) as refused:
        load(broken)
    return [str(problem) for problem in refused.value.problems]


def asking(**more: Any) -> dict[str, Any]:
    """A document whose one question carries these keys."""
    return one_each(question("q01", **more))


ONLY = "/sections/0/pages/0/questions/0"
BROKEN: dict[str, tuple[Callable[[], Any], list[str]]] = {
    "not an object": (
        list,
        ["/: must be an object"],
    ),
    "missing keys": (
        lambda: {key: value for key, value in document().items() if key not in {"title", "words"}},
        ["/title: is missing", "/words: is missing"],
    ),
    "unknown key": (lambda: document(colour="red"), ["/colour: unknown key"]),
    "wrong type": (lambda: document(version="1"), ["/version: must be a whole number"]),
    "true for a number": (lambda: document(version=True), ["/version: must be a whole number"]),
    "bad code": (lambda: document(code="Trial 1"), ["/code: a code is small letters, figures and single hyphens"]),
    "no languages": (lambda: document(languages=[]), ["/languages: must list at least one two-letter language code"]),
    "odd language": (
        lambda: document(languages=["english"]),
        ["/languages: must list at least one two-letter language code"],
    ),
    "default not offered": (
        lambda: document(default_language="cy"),
        ["/default_language: must be one of the offered languages"],
    ),
    "a word missing": (
        lambda: document(words={key: words("x") for key in ("dont_know", "prefer_not", "yes", "no")}),
        ["/words/not_answered: is missing"],
    ),
    "a word too many": (
        lambda: document(words={**document()["words"], "maybe": words("Maybe")}),
        ["/words/maybe: unknown key"],
    ),
    "untranslated": (
        lambda: {
            **asking(hint={"en": "A hint"}),
            "languages": ["en", "cy"],
            "title": {"en": "A trial", "cy": "Treial"},
            "words": {key: {"en": "x", "cy": "x"} for key in document()["words"]},
            "scales": {},
            "sections": [
                section(
                    "one",
                    page("first", question("q01", "text", label={"en": "Name", "cy": " "}, hint=words("A hint"))),
                    title={"en": "One", "cy": "Un"},
                )
            ],
        },
        [f"{ONLY}/label/cy: is not translated into “cy”", f"{ONLY}/hint/cy: is not translated into “cy”"],
    ),
    "words that are no text": (lambda: asking(label={"en": "A", "cy": 5}), [f"{ONLY}/label/cy: must be text"]),
    "odd fact": (lambda: document(facts={"region": "place"}), ["/facts/region: a fact is text, number or bool"]),
    "no sections": (lambda: document() | {"sections": []}, ["/sections: there must be at least one section"]),
    "empty section": (lambda: document(section("one")), ["/sections/0/pages: a section has at least one page"]),
    "empty page": (
        lambda: document(section("one", page("first"))),
        ["/sections/0/pages/0/questions: a page has at least one question"],
    ),
    "section id twice": (
        lambda: document(section("one", page("a", question("q01"))), section("one", page("a", question("q02")))),
        ["/sections/1: the section id “one” is used twice"],
    ),
    "page id twice": (
        lambda: document(section("one", page("a", question("q01")), page("a", question("q02")))),
        ["/sections/0/pages/1: the page id “a” is used twice"],
    ),
    "odd page id": (
        lambda: document(section("one", page("Page_1", question("q01")))),
        ["/sections/0/pages/0/id: an id is small letters, figures and single hyphens"],
    ),
    "crowded page without a title": (
        lambda: document(section("one", page("a", question("q01"), question("q02")))),
        ["/sections/0/pages/0/title: a page with more than one question needs a title"],
    ),
    "question code twice": (
        lambda: one_each(question("q01"), question("q01")),
        [f"/sections/0/pages/1/questions/0/code: the code “q01” is already used at {ONLY}/code"],
    ),
    "detail with a code in use": (
        lambda: asking(detail={"code": "q01", "options": ["red"], "label": words("Which?"), "max_length": 9}),
        [f"{ONLY}/detail/code: the code “q01” is already used at {ONLY}/code"],
    ),
    "bad variable code": (
        lambda: one_each(question("Q01")),
        [
            f"{ONLY}/code: “Q01” cannot be a variable code: 2 to 18 small letters, figures and single _, a letter first",
        ],
    ),
    "variable code too long": (
        lambda: one_each(question("q123456789012345678")),
        [
            f"{ONLY}/code: “q123456789012345678” cannot be a variable code: "
            "2 to 18 small letters, figures and single _, a letter first",
        ],
    ),
    "two underscores": (
        lambda: one_each(question("q01__red")),
        [
            f"{ONLY}/code: “q01__red” cannot be a variable code: 2 to 18 small letters, figures and single _, a letter first",
        ],
    ),
    "no such type": (lambda: asking(type="slider"), [f"{ONLY}/type: there is no type “slider”"]),
    "what the type needs": (
        lambda: one_each({"code": "q01", "type": "rank", "label": words("Rank")}),
        [
            f"{ONLY}/limit: is missing; a rank question needs it",
            f"{ONLY}/options: is missing; a rank question needs it",
        ],
    ),
    "what the type cannot have": (
        lambda: one_each(question("q01", "text", limit=2)),
        [f"{ONLY}/limit: a text question cannot have it"],
    ),
    "no options": (lambda: asking(options=[]), [f"{ONLY}/options: must be a list with at least one entry"]),
    "option code twice": (
        lambda: asking(options=[option("red", 1), option("red", 2)]),
        [f"{ONLY}/options/1: the option code “red” is used twice"],
    ),
    "option number twice": (
        lambda: asking(options=[option("red", 1), option("green", 1)]),
        [f"{ONLY}/options/1: the option number “1” is used twice"],
    ),
    "option number taken": (
        lambda: asking(options=[option("red", 998)]),
        [f"{ONLY}/options/0/n: the permanent number is at least 1, and 997 and 998 are taken"],
    ),
    "bad option code": (
        lambda: asking(options=[option("Red!", 1)]),
        [f"{ONLY}/options/0/code: “Red!” cannot be an option code here"],
    ),
    "option code that is a mark": (
        lambda: asking(options=[option("dont_know", 1)]),
        [f"{ONLY}/options/0/code: “dont_know” cannot be an option code here"],
    ),
    "tick-all option too long for a column": (
        lambda: one_each(question("q01", "multi", options=[option("north_of_here", 1)])),
        [f"{ONLY}/options/0/code: “north_of_here” cannot be an option code here"],
    ),
    "option without a number": (
        lambda: asking(options=[{"code": "red", "label": words("Red")}]),
        [f"{ONLY}/options/0/n: is missing"],
    ),
    "reserved row": (
        lambda: one_each(question("q01", "grid", rows=options("mark"))),
        [f"{ONLY}/rows/0/code: “mark” is a reserved word and cannot be a row"],
    ),
    "no such scale": (
        lambda: one_each(question("q01", "grid", scale="size")),
        [f"{ONLY}/scale: there is no scale “size”"],
    ),
    "exclusive where one is chosen": (
        lambda: asking(options=[option("red", 1, exclusive=True)]),
        [f"{ONLY}/options/0/exclusive: only an option of a tick-all question can exclude others"],
    ),
    "none that is not exclusive": (
        lambda: one_each(question("q01", "multi", options=options("red", "none"))),
        [f"{ONLY}/options/1/exclusive: “none” must be exclusive in a tick-all question"],
    ),
    "smallest above largest": (
        lambda: one_each(question("q01", "year", min=2027)),
        [f"{ONLY}/min: the smallest value is above the largest"],
    ),
    "no room to write": (
        lambda: one_each(question("q01", "text", max_length=0)),
        [f"{ONLY}/max_length: must be at least 1"],
    ),
    "limit above the options": (
        lambda: one_each(question("q01", "multi", limit=4)),
        [f"{ONLY}/limit: must be at least 1 and at most the number of options"],
    ),
    "odd reply allowed": (
        lambda: asking(allow=["skipped"]),
        [f"{ONLY}/allow: “skipped” cannot be allowed; only dont_know and prefer_not can"],
    ),
    "half required": (lambda: asking(required="soft"), [f"{ONLY}/required: must be “hard” or “no”"]),
    "odd sensitivity": (
        lambda: asking(sensitivity="secret"),
        [f"{ONLY}/sensitivity: must be one of high, ordinary, personal"],
    ),
    "odd display": (lambda: asking(display="wheel"), [f"{ONLY}/display: must be one of inline, radios, select"]),
    "detail of an option that is not there": (
        lambda: asking(detail={"code": "q01_other", "options": ["mauve"], "label": words("Which?"), "max_length": 9}),
        [f"{ONLY}/detail/options: there is no option “mauve”"],
    ),
    "detail of no option": (
        lambda: asking(detail={"code": "q01_other", "options": [], "label": words("Which?"), "max_length": 0}),
        [
            f"{ONLY}/detail/options: must name the options that ask for the detail",
            f"{ONLY}/detail/max_length: must be at least 1",
        ],
    ),
    "rule about nothing": (
        lambda: one_each(question("q01", when={"==": [{"answer": "q99"}, "red"]})),
        [f"{ONLY}/when/==/0: there is no question “q99”"],
    ),
    "rule with an option that is not there": (
        lambda: one_each(question("q01"), question("q02", when={"==": [{"answer": "q01"}, "mauve"]})),
        ["/sections/0/pages/1/questions/0/when/==/1: there is no option “mauve” to compare with"],
    ),
    "rule that looks ahead": (
        lambda: one_each(question("q02", when=RED), question("q01")),
        [f"{ONLY}/when: reads the answer to “q01”, which is asked later; rules only look back"],
    ),
    "rule that looks along its own page": (
        lambda: document(section("one", page("a", question("q01"), question("q02", when=RED), title=words("Two")))),
        [
            "/sections/0/pages/0/questions/1/when: reads the answer to “q01”, which is asked on the same page; "
            "rules only look back",
        ],
    ),
    "named rule that looks ahead where it is used": (
        lambda: {
            **document(section("one", page("a", question("q01")), when={"rule": "reddish"})),
            "rules": {"reddish": RED},
        },
        ["/sections/0/when: reads the answer to “q01”, which is asked on the same page; rules only look back"],
    ),
    "form rule that looks ahead": (
        lambda: one_each(question("q01"), question("q02"), full_only=RED),
        [f"{ONLY}/short: reads the answer to “q01”, which is asked on the same page; rules only look back"],
    ),
    "named rule in a circle": (
        lambda: document(rules={"round": {"not": [{"rule": "round"}]}}),
        ["/rules/round/not/0/rule: the rule “round” leads back to itself"],
    ),
    "identity that looks at answers": (
        lambda: document(
            section("one", page("a", question("q01"))),
            section("who", page("b", question("id1", "text", when=RED)), kept_apart=True),
        ),
        [
            "/sections/1/pages/0/questions/0/when: reads the answer to “q01” across the wall between answers and the "
            "identity part",
        ],
    ),
    "answers that look at identity": (
        lambda: document(
            section("who", page("b", question("id1")), kept_apart=True),
            section("one", page("a", question("q01")), when={"==": [{"answer": "id1"}, "red"]}),
        ),
        ["/sections/1/when: reads the answer to “id1” across the wall between answers and the identity part"],
    ),
    "page nobody reaches": (
        lambda: one_each(
            question("q01"),
            question("q02", when=RED),
            question("q03", when={"and": [{"==": [{"answer": "q01"}, "green"]}, {"==": [{"answer": "q02"}, "red"]}]}),
        ),
        ["/sections/0/pages/2: no answers can ever lead to this page"],
    ),
    "question nobody reaches": (
        lambda: document(
            section(
                "one",
                page("a", question("q01")),
                page("b", question("q02"), question("q03", when={"and": [RED, {"not": [RED]}]}), title=words("Two")),
            )
        ),
        ["/sections/0/pages/1/questions/1: no answers can ever lead to this question"],
    ),
    "form with answers that are not there": (
        lambda: document(forms={"short": {"label": words("Short"), "minutes": 7, "answers": {"q09": "a", "q01": "b"}}}),
        ["/forms/short/answers/q09: there is no question “q09”", "/forms/short/answers/q01: there is no option “b”"],
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_document_is_refused_with_its_fault_in_its_place(name: str):
    make, problems = BROKEN[name]
    assert refusal(make()) == problems


def test_the_documents_that_are_broken_here_load_when_they_are_whole():
    kinds = ("single", "band", "multi", "rank", "scale", "grid", "number", "year", "text", "long", "lookup", "yesno")
    instrument = load(one_each(*(question(f"q{n:02}", kind) for n, kind in enumerate(kinds))))
    assert [asked.type for asked in instrument.questions.values()] == list(kinds)


def test_all_faults_come_at_once():
    broken = one_each(
        question("q01", required="soft"), question("q02", "text", max_length=0), question("q03", type="x")
    )
    assert refusal(broken) == [
        "/sections/0/pages/0/questions/0/required: must be “hard” or “no”",
        "/sections/0/pages/1/questions/0/max_length: must be at least 1",
        "/sections/0/pages/2/questions/0/type: there is no type “x”",
    ]


def test_a_language_not_yet_offered_may_be_half_translated():
    instrument = load(one_each(question("q01", label={"en": "Colour?", "cy": "Lliw?"})))
    assert instrument.languages == ("en",)


def test_the_digest_is_of_the_content_not_of_the_order_of_keys():
    one = document()
    other = {key: one[key] for key in reversed(one)}
    assert load(one).sha256 == load(other).sha256
    assert load(one).sha256 != load(document(version=2)).sha256


def test_loading_leaves_the_document_as_it_was_and_keeps_nothing_of_it():
    source = one_each(question("q01"))
    before = copy.deepcopy(source)
    instrument = load(source)
    assert source == before
    source["sections"][0]["pages"][0]["questions"][0]["label"]["en"] = "Changed"
    assert instrument.questions["q01"].label["en"] == "What about q01?"


def test_an_instrument_cannot_be_changed():
    instrument = load(document())
    with pytest.raises(AttributeError):
        instrument.code = "other"
    with pytest.raises(AttributeError):
        instrument.questions["q01"].code = "q02"
    with pytest.raises(TypeError):
        instrument.questions["q02"] = None
    with pytest.raises(TypeError):
        instrument.questions["q01"].label["en"] = "Changed"


def test_parts_are_found_by_id_and_missing_ones_are_a_key_error():
    instrument = load(one_each(question("q01"), question("q02")))
    assert instrument.page("one", "page-2").questions[0] is instrument.questions["q02"]
    assert instrument.questions["q02"].section is instrument.section("one")
    for look in (
        lambda: instrument.section("two"),
        lambda: instrument.page("one", "x"),
        lambda: instrument.question("x"),
    ):
        with pytest.raises(KeyError):
            look()


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b'{"code": "a",}', "/: line 1, column 14: Expecting property name enclosed in double quotes"),
        (b'{"code": "a", "code": "b"}', "/: the key “code” stands twice in one object"),
        (b'{"version": NaN}', "/: NaN is not a JSON number"),
        (b'{"code": "\xff"}', "/: the file is not UTF-8 text (byte 10)"),
        (b"[" * 100_000, "/: the document is nested too deeply"),
    ],
)
def test_a_file_that_is_not_clean_json_is_refused(tmp_path: Path, content: bytes, problem: str):
    path = tmp_path / "broken.json"
    path.write_bytes(content)
    with pytest.raises(InvalidInstrument) as refused:
        load_file(path)
    assert [str(fault) for fault in refused.value.problems] == [problem]


def test_rules_nested_without_end_are_refused():
    rule: dict[str, Any] = {"answered": [{"answer": "q01"}]}
    for _depth in range(3000):
        rule = {"not": [rule]}
    assert refusal(one_each(question("q01"), question("q02", when=rule))) == ["/: the document is nested too deeply"]


@pytest.mark.parametrize("junk", [None, 5, "text", [], {}, [[]], {"sections": 5}])
def test_junk_in_any_place_is_a_refusal_and_never_another_error(junk: Any):
    """Each value of a whole document is replaced by junk, one at a time."""
    whole = document(
        section("one", page("a", question("q01"), hint=words("x")), page("b", question("q02", "grid", when=RED))),
        rules={"reddish": RED},
        forms={"short": {"label": words("Short"), "minutes": 7, "answers": {"q01": "red"}}},
        facts={"region": "text"},
        full_only={"rule": "reddish"},
    )
    whole["sections"][0]["pages"][0]["questions"][0]["short"] = True
    load(whole)

    def places(value: Any, path: tuple = ()) -> list[tuple]:
        children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        return [path, *(place for key, child in children for place in places(child, (*path, key)))]

    for place in places(whole)[1:]:
        broken = json.loads(json.dumps(whole))
        target = broken
        for key in place[:-1]:
            target = target[key]
        target[place[-1]] = junk
        try:
            load(broken)
        except InvalidInstrument as refused:
            assert len(refused.problems) >= 1
