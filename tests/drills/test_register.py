"""The real register, which is not part of this project, and one many times its size.

REGISTER_FILE=/path/to/open_data_organisations_2017.csv python3 run.py drill -k register
"""

import io
import os
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from commons.people.models import Organisation
from commons.people.tasks.register import import_register
from coopstrategy.demo.register import draw_register
from tests.commons.people.register_files import register_csv

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def private_folder(settings, tmp_path):
    settings.PRIVATE_DIR = tmp_path


@pytest.mark.skipif("REGISTER_FILE" not in os.environ, reason="REGISTER_FILE does not say where the real register is")
def test_the_real_register_is_imported_whole_and_a_second_time_changes_nothing(capsys):
    path = Path(os.environ["REGISTER_FILE"])
    draw_register()
    invented = Organisation.objects.filter(register_id__startswith="D")
    seconds = []
    for added, same in ((8371, 0), (0, 8371)):
        began = time.monotonic()
        with path.open("rb") as file:
            row = import_register(file, by=None, file_name=path.name)
        seconds.append(time.monotonic() - began)
        assert (row.state, row.edition, row.row_count) == ("done", "2017-06", 8371)
        assert (row.added_count, row.same_count, row.changed_count, row.doubled_count) == (added, same, 0, 0)
        assert row.gone_count == invented.count() == 8371
        assert row.remark_counts == {
            "no_number": 223,
            "shared_number": 2,
            "lost_character": 5,
            "no_street": 143,
            "no_postcode": 8,
            "odd_postcode": 57,
            "postcode_elsewhere": 4,
            "no_region": 5,
            "no_sector": 245,
            "no_ownership": 1365,
            "no_legal_form": 171,
            "no_start": 217,
            "dissolved_undated": 7,
        }
    real = Organisation.objects.filter(register_id__startswith="R")
    assert real.live().count() == 6814
    names = {name.casefold() for pair in real.values_list("name", "trading_name") for name in pair}
    assert [row.name for row in invented if {row.name.casefold(), row.trading_name.casefold()} & names] == []
    with capsys.disabled():
        print(f"\nthe real register: {seconds[0]:.1f} s, again: {seconds[1]:.1f} s")


def test_memory_does_not_grow_with_the_file(capsys):
    def peak(rows: int) -> float:
        file = io.BufferedReader(Endless(rows))
        tracemalloc.start()
        try:
            row = import_register(file, by=None, file_name="large.csv", edition="2030-01")
            assert (row.state, row.row_count) == ("done", rows)
            return tracemalloc.get_traced_memory()[1] / 1_000_000
        finally:
            tracemalloc.stop()

    peak(1_000)
    small, large = peak(5_000), peak(100_000)
    with capsys.disabled():
        print(f"\npeak of Python's memory: 5,000 rows {small:.1f} MB, 100,000 rows {large:.1f} MB")
    assert large < small + 5


class Endless(io.RawIOBase):
    """A register file that is made while it is read."""

    def __init__(self, rows: int) -> None:
        self.parts = self._parts(rows)
        self.rest = b""

    def _parts(self, rows: int) -> Iterator[bytes]:
        header, line = register_csv(), register_csv({}).removeprefix(register_csv())
        yield header
        for number in range(rows):
            yield line.replace(b"X000001", f"X{number:06}".encode())

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:
        while len(self.rest) < len(buffer) and (part := next(self.parts, b"")):
            self.rest += part
        taken, self.rest = self.rest[: len(buffer)], self.rest[len(buffer) :]
        buffer[: len(taken)] = taken
        return len(taken)
