"""The world of tests/permissions/world.py, built anew for each test."""

import pytest

from tests.permissions.world import World, build


@pytest.fixture
def world(db, settings, tmp_path) -> World:
    settings.PRIVATE_DIR = tmp_path
    settings.ACCOUNT_RATE_LIMITS = False
    return build()
