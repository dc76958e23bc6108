"""The world of the browser tests, here without a browser: each test is undone at its end."""

import pytest

from tests.browser.world import World


@pytest.fixture
def world(db, settings, tmp_path) -> World:
    settings.ROOT_URLCONF = "tests.browser.urls"
    settings.PRIVATE_DIR = tmp_path
    world = World()
    for client in world.clients.values():
        client.raise_request_exception = False
    return world
