"""What every test shares. The servers come from tests/throwaway.py and the browser from tests/chromium.py, both plugins."""

import gc
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.handlers.wsgi import WSGIHandler
from django.core.management.commands import flush as flush_command
from django.core.signals import request_finished, request_started
from django.db.backends.postgresql.operations import DatabaseOperations
from psycopg import sql

from tests.kept import Kept

# These take minutes: they run when they are named, as `run.py drill` and `run.py benchmark` do.
ONLY_WHEN_NAMED = [Path(__file__).parent / "drills", Path(__file__).parent / "benchmarks"]


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    if collection_path not in ONLY_WHEN_NAMED:
        return None
    named = [(config.invocation_params.dir / argument.split("::")[0]).resolve() for argument in config.args]
    return None if any(path == collection_path or collection_path in path.parents for path in named) else True


# Rows that stay when the tables are emptied: no test writes them, and Django would only write the same again.
NOTES_OF_DJANGO = {"django_content_type", "auth_permission"}


# Walks through the whole site, each test of which takes many seconds.
WALKS = tuple(str(Path(__file__).parent / folder) for folder in ("browser", "hostile", "journeys", "permissions"))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long tests first. Each of two workers begins with one half of the list, and ends by taking what the other has left: then
    there should be short ones to share out."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        walks = [item for item in items if str(item.path).startswith(WALKS)]
        others = [item for item in items if not str(item.path).startswith(WALKS)]
        half = len(others) // 2
        items[:] = [*walks[::2], *others[:half], *walks[1::2], *others[half:]]


def pytest_collection_finish() -> None:
    """What is imported by now stays: the collector of garbage need not look through it again and again."""
    gc.collect()
    gc.freeze()


class UnderWay:
    """Counts the requests that a server in this process is answering."""

    def __init__(self) -> None:
        self.number = 0
        self.changed = threading.Condition()

    def count(self, by: int) -> None:
        with self.changed:
            self.number += by
            self.changed.notify_all()

    def begins(self, **kwargs: object) -> None:
        self.count(1)

    def ends(self, **kwargs: object) -> None:
        self.count(-1)

    def wait_for_none(self) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: self.number <= 0, timeout=30), "a request was never answered"


@pytest.fixture(scope="session")
def requests_under_way() -> Iterator[UnderWay]:
    under_way = UnderWay()
    # The handler of a server, not that of a test's client, whose answers may never be read to their end.
    request_started.connect(under_way.begins, sender=WSGIHandler)
    request_finished.connect(under_way.ends, sender=WSGIHandler)
    yield under_way
    request_started.disconnect(under_way.begins, sender=WSGIHandler)
    request_finished.disconnect(under_way.ends, sender=WSGIHandler)


@pytest.fixture(scope="session", autouse=True)
def emptied_tables_are_as_migrated(requests_under_way: UnderWay) -> Iterator[None]:
    """Tests that commit are cleaned up once nobody is being answered any more. By DELETE: tests write a few rows, and TRUNCATE
    makes every table and index anew, which takes forty times as long. The record refuses both, as it should, so its guard steps
    aside; the texts that migrations wrote are written again; and what Django itself notes about its tables stays. The next test
    finds a new site, not an empty one."""
    flush, tell = DatabaseOperations.sql_flush, flush_command.emit_post_migrate_signal

    def delete(self: DatabaseOperations, style: object, tables: Sequence[str], **asked: bool) -> list[sql.Composable]:
        requests_under_way.wait_for_none()
        assert asked == {"reset_sequences": False, "allow_cascade": False}
        emptied = [sql.Identifier(table) for table in tables if table not in NOTES_OF_DJANGO]
        rows = sql.Composed([sql.SQL("DELETE FROM {};").format(table) for table in emptied])
        return [sql.SQL("SET LOCAL session_replication_role = replica"), rows]

    def write_texts(*args: object, **kwargs: object) -> None:
        for migration in ("0002_first_texts", "0004_phases"):
            import_module(f"consultation.migrations.{migration}").write(apps, None)

    DatabaseOperations.sql_flush, flush_command.emit_post_migrate_signal = delete, write_texts
    yield
    DatabaseOperations.sql_flush, flush_command.emit_post_migrate_signal = flush, tell


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Callable[[], Any]], Kept]:
    """`kept(World).laid_out(folder)`: a world that was built once for all the tests of this process, as if built for this one."""
    made: dict[Callable[[], Any], Kept] = {}

    def of(build: Callable[[], Any]) -> Kept:
        if build not in made:
            made[build] = Kept(build, tmp_path_factory.mktemp("kept") / "private")
        return made[build]

    return of
