"""How a file is made. Postgres writes the CSV itself (COPY); here its rows are counted, hashed and put on disk.

Everything is read from one REPEATABLE READ snapshot: first the number of rows, then the rows. If the two differ, or the disk
is full, or the person lost the right to the data, the job fails with a reason; there is never half a file. While the main
thread copies, a second one with a connection of its own keeps the lease, writes progress, and passes on a wish to stop.
"""

import contextlib
import copy
import datetime as dt
import errno
import hashlib
import logging
import os
import threading
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import psycopg
from django.db import Error as DatabaseError
from django.db import connection, connections, transaction
from django.utils.translation import gettext_noop
from psycopg import sql

from commons import queues
from commons.exports.actions import complete_export, fail_export, stop_export
from commons.exports.models import ExportJob
from commons.exports.reports import Report, csv_line, may_have, report_named

logger = logging.getLogger(__name__)

BLOCK = 64 * 1024
PROGRESS_EVERY = 0.5  # seconds
RENEW_EVERY = 2.0  # seconds, when there is no progress to tell; a wish to stop is noticed within this time
# Shorter than the task's own limit (15 minutes), so that a slow report ends with a reason and is not killed without one.
LONGEST = dt.timedelta(minutes=14)
BYTE_ORDER_MARK = b"\xef\xbb\xbf"

NO_SUCH_REPORT = gettext_noop("This kind of export is no longer offered.")
NOT_ALLOWED = gettext_noop(
    "You may no longer see this data. If you think this is wrong, ask the people who give out roles."
)
ROWS_DIFFER = gettext_noop("The file did not hold as many rows as we had counted, so we threw it away.")
DISK_FULL = gettext_noop("There was no room left on our disk.")
TOO_LONG = gettext_noop("It took longer than we allow.")
OUR_FAULT = gettext_noop("Something went wrong on our side.")

NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class CannotMake(Exception):
    """The file cannot be made; the first argument is the plain reason."""


class Pulse:
    """Keeps the lease of a running job from a thread of its own, and tells the copying thread when to stop.

    The copying thread sets `total` and `rows` as it goes, which costs it nothing. `interrupt` must end whatever that thread
    waits for in Postgres.
    """

    def __init__(self, job: ExportJob, interrupt: Callable[[], None]) -> None:
        self.rows = 0
        self.total: int | None = None
        self.stopped_by: Exception | None = None
        self._job = copy.copy(job)
        self._interrupt = interrupt
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"pulse of export {job.pk}", daemon=True)

    def __enter__(self) -> "Pulse":
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._done.set()
        self._thread.join()

    def check(self) -> None:
        """Raises LeaseLost or CancelAsked when one of them has happened."""
        if self.stopped_by is not None:
            raise self.stopped_by

    def _beat(self) -> None:
        told, renewed = (0, None), time.monotonic()
        try:
            while self.stopped_by is None and not self._done.wait(PROGRESS_EVERY):
                now = time.monotonic()
                counts = (self.rows, self.total)
                if counts == told and now - renewed < RENEW_EVERY:
                    continue
                try:
                    queues.renew(self._job, done_count=counts[0], total_count=counts[1])
                    told, renewed = counts, now
                except (queues.LeaseLost, queues.CancelAsked) as stop:
                    self.stopped_by = stop
                except DatabaseError as error:
                    logger.warning("Export %s could not tell how far it is: %s", self._job.pk, error)
                    connections.close_all()
                    if now - renewed > queues.LEASE.total_seconds():
                        self.stopped_by = queues.LeaseLost()
            if self.stopped_by is not None:
                self._interrupt()
        finally:
            connections.close_all()


