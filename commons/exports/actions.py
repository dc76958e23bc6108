"""What can be done with exports: ask, stop, try again, take away; and how the worker's side ends a job."""

import datetime as dt
import uuid
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone, translation
from django.utils.text import slugify
from django.utils.translation import gettext

from commons import queues
from commons.audit.actions import record
from commons.digests.actions import drop_notices, notify
from commons.exports.models import KEPT_FOR, ExportJob, folder
from commons.exports.reports import may_have, report_named
from commons.people.models import User
from commons.queues import State

MOST_UNFINISHED = 5


class TooManyExports(Exception):
    """The person already has as many unfinished exports as one person may have."""


class NotReady(Exception):
    """There is no file to give: not made yet, failed, or deleted."""


@transaction.atomic
def ask_for_export(report: str, params: dict[str, Any], *, by: Any, purpose: str = "", key: str = "") -> ExportJob:
    """Write the job down. The same person with the same `key` (one per form shown) gets the same job again.

    Raises PermissionDenied (also for an unknown report), ValidationError, TooManyExports.
    """
    kind = report_named(report)
    if kind is None or not by.has_perm("exports.ask_for_export"):
        raise PermissionDenied
    key = key or uuid.uuid4().hex
    # One ask of a person after the other: the second half of a double click finds the job, and nobody slips past the limit.
    User.objects.select_for_update().get(pk=by.pk)
    already = ExportJob.objects.filter(asked_by=by, key=key).first()
    if already is not None:
        return already
    params = kind.clean_params(params)
    if not kind.may_run(by, params):
        raise PermissionDenied
    if ExportJob.objects.filter(asked_by=by).unfinished().count() >= MOST_UNFINISHED:
        raise TooManyExports
    job = ExportJob.objects.create(
        asked_by=by,
        report=kind.name,
        title=kind.title_for(params)[:200],
        params=params,
        purpose=purpose,
        key=key,
    )
    record("ask_for_export", job, by=by, data={"report": job.report, "params": job.params, "purpose": job.purpose})
    return job


@transaction.atomic
def cancel_export(job: ExportJob, *, by: Any) -> ExportJob:
    """Stop it: at once while it waits, within seconds while it runs. Raises queues.AlreadyEnded."""
    queues.cancel(job)
    record("cancel_export", job, by=by)
    return job


@transaction.atomic
def retry_export(job: ExportJob, *, by: Any) -> ExportJob:
    """A new job like this one, which failed, was cancelled or whose file is gone. A second click gets the same new job.

    Raises NotReady while the first is still going or its file is still there, and what ask_for_export raises.
    """
    if not job.ended or (job.state == State.DONE and not job.expired_at(timezone.now())):
        raise NotReady
    try:
        return ask_for_export(job.report, job.params, by=by, purpose=job.purpose, key=f"again-{job.pk}")
    except ValidationError as error:  # what it was asked about is gone
        raise PermissionDenied from error


@transaction.atomic
def take_export(job: ExportJob, *, by: Any) -> Path:
    """Note that the file was fetched, and say where it lies.

    Raises PermissionDenied, NotReady (no file, or not the file that was made).
    """
    if not may_have(by, job):
        raise PermissionDenied
    if job.state != State.DONE or job.expired_at(timezone.now()):
        raise NotReady
    try:
        size = job.stored_at.stat().st_size
    except FileNotFoundError as error:
        raise NotReady from error
    if size != job.file_size:
        raise NotReady
    record("take_export", job, by=by, data={"sha256": job.sha256})
    return job.stored_at


def _tell(job: ExportJob, *, by: Any, kind: str, subject: str, text: str) -> None:
    notify(
        job.asked_by,
        by=by,
        kind=kind,
        key=f"export:{job.pk}",
        subject=subject,
        text=text,
        path=job.get_absolute_url(),
        mail=True,
    )


def _language_of(job: ExportJob) -> translation.override:
    return translation.override(job.asked_by.language or None)


