"""Reads a register file: the open data on co-operatives as Co-operatives UK publishes it, a CSV of 26 columns.

Pure: bytes in, checked lines out, everything wrong listed with the number of the line it stands on. Nothing is guessed and
nothing is repaired; a file with one impossible value is wrong as a whole, and the caller imports none of it. What is merely
odd (no registered number, a postcode of another nation) is kept as it stands and remarked on.
"""

import csv
import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from django.utils.translation import gettext_lazy as _

from commons.people.models import LegalForm, Nation, Organisation, Ownership, Registrar, Sector
from commons.people.reports.postcodes import fits, is_whole, region_of

REGISTER_ID = "CUK Organisation ID"
STREET = "Registered Street"
INCORPORATED, DISSOLVED = "Incorporation Date", "Dissolved Date"

TEXT_COLUMNS = {
    REGISTER_ID: "register_id",
    "Registered Number": "registered_number",
    "Registered Name": "name",
    "Trading Name": "trading_name",
    STREET: "street",
    "Registered City": "city",
    "Registered State/Province": "county",
    "Registered Postcode": "postcode",
    "SIC Code": "sic_code",
}
DATE_COLUMNS = {INCORPORATED: "incorporated_on", DISSOLVED: "dissolved_on"}
CHOICE_COLUMNS: dict[str, tuple[str, dict[str, str]]] = {
    "UK Nation": ("nation", {
        "England": Nation.ENGLAND,
        "Scotland": Nation.SCOTLAND,
        "Wales": Nation.WALES,
        "Northern Ireland": Nation.NORTHERN_IRELAND,
        "Jersey": Nation.JERSEY,
        "Guernsey": Nation.GUERNSEY,
    }),
    "Sector - Simplified, High Level": ("sector", {
        "Agriculture": Sector.AGRICULTURE,
        "Arts and Culture": Sector.ARTS,
        "Digital, Media and Communication": Sector.DIGITAL,
        "Education": Sector.EDUCATION,
        "Energy and Environment": Sector.ENERGY,
        "Finance": Sector.FINANCE,
        "Food service, Accommodation and Pubs": Sector.FOOD,
        "Health and Social Care": Sector.HEALTH,
        "Housing": Sector.HOUSING,
        "Manufacturing": Sector.MANUFACTURING,
        "Membership associations, social clubs and trade unions": Sector.CLUBS,
        "Professional and Legal services": Sector.PROFESSIONAL,
        "Retail": Sector.RETAIL,
        "Sports and Recreation": Sector.SPORTS,
        "Transport": Sector.TRANSPORT,
        "Other": Sector.OTHER,
    }),
    "Ownership Classification": ("ownership", {
        "Consumers": Ownership.CONSUMERS,
        "Community of Interest": Ownership.COMMUNITY,
        "Workers": Ownership.WORKERS,
        "Enterprises": Ownership.ENTERPRISES,
        "Multi-stakeholder": Ownership.MULTI_STAKEHOLDER,
        "Self-employed": Ownership.SELF_EMPLOYED,
        "Tenants": Ownership.TENANTS,
        "Co-operatives": Ownership.COOPERATIVES,
        "Employee Trust": Ownership.EMPLOYEE_TRUST,
    }),
    "Legal Form": ("legal_form", {
        "Society": LegalForm.SOCIETY,
        "Company": LegalForm.COMPANY,
        "Community Interest Company": LegalForm.CIC,
        "LLP": LegalForm.LLP,
        "Charitable Incorporated Organisation": LegalForm.CIO,
        "Scottish Charitable Incorporated Organisation": LegalForm.SCIO,
        "Limited Partnership": LegalForm.LIMITED_PARTNERSHIP,
        "Unincorporated": LegalForm.UNINCORPORATED,
    }),
    "Registrar": ("registrar", {
        "FCA": Registrar.FCA,
        "Companies House": Registrar.COMPANIES_HOUSE,
        "DETINI": Registrar.DETINI,
        "OSCR": Registrar.OSCR,
        "Charity Commission": Registrar.CHARITY_COMMISSION,
        "Legal Form is not defined": "",
        "Unknown legal form": "",
    }),
    "Registered Status": ("status", {
        "Live": Organisation.Status.LIVE,
        "Dead": Organisation.Status.DISSOLVED,
    }),
}  # fmt: skip
"""The words of the file and ours. They are the publisher's, so they are compared without capitals and never translated."""

