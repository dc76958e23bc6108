"""Small worlds that take seconds to build, built once and laid out again for each test that asks: every row with its own number,
and every file. A test changes its copy as it likes.

Nothing of one test reaches the next: the rows are copied out of a transaction that is undone, and what a test gets is written by
`COPY` into its own tables, which are emptied or rolled back after it like those of any other test.
"""

import copyreg
import shutil
import time
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from types import MappingProxyType
from typing import Any

from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.test.utils import override_settings
from psycopg import sql

MOST_SECONDS = 100
"""An older world is built anew: a lease lasts four minutes and a proof of who one is lasts five, and the longest walk that begins
with them needs the rest."""

# What cannot be changed, as the parts of a questionnaire, is shared by all copies.
copyreg.pickle(MappingProxyType, lambda _proxy: "itself")


class Kept:
    """A world made by `build`, whose `clients` are browsers by name. `folder` is where its files are kept."""

    def __init__(self, build: Callable[[], Any], folder: Path) -> None:
        self.build, self.folder = build, folder
        self.made_at: float | None = None

    def laid_out(self, private: Path) -> Any:
        """The world in this test's tables, its files in `private`. The test may hold a transaction or commit what it does."""
        if self.made_at is None or time.monotonic() - self.made_at > MOST_SECONDS:
            self._make()
        with transaction.atomic(), connection.cursor() as cursor:
            # Rows of the record may not be deleted, and rows arrive before those they point at.
            cursor.execute("SET LOCAL session_replication_role = replica")
            for table, columns, before, rows in self.tables:
                if before:
                    cursor.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
                with cursor.copy(_copy(table, columns, "FROM STDIN")) as copy:
                    copy.write(rows)
            cursor.execute("SET LOCAL session_replication_role = origin")
        shutil.copytree(self.folder, private, dirs_exist_ok=True)
        cache.clear()
        return deepcopy(self.world, {id(one): _same_browser(one) for one in self.world.clients.values()})

    def _make(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        began = time.monotonic()
        with override_settings(PRIVATE_DIR=self.folder), transaction.atomic():
            before = {table: rows for table, _columns, rows in _contents()}
            self.world = self.build()
            self.tables = [
                (table, columns, before[table], rows) for table, columns, rows in _contents() if rows != before[table]
            ]
            transaction.set_rollback(True)
        self.made_at = began


def _contents() -> list[tuple[str, list[str], bytes]]:
    """Of every table its name, the columns that can be written, and its rows as COPY tells them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name::text, array_agg(column_name::text ORDER BY ordinal_position) FROM information_schema.columns "
            "WHERE table_schema = 'public' AND is_generated = 'NEVER' GROUP BY table_name ORDER BY table_name"
        )
        found = []
        for table, columns in cursor.fetchall():
            with cursor.copy(_copy(table, columns, "TO STDOUT")) as copy:
                found.append((table, columns, b"".join(copy)))
    return found


def _copy(table: str, columns: list[str], way: str) -> sql.Composed:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL("COPY {} ({}) " + way).format(sql.Identifier(table), names)


def _same_browser(one: Client) -> Client:
    """One with cookies of its own, and otherwise new."""
    same = Client(raise_request_exception=one.raise_request_exception)
    same.cookies = deepcopy(one.cookies)
    return same
