"""Reading a register file: what is right comes out, what is wrong is named with its line."""

import csv
import datetime as dt
import io
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commons.people.models import Organisation
from commons.people.reports.register_file import (
    COLUMNS,
    FIELDS,
    MOST_LISTED,
    ODD,
    WORDS,
    WRONG,
    Problem,
    RegisterFile,
)
from tests.commons.people.register_files import ROW, SMALL, register_csv

TODAY = dt.date(2018, 1, 1)


def read(data: bytes, *, most_bytes: int = 1_000_000) -> tuple[list, RegisterFile]:
    file = RegisterFile(io.BytesIO(data), today=TODAY, most_bytes=most_bytes)
    return list(file), file


def problems(data: bytes, **options: int) -> list[Problem]:
    return read(data, **options)[1].problems.listed


def test_a_line_says_all_that_the_file_says_of_an_organisation():
    [line], _file = read(register_csv({}))
    assert line.number == 2
    assert dict(line.values) == {
        "register_id": "X000001",
        "registered_number": "1R",
        "registrar": "fca",
        "name": "Weaverdale Co-operative Limited",
        "trading_name": "Weaverdale Co-op",
        "legal_form": "society",
        "street": "The Mill\n1 Loom Street",
        "city": "Rochdale",
        "county": "Lancashire",
        "postcode": "OL12 0NU",
        "nation": "england",
        "region": "north_west",
        "sic_code": "UKSIC07-4711",
        "sector": "retail",
        "ownership": "consumers",
        "status": "live",
        "incorporated_on": dt.date(1863, 8, 11),
        "dissolved_on": None,
    }
    assert line.remarks == ()


def test_the_fields_are_columns_of_organisation():
    columns = {
        field.name for field in Organisation._meta.concrete_fields if not field.generated and not field.primary_key
    }
    assert set(FIELDS) == columns


def test_there_are_the_twenty_six_columns_of_the_open_data():
    assert (len(COLUMNS), len(set(COLUMNS))) == (26, 26)


def test_the_small_file_is_read_with_its_line_numbers_and_oddities():
    lines, file = read(SMALL.read_bytes())
    assert file.problems.count == 0
    assert (file.row_count, file.newest) == (13, (dt.date(2017, 6, 9), 15))
    assert [(line.number, line.values["register_id"], line.remarks) for line in lines] == [
        (2, "X000001", ()),
        (4, "X000002", ("no_ownership",)),
        (5, "X000003", ("no_number", "no_street", "no_sector", "no_start")),
        (6, "X000004", ()),
        (9, "X000005", ()),
        (10, "X000006", ("odd_postcode",)),
        (11, "X000007", ("lost_character", "odd_postcode")),
        (12, "X000008", ()),
        (13, "X000009", ("dissolved_undated",)),
        (14, "X000010", ("postcode_elsewhere", "no_region")),
        (15, "X000011", ("formula",)),
        (16, "X000012", ("no_legal_form",)),
        (17, "X000001", ()),
    ]


@pytest.mark.parametrize(
    "change",
    [
        lambda data: b"\xef\xbb\xbf" + data,
        lambda data: data.replace(b"\r\n", b"\n"),
        lambda data: data.rstrip(),
        lambda data: data + b"\r\n\r\n",
        lambda data: register_csv({"Registered Street": "1 Loom Street"}, quoting=csv.QUOTE_MINIMAL),
    ],
    ids=["byte order mark", "LF", "no last line end", "blank lines at the end", "quotation marks only where needed"],
)
def test_other_ways_to_write_the_same_file_are_read_alike(change):
    plain = register_csv({"Registered Street": "1 Loom Street"})
    [line], file = read(change(plain))
    assert (file.problems.listed, line.values) == ([], read(plain)[0][0].values)


def test_columns_may_stand_in_another_order():
    [line], _file = read(register_csv({}, columns=tuple(reversed(COLUMNS))))
    assert line.values == read(register_csv({}))[0][0].values


