"""Importing a register against Postgres's COPY of the same file into a plain table. REGISTER_FILE names a real file."""

import csv
import os
from pathlib import Path

import pytest
from django.db import connection

from commons.people.models import Organisation
from commons.people.tasks.register import import_register
from coopstrategy.demo.register import draw_register
from tests.benchmarks.measure import gauge, seconds_of, tell

REAL = Path(__file__).parents[3] / "shared" / "data" / "open_data_organisations_2017.csv"


def copy_in(file: Path, columns: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        names = ", ".join(f"c{number} text" for number in range(columns))
        cursor.execute(f"CREATE TEMP TABLE plain ({names})")
        with cursor.copy("COPY plain FROM STDIN WITH (FORMAT csv, HEADER)") as copy:
            copy.write(file.read_bytes())
        cursor.execute("DROP TABLE plain")


@pytest.mark.django_db(transaction=True)
def test_import_of_a_register_against_copy(settings, tmp_path):
    settings.PRIVATE_DIR = tmp_path
    file = Path(os.environ.get("REGISTER_FILE", REAL))
    if not file.is_file():
        draw_register()
        [file] = (tmp_path / "register").iterdir()
        Organisation.objects.all().delete()
    with file.open(encoding="utf-8-sig", newline="") as text:
        columns = len(next(csv.reader(text)))
    floor = seconds_of(lambda: copy_in(file, columns))
    tell(f"COPY of {file.stat().st_size / 1e6:.1f} MB into a plain table", floor, "s")
    for name in ("first", "second"):
        with gauge() as run, file.open("rb") as content:
            row = import_register(content, by=None, file_name=file.name, edition="2017-06")
        assert row.state == "done", row.reason
        tell(
            f"{name} import: {row.row_count if hasattr(row, 'row_count') else row.done_count:,} rows", run.seconds, "s"
        )
        tell(f"{name} import against COPY", run.seconds / floor)
        tell(f"{name} import, peak memory above idle", run.peak_mb, "MB", goal="at most 80")
