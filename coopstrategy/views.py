"""The home page, the staff's front page, what waits for the workers, health, and the pages for when something went wrong."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import chain
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin, UserPassesTestMixin
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import DatabaseError, DataError, connection, models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseServerError, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView, View

from blog.reports import newest_posts
from blog.sitemaps import addresses as blog_addresses
from census.models import Wave
from census.reports import coverage_of
from census.views.access import hold_typed
from commons.digests.actions import send_again
from commons.digests.models import Digest, MailState, Notice
from commons.digests.reports import kind_named
from commons.exports.actions import reopen_export
from commons.exports.models import ExportJob
from commons.exports.reports import reports_for
from commons.people.models import RegisterImport
from commons.people.views.typed import KeepsTypedMixin, hold_for_later
from commons.queues import State
from consultation.models import Text
from consultation.reports.phases import timeline
from consultation.sitemaps import addresses as library_addresses
from panel.reports import answering_counts, latest_said

# A row that waits longer than this means that no worker is at work: the sweep runs every minute.
WAITING_LIMIT_SECONDS = 300


# (permission, words, address) of the staff's other work; an entry shows to whoever may open it.
DOORS = [
    ("people.import_register", _("The register of co-ops"), "people:register-import"),
    ("people.verify_membership", _("Members waiting to be checked"), "people:membership-list"),
    ("people.see_people", _("People and their roles"), "people:person-list"),
    ("people.see_doors", _("Links to hand on, and what came of them"), "people:door-list"),
    ("people.see_missing", _("Who is missing"), "people:missing-list"),
    ("consultation.change_phase", _("Phases of the process"), "consultation:phase-list"),
    ("consultation.edit_text", _("Texts of the site"), "consultation:text-list"),
    ("themes.see_themes", _("Themes"), "themes:theme-list"),
    ("consultation.see_source_list", _("Sources in the library"), "consultation:source-staff-list"),
    ("consultation.see_event_list", _("Events to set up"), "consultation:event-staff-list"),
    ("digests.see_queues", _("What waits, and what failed"), "queues"),
    ("audit.see_entries", _("The record of what was done"), "audit:entry-list"),
]


class HomeView(TemplateView):
    public = True
    template_name = "home.html"

    def get_context_data(self, **kwargs) -> dict[str, Any]:
        now = timezone.now()
        wave = Wave.objects.opened_by(now).first()
        return super().get_context_data(
            texts={
                text.slug.removeprefix("home-"): text
                for text in Text.objects.in_language(get_language()).filter(slug__startswith="home-")
            },
            timeline=timeline(timezone.localdate(now)),
            wave=wave
            and {
                "title": wave.title,
                "closes_at": wave.closes_at,
                "is_open": wave.is_open_at(now),
                "days_left": wave.days_left_at(now),
                "url": wave.get_absolute_url(),
            },
            coverage=wave and coverage_of(wave),
            said=latest_said(),
            posts=newest_posts(),
            counts=answering_counts(),
            **kwargs,
        )


class SitemapView(View):
    """The public pages of the blog and the library, for search engines (sitemaps.org). What is not public any more is not in
    the next one."""

    public = True

    def get(self, request: HttpRequest) -> HttpResponse:
        rows = [
            (f"{settings.SITE_ADDRESS}{path}", changed_at)
            for path, changed_at in chain(blog_addresses(), library_addresses())
        ]
        return HttpResponse(render_to_string("sitemap.xml", {"rows": rows}), content_type="application/xml")


class StaffHomeView(UserPassesTestMixin, TemplateView):
    """The doors behind which staff work. Each door asks its own permission again."""

    template_name = "staff_home.html"

    def test_func(self) -> bool:
        user = self.request.user
        return user.is_authenticated and bool(user.roles & {"staff", "analyst"})

    def get_context_data(self, **kwargs) -> dict[str, Any]:
        user = self.request.user
        doors = [
            {"label": label, "url": reverse(address)}
            for permission, label, address in DOORS
            if user.has_perm(permission)
        ]
        # The page of exports is there for those who have some to ask for.
        if reports_for(user):
            doors.insert(0, {"label": _("Exports"), "url": reverse("exports:job-list")})
        return super().get_context_data(waves=Wave.objects.visible_to(user), doors=doors, **kwargs)


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
            _mailed("notice", _("Single mails"), Notice.objects.all(), now),
            _mailed("digest", _("Digests"), Digest.objects.select_related("person"), now),
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
        "oldest": _minutes(rows.oldest_waiting_age(now)),
        "waiting": rows.waiting().count(),
        "running": _listed(rows.filter(state=State.RUNNING).order_by("claimed_at"), told),
        "failed": _listed(failed.order_by("-finished_at"), told),
        "retries": name == "export",
    }


def _mailed(name: str, label: str, rows: models.QuerySet, now: datetime) -> dict[str, Any]:
    """Rows that go out by e-mail. What stands in them is between us and their reader. So is, of a single mail, that there was
    something to write about: a decision about a post, or an appeal, of which staff must not know. It is told without whose it is,
    and named as the record names it."""

    def told(row: Notice | Digest) -> dict[str, Any]:
        whose = str(row.person) if isinstance(row, Digest) else row.audit_label
        return _told(row, whose, _named(row), row.mail_claimed_at, ADDRESS.sub("…", row.mail_reason))

    def listed(state: str) -> dict[str, Any]:
        since = rows.filter(mail_state=state, mail_claimed_at__gt=now - ENDS_KEPT)
        return _listed(since.order_by("-mail_claimed_at"), told)

    return {
        "name": name,
        "label": label,
        "oldest": _minutes(rows.oldest_waiting_age(now)),
        "waiting": rows.filter(mail_state=MailState.WAITING).count(),
        "running": listed(MailState.SENDING),
        "failed": listed(MailState.FAILED),
        "unknown": listed(MailState.UNKNOWN),
        "retries": True,
    }


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


def _minutes(age: timedelta | None) -> int | None:
    return None if age is None else int(age.total_seconds() // 60)


class LiveView(View):
    """The process answers. Asks nothing of the database, so that a slow database does not get the web server restarted."""

    public = True

    def get(self, request: HttpRequest) -> HttpResponse:
        return JsonResponse({"live": True})


class ReadyView(View):
    """Whether the site can do its work: the database, the cache, and the age in seconds of the oldest waiting row.

    503 when the database does not answer or a row has waited too long. A missing cache is told but is no reason to take the
    site away: saving answers does not need it.
    """

    public = True

    def get(self, request: HttpRequest) -> HttpResponse:
        now = timezone.now()
        report: dict[str, Any] = {"database": False, "cache": False, "oldest_waiting_seconds": None}
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
            ages = [model.objects.oldest_waiting_age(now) for model in (ExportJob, RegisterImport, Notice)]
            report["database"] = True
            report["oldest_waiting_seconds"] = max(
                (round(age.total_seconds()) for age in ages if age is not None), default=0
            )
        except DatabaseError:
            pass
        try:
            report["cache"] = cache.get_or_set("health", 1, timeout=60) == 1
        except Exception:  # noqa: BLE001 - any failure of the cache is the same news
            report["cache"] = False
        waiting = report["oldest_waiting_seconds"]
        ready = report["database"] and waiting is not None and waiting <= WAITING_LIMIT_SECONDS
        return JsonResponse({"ready": ready, **report}, status=200 if ready else 503)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "400.html", status=400)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """One page for what is not there and for what one may not see: a refusal must not say that something exists."""
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Asks nothing of the request or the database: they may be what broke."""
    words = {"site_name": settings.SITE_NAME, "help_phone": settings.HELP_PHONE, "help_email": settings.HELP_EMAIL}
    return HttpResponseServerError(render_to_string("500.html", words))


