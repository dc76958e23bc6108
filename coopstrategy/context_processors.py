"""What every page of the shell needs: the site's name, the way to call us, and the main menu."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _


def _menu(request: HttpRequest) -> list[dict[str, Any]]:
    entries = [
        (_("Census"), reverse("census:start")),
        (_("About"), reverse("consultation:about")),
        (_("The data"), "/data/"),
    ]
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated and user.roles & {"staff", "analyst"}:
        entries.append((_("Staff"), reverse("staff-home")))
    return [{"label": label, "url": url, "current": request.path.startswith(url)} for label, url in entries]


def shell(request: HttpRequest) -> dict[str, Any]:
    return {
        "site_name": settings.SITE_NAME,
        "help_phone": settings.HELP_PHONE,
        "help_email": settings.HELP_EMAIL,
        "help_address": settings.HELP_ADDRESS,
        "demo": settings.DEMO,
        "nav": _menu(request),
    }
