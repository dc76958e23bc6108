"""Every setting that a machine can change is written down where people look for it."""

import re

from coopstrategy.runtime.places import CHECKOUT

# Not read by settings.py: docker compose's own, and those of run.py and the tests.
OF_OTHERS = {"POSTGRES_PASSWORD", "PORT", "POSTGRES_BIN", "TEST_DATABASE_URL", "CHROMIUM", "BROWSER_TESTS"}


def test_the_example_lists_exactly_the_settings_that_are_read():
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', (CHECKOUT / "coopstrategy" / "settings.py").read_text()))
    listed = re.findall(r"^#?([A-Z_]+)=", (CHECKOUT / ".env.example").read_text(), re.MULTILINE)
    assert sorted(listed) == sorted(read | OF_OTHERS)