class HashedFile:
    """A new file that only we can read, written through a SHA-256."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        self.size = 0
        self.hash = hashlib.sha256()
        self._file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb", buffering=0)

    def __enter__(self) -> "HashedFile":
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._file.close()

    def write(self, block: bytes) -> None:
        self.hash.update(block)
        self.size += len(block)
        rest = memoryview(block)
        while rest:
            rest = rest[self._file.write(rest) :]

    def reach_the_disk(self) -> None:
        os.fsync(self._file.fileno())


def copied(cursor: Any, report: Report, params: dict[str, Any]) -> Iterator[tuple[int, bytes]]:
    """The CSV of a report in blocks of about 64 KiB, each with the number of rows in it. Postgres sends one message a row.

    Every cell is quoted: left to itself, LibreOffice also takes a semicolon or a tab for the end of a cell that is not, and what
    follows may be a formula.
    """
    head = BYTE_ORDER_MARK + csv_line(report.header(params)).encode()
    statement, args = report.query(params)
    if isinstance(statement, str):
        statement = sql.SQL(statement)
    rows, size, parts = 0, len(head), [head]
    with cursor.copy(
        sql.SQL("COPY ({}) TO STDOUT WITH (FORMAT csv, FORCE_QUOTE *)").format(statement), args
    ) as messages:
        for message in messages:
            rows += 1
            size += len(message)
            parts.append(message)
            if size >= BLOCK:
                yield rows, b"".join(parts)
                rows, size, parts = 0, 0, []
    yield rows, b"".join(parts)


def blocks_of(cursor: Any, report: Report, params: dict[str, Any]) -> Generator[tuple[int, bytes]]:
    """The contents of a report of either kind, piece by piece, each with the number of rows that end in it."""
    yield from copied(cursor, report, params) if report.chunks is None else report.chunks(params)


def _write(job: ExportJob, report: Report, path: Path) -> tuple[int, HashedFile]:
    """Write the whole file. Returns how many rows it holds, and the closed file. Raises CannotMake when rows are missing."""
    deadline = time.monotonic() + LONGEST.total_seconds()
    limit = f"{int(LONGEST.total_seconds())}s"
    with HashedFile(path) as file, transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [limit])
        cursor.execute("SELECT set_config('idle_in_transaction_session_timeout', %s, true)", [limit])
        with Pulse(job, interrupt=connection.connection.cancel_safe) as pulse:
            try:
                pulse.total = report.count(cursor, job.params)
                # Closed before the transaction ends: a COPY that is still open would be waited for, for ever.
                with contextlib.closing(blocks_of(cursor, report, job.params)) as blocks:
                    for rows, block in blocks:
                        file.write(block)
                        pulse.rows += rows
                        pulse.check()
                        if time.monotonic() > deadline:
                            raise CannotMake(TOO_LONG)
            except (psycopg.Error, DatabaseError):
                pulse.check()  # Postgres was interrupted because of that
                raise
        pulse.check()
        if pulse.rows != pulse.total:
            logger.error("Export %s counted %s rows and wrote %s", job.pk, pulse.total, pulse.rows)
            raise CannotMake(ROWS_DIFFER)
        file.reach_the_disk()
    return pulse.rows, file


def _make(job: ExportJob) -> None:
    report = report_named(job.report)
    if report is None:
        raise CannotMake(NO_SUCH_REPORT)
    if not may_have(job.asked_by, job):
        raise CannotMake(NOT_ALLOWED)
    finished = job.stored_at
    draft = finished.with_name(f"{finished.name}.part")
    try:
        rows, file = _write(job, report, draft)
        draft.replace(finished)
    finally:
        draft.unlink(missing_ok=True)
    _reach_the_disk(finished.parent)
    try:
        complete_export(
            job, by=None, rows=rows, size=file.size, sha256=file.hash.hexdigest(), extension=report.extension
        )
    except queues.LeaseLost:
        # Only then: after any other error the row may say "done" all the same. What nobody owns is removed as a stray.
        finished.unlink(missing_ok=True)
        raise


def _reach_the_disk(folder: Path) -> None:
    """A renamed file is only safe from a power cut when its folder has reached the disk too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def plain_reason(error: Exception) -> str:
    """The sentence, marked for gettext, that tells the person why there is no file."""
    cause = error.__cause__ if isinstance(error, DatabaseError) else error
    if isinstance(error, CannotMake):
        return error.args[0]
    if isinstance(cause, psycopg.errors.QueryCanceled):
        return TOO_LONG
    if isinstance(cause, psycopg.errors.DiskFull) or (isinstance(error, OSError) and error.errno in NO_ROOM):
        return DISK_FULL
    return OUR_FAULT


def postgres_went_away(error: Exception) -> bool:
    """Whether the error says that the server stopped, restarts, has no room for us, or that the line to it broke."""
    cause = error.__cause__ if isinstance(error, DatabaseError) else error
    if isinstance(cause, psycopg.InterfaceError):
        return True
    if not isinstance(cause, psycopg.OperationalError):
        return False
    return cause.sqlstate is None or cause.sqlstate.startswith(("08", "57P0", "533"))


def make_file(job: ExportJob) -> None:
    """Make the file of a claimed job and end the job: done, failed with a reason, or cancelled.

    When the job belongs to someone else by now, nothing is written. When Postgres went away the error is raised and the lease
    is left to run out: a later attempt starts afresh.
    """
    try:
        _make_or_say_why(job)
    except queues.LeaseLost:
        logger.warning("Export %s, attempt %s: somebody else holds it now, or it has ended", job.pk, job.attempts)


def _make_or_say_why(job: ExportJob) -> None:
    try:
        _make(job)
    except queues.LeaseLost:
        raise
    except queues.CancelAsked:
        stop_export(job, by=None)
    except Exception as error:
        if postgres_went_away(error):
            raise
        logger.exception("Export %s failed", job.pk)
        fail_export(job, plain_reason(error), by=None)
