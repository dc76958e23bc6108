"""A Postgres that keeps what it promises: fsync is on, as on a real site, because a save that is not on disk is not a save."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections

from coopstrategy.runtime.places import CHECKOUT, Places, make_folder, server_account
from coopstrategy.runtime.postgres import Postgres
from tests.throwaway import RUN_FOLDER


@pytest.fixture(scope="session")
def durable_postgres() -> Iterator[Postgres]:
    """Beside the run's own server and removed with its folder. Ends when this process does."""
    account, folder = server_account(), Path(os.environ[RUN_FOLDER])
    server = Postgres(
        make_folder(folder / "durably", mode=0o711 if account else 0o700),
        sockets=folder / "durable",
        log=folder / "durable.log",
        account=account,
        programs=Places.of(Path(os.environ.get("COOP_TESTS_STATE_DIR", CHECKOUT / ".run"))).server_home,
    )
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(durable_postgres: Postgres) -> None:
    connections["default"].settings_dict["HOST"] = str(durable_postgres.sockets)


@pytest.fixture(scope="session")
def database_url(durable_postgres: Postgres, django_db_setup: None) -> str:
    """The test database, for programs of their own."""
    return f"postgres://app@/{connections['default'].settings_dict['NAME']}?host={durable_postgres.sockets}"


@pytest.fixture(scope="session")
def site_env(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The site as it runs for real: connections pooled, static files hashed and compressed, a log line for each request."""
    env = {
        "DATABASE_URL": database_url,
        "DATABASE_POOL": "1",
        "LOG_LEVEL": "INFO",
        "LOG_FORMAT": "json",
        "STATIC_ROOT": str(tmp_path_factory.mktemp("static")),
        "STATIC_STORAGE": "whitenoise.storage.CompressedManifestStaticFilesStorage",
        "WHITENOISE_AUTOREFRESH": "0",
    }
    collect = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
    subprocess.run(collect, cwd=CHECKOUT, env={**os.environ, **env}, check=True)
    return env