COLUMNS = (
    REGISTER_ID,
    "Registered Number",
    "Registrar",
    "Registered Name",
    "Trading Name",
    "Legal Form",
    STREET,
    "Registered City",
    "Registered State/Province",
    "Registered Postcode",
    "UK Nation",
    "SIC Code",
    "SIC section",
    *(f"SIC code  - level {level}{what}" for level in (2, 3, 4, 5) for what in ("", " description")),
    "Sector - Simplified, High Level",
    "Ownership Classification",
    "Registered Status",
    INCORPORATED,
    DISSOLVED,
)
"""All columns of the file, in its order. We do not keep the section and the levels of the industry code: the code tells them."""

FIELDS = (*TEXT_COLUMNS.values(), *DATE_COLUMNS.values(), *(name for name, _words in CHOICE_COLUMNS.values()), "region")
"""What a file says about an organisation, by the names of our own columns."""

MUST_BE_GIVEN = (REGISTER_ID, "Registered Name", "Registered Status")
EARLIEST_YEAR = 1500
MOST_LISTED = 100
LONGEST_LINE = 100_000
LONGEST_SHOWN = 80

LIMITS = {column: Organisation._meta.get_field(name).max_length for column, name in TEXT_COLUMNS.items()}
WORDS = {
    column: {label.casefold(): code for label, code in words.items()}
    for column, (_name, words) in CHOICE_COLUMNS.items()
}
A_REGISTER_ID = re.compile(r"[A-Z]{1,3}[0-9]{4,10}")
A_DATE = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
AN_EDITION = re.compile(r"(19|20)[0-9]{2}-(0[1-9]|1[0-2])")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]")
CSV_ERRORS = {"expected after": "quote_stray", "new-line character": "line_ends"}
LOST_CHARACTER = "\ufffd"

WRONG = {
    "empty": _("The file is empty."),
    "no_rows": _("The file has a line of column names and no organisation under it."),
    "too_big": _("The file is larger than %(value)s megabytes, the most we take. The real register is about 4."),
    "not_csv": _("This is not a CSV file. It looks like %(value)s. Save it as “CSV UTF-8” and try again."),
    "columns_missing": _("These columns are missing: %(value)s."),
    "columns_unknown": _("These columns do not belong in a register file: %(value)s."),
    "columns_doubled": _("These columns are there more than once: %(value)s."),
    "not_utf8": _("A character cannot be read (byte %(value)s). Save the file as “CSV UTF-8” and try again."),
    "nul": _("There is an empty byte (NUL) on this line. The file is damaged."),
    "line_too_long": _("This line never ends: the file is damaged, or not a CSV file."),
    "quote_open": _("A quotation mark opened on this line is never closed. The file was cut off, or a mark is missing."),
    "quote_stray": _("A quotation mark stands in the middle of a field. Inside a field it must be doubled."),
    "line_ends": _("The lines of this file end in an old way (CR only). Save it as “CSV UTF-8” and try again."),
    "cut_off": _("The last line does not end: the file may be cut off. If it is whole, save it again and try again."),
    "too_few": _("There are %(value)s fields here, and there should be %(expected)s."),
    "id_wrong": _("“%(value)s” is not a register id. It should be a letter and a number, such as R000001."),
    "id_doubled": _("%(value)s stands in the file more than once, and the lines do not say the same."),
    "not_given": _("This must not be empty."),
    "too_long": _("There are %(value)s characters here, and we keep at most %(expected)s."),
    "control": _("There is a character here that cannot be shown (%(value)s)."),
    "not_a_date": _("“%(value)s” is not a date. It should be day/month/year, such as 30/3/1969."),
    "no_such_day": _("“%(value)s” is not a day in the calendar."),
    "too_early": _("“%(value)s” is too long ago to be right."),
    "in_future": _("“%(value)s” is in the future."),
    "ends_before": _("It was dissolved on %(value)s, before it was incorporated."),
    "unknown_word": _("“%(value)s” is not one of the values we know for this column."),
    "edition_wrong": _("“%(value)s” is not an edition. It should be a year and a month, such as 2017-06."),
    "edition_unknown": _("There is no date in the file to tell its edition by. Say which edition it is."),
    "edition_past": _("This line is dated %(value)s, after the edition you named (%(expected)s)."),
    "edition_older": _("This is edition %(value)s, and edition %(expected)s is loaded. An older one never replaces a newer one."),
    "edition_guessed": _(
        "The newest date in the file is in %(value)s, and edition %(expected)s is loaded. If this file is newer, say which "
        "edition it is."
    ),
}  # fmt: skip
"""Everything that makes a file wrong, in words for the person who brought it."""

