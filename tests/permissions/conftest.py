"""The world of tests/permissions/world.py, as if built anew for each test."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.kept import Kept
from tests.permissions.world import World, build


@pytest.fixture
def world(db, settings, tmp_path: Path, kept: Callable[..., Kept]) -> World:
    settings.PRIVATE_DIR = tmp_path
    settings.ACCOUNT_RATE_LIMITS = False
    return kept(build).laid_out(tmp_path)
