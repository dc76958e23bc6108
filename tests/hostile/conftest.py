"""The world of the browser tests, here without a browser: each test is undone at its end."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.world import World
from tests.kept import Kept


@pytest.fixture
def world(db, settings, tmp_path: Path, kept: Callable[..., Kept]) -> World:
    settings.ROOT_URLCONF = "tests.browser.urls"
    settings.PRIVATE_DIR = tmp_path
    world = kept(World).laid_out(tmp_path)
    for client in world.clients.values():
        client.raise_request_exception = False
    return world
