"""What can be exported. Each app registers its reports in its own exports.py; this module knows only their shape.

It also holds the formula guard. A spreadsheet runs a cell that begins with = + - or @ as a formula, even behind spaces,
tabs, invisible characters or in full-width form. The guard puts an apostrophe before such texts. It exists twice, for
Python and for SQL, made from the same table of characters, so that a file can be copied straight out of Postgres.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import QuerySet
from psycopg import sql

# Characters that show as nothing: control characters, white space, soft hyphen, joiners, fillers, direction marks, variation
# selectors, tags, byte order mark. Written out, so that the rule does not move with the Unicode tables of a newer Python.
INVISIBLE = (
    (0x0000, 0x0020),
    (0x007F, 0x00A0),
    (0x00AD, 0x00AD),
    (0x034F, 0x034F),
    (0x061C, 0x061C),
    (0x115F, 0x1160),
    (0x1680, 0x1680),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x2000, 0x200F),
    (0x2028, 0x202F),
    (0x205F, 0x206F),
    (0x2800, 0x2800),
    (0x3000, 0x3000),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFFB),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE0FFF),
)
# = + - @, the mathematical minus, and the small and full-width forms of the five.
STARTERS = "=+-@\u2212\ufe62\ufe63\ufe66\ufe6b\uff0b\uff0d\uff1d\uff20"
BREAKS = "\t\n\r"

MINUTE = "YYYY-MM-DD HH24:MI"
"""How a moment is written in a file."""
BETWEEN = "; "
"""What stands between several things in one cell."""


def _pattern(code: Callable[[int], str], first: int) -> str:
    """The rule as a regular expression of plain ASCII; `first` is the lowest character the language can hold."""
    invisible = "".join(f"{code(max(low, first))}-{code(high)}" for low, high in INVISIBLE)
    starters = "".join(code(ord(character)) for character in STARTERS)
    breaks = "".join(code(ord(character)) for character in BREAKS)
    return f"^([{breaks}]|[{invisible}]*[{starters}])"


# Python and Postgres both read \UXXXXXXXX. Postgres cannot hold character 0.
_IN_PYTHON = re.compile(_pattern(lambda point: f"\\U{point:08X}", 0))
_IN_SQL = sql.Literal(_pattern(lambda point: f"\\U{point:08X}", 1))


def guard(text: str) -> str:
    """The text, with an apostrophe before it if a spreadsheet might run it as a formula."""
    return f"'{text}" if _IN_PYTHON.match(text) else text


def guarded(text: sql.Composable) -> sql.Composed:
    """The same rule for an SQL expression of type text; NULL stays NULL.

    The expression is written out several times, so give a column (of a LATERAL jsonb_to_record, say), not a computation.
    Texts that begin with an ASCII digit or letter, nearly all, are let through before the regular expression is asked.
    """
    return sql.SQL(
        "CASE WHEN ascii({text}) BETWEEN 48 AND 57 OR ascii({text}) BETWEEN 65 AND 122 AND ascii({text}) <> 64 THEN {text}"
        " WHEN {text} ~ {rule} THEN '''' || {text} ELSE {text} END"
    ).format(text=text, rule=_IN_SQL)


def typed(column: str) -> sql.Composed:
    """A column that holds what people typed."""
    return guarded(sql.Identifier(column))


def in_words(column: str, choices: Iterable[tuple[str, Any]]) -> sql.Composable:
    """The words for a code. They are ours and cannot be a formula; a code without words cannot either."""
    pairs = sql.SQL(" ").join(
        sql.SQL("WHEN {} THEN {}").format(sql.Literal(code), sql.Literal(str(label))) for code, label in choices
    )
    return sql.SQL("CASE {column} {pairs} ELSE {column} END").format(column=sql.Identifier(column), pairs=pairs)


def local(column: str, form: str) -> sql.Composed:
    """A moment as the clocks here show it, such as `MINUTE`."""
    return sql.SQL("to_char({} AT TIME ZONE {}, {})").format(
        sql.Identifier(column), sql.Literal(settings.TIME_ZONE), sql.Literal(form)
    )


def keys_of(rows: QuerySet) -> sql.Composed:
    """A SELECT of the keys of some rows without arguments, to stand inside another: which rows these are is said by the words
    of their queryset alone."""
    text, arguments = rows.order_by().values("pk").query.sql_with_params()
    pieces = text.split("%s")
    filled = [sql.SQL(pieces[0])]
    for value, piece in zip(arguments, pieces[1:], strict=True):
        filled += [sql.Literal(value), sql.SQL(piece)]
    return sql.Composed(filled)


def csv_line(cells: Sequence[str]) -> str:
    """One line of CSV as Postgres would write it, ended by a line feed, with each cell guarded."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow([guard(cell) for cell in cells])
    return line.getvalue()


