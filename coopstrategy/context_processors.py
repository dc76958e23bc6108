"""What every page of the shell needs: the site's name, the way to call us, and the main menu."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from commons.digests.reports import MANY, recent, unseen_count
from commons.people.models import User


def _is_signed_in(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)
    return user is not None and user.is_authenticated


def _menu(request: HttpRequest) -> list[dict[str, Any]]:
    entries = [
        (_("Census"), reverse("census:start")),
        (_("The draft strategy"), reverse("panel:framework")),
        (_("Events"), reverse("consultation:events")),
        (_("The blog"), reverse("blog:list")),
        (_("About"), reverse("consultation:about")),
        (_("The data"), "/data/"),
    ]
    if _is_signed_in(request):
        entries += [(words, reverse(address)) for enters, words, address in _rooms(request.user) if enters]
    # A room that stands below another page is that page no more.
    here = max((url for _label, url in entries if request.path.startswith(url)), key=len, default="")
    return [{"label": label, "url": url, "current": url == here} for label, url in entries]


def _rooms(user: User) -> list[tuple[bool, str, str]]:
    """The rooms that only some enter: whether this person does, the words and the address."""
    return [
        (bool(user.roles & {"panel_member", "chair"}), _("The panel’s desk"), "panel:desk"),
        (user.has_perm("blog.see_desk"), _("The blog’s desk"), "blog:desk"),
        (user.has_role("moderator"), _("Moderation"), "moderation:queue"),
        (bool(user.roles & {"staff", "analyst"}), _("Staff"), "staff-home"),
    ]


def _unseen(request: HttpRequest) -> SimpleLazyObject:
    """Counted only on pages that show it: those of the census while answering wear no menu."""
    return SimpleLazyObject(lambda: unseen_count(request.user))


def _recent(request: HttpRequest) -> SimpleLazyObject:
    """For a person's own page, which knows nothing of notices."""
    return SimpleLazyObject(lambda: recent(request.user))


def shell(request: HttpRequest) -> dict[str, Any]:
    return {
        "site_name": settings.SITE_NAME,
        "help_phone": settings.HELP_PHONE,
        "help_email": settings.HELP_EMAIL,
        "help_address": settings.HELP_ADDRESS,
        "demo": settings.DEMO,
        "nav": _menu(request),
        "unseen_notices": _unseen(request) if _is_signed_in(request) else 0,
        "many_notices": MANY,
        "recent_notices": _recent(request) if _is_signed_in(request) else [],
    }
