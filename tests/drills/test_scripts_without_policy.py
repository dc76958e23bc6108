"""Every page with hostile strings on it, in a browser that keeps no content security policy: nothing runs."""

import pytest

from tests.browser.conftest import Walker
from tests.hostile.test_scripts import none_runs, tainted, tainted_pages, walker

__all__ = ["tainted", "walker"]


@pytest.mark.parametrize("walker", [False], indirect=True, ids=["without the policy"])
def test_no_script_runs_on_any_page_that_has_no_policy(walker: Walker):
    none_runs(walker, list(tainted_pages(walker.world)))