KEEPS_WHAT_WAS_TYPED = {
    "census:page": _(
        "Nothing was saved yet, because you signed in or out in another tab or your cookies were deleted. What you typed is kept."
    ),
    "census:check": _(
        "Nothing was sent, because you signed in or out in another tab or your cookies were deleted. Press “Send” once more."
    ),
}


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Nothing is done with a post whose token does not fit. What was typed into a page of the census, or into another page in
    which people write much, is shown there again.

    Signing in in another tab changes the token, and deleted cookies take it away: the page that was open before can then not be
    sent. It is held only if the browser itself says that the post came from a page of ours, and saved only by a fresh press.
    """
    match = request.resolver_match
    if match is not None and match.view_name in KEEPS_WHAT_WAS_TYPED and _is_from_us(request) and hold_typed(request):
        messages.warning(request, KEEPS_WHAT_WAS_TYPED[match.view_name])
        return redirect(request.get_full_path())
    view = getattr(match and match.func, "view_class", None)
    if view is not None and issubclass(view, KeepsTypedMixin) and _is_from_us(request) and hold_for_later(request):
        return redirect(request.get_full_path())
    return render(request, "403_csrf.html", status=403)


def _is_from_us(request: HttpRequest) -> bool:
    """Whether the browser says that this post was sent from a page of this site."""
    said = urlsplit(request.headers.get("Origin") or request.headers.get("Referer") or "")
    return f"{said.scheme}://{said.netloc}" in {
        f"{request.scheme}://{request.get_host()}",
        *settings.CSRF_TRUSTED_ORIGINS,
    }
