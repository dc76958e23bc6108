"""Bringing a register file, and what becomes of it: loaded as a whole, or refused as a whole with every reason."""

import datetime as dt
import hashlib
import os
from collections.abc import Iterable
from dataclasses import asdict
from typing import BinaryIO

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext_noop
from psycopg import sql

from commons import queues
from commons.audit.actions import record
from commons.people.models import Outcome, RegisterImport, RegisterImportRow, User
from commons.people.models.register import folder
from commons.people.reports.register import edition_loaded
from commons.people.reports.register_file import AN_EDITION, FIELDS, MOST_LISTED, Problem
from commons.people.reports.register_lines import ORGANISATIONS, TABLE, RegisterLines, columns
from commons.queues import State

SOMETHING_WRONG = gettext_noop(
    "Something in the file is wrong, so nothing was imported. What the register holds is as it was."
)

ROWS = sql.Identifier(RegisterImportRow._meta.db_table)
BLOCK = 1024 * 1024
LOCK = 2_017_06  # any number that nobody else locks
LONGEST = "10min"

COMPARE = sql.SQL(
    """
    INSERT INTO {rows} (register_import_id, line, register_id, name, outcome, changes, remarks, same_as)
    SELECT %(register_import)s, l.line, l.register_id, l.name,
           CASE WHEN l.line <> l.first_line THEN 'doubled' WHEN o.id IS NULL THEN 'added'
                WHEN c.changes IS NULL THEN 'same' ELSE 'changed' END,
           CASE WHEN l.line <> l.first_line OR o.id IS NULL THEN '[]'::jsonb ELSE coalesce(c.changes, '[]'::jsonb) END,
           l.remarks,
           CASE WHEN l.line <> l.first_line THEN l.first_line END
    FROM {lines} AS l
    LEFT JOIN {organisations} AS o ON o.register_id = l.register_id
    LEFT JOIN LATERAL (
        SELECT jsonb_agg(jsonb_build_array(f.field, f.before, f.after)) AS changes
        FROM (VALUES {pairs}) AS f (field, before, after) WHERE f.before IS DISTINCT FROM f.after
    ) AS c ON true
    ORDER BY l.line
    """
)
ADD = sql.SQL(
    """
    INSERT INTO {organisations} ({fields})
    SELECT {fields_of_line} FROM {lines} AS l
    JOIN {rows} AS r ON r.register_import_id = %(register_import)s AND r.line = l.line AND r.outcome = 'added'
    ORDER BY l.line
    """
)
CHANGE = sql.SQL(
    """
    UPDATE {organisations} AS o SET ({fields}) = ROW({fields_of_line})
    FROM {lines} AS l
    JOIN {rows} AS r ON r.register_import_id = %(register_import)s AND r.line = l.line AND r.outcome = 'changed'
    WHERE o.register_id = l.register_id
    """
)
GONE = sql.SQL(
    """
    INSERT INTO {rows} (register_import_id, register_id, name, outcome, changes, remarks)
    SELECT %(register_import)s, o.register_id, o.name, 'gone', '[]'::jsonb, '[]'::jsonb
    FROM {organisations} AS o
    WHERE o.register_id IS NOT NULL AND NOT EXISTS (SELECT FROM {lines} AS l WHERE l.register_id = o.register_id)
    ORDER BY o.register_id
    """
)
COUNT_OUTCOMES = sql.SQL(
    "SELECT outcome, count(*) FROM {rows} WHERE register_import_id = %(register_import)s GROUP BY outcome"
)
COUNT_REMARKS = sql.SQL(
    "SELECT remark, count(*) FROM {lines}, jsonb_array_elements_text(remarks) AS remark GROUP BY remark"
)


class RegisterRefused(Exception):
    """The file is not taken, and nothing has changed; `problems` says why."""

    def __init__(self, problems: list[Problem], count: int | None = None) -> None:
        super().__init__("; ".join(str(problem.says) for problem in problems))
        self.problems = problems
        self.count = len(problems) if count is None else count


@transaction.atomic
def ask_register_import(file: BinaryIO, *, by: User | None, file_name: str, edition: str = "") -> RegisterImport:
    """Keep the file and write down that it waits. The same file brought again while it waits or runs is the same import.

    `edition` is a year and a month, 2017-06; empty leaves it to the newest date in the file. Raises RegisterRefused when
    `edition` is neither, and when the file is larger than `REGISTER_MAX_BYTES`.
    """
    if edition and not AN_EDITION.fullmatch(edition):
        raise RegisterRefused([Problem("edition_wrong", value=edition)])
    row = RegisterImport(asked_by=by, file_name=file_name[-200:], edition=edition)
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        row.file_size, row.sha256 = _keep(file, row)
        already = RegisterImport.objects.unfinished().filter(sha256=row.sha256, edition=edition).first()
        if already is not None:
            row.stored_at.unlink()
            return already
        row.save(force_insert=True)
        record(
            "ask_register_import",
            row,
            by=by,
            data={"sha256": row.sha256, "bytes": row.file_size, "edition": edition},
        )
    except BaseException:
        row.stored_at.unlink(missing_ok=True)
        raise
    return row


