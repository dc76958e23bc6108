"""What every answer carries so that private pages stay private, and what is asked of staff before any of their pages opens."""

import re
import time
from collections.abc import Callable

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django_structlog.middlewares import RequestMiddleware

from commons.imaging import MOST_BYTES
from commons.people.models import SIGNED_IN_AT
from commons.people.models.roles import MFA_ROLES
from commons.people.views.doors import remember_door

GetResponse = Callable[[HttpRequest], HttpResponse]

# The site uses none of these. Naming them keeps a script that got in from using them either.
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "autoplay",
        "browsing-topics",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "usb",
    )
)

PRIVATE_PATHS = ("/accounts/", "/admin/", "/census/", "/demo/", "/exports/", "/staff/", "/unsubscribe/", "/you/")
STAFF_PATHS = ("/admin/", "/exports/", "/staff/")

# Names of parts of an address that are secrets by themselves; such an address must not travel in a Referer header.
SECRET_PARTS = frozenset({"code", "key", "token", "uidb36", "uidb64"})


# Pages are read and forms are sent. Django's form views would take PUT for POST, past what their own pages offer.
METHODS = ("GET", "HEAD", "POST", "OPTIONS")
# Above DATA_UPLOAD_MAX_MEMORY_SIZE, so that Django's own refusals are met first.
MOST_BYTES_OF_A_FORM = 4_000_000
# Where authors bring pictures: `blog:pictures`, of any post.
PICTURES_PATH = re.compile(r"/blog/write/\d+/pictures/")
# Where a table brings a photograph of its flipchart: `consultation:event-table-photo`. Its script sends them smaller; what is
# larger than any picture we draw is refused there unread, like any other body.
PHOTO_PATH = re.compile(r"/events/[-\w]+/table/photo/")


class MethodsMiddleware:
    """Answers 405 to every method no page of the site is made for."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request) if request.method in METHODS else HttpResponseNotAllowed(METHODS)


class LimitsMiddleware:
    """Refuses a body larger than any form before anything reads it.

    Django bounds what it keeps of a body in memory, but files in it would be written to disk first and judged later, for anybody.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdecimal() and int(length) > self._most_bytes(request):
            return render(request, "413.html", status=413)
        return self.get_response(request)

    @staticmethod
    def _most_bytes(request: HttpRequest) -> int:
        """The largest body that a page of this address answers in its own words, be it by a refusal."""
        if request.path == reverse("people:register-import"):
            return 2 * settings.REGISTER_MAX_BYTES + MOST_BYTES_OF_A_FORM
        if PICTURES_PATH.fullmatch(request.path):
            return 2 * MOST_BYTES + MOST_BYTES_OF_A_FORM
        if PHOTO_PATH.fullmatch(request.path):
            return MOST_BYTES + MOST_BYTES_OF_A_FORM
        return MOST_BYTES_OF_A_FORM


class LogMiddleware(RequestMiddleware):
    """Logs requests without what was asked for: a search holds names, and in the census somebody's answer."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        return f"{request.method} {request.path}"


class PrivacyHeadersMiddleware:
    """Keeps private pages out of every store, and addresses that carry a secret out of the Referer header sent to other sites."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        # Whoever has a session may be signed in or answering by code. Reading the cookie costs no query.
        has_session = (
            settings.SESSION_COOKIE_NAME in request.COOKIES or settings.SESSION_COOKIE_NAME in response.cookies
        )
        if has_session or request.path.startswith(PRIVATE_PATHS):
            patch_cache_control(response, private=True, no_store=True)
        match = request.resolver_match
        if match is not None and not SECRET_PARTS.isdisjoint(match.kwargs):
            # Not "no-referrer": with it a browser sends forms of the page with `Origin: null`, which the CSRF check refuses.
            response.headers.setdefault("Referrer-Policy", "same-origin")
        return response


class DoorMiddleware:
    """Remembers the door in an address, `?via=`, until its visitor says something. An address without one costs nothing."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        remember_door(request)
        return self.get_response(request)


class SessionLengthMiddleware:
    """Ends a session of staff after STAFF_SESSION_AGE. Others keep theirs for SESSION_COOKIE_AGE.

    Roles are looked up only for sessions older than that, so the rest pay nothing for it.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._ended(request) or self.get_response(request)

    def _ended(self, request: HttpRequest) -> HttpResponse | None:
        user = request.user
        if not user.is_authenticated:
            return None
        # A session that does not say when it began counts from now.
        began = request.session.setdefault(SIGNED_IN_AT, int(time.time()))
        if time.time() - began <= settings.STAFF_SESSION_AGE or MFA_ROLES.isdisjoint(user.roles | user.roles_waiting):
            return None
        logout(request)
        messages.info(request, _("You were signed in for a long time, so we signed you out. Please sign in again."))
        return redirect_to_login(request.get_full_path())


class StaffMfaMiddleware:
    """Sends those who hold a role that needs a second sign-in step to set it up, if they have none, and to show it, if this
    session began without it: somebody else may have begun it, before the role or the step was there.

    The first is a kindness, not the lock: until the step is set up the role is not in force anywhere (`User.roles`), so a page
    forgotten here is a 404 and not an open door.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        if request.path.startswith(STAFF_PATHS):
            if request.user.roles_waiting:
                messages.info(
                    request,
                    _("Your role needs a second sign-in step. Set it up here, then you can open the staff pages."),
                )
                return redirect("mfa_activate_totp")
            if not MFA_ROLES.isdisjoint(request.user.roles) and not self._has_shown_it(request):
                return redirect_to_login(request.get_full_path(), reverse("mfa_reauthenticate"))
        elif request.path == reverse("mfa_activate_totp") and request.method == "POST" and request.user.roles_waiting:
            return self._set_up(request)
        return self.get_response(request)

    @staticmethod
    def _has_shown_it(request: HttpRequest) -> bool:
        """Every sign-in leaves word of its steps. The demo's door, which is past all of them, leaves none."""
        steps = get_authentication_records(request, request.user)
        return not steps or any(step["method"] == "mfa" for step in steps)

    def _set_up(self, request: HttpRequest) -> HttpResponse:
        """Whoever has just set it up has shown it, too."""
        response = self.get_response(request)
        request.user.forget_roles()
        if not request.user.roles_waiting:
            record_authentication(request, request.user, method="mfa", type="totp")
        return response