@pytest.mark.parametrize(
    ("column", "value", "problem"),
    [
        ("CUK Organisation ID", "", ("not_given", "", "")),
        ("CUK Organisation ID", "Retail", ("id_wrong", "Retail", "")),
        ("Registered Name", "  ", ("not_given", "", "")),
        ("Registered Name", "n" * 256, ("too_long", "256", "255")),
        ("Registered Street", "s" * 301, ("too_long", "301", "300")),
        ("Registered Name", "bell\x07", ("control", "U+0007", "")),
        ("SIC section", "\x1b[2J", ("control", "U+001B", "")),
        ("Registered Status", "", ("not_given", "", "")),
        ("Registered Status", "Sleeping", ("unknown_word", "Sleeping", "")),
        ("UK Nation", "Narnia", ("unknown_word", "Narnia", "")),
        ("Sector - Simplified, High Level", "Huosing", ("unknown_word", "Huosing", "")),
        ("Ownership Classification", "Nobody", ("unknown_word", "Nobody", "")),
        ("Legal Form", "Guild", ("unknown_word", "Guild", "")),
        ("Incorporation Date", "31/2/2001", ("no_such_day", "31/2/2001", "")),
        ("Incorporation Date", "29/2/1900", ("no_such_day", "29/2/1900", "")),
        ("Incorporation Date", "1/1/0000", ("no_such_day", "1/1/0000", "")),
        ("Incorporation Date", "1/13/2001", ("no_such_day", "1/13/2001", "")),
        ("Incorporation Date", "1/1/0987", ("too_early", "1/1/0987", "")),
        ("Incorporation Date", "2001-02-03", ("not_a_date", "2001-02-03", "")),
        ("Incorporation Date", "1/1/01", ("not_a_date", "1/1/01", "")),
        ("Incorporation Date", "-1/1/2001", ("not_a_date", "-1/1/2001", "")),
        ("Incorporation Date", "٣/٣/٢٠٠١", ("not_a_date", "٣/٣/٢٠٠١", "")),
        ("Dissolved Date", "2/1/2018", ("in_future", "2/1/2018", "")),
        ("Dissolved Date", "10/8/1863", ("ends_before", "10/8/1863", "")),
    ],
)
def test_a_value_that_cannot_be_is_named_with_line_and_column(column, value, problem):
    lines, file = read(register_csv({}, {"CUK Organisation ID": "X000002", column: value}))
    code, shown, expected = problem
    assert file.problems.listed == [Problem(code, 4, column, shown, expected)]
    assert [line.number for line in lines] == [2]
    assert file.problems.listed[0].says


def test_every_problem_of_a_file_is_listed_not_only_the_first():
    data = register_csv({"Incorporation Date": "31/2/2001", "UK Nation": "Narnia"}, {"CUK Organisation ID": "?"})
    assert [(found.line, found.code) for found in problems(data)] == [
        (2, "unknown_word"),
        (2, "no_such_day"),
        (4, "id_wrong"),
    ]


def test_only_the_first_hundred_problems_are_kept_and_all_are_counted():
    _lines, file = read(register_csv(*[{"UK Nation": "Narnia"}] * 250))
    assert (len(file.problems.listed), file.problems.count) == (MOST_LISTED, 250)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", [Problem("empty")]),
        (register_csv(), [Problem("no_rows")]),
        (b"PK\x03\x04\x14\x00", [Problem("not_csv", value="a spreadsheet or a zip file")]),
        (register_csv({}).decode().encode("utf-16"), [Problem("not_csv", value="UTF-16 text")]),
        (b"<!DOCTYPE html><html>", [Problem("not_csv", value="a web page")]),
        (b"name,email\r\nx,y\r\n", [Problem("columns_missing", 1, value=" ".join(", ".join(COLUMNS).split()))]),
        (
            register_csv({}, columns=COLUMNS[1:]),
            [Problem("columns_missing", 1, value="CUK Organisation ID")],
        ),
        (register_csv({}, columns=(*COLUMNS, "Turnover")), [Problem("columns_unknown", 1, value="Turnover")]),
        (register_csv({}, columns=(*COLUMNS, "SIC Code")), [Problem("columns_doubled", 1, value="SIC Code")]),
        (register_csv({}).replace(b"Weaverdale Co-op", "Café".encode("latin-1")), [Problem("not_utf8", 2, value="E9")]),
        (register_csv({}).replace(b"Rochdale", b"Roch\0dale"), [Problem("nul", 3)]),
        (register_csv({}, {})[:-2].removesuffix(b'""'), [Problem("cut_off", 5)]),
        (register_csv({}, {})[:-4].removesuffix(b","), [Problem("too_few", 4, value="25", expected="26")]),
        (register_csv({})[:-10], [Problem("quote_open", 2)]),
        (register_csv({}).replace(b'Co-op"', b'Co"op"'), [Problem("quote_stray", 2)]),
        (register_csv({}).replace(b"\r\n", b"\r").replace(b"\n", b" ").replace(b'"', b""), [Problem("line_ends", 1)]),
        (b"x" * 200_000, [Problem("line_too_long", 1)]),
    ],
    ids=lambda value: None if isinstance(value, bytes) else value[0].code,
)
def test_a_wrong_broken_or_half_file_is_named_for_what_it_is(data, expected):
    assert problems(data) == expected