def _keep(file: BinaryIO, row: RegisterImport) -> tuple[int, str]:
    size, digest = 0, hashlib.sha256()
    with os.fdopen(os.open(row.stored_at, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as kept:
        while block := file.read(BLOCK):
            size += len(block)
            if size > settings.REGISTER_MAX_BYTES:
                raise RegisterRefused([Problem("too_big", value=str(settings.REGISTER_MAX_BYTES // 1_000_000))])
            digest.update(block)
            kept.write(block)
        kept.flush()
        os.fsync(kept.fileno())
    return size, digest.hexdigest()


@transaction.atomic
def load_register(
    register_import: RegisterImport, lines: RegisterLines, *, by: User | None, newest: tuple[dt.date, int] | None
) -> RegisterImport:
    """Bring the register up to date from the lines, and end the import as done. All of it or nothing.

    Adds and changes, never deletes: an organisation that has no line stays and is reported. `newest` is the newest date in the
    file with its line. Raises RegisterRefused (contradicting lines, an older edition) and queues.LeaseLost.
    """
    names = {
        "rows": ROWS,
        "lines": TABLE,
        "organisations": ORGANISATIONS,
        "fields": columns(),
        "fields_of_line": columns("l"),
        "pairs": sql.SQL(", ").join(
            sql.SQL("({}, {}::text, {}::text)").format(name, sql.Identifier("o", name), sql.Identifier("l", name))
            for name in FIELDS
        ),
    }
    which = {"register_import": register_import.pk}
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [LONGEST])
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        edition = _edition(register_import, newest)
        lines.complete()
        if contradictions := lines.contradictions():
            raise RegisterRefused(contradictions[:MOST_LISTED], len(contradictions))
        for statement in (COMPARE, ADD, CHANGE, GONE):
            cursor.execute(statement.format(**names), which)
        cursor.execute(COUNT_OUTCOMES.format(**names), which)
        outcomes = dict(cursor.fetchall())
        cursor.execute(COUNT_REMARKS.format(**names), which)
        remarks = dict(cursor.fetchall())
        cursor.execute(sql.SQL("SELECT count(*) FROM {lines}").format(**names))
        [row_count] = cursor.fetchone()
    counts = {f"{outcome}_count": outcomes.get(outcome, 0) for outcome in Outcome.values}
    queues.finish(
        register_import,
        done_count=register_import.file_size,
        total_count=register_import.file_size,
        edition=edition,
        row_count=row_count,
        remark_counts=remarks,
        **counts,
    )
    record("load_register", register_import, by=by, data={"edition": edition, "rows": row_count, **counts})
    return register_import


def _edition(register_import: RegisterImport, newest: tuple[dt.date, int] | None) -> str:
    """Which edition the file is. Raises RegisterRefused when that is older than what is loaded, or cannot be."""
    named, loaded = register_import.edition, edition_loaded()
    by_date = f"{newest[0]:%Y-%m}" if newest else ""
    if named and by_date > named:
        date, line = newest
        raise RegisterRefused([Problem("edition_past", line, value=f"{date:%Y-%m-%d}", expected=named)])
    edition = named or by_date
    if not edition:
        raise RegisterRefused([Problem("edition_unknown")])
    if edition < loaded:
        raise RegisterRefused(
            [Problem("edition_older" if named else "edition_guessed", value=edition, expected=loaded)]
        )
    return edition


@transaction.atomic
def refuse_register_import(
    register_import: RegisterImport, problems: Iterable[Problem], *, by: User | None, count: int
) -> RegisterImport:
    """End the import as failed; `problems` are those to show, `count` is how many there are. Raises queues.LeaseLost."""
    register_import.problems = [asdict(problem) for problem in problems]
    register_import.problem_count = count
    register_import.save(update_fields=["problems", "problem_count"])
    queues.fail(register_import, SOMETHING_WRONG)
    record("refuse_register_import", register_import, by=by, data={"problems": count})
    return register_import


@transaction.atomic
def fail_register_import(register_import: RegisterImport, reason: str, *, by: User | None) -> RegisterImport:
    """End the import as failed for a reason that lies with us, marked by gettext_noop. Raises queues.LeaseLost."""
    queues.fail(register_import, reason)
    record("fail_register_import", register_import, by=by, data={"reason": reason})
    return register_import


@transaction.atomic
def give_up_register_imports(*, by: User | None) -> list[RegisterImport]:
    """End the imports that no worker will take any more. Returns them."""
    lost = queues.give_up(RegisterImport.objects.all())
    for row in lost:
        record("fail_register_import" if row.state == State.FAILED else "stop_register_import", row, by=by)
    return lost