class Report:
    """One kind of file. A subclass gives `name`, `title`, `may_run` and `count`, and then either `header` and `query` for CSV
    that Postgres writes itself, or `chunks` for anything else.

    name         unique, "app-noun"; part of addresses and of the file's name
    title        what people read
    description  one or two sentences: what is in the file
    form_class   the form whose cleaned fields are `params`; fields must also accept their own cleaned values as text
    asks_purpose whether the person must say what the file is for; it goes on record
    extension, content_type
                 of the file
    """

    name: str
    title: Any
    description: Any = ""
    form_class: type[forms.Form] = forms.Form
    asks_purpose = True
    extension = "csv"
    content_type = "text/csv; charset=utf-8"
    chunks: "Callable[[dict[str, Any]], Iterator[tuple[int, bytes]]] | None" = None

    def may_run(self, user: Any, params: dict[str, Any]) -> bool:
        """Whether this person may have this data now. Asked before the list, at asking, before the work and at download.
        With empty `params` the question is: any of it?"""
        raise NotImplementedError

    def clean_params(self, params: dict[str, Any]) -> dict[str, Any]:
        """Params as plain JSON values. Raises ValidationError."""
        form = self.form_class(data=params)
        if not form.is_valid():
            raise ValidationError({name: list(errors.data) for name, errors in form.errors.items()})
        cleaned = {name: getattr(value, "pk", value) for name, value in form.cleaned_data.items()}
        return json.loads(json.dumps(cleaned, cls=DjangoJSONEncoder))

    def title_for(self, params: dict[str, Any]) -> str:
        """The title of one job, for lists and mails."""
        return str(self.title)

    def count(self, cursor: Any, params: dict[str, Any]) -> int:
        """How many rows there will be. `cursor` reads the very snapshot that will be exported."""
        raise NotImplementedError

    def header(self, params: dict[str, Any]) -> list[str]:
        """The first line's cells; the engine guards them."""
        raise NotImplementedError

    def query(self, params: dict[str, Any]) -> tuple[sql.Composable | str, Sequence[Any] | None]:
        """A SELECT and its arguments (None when it has none). Guard text columns with `guarded`; leave numbers alone.

        (A percent sign must be doubled when there are arguments. A queryset gives both by `query.sql_with_params()`.)
        """
        raise NotImplementedError

    # chunks(params): yield (number of rows ended by this piece, bytes). The ORM reads the snapshot too.


class TableReport(Report):
    """A table that Postgres writes. A subclass says in `source` which rows there are, by their `number`, and in `columns` what
    each column is called and how it is written; whoever holds `permission` may have it."""

    permission: str

    def may_run(self, user: Any, params: dict[str, Any]) -> bool:
        return user.has_perm(self.permission)

    def source(self, params: dict[str, Any]) -> sql.Composed:
        raise NotImplementedError

    def columns(self) -> Mapping[str, sql.Composable]:
        raise NotImplementedError

    def count(self, cursor: Any, params: dict[str, Any]) -> int:
        cursor.execute(sql.SQL("SELECT count(*) FROM ({}) one").format(self.source(params)))
        return cursor.fetchone()[0]

    def header(self, params: dict[str, Any]) -> list[str]:
        return list(self.columns())

    def query(self, params: dict[str, Any]) -> tuple[sql.Composable, None]:
        chosen = sql.SQL(", ").join(self.columns().values())
        return sql.SQL("SELECT {} FROM ({}) one ORDER BY number").format(chosen, self.source(params)), None


_register: dict[str, Report] = {}


def register(report: type[Report]) -> type[Report]:
    """Class decorator: make a report known under its name."""
    if report.name in _register and type(_register[report.name]) is not report:
        raise ValueError(f"There are two reports named {report.name}")
    _register[report.name] = report()
    return report


def report_named(name: str) -> Report | None:
    """The report of that name, or None: one that was removed, or was never there."""
    return _register.get(name)


def reports_for(user: Any) -> list[Report]:
    """The reports this person may ask for, in alphabetical order of their titles."""
    return sorted(
        (report for report in _register.values() if report.may_run(user, {})), key=lambda report: str(report.title)
    )


def may_have(user: Any, job: Any) -> bool:
    """Whether this person may hold this job's contents now: asked before the work starts and at each download."""
    report = report_named(job.report)
    return report is not None and user.has_perm("exports.download_export", job) and report.may_run(user, job.params)
