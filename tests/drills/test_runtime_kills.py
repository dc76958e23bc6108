"""kill -9 of the supervisor, twenty times and at any moment: nothing stays behind, and nothing that was committed is gone."""

import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from coopstrategy.runtime.places import CHECKOUT, Places
from tests.drills.runs import Site

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc to find every process")
TIMES = 20


@pytest.fixture
def site() -> Iterator[Site]:
    folder = Path(tempfile.mkdtemp(prefix="coop drill ", dir="/tmp"))
    folder.chmod(0o711)
    made = Site(CHECKOUT, folder / "state")
    yield made
    made.command("stop")
    made.forget()
    for outside in Places.of(made.state).outside:
        shutil.rmtree(outside, ignore_errors=True)
    shutil.rmtree(folder)


def test_twenty_kills_leave_no_process_and_lose_no_row(site):
    site.start("--port", "0")
    for count in range(1, TIMES + 1):
        with psycopg.connect(site.database_url) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS drill (n int PRIMARY KEY)")
            connection.execute("INSERT INTO drill VALUES (%s)", [count])
        site.kill()
        assert site.is_gone(), site.left()
        site.start("--port", "0")
        with psycopg.connect(site.database_url) as connection:
            assert connection.execute("SELECT count(*), max(n) FROM drill").fetchone() == (count, count)


def test_a_kill_in_the_middle_of_starting_leaves_no_process_and_the_next_start_works(site):
    chosen = random.Random(20)
    for moment in [chosen.uniform(0.1, 6.0) for _ in range(TIMES)]:
        site.launch("--port", "0")
        time.sleep(moment)
        site.kill()
        assert site.is_gone(), (moment, site.left())
    site.start("--port", "0")
    assert site.command("stop").stdout == "Stopped.\n"
    assert (site.process.wait(), site.left()) == (0, [])
