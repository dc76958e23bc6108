"""The suite's random edits and parallel editors, many more of them: 1,000 edit sequences for each promise of the anchors and the
merge, and 100 rounds of people who save, publish, split and move at once."""

import os
import subprocess
import sys

from coopstrategy.runtime.places import CHECKOUT

SEQUENCES, ROUNDS = 1_000, 100


def test_no_word_is_lost_and_no_anchor_lies():
    names = ("paragraphs", "comparing", "anchoring", "merging", "rewording", "publishing_races")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *(f"tests/panel/test_{name}.py" for name in names)],
        cwd=CHECKOUT,
        env=os.environ | {"PANEL_EXAMPLES": str(SEQUENCES), "PANEL_ROUNDS": str(ROUNDS)},
        capture_output=True,
        text=True,
        check=False,
    )
    print(done.stdout.splitlines()[-1])
    assert done.returncode == 0, done.stdout[-4000:]
