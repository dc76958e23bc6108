"""Whatever a browser, or somebody pretending to be one, may send to a question of each type."""

from typing import Any

from hypothesis import strategies as st

from census.instrument import Question, check, fields, form_data, load, parse, parse_page
from tests.census.instrument.documents import one_each, options, question, words

BOTH = ["dont_know", "prefer_not"]
TYPES = ("single", "band", "scale", "yesno", "multi", "grid", "rank", "number", "year", "text", "long", "lookup")
NASTY = (
    "\x00", "a\x00b", "\ud800", "a\udfffb", "９９", "１９９８", "٣", "²", "1e5", "1_000", "0x10", "-1", "+5",
    "1,000", "1,00", "12 000", "9" * 400, "9" * 5000, "\u202eabc", "\u2066x\u2069", "=1+1", "@SUM(A1)", "<script>",
    "{{ 7*7 }}", "%(limit)s", "%s%n", "red\n", " red", "RED", "red,green", "dont_know", "prefer_not", "skipped",
    "answered", "mark", "other", "None", "null", "[]", "{}", "true", "é", "e\u0301", "👩‍👩‍👧‍👦", "🏴󠁧󠁢󠁷󠁬󠁳󠁿", "\ufeff",
    "\u200b", "\r\n", "a\rb", "a\r\nb\r\n", "\u2028", "\x1c", "\x7f", "x" * 2000, "é" * 1001, "NaN", "Infinity",
    "1998", "1759", "2027", "0", "", " ", "\t",
)  # fmt: skip


def hostile_questions(kind: str) -> list[Question]:
    """One question of this type in its plain and its strict form, on a page each."""
    more: dict[str, Any] = {"allow": BOTH}
    if kind in {"single", "multi", "rank"}:
        more["options"] = options("red", "green", "blue", "none" if kind != "multi" else "grey")
        more["detail"] = {"code": "q01_other", "options": ["blue"], "label": words("Which?"), "max_length": 20}
    if kind == "multi":
        more["options"].append({"code": "none", "n": 97, "label": words("None"), "exclusive": True})
        more["limit"] = 2
    if kind == "grid":
        more["row_allow"] = BOTH
    strict = more | {"required": "hard"}
    strict.pop("detail", None)
    instrument = load(one_each(question("q01", kind, **more), question("q02", kind, **strict)))
    return list(instrument.questions.values())


def posts(asked: Question) -> st.SearchStrategy[dict[str, list[str]]]:
    """Posted fields: right ones, wrong ones, doubled, missing and foreign ones, with nasty and with fitting values."""
    names = [field.name for field in fields(asked)] + [
        f"{asked.code}__4",
        f"{asked.code}__mark",
        f"{asked.code}__leaving",
        "q99",
    ]
    fitting = [option.code for field in fields(asked) for option in field.options]
    value = st.one_of(
        st.sampled_from(NASTY),
        st.sampled_from(fitting or ["Ida"]),
        st.text(st.characters(), max_size=20),  # lone surrogates included
        st.integers().map(str),
    )
    return st.dictionaries(st.sampled_from(names), st.lists(value, max_size=3), max_size=len(names))


def as_people_see_it(written: str) -> str:
    return written.replace("\r\n", "\n").replace("\r", "\n").strip()


def stands(asked: Question, raw: dict[str, list[str]]) -> None:
    """Nothing raises; exactly one of value, mark and problems comes back; and what is accepted reads back identical."""
    parsed = parse(asked, raw)
    outcomes = [parsed.value is not None, parsed.mark is not None, bool(parsed.problems)]
    assert outcomes.count(True) == 1
    for problem in parsed.problems:
        assert problem.code == asked.code
        assert problem.field in {field.name for field in fields(asked)}
        assert problem.message.strip() != ""
        assert "%" not in problem.message or "%" in str(raw)
    if parsed.mark is not None:
        assert parsed.mark in {"skipped", *asked.allow}
        assert not (parsed.mark == "skipped" and asked.required == "hard")
    if parsed.value is not None:
        assert check(asked, parsed.value) == []
        str(parsed.value).encode("utf-8")
        again = parse(asked, form_data(asked, {asked.code: parsed.value}, {}))
        assert (again.value, again.mark, again.problems) == (parsed.value, None, [])
        sent = {value for values in raw.values() for value in values}
        if asked.type in {"text", "long", "lookup"}:
            assert parsed.value in {as_people_see_it(value) for value in sent}
        elif asked.type in {"number", "year"}:
            assert parsed.value in {
                int(value.replace(",", "").replace(" ", "")) for value in sent if is_plain_number(value)
            }
        else:
            chosen = list(parsed.value.values()) if isinstance(parsed.value, dict) else parsed.value
            assert set([chosen] if isinstance(chosen, str) else chosen) <= sent
    page = parse_page([asked], raw)
    codes = {asked.code} | ({asked.detail.code} if asked.detail else set())
    assert page.answers.keys() | page.marks.keys() | {problem.code for problem in page.problems} <= codes
    assert page.answers.keys() & page.marks.keys() == set()
    if not page.problems:
        shown = form_data(asked, page.answers, page.marks)
        assert parse_page([asked], shown) == page


def is_plain_number(value: str) -> bool:
    bare = value.strip().replace(",", "").replace(" ", "").removeprefix("+").removeprefix("-")
    return bare != "" and all(character in "0123456789" for character in bare) and len(bare) < 100
