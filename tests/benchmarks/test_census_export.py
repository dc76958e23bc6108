"""The export of census replies against Postgres's own COPY of the same columns, with peak memory."""

import hashlib
from pathlib import Path

import pytest
from django.db import connection
from psycopg import sql

from census.exports import ResponsesReport
from commons.exports.exports import copied
from tests.benchmarks.crowd import make_wave
from tests.benchmarks.measure import gauge, seconds_of, tell

ROWS = 100_000


def copy_to_nowhere(statement: sql.Composable) -> int:
    with (
        connection.cursor() as cursor,
        cursor.copy(sql.SQL("COPY ({}) TO STDOUT WITH (FORMAT csv)").format(statement)) as rows,
    ):
        return sum(len(row) for row in rows)


def write_file(report: ResponsesReport, params: dict, path: Path) -> int:
    """What the worker does: copy, count, hash, write."""
    rows, digest = 0, hashlib.sha256()
    with connection.cursor() as cursor, path.open("wb") as file:
        for count, block in copied(cursor, report, params):
            rows += count
            digest.update(block)
            file.write(block)
    return rows


@pytest.mark.django_db
def test_export_of_replies_against_copy(tmp_path, monkeypatch):
    wave = make_wave(ROWS, ROWS)
    report = ResponsesReport()
    codes, labels = {"wave": wave.pk, "show": "codes"}, {"wave": wave.pk, "show": "labels"}
    with monkeypatch.context() as patch:
        # The floor: the same columns of the same rows as codes, with no guard, and nothing done with what Postgres sends.
        patch.setattr("census.exports.guarded", lambda text: text)
        plain, _arguments = report.query(codes)
    floor = seconds_of(lambda: copy_to_nowhere(plain))
    stored = seconds_of(lambda: copy_to_nowhere(sql.SQL("SELECT answers, statuses FROM census_submission")))
    tell(f"COPY of {ROWS:,} stored documents, answers and statuses", stored, "s")
    tell("COPY of the same columns, as codes and unguarded", floor, "s")
    for name, params, goal in (("codes", codes, "at most 1.5"), ("in words, guarded", labels, "at most 2")):
        with gauge() as run:
            assert write_file(report, params, tmp_path / f"{name}.csv") == ROWS
        tell(f"export, {name}: {len(report.header(params))} columns", run.seconds, "s")
        tell(f"export, {name}, against COPY of the same columns", run.seconds / floor, goal=goal)
        tell(f"export, {name}, peak memory above idle", run.peak_mb, "MB", goal="at most 80")
        tell(f"export, {name}, size of the file", (tmp_path / f"{name}.csv").stat().st_size / 1e6, "MB")
