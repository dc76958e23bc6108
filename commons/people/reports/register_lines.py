"""The lines of one register file, laid in a temporary table, so that the database compares them with what it has. The table
belongs to the connection and is dropped at the end; nothing else can see it."""

import json
from collections.abc import Iterable
from types import TracebackType
from typing import Self

from django.db import DatabaseError, connection
from psycopg import sql

from commons.people.models import Organisation
from commons.people.reports.register_file import FIELDS, Line, Problem

TABLE = sql.Identifier("register_lines")
ORGANISATIONS = sql.Identifier(Organisation._meta.db_table)


def columns(table: str = "") -> sql.Composed:
    """The names of `FIELDS`, as a list for SQL."""
    return sql.SQL(", ").join(sql.Identifier(table, name) if table else sql.Identifier(name) for name in FIELDS)


class RegisterLines:
    """Use as a context: the table exists inside it."""

    def __enter__(self) -> Self:
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("DROP TABLE IF EXISTS pg_temp.{}").format(TABLE))
            cursor.execute(
                sql.SQL(
                    "CREATE TEMPORARY TABLE {} AS SELECT 0 AS line, 0 AS first_line, '[]'::jsonb AS remarks, {} FROM {} "
                    "WITH NO DATA"
                ).format(TABLE, columns(), ORGANISATIONS)
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        # After an error of the database's own the connection may be of no use; then the table goes with it.
        if not isinstance(error, DatabaseError):
            with connection.cursor() as cursor:
                cursor.execute(sql.SQL("DROP TABLE {}").format(TABLE))

    def add(self, lines: Iterable[Line]) -> None:
        statement = sql.SQL("COPY {} (line, remarks, {}) FROM STDIN").format(TABLE, columns())
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            for line in lines:
                copy.write_row((line.number, json.dumps(line.remarks), *(line.values[name] for name in FIELDS)))

    def complete(self) -> None:
        """To be called when all lines are in: finds which line was the first of each register id, and shared numbers."""
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("ANALYZE {}").format(TABLE))
            cursor.execute(
                sql.SQL(
                    "UPDATE {0} AS l SET first_line = f.line FROM "
                    "(SELECT register_id, min(line) AS line FROM {0} GROUP BY register_id) AS f "
                    "WHERE f.register_id = l.register_id"
                ).format(TABLE)
            )
            cursor.execute(
                sql.SQL(
                    "UPDATE {0} SET remarks = remarks || '[\"shared_number\"]'::jsonb WHERE registered_number IN "
                    "(SELECT registered_number FROM {0} WHERE line = first_line AND registered_number <> '' "
                    "GROUP BY registered_number HAVING count(*) > 1)"
                ).format(TABLE)
            )

    def contradictions(self) -> list[Problem]:
        """Lines that repeat a register id and say something else."""
        with connection.cursor() as cursor:
            cursor.execute(
                sql.SQL(
                    "SELECT l.line, l.register_id FROM {0} AS l JOIN {0} AS f ON f.line = l.first_line "
                    "WHERE l.line <> l.first_line AND ({1}) IS DISTINCT FROM ({2}) ORDER BY l.line"
                ).format(TABLE, columns("l"), columns("f"))
            )
            return [
                Problem("id_doubled", line, "CUK Organisation ID", register_id)
                for line, register_id in cursor.fetchall()
            ]
