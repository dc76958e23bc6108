"""A register file is read while everybody can see how far it is, and then loaded in one transaction."""

import errno
import logging
from collections.abc import Callable
from itertools import islice
from typing import BinaryIO

from celery import shared_task
from django.conf import settings
from django.db import OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from commons import queues
from commons.people.actions.register import (
    RegisterRefused,
    ask_register_import,
    fail_register_import,
    give_up_register_imports,
    load_register,
    refuse_register_import,
)
from commons.people.models import RegisterImport, User
from commons.people.reports.register_file import RegisterFile
from commons.people.reports.register_lines import RegisterLines

logger = logging.getLogger(__name__)

LINES_AT_ONCE = 1000

FILE_GONE = gettext_noop("We no longer have the file. Nothing was imported. Please bring it again.")
OUR_FAULT = gettext_noop("Something went wrong on our side. Nothing was imported. We have been told.")

Watch = Callable[[RegisterImport], None]


class AlreadyImporting(Exception):
    """A worker is busy with this very file."""


def import_register(
    file: BinaryIO, *, by: User | None, file_name: str, edition: str = "", watch: Watch = lambda row: None
) -> RegisterImport:
    """Bring a file and load it at once, without a worker. Returns the import: done, or failed with its `problems`.

    `watch` is called with the import each time more of the file has been read. Raises RegisterRefused (too large) and
    AlreadyImporting.
    """
    with transaction.atomic():
        asked = ask_register_import(file, by=by, file_name=file_name, edition=edition)
        row = queues.claim(RegisterImport.objects.filter(pk=asked.pk))
    if row is None:
        raise AlreadyImporting
    return work_on(row, watch=watch)


def work_on(row: RegisterImport, *, watch: Watch = lambda row: None) -> RegisterImport:
    """Read and load the file of a claimed import; end it as done or failed, whatever happens.

    Only OperationalError comes out, when the database is away: then the lease runs out and the sweep tries again.
    """
    try:
        _read_and_load(row, watch)
    except RegisterRefused as refused:
        refuse_register_import(row, refused.problems, by=row.asked_by, count=refused.count)
    except (queues.LeaseLost, OperationalError):
        raise
    except Exception as error:
        logger.exception("Register import %s failed", row.pk)
        reason = FILE_GONE if isinstance(error, OSError) and error.errno == errno.ENOENT else OUR_FAULT
        fail_register_import(row, reason, by=row.asked_by)
    return row


def _read_and_load(row: RegisterImport, watch: Watch) -> None:
    with row.stored_at.open("rb") as stream, RegisterLines() as lines:
        file = RegisterFile(stream, today=timezone.localdate(), most_bytes=settings.REGISTER_MAX_BYTES)
        rest = iter(file)
        while some := list(islice(rest, LINES_AT_ONCE)):
            lines.add(some)
            queues.renew(row, done_count=file.bytes_read, total_count=row.file_size)
            watch(row)
        if file.problems.count:
            raise RegisterRefused(file.problems.listed, file.problems.count)
        load_register(row, lines, by=row.asked_by, newest=file.newest)


@shared_task(name="people.run_register_import", acks_late=True, reject_on_worker_lost=True, ignore_result=True)
def run_register_import(import_id: str) -> None:
    """Do this import, if nobody else has begun it."""
    row = queues.claim(RegisterImport.objects.select_related("asked_by").filter(pk=import_id))
    if row is None:
        return
    try:
        work_on(row)
    except queues.LeaseLost:
        logger.warning("Register import %s was taken over by another worker", import_id)


@shared_task(name="people.sweep_register_imports", ignore_result=True)
def sweep_register_imports() -> None:
    """Ring again for every import nobody works on, and end those that were tried too often."""
    give_up_register_imports(by=None)
    for import_id in RegisterImport.objects.claimable(timezone.now()).values_list("pk", flat=True):
        queues.press(run_register_import, import_id)