ODD = {
    "no_number": _("No registered number"),
    "shared_number": _("Registered number used more than once"),
    "lost_character": _("A character was lost before the file reached us"),
    "no_street": _("No street"),
    "no_postcode": _("No postcode"),
    "odd_postcode": _("Postcode not complete, or not in the usual form"),
    "postcode_elsewhere": _("Postcode of another nation"),
    "no_nation": _("No nation"),
    "no_region": _("In England, region not known"),
    "no_sector": _("No sector"),
    "no_ownership": _("No ownership"),
    "no_legal_form": _("No legal form"),
    "no_start": _("No date of incorporation"),
    "dissolved_undated": _("Dissolved, no date"),
    "live_with_end": _("Trading, with a date of dissolution"),
    "formula": _("A name that a spreadsheet would take for a formula"),
}
"""Everything that is odd and taken as it stands, in words for the report."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: `code` names the sentence in `WRONG`; `line` counts from 1, 0 means the file as a whole."""

    code: str
    line: int = 0
    column: str = ""
    value: str = ""
    expected: str = ""

    @property
    def says(self) -> str:
        return WRONG[self.code] % {"value": self.value, "expected": self.expected}


@dataclass(frozen=True, slots=True)
class Line:
    """One organisation as the file has it. `number` is the line it begins on; `values` is keyed by `FIELDS`; dates are dates."""

    number: int
    values: Mapping[str, str | dt.date | None]
    remarks: tuple[str, ...]


