"""Whether the site is alive and can do its work, for whatever watches over it."""

from typing import Any

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.generic import View

from commons.digests.models import Notice
from commons.exports.models import ExportJob
from commons.people.models import RegisterImport

# A row that waits longer than this means that no worker is at work: the sweep runs every minute.
WAITING_LIMIT_SECONDS = 300


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
