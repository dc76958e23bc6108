"""Which notices tell of exports: service messages to whoever asked for a file. That a file is ready is told while it is there and
its reader may still have it; that it could not be made, until it is tried again."""

from collections.abc import Sequence
from typing import Any

from django.db import models
from django.db.models.functions import Cast, Concat
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from commons.digests.models import Notice
from commons.digests.reports import Group, register_kind
from commons.exports.models import ExportJob
from commons.exports.reports import may_have
from commons.queues import State

WHY = _("You asked for a file.")


def _of(reader: models.OuterRef) -> models.QuerySet:
    """The job of a notice: its number is no number, so the notice names it by its key alone."""
    key = Concat(models.Value("export:"), Cast("pk", models.CharField()))
    return ExportJob.objects.alias(notice_key=key).filter(asked_by=reader, notice_key=models.OuterRef("key"))


def _there(about: models.OuterRef, reader: models.OuterRef) -> models.QuerySet:
    return _of(reader).filter(state=State.DONE, removed_at=None, expires_at__gt=timezone.now())


def _may_have(reader: Any, notices: Sequence[Notice]) -> set[int]:
    jobs = ExportJob.objects.visible_to(reader).in_bulk([notice.key.removeprefix("export:") for notice in notices])
    may = {f"export:{job.pk}" for job in jobs.values() if may_have(reader, job)}
    return {notice.pk for notice in notices if notice.key in may}


register_kind(
    "export-ready",
    label=_("Your export is ready"),
    why=WHY,
    group=Group.OWN,
    rows=_there,
    service=True,
    may=_may_have,
)
register_kind(
    "export-failed",
    label=_("Your export could not be made"),
    why=WHY,
    group=Group.OWN,
    rows=lambda about, reader: _of(reader).filter(state=State.FAILED),
    service=True,
)
