"""The staff's page of what waits for the workers, what failed, and what nobody can tell about."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.exceptions import ValidationError
from django.db import DataError, models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from commons.digests.actions import send_again
from commons.digests.models import Digest, MailedQuerySet, MailState, Notice
from commons.digests.reports import kind_named
from commons.exports.actions import reopen_export
from commons.exports.models import ExportJob
from commons.people.models import RegisterImport
from commons.queues import State

# How many rows of each end are listed, the newest first, and how far back.
ENDS_LISTED = 25
ENDS_KEPT = timedelta(days=30)
# What a mail server says about a reader often holds their address.
ADDRESS = re.compile(r"[^\s<>\"'(){}\[\],;:]+@[^\s<>\"'(){}\[\],;:]+")


class QueuesView(PermissionRequiredMixin, TemplateView):
    """What waits for the workers and for how long, what failed and why, and which mails nobody can tell about."""

    permission_required = "digests.see_queues"
    template_name = "queues.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        queues = [
            _worked_on("export", _("Exports"), ExportJob.objects.select_related("asked_by"), now),
            _worked_on("import", _("Register files"), RegisterImport.objects.select_related("asked_by"), now),
            _single_mails(now),
            _digests(now),
        ]
        return super().get_context_data(queues=queues, **kwargs)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Try one that failed again."""
        again = {
            "export": (ExportJob, reopen_export, "exports.reopen_export"),
            "notice": (Notice, send_again, "digests.send_again"),
            "digest": (Digest, send_again, "digests.send_again"),
        }
        model, action, permission = again.get(request.POST.get("queue", ""), (None, None, ""))
        if model is None or not request.user.has_perm(permission):
            raise Http404
        try:
            row = model._default_manager.get(pk=request.POST.get("row", ""))
        except (model.DoesNotExist, ValueError, OverflowError, ValidationError, DataError) as error:
            raise Http404 from error
        if action(row, by=request.user):
            messages.success(request, _("It waits to be tried again."))
        else:
            messages.info(request, _("It is not failed any more, so nothing was changed."))
        return redirect("queues")


def _worked_on(name: str, label: str, rows: models.QuerySet, now: datetime) -> dict[str, Any]:
    """Rows that a worker claims, works on and ends."""

    def told(row: models.Model) -> dict[str, Any]:
        at, why = row.finished_at or row.claimed_at, row.reason and gettext(row.reason)
        return _told(row, str(row.asked_by or ""), str(row), at, why)

    failed = rows.filter(state=State.FAILED, finished_at__gt=now - ENDS_KEPT)
    return {
        "name": name,
        "label": label,
        "waiting": _waiting(rows.unattended(now), "asked_at", now),
        "running": _listed(rows.filter(state=State.RUNNING, lease_until__gt=now).order_by("claimed_at"), told),
        "failed": _listed(failed.order_by("-finished_at"), told),
        "retries": name == "export",
    }


def _single_mails(now: datetime) -> dict[str, Any]:
    due = Notice.objects.mail_due(now)
    return _mailed("notice", _("Single mails"), Notice.objects.all(), now) | {
        "waiting": _waiting(due.filter(mail_can_wait=False), "mail_due_at", now),
        "in_turn": _waiting(due.filter(mail_can_wait=True), "mail_due_at", now),
    }


def _digests(now: datetime) -> dict[str, Any]:
    """All of them go out in their turn."""
    free = Digest.objects.in_nobodys_hand(now)
    return _mailed("digest", _("Digests"), Digest.objects.select_related("person"), now) | {
        "in_turn": _waiting(free, "mail_due_at", now)
    }


def _mailed(name: str, label: str, rows: MailedQuerySet, now: datetime) -> dict[str, Any]:
    """Rows that go out by e-mail. What stands in them is between us and their reader. So is, of a single mail, that there was
    something to write about: a decision about a post, or an appeal, of which staff must not know. It is told without whose it is,
    and named as the record names it."""

    def told(row: Notice | Digest) -> dict[str, Any]:
        whose = str(row.person) if isinstance(row, Digest) else row.audit_label
        return _told(row, whose, _named(row), row.mail_claimed_at, ADDRESS.sub("…", row.mail_reason))

    def listed(found: MailedQuerySet) -> dict[str, Any]:
        return _listed(found.order_by("-mail_claimed_at"), told)

    ended = rows.filter(mail_claimed_at__gt=now - ENDS_KEPT)
    return {
        "name": name,
        "label": label,
        "put_off": rows.put_off(now).count(),
        "running": listed(rows.in_somebodys_hand(now)),
        "failed": listed(ended.filter(mail_state=MailState.FAILED)),
        "unknown": listed(ended.filter(mail_state=MailState.UNKNOWN)),
        "retries": True,
    }


def _waiting(found: models.QuerySet, since: str, now: datetime) -> dict[str, Any]:
    """How many wait, and for how many minutes the oldest has: asked at once, so that no count stands without its age."""
    told = found.aggregate(count=models.Count("pk"), oldest=models.Min(since))
    return {"count": told["count"], "minutes": told["oldest"] and int((now - told["oldest"]).total_seconds() // 60)}


def _listed(found: models.QuerySet, told: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    """The first of some rows, and how many there are."""
    rows = [told(row) for row in found[:ENDS_LISTED]]
    return {"rows": rows, "count": len(rows) if len(rows) < ENDS_LISTED else found.count()}


def _named(row: Notice | Digest) -> str:
    if isinstance(row, Digest):
        return row.get_frequency_display()
    kind = kind_named(row.kind)
    return str(kind.label) if kind else row.kind


def _told(row: models.Model, whose: str, what: str, at: datetime | None, why: str = "") -> dict[str, Any]:
    return {"pk": row.pk, "whose": whose, "what": what, "at": at, "why": why}