class Unreadable(Exception):
    """Reading on makes no sense; the problem says why."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem


@dataclass
class Problems:
    """The first `MOST_LISTED` problems, and how many there are."""

    listed: list[Problem] = field(default_factory=list)
    count: int = 0

    def add(self, problem: Problem) -> None:
        self.count += 1
        if len(self.listed) < MOST_LISTED:
            self.listed.append(problem)


class RegisterFile:
    """Iterate once over it to get a `Line` for each row that is right. Afterwards `problems` says what is not, `row_count` how
    many rows there were, `bytes_read` how much was read, and `newest` the newest date with its line.

    Memory does not grow with the file. `today`: no date may be later. `most_bytes`: where reading stops.
    """

    def __init__(self, stream: BinaryIO, *, today: dt.date, most_bytes: int) -> None:
        self._stream = stream
        self._today = today
        self._most_bytes = most_bytes
        self._last = b""
        self.problems = Problems()
        self.row_count = 0
        self.bytes_read = 0
        self.newest: tuple[dt.date, int] | None = None

    def __iter__(self) -> Iterator[Line]:
        try:
            yield from self._read()
        except Unreadable as stop:
            self.problems.add(stop.problem)

    # --- lines of text --------------------------------------------------------------------------------------------------

    def _text_lines(self) -> Iterator[str]:
        number = 0
        while raw := self._stream.readline(LONGEST_LINE + 1):
            number += 1
            self.bytes_read += len(raw)
            if self.bytes_read > self._most_bytes:
                raise Unreadable(Problem("too_big", value=str(self._most_bytes // 1_000_000)))
            if number == 1:
                _refuse_other_formats(raw)
                raw = raw.removeprefix(b"\xef\xbb\xbf")
            if len(raw) > LONGEST_LINE:
                raise Unreadable(Problem("line_too_long", number))
            if b"\0" in raw:
                self.problems.add(Problem("nul", number))
            try:
                text = raw.decode("utf-8")
            except UnicodeDecodeError as error:
                self.problems.add(Problem("not_utf8", number, value=f"{raw[error.start]:02X}"))
                text = raw.decode("utf-8", errors="replace")
            self._last = raw
            yield text.replace("\0", "")
        if number == 0:
            raise Unreadable(Problem("empty"))

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        """Each row with the line it begins on."""
        reader = csv.reader(self._text_lines(), strict=True)
        while True:
            begins = reader.line_num + 1
            try:
                row = next(reader)
            except StopIteration:
                break
            except csv.Error as error:
                code = next((code for words, code in CSV_ERRORS.items() if words in str(error)), "quote_open")
                raise Unreadable(Problem(code, begins)) from error
            if row:
                yield begins, row
        # Cut just after a comma, a row has all its fields and lacks its last value. A closing quotation mark is proof enough.
        if not self._last.endswith((b"\n", b'"')):
            self.problems.add(Problem("cut_off", reader.line_num))

    # --- rows -----------------------------------------------------------------------------------------------------------

    def _read(self) -> Iterator[Line]:
        rows = self._rows()
        _line, header = next(rows, (0, []))
        names = _checked_columns(header)
        for number, row in rows:
            self.row_count += 1
            if len(row) != len(names):
                self.problems.add(Problem("too_few", number, value=str(len(row)), expected=str(len(names))))
                continue
            before = self.problems.count
            line = self._line(number, dict(zip(names, row, strict=True)))
            if self.problems.count == before:
                yield line
        if self.row_count == 0 and self.problems.count == 0:
            raise Unreadable(Problem("no_rows"))

    def _line(self, number: int, cells: dict[str, str]) -> Line:
        def wrong(code: str, column: str, value: str = "", expected: object = "") -> None:
            self.problems.add(Problem(code, number, column, _shortened(value), str(expected)))

        for column, cell in cells.items():
            if hidden := CONTROL.search(cell):
                wrong("control", column, f"U+{ord(hidden.group()):04X}")
        values: dict[str, str | dt.date | None] = {}
        for column, name in TEXT_COLUMNS.items():
            text = _lines_of(cells[column]) if column == STREET else " ".join(cells[column].split())
            if len(text) > LIMITS[column]:
                wrong("too_long", column, str(len(text)), LIMITS[column])
            values[name] = text
        for column, (name, _words) in CHOICE_COLUMNS.items():
            word = " ".join(cells[column].split())
            code = WORDS[column].get(word.casefold()) if word else ""
            if code is None:
                wrong("unknown_word", column, word)
            values[name] = code or ""
        for column, name in DATE_COLUMNS.items():
            values[name] = self._date(cells[column].strip(), number, column, wrong)
        for column in MUST_BE_GIVEN:
            if not cells[column].strip():
                wrong("not_given", column)
        if values["register_id"] and not A_REGISTER_ID.fullmatch(values["register_id"]):
            wrong("id_wrong", REGISTER_ID, values["register_id"])
        began, ended = values["incorporated_on"], values["dissolved_on"]
        if began and ended and ended < began:
            wrong("ends_before", DISSOLVED, cells[DISSOLVED].strip())
        values["postcode"] = values["postcode"].upper()
        values["region"] = region_of(values["nation"], values["postcode"])
        return Line(number, values, tuple(_remarks(values)))

    def _date(self, text: str, number: int, column: str, wrong) -> dt.date | None:
        if not text:
            return None
        parts = A_DATE.fullmatch(text)
        if parts is None:
            wrong("not_a_date", column, text)
            return None
        day, month, year = (int(part) for part in parts.groups())
        try:
            date = dt.date(year, month, day)
        except ValueError:
            wrong("no_such_day", column, text)
            return None
        if year < EARLIEST_YEAR:
            wrong("too_early", column, text)
        elif date > self._today:
            wrong("in_future", column, text)
        elif self.newest is None or date > self.newest[0]:
            self.newest = (date, number)
        return date


def _refuse_other_formats(first: bytes) -> None:
    kinds = {b"PK\x03\x04": _("a spreadsheet or a zip file"), b"\xd0\xcf\x11\xe0": _("an old spreadsheet"),
             b"%PDF": _("a PDF"), b"\xff\xfe": _("UTF-16 text"), b"\xfe\xff": _("UTF-16 text")}  # fmt: skip
    for start, kind in kinds.items():
        if first.startswith(start):
            raise Unreadable(Problem("not_csv", value=str(kind)))
    if first.lstrip().lower().startswith((b"<!doctype", b"<html", b"<?xml")):
        raise Unreadable(Problem("not_csv", value=str(_("a web page"))))


def _checked_columns(header: list[str]) -> list[str]:
    """The header's names as `COLUMNS` writes them, in the file's own order. Raises Unreadable."""
    known = {_squeezed(column): column for column in COLUMNS}
    names = [known.get(_squeezed(cell), cell) for cell in header]
    found = set(names)
    for code, columns in (
        ("columns_missing", [column for column in COLUMNS if column not in found]),
        ("columns_unknown", [name for name in names if name not in COLUMNS]),
        ("columns_doubled", sorted({name for name in names if names.count(name) > 1})),
    ):
        if columns:
            raise Unreadable(
                Problem(code, 1, value=", ".join(_shortened(" ".join(name.split())) for name in columns[:26]))
            )
    return names


def _squeezed(name: str) -> str:
    return " ".join(name.split()).casefold()


def _lines_of(cell: str) -> str:
    """An address keeps its lines, without blanks around and between them."""
    return "\n".join(filter(None, (" ".join(line.split()) for line in cell.splitlines())))


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def _remarks(values: Mapping[str, str | dt.date | None]) -> Iterator[str]:
    """What is odd about one organisation, in the order of `ODD`."""
    if not values["registered_number"]:
        yield "no_number"
    if any(LOST_CHARACTER in value for value in values.values() if isinstance(value, str)):
        yield "lost_character"
    if not values["street"]:
        yield "no_street"
    if not values["postcode"]:
        yield "no_postcode"
    elif not is_whole(values["postcode"]):
        yield "odd_postcode"
    if values["nation"] and values["postcode"] and not fits(values["nation"], values["postcode"]):
        yield "postcode_elsewhere"
    if not values["nation"]:
        yield "no_nation"
    if values["nation"] == Nation.ENGLAND and not values["region"]:
        yield "no_region"
    for name in ("sector", "ownership", "legal_form"):
        if not values[name]:
            yield f"no_{name}"
    if values["incorporated_on"] is None:
        yield "no_start"
    live = values["status"] == Organisation.Status.LIVE
    if not live and values["dissolved_on"] is None:
        yield "dissolved_undated"
    if live and values["dissolved_on"] is not None:
        yield "live_with_end"
    if any(values[name].startswith(("=", "+", "-", "@")) for name in ("name", "trading_name")):
        yield "formula"
