"""The suite's drill with the numbers of a real one: two thousand people, and a hundred kills while their digests go out."""

import os
import subprocess
import sys

from coopstrategy.runtime.places import CHECKOUT

PEOPLE, KILLS = 2_000, 100


def test_a_hundred_kills_while_two_thousand_digests_go_out():
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-s", "tests/commons/digests/test_killed.py"],
        cwd=CHECKOUT,
        env={"DIGEST_PEOPLE": str(PEOPLE), "DIGEST_KILLS": str(KILLS)} | os.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    print(*(line for line in done.stdout.splitlines() if "DIGESTS" in line), sep="\n")
    assert done.returncode == 0, done.stdout[-6000:]
