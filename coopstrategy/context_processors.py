"""What every page of the shell needs: the site's name, the way to call us, and the main menu."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from commons.digests.reports import unseen_count


def _is_signed_in(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)
    return user is not None and user.is_authenticated


def _menu(request: HttpRequest) -> list[dict[str, Any]]:
    entries = [
        (_("Census"), reverse("census:start")),
        (_("The draft strategy"), reverse("panel:framework")),
        (_("About"), reverse("consultation:about")),
        (_("The data"), "/data/"),
    ]
    if _is_signed_in(request):
        entries += [(words, reverse(address)) for roles, words, address in _rooms() if request.user.roles & roles]
    return [{"label": label, "url": url, "current": request.path.startswith(url)} for label, url in entries]


def _rooms() -> list[tuple[set[str], str, str]]:
    """The rooms that only some roles enter: their roles, words and address."""
    return [
        ({"panel_member", "chair"}, _("The panel’s desk"), "panel:desk"),
        ({"moderator"}, _("Moderation"), "moderation:queue"),
        ({"staff", "analyst"}, _("Staff"), "staff-home"),
    ]


def _unseen(request: HttpRequest) -> SimpleLazyObject:
    """Counted only on pages that show it: those of the census while answering wear no menu."""
    return SimpleLazyObject(lambda: unseen_count(request.user))


def shell(request: HttpRequest) -> dict[str, Any]:
    return {
        "site_name": settings.SITE_NAME,
        "help_phone": settings.HELP_PHONE,
        "help_email": settings.HELP_EMAIL,
        "help_address": settings.HELP_ADDRESS,
        "demo": settings.DEMO,
        "nav": _menu(request),
        "unseen_notices": _unseen(request) if _is_signed_in(request) else 0,
    }
