"""The pages for when something went wrong, and what becomes of what was typed when a post's token does not fit."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from census.views.access import hold_typed
from commons.people.views.typed import KeepsTypedMixin, hold_for_later


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