def test_reading_stops_where_the_file_is_larger_than_we_take():
    endless = register_csv(*[{"CUK Organisation ID": f"X{n:06}"} for n in range(2000)])
    _lines, file = read(endless, most_bytes=100_000)
    assert file.problems.listed == [Problem("too_big", value="0")]
    assert file.bytes_read < 200_000


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "+Energy", "-", "@home"])
def test_a_name_like_a_formula_is_a_name_and_is_remarked_on(name):
    [line], _file = read(register_csv({"Registered Name": name}))
    assert (line.values["name"], line.remarks) == (name, ("formula",))


def test_no_word_of_the_file_is_known_in_two_meanings():
    for words in WORDS.values():
        assert len(words) == len({word.casefold() for word in words})


def test_every_sentence_takes_the_values_it_is_given():
    for code in WRONG:
        assert "%(" not in Problem(code, 1, "Column", "a", "b").says
    assert all(ODD.values())


cell = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=40)


@given(st.dictionaries(st.sampled_from(list(ROW)), cell, max_size=6))
def test_whatever_stands_in_a_row_it_is_read_or_its_line_is_named(row):
    lines, file = read(register_csv(row))
    if file.problems.count:
        assert lines == []
        assert all(found.line >= 1 and found.says for found in file.problems.listed)
    else:
        [line] = lines
        assert set(line.values) == set(FIELDS)
        for column, name in (("Registered Name", "name"), ("Registered City", "city")):
            assert line.values[name] == " ".join((ROW | row)[column].split())


@given(st.binary(max_size=400))
def test_whatever_bytes_come_they_are_refused_and_nothing_breaks(data):
    lines, file = read(data)
    assert lines == []
    assert file.problems.count >= 1


@given(st.integers(0, len(register_csv({}, {})) - 3))
def test_a_file_cut_off_anywhere_inside_its_last_row_is_noticed(end):
    whole = register_csv({}, {})
    first_row_ends = len(register_csv({}))
    lines, file = read(whole[:end])
    if end in (first_row_ends, first_row_ends - 1, first_row_ends - 2):
        assert file.problems.count == 0  # a shorter file, but a whole one
    elif end == len(register_csv()) or end == 0:
        assert len(lines) == 0
    else:
        assert file.problems.count >= 1


@given(st.dates(dt.date(1500, 1, 1), TODAY))
def test_every_day_is_read_as_the_day_it_is(day):
    [line], _file = read(register_csv({"Incorporation Date": f"{day.day}/{day.month}/{day.year}"}))
    assert line.values["incorporated_on"] == day


@given(st.text(string.digits + "/- ", max_size=10))
def test_what_is_no_day_is_never_read_as_one(text):
    lines, _file = read(register_csv({"Incorporation Date": text}))
    for line in lines:
        day = line.values["incorporated_on"]
        numbers = [int(part) for part in text.strip().split("/")] if day else []
        assert numbers == ([day.day, day.month, day.year] if day else [])
