"""Every state of every page: nothing is in anybody's way, no script is needed, and no hostile string runs, whether or not the
browser keeps a content security policy. The suite walks one state of each."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import Walker, site, walk, world
from tests.browser.pages import demo_pages, pages_of
from tests.browser.test_accessibility import GROUPS, walk_all
from tests.browser.test_without_script import no_script_needed
from tests.browser.world import World
from tests.hostile.test_scripts import none_runs, tainted, tainted_pages, walker

__all__ = ["site", "tainted", "walk", "walker", "world"]


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.__name__)
def test_nothing_is_in_anybodys_way_in_any_state(
    world: World,
    walk: Callable[..., Walker],
    group: Any,
    settings: Any,
) -> None:
    settings.DEMO = group is demo_pages
    there = walk(world)
    troubles = walk_all(there, group(world))
    assert troubles == {}, json.dumps(troubles, indent=1, ensure_ascii=False)
    assert there.strays == []


def test_no_state_of_a_page_needs_a_script(world: World, walk: Callable[..., Walker]) -> None:
    pages = [page for page in pages_of(world) if page.send is None and not page.role.startswith("code:bare")]
    no_script_needed(world, walk, pages)


@pytest.mark.parametrize("walker", [True, False], indirect=True, ids=["with the policy", "without the policy"])
def test_no_script_runs_in_any_state_of_a_page(walker: Walker) -> None:
    none_runs(walker, list(tainted_pages(walker.world)))
