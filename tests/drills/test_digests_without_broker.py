"""The suite's drill with a real outage: the broker is away for ten minutes, and the timetable rings each minute as it does."""

import os
import subprocess
import sys

from coopstrategy.runtime.places import CHECKOUT

AWAY = 600


def test_ten_minutes_without_the_broker_and_all_is_done_two_minutes_after_it_is_back():
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-s", "tests/coopstrategy/test_without_broker.py"],
        cwd=CHECKOUT,
        env={"BROKER_AWAY": str(AWAY), "BROKER_CLOCK": "coopstrategy"} | os.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    print(*(line for line in done.stdout.splitlines() if "BROKER" in line), sep="\n")
    assert done.returncode == 0, done.stdout[-6000:]
