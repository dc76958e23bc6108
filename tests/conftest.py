"""What every test shares. The servers come from tests/throwaway.py and the browser from tests/chromium.py, both plugins."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.db.backends.postgresql.operations import DatabaseOperations

# These take minutes: they run when they are named, as `run.py drill` and `run.py benchmark` do.
ONLY_WHEN_NAMED = [Path(__file__).parent / "drills", Path(__file__).parent / "benchmarks"]


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    if collection_path not in ONLY_WHEN_NAMED:
        return None
    named = [(config.invocation_params.dir / argument.split("::")[0]).resolve() for argument in config.args]
    return None if any(path == collection_path or collection_path in path.parents for path in named) else True


@pytest.fixture(scope="session", autouse=True)
def emptied_tables_are_as_migrated() -> Iterator[None]:
    """Tests that commit are cleaned up by TRUNCATE. The record refuses that, as it should, so its guard steps aside for this
    one statement; and the texts that a migration wrote are written again: the next test finds a new site, not an empty one."""
    empty = DatabaseOperations.execute_sql_flush

    def empty_and_write_texts(self: DatabaseOperations, statements: list[str]) -> None:
        empty(self, ["SET LOCAL session_replication_role = replica;", *statements])
        import_module("consultation.migrations.0002_first_texts").write(apps, None)

    DatabaseOperations.execute_sql_flush = empty_and_write_texts
    yield
    DatabaseOperations.execute_sql_flush = empty
