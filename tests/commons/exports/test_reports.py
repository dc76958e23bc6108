import unicodedata

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import sql

from commons.exports import reports
from commons.exports.reports import INVISIBLE, STARTERS, csv_line, guard, guarded, report_named, reports_for
from tests.factories.people import UserFactory

FORMULAS = [
    "=1+1",
    "+1",
    "-1+2",
    "@SUM(A1)",
    " =1+1",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\x00=1+1",
    "\ufeff=1+1",
    "\u200b=1+1",
    "\u00ad=1+1",
    "\u2060\u200d =1+1",
    "\u00a0=1+1",
    "\u3000=1+1",
    "\uff1d1+1",
    "\uff0b1",
    "\uff0d1",
    "\uff20SUM(A1)",
    "\u22121",
    "\tplain",
    "\rplain",
    "\nplain",
    "=cmd|'/c calc'!A0",
    '=HYPERLINK("http://example.coop")',
    "-44 161 496 0000",
]
PLAIN = [
    "",
    " ",
    "1",
    "1-1",
    "a=b",
    "O'Neil",
    "'quoted",
    " two words",
    "\u200bword",
    "\xa0word",
    "é=1",
    "\x00",
    "Co-op",
    "100 %",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_a_spreadsheet_might_run_gets_an_apostrophe(text):
    assert guard(text) == f"'{text}"


@pytest.mark.parametrize("text", PLAIN)
def test_a_plain_text_stays_as_it_is(text):
    assert guard(text) == text


def test_every_invisible_character_of_this_python_is_covered():
    covered = {point for low, high in INVISIBLE for point in range(low, high + 1)}
    visible_formats = {
        *range(0x600, 0x606),
        0x6DD,
        0x70F,
        0x890,
        0x891,
        0x8E2,
        0x110BD,
        0x110CD,
        *range(0x13430, 0x13440),
    }
    unseen = {p for p in range(0x110000) if unicodedata.category(chr(p)) in {"Cc", "Cf", "Zs", "Zl", "Zp"}}
    assert unseen - visible_formats - covered == set()


def in_sql(texts: list[str]) -> list[str | None]:
    query = sql.SQL("SELECT {guarded} FROM unnest(%s::text[]) WITH ORDINALITY AS t(word, place) ORDER BY place")
    with connection.cursor() as cursor:
        cursor.execute(query.format(guarded=guarded(sql.SQL("t.word"))), [texts])
        return [row[0] for row in cursor.fetchall()]


def test_sql_and_python_agree_on_every_character_in_front(db):
    points = [point for point in range(1, 0x110000) if not 0xD800 <= point <= 0xDFFF]
    for start in range(0, len(points), 200_000):
        texts = [chr(point) for point in points[start : start + 200_000]]
        texts += [f"{character}=1" for character in texts]
        assert in_sql(texts) == [guard(text) for text in texts]


def test_sql_and_python_agree_on_the_list(db):
    texts = [text.replace("\x00", "\x01") for text in FORMULAS + PLAIN]
    assert in_sql(texts) == [guard(text) for text in texts]


def test_null_stays_null(db):
    assert in_sql([None]) == [None]


fronts = st.sampled_from([chr(low) for low, _high in INVISIBLE[1:]] + list(STARTERS) + list("\t\r\n a1'\"\\%"))
anything = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=8)


@pytest.mark.django_db
@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.builds(lambda front, rest: "".join(front) + rest, st.lists(fronts, max_size=5), anything),
        min_size=100,
        max_size=200,
    )
)
def test_sql_and_python_agree_on_thousands_of_texts(texts):
    assert in_sql(texts) == [guard(text) for text in texts]


def test_a_header_cell_is_guarded_and_quoted_like_any_other():
    assert csv_line(["id", "=1+1", 'say "yes", or no', "two\nlines"]) == 'id,\'=1+1,"say ""yes"", or no","two\nlines"\n'


def test_two_reports_cannot_share_a_name(numbers):
    class Other(reports.Report):
        name = numbers.name

    with pytest.raises(ValueError, match="two reports named drill-numbers"):
        reports.register(Other)


def test_an_unknown_name_has_no_report():
    assert report_named("drill-never-there") is None


def test_people_are_offered_only_the_reports_they_may_run(db, monkeypatch, numbers, nothing):
    monkeypatch.setattr(reports, "_register", {report.name: report for report in (numbers, nothing)})
    assert reports_for(UserFactory()) == [nothing]
    assert reports_for(UserFactory(roles=["staff"])) == [nothing, numbers]


def test_params_are_cleaned_to_plain_json(numbers):
    assert numbers.clean_params({"rows": "12", "text": " x "}) == {"rows": 12, "seconds_each": None, "text": "x"}