@transaction.atomic
def complete_export(job: ExportJob, *, by: Any, rows: int, size: int, sha256: str, extension: str) -> ExportJob:
    """End a running job as done and tell the person. Raises queues.LeaseLost, and then nothing is written."""
    now = timezone.now()
    name = f"{slugify(job.report)}-{now:%Y-%m-%d-%H%M}-{str(job.pk)[:8]}.{extension}"
    queues.finish(
        job,
        now=now,
        done_count=rows,
        total_count=rows,
        file_name=name,
        file_size=size,
        sha256=sha256,
        expires_at=now + KEPT_FOR,
    )
    record("complete_export", job, by=by, data={"rows": rows, "sha256": sha256})
    with _language_of(job):
        _tell(
            job,
            by=by,
            kind="export-ready",
            subject=gettext("Your export is ready: %(title)s") % {"title": job.title},
            text=gettext("The file you asked for is ready. Sign in to download it. We delete it after %(days)s days.")
            % {"days": KEPT_FOR.days},
        )
    return job


def _note_failure(job: ExportJob, *, by: Any) -> None:
    record("fail_export", job, by=by, data={"reason": job.reason})
    with _language_of(job):
        _tell(
            job,
            by=by,
            kind="export-failed",
            subject=gettext("Your export did not work: %(title)s") % {"title": job.title},
            text=gettext("We could not make the file you asked for. %(reason)s Nothing was lost.")
            % {"reason": gettext(job.reason)},
        )


@transaction.atomic
def fail_export(job: ExportJob, reason: str, *, by: Any) -> ExportJob:
    """End a running job as failed, with a plain reason (marked by gettext_noop). Raises queues.LeaseLost."""
    queues.fail(job, reason)
    _note_failure(job, by=by)
    return job


@transaction.atomic
def stop_export(job: ExportJob, *, by: Any) -> ExportJob:
    """End a running job as cancelled, because it was asked to stop. Raises queues.LeaseLost."""
    queues.stop(job)
    record("stop_export", job, by=by)
    return job


@transaction.atomic
def give_up_exports(*, by: Any) -> list[ExportJob]:
    """End the jobs no worker will take any more, and tell the people. Returns them."""
    lost = queues.give_up(ExportJob.objects.select_related("asked_by"))
    for job in lost:
        if job.state == State.FAILED:
            _note_failure(job, by=by)
        else:
            record("stop_export", job, by=by)
    return lost


@transaction.atomic
def reopen_export(job: ExportJob, *, by: Any) -> bool:
    """Staff let a failed export be tried again, for whoever asked for it. That it had failed is no news any more. Returns whether
    it waits now."""
    waits = queues.reopen(job)
    if waits:
        drop_notices(keys=[f"export:{job.pk}"], by=by, about=job)
        record("reopen_export", job, by=by)
    return waits


@transaction.atomic
def remove_expired_exports(*, by: Any, now: dt.datetime | None = None) -> int:
    """Delete the files whose time is over, and files no job knows. Returns how many files were deleted.

    A file is deleted before its row says so: when this stops in the middle, the next run finds the row again.
    """
    now = now or timezone.now()
    removed = 0
    for job in ExportJob.objects.expired(now).select_for_update(skip_locked=True, of=("self",)):
        job.stored_at.unlink(missing_ok=True)
        job.removed_at = now
        job.save(update_fields=["removed_at"])
        record("remove_expired_export", job, by=by)
        removed += 1
    return removed + _remove_strays(now)


def _remove_strays(now: dt.datetime) -> int:
    """Files of attempts that died, and of people who are gone. One hour of grace: a worker may be about to say "done"."""
    known = {
        f"{pk}.{attempts}"
        for pk, attempts in ExportJob.objects.filter(
            state__in=[State.RUNNING, State.DONE], removed_at=None
        ).values_list("pk", "attempts")
    }
    removed = 0
    for path in folder().glob("*"):
        old = now.timestamp() - path.stat().st_mtime > dt.timedelta(hours=1).total_seconds()
        if old and path.name.removesuffix(".part") not in known:
            path.unlink(missing_ok=True)
            removed += 1
    return removed
