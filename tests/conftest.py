"""What every test shares. The servers come from tests/throwaway.py and the browser from tests/chromium.py, both plugins."""

import threading
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db.backends.postgresql.operations import DatabaseOperations

# These take minutes: they run when they are named, as `run.py drill` and `run.py benchmark` do.
ONLY_WHEN_NAMED = [Path(__file__).parent / "drills", Path(__file__).parent / "benchmarks"]


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    if collection_path not in ONLY_WHEN_NAMED:
        return None
    named = [(config.invocation_params.dir / argument.split("::")[0]).resolve() for argument in config.args]
    return None if any(path == collection_path or collection_path in path.parents for path in named) else True


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
    """Tests that commit are cleaned up by TRUNCATE, once nobody is being answered any more. The record refuses that, as it
    should, so its guard steps aside for this one statement; and the texts that a migration wrote are written again: the next
    test finds a new site, not an empty one."""
    empty = DatabaseOperations.execute_sql_flush

    def empty_and_write_texts(self: DatabaseOperations, statements: list[str]) -> None:
        requests_under_way.wait_for_none()
        empty(self, ["SET LOCAL session_replication_role = replica;", *statements])
        import_module("consultation.migrations.0002_first_texts").write(apps, None)

    DatabaseOperations.execute_sql_flush = empty_and_write_texts
    yield
    DatabaseOperations.execute_sql_flush = empty
