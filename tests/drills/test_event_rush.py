"""The suite's rush with the numbers of a real one: two thousand people, half of whom click twice, for 150 places."""

import os
import subprocess
import sys

from coopstrategy.runtime.places import CHECKOUT

PEOPLE, PLACES = 2_000, 150


def test_two_thousand_people_register_at_once_for_a_hundred_and_fifty_places():
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-s", "tests/consultation/test_event_rush.py"],
        cwd=CHECKOUT,
        env=os.environ | {"RUSH_PEOPLE": str(PEOPLE), "RUSH_PLACES": str(PLACES)},
        capture_output=True,
        text=True,
        check=False,
    )
    print(*(line for line in done.stdout.splitlines() if "RUSH" in line), done.stdout.splitlines()[-1], sep="\n")
    assert done.returncode == 0, done.stdout[-4000:]
