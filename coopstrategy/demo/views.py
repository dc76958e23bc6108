"""The pages that only the demo has: enter as anyone, and read anyone's mail. They answer only where nobody else can reach them:
the setting DEMO is on, the request comes from this machine, to a local name, and through no proxy."""

import ipaddress
from typing import Any

from allauth.account.adapter import get_adapter
from csp.constants import NONE, SELF
from csp.decorators import csp_replace, csp_update
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.generic import TemplateView, View

from commons.people.models import User
from coopstrategy.demo.census import letters_to_try
from coopstrategy.demo.congress import congress_to_try
from coopstrategy.demo.mail import Caught, caught_mail, caught_message
from coopstrategy.demo.people import BY_KEY, PEOPLE, codes_now

LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
# Whoever passes a request on says so in a header that begins like one of these.
PROXY_HEADERS = (
    "HTTP_X_FORWARDED",
    "HTTP_X_ORIGINAL",
    "HTTP_X_REAL_IP",
    "HTTP_X_CLIENT_IP",
    "HTTP_TRUE_CLIENT_IP",
    "HTTP_CF_",
    "HTTP_CDN_LOOP",
    "HTTP_FORWARDED",
    "HTTP_VIA",
)


def is_local(request: HttpRequest) -> bool:
    """Whether the request was made on this machine, to this machine, with nobody between."""
    try:
        from_here = ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
    host, _port = split_domain_port(request.get_host())
    passed_on = any(header.startswith(PROXY_HEADERS) for header in request.META)
    # nginx that is told nothing adds no header and calls us by our local name, but it speaks HTTP/1.0, as no browser does.
    return from_here and host in LOCAL_NAMES and not passed_on and request.META.get("SERVER_PROTOCOL") != "HTTP/1.0"


class OnlyHereMixin:
    """Makes a page that does not exist anywhere but in a demo on one's own machine."""

    public = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.DEMO or not is_local(request):
            raise Http404
        return super().dispatch(request, *args, **kwargs)


class PeopleView(OnlyHereMixin, TemplateView):
    """Everyone in the demo, with a button to enter as them."""

    template_name = "demo/people.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        users = {user.email: user for user in User.objects.filter(email__in=[person.email for person in PEOPLE])}
        codes = codes_now(list(users.values()))
        people = [
            {"person": person, "code": codes.get(users[person.email].pk, "")}
            for person in PEOPLE
            if person.email in users
        ]
        return super().get_context_data(people=people, letters=letters_to_try(), congress=congress_to_try(), **kwargs)


class PersonEnterView(OnlyHereMixin, View):
    """Sign in as one of them, past password and second step. Only the people of the demo can be entered as."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        person = BY_KEY.get(key)
        user = User.objects.filter(email=person.email, is_active=True).first() if person else None
        if user is None:
            raise Http404
        get_adapter().login(request, user)
        return redirect(person.door)


class MailboxView(OnlyHereMixin, TemplateView):
    """The mail that was caught, newest first; `to` chooses one reader."""

    template_name = "demo/mailbox.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        reader = self.request.GET.get("to", "")
        return super().get_context_data(
            messages_caught=caught_mail(reader=reader), reader=reader, people=PEOPLE, **kwargs
        )


class MessageMixin(OnlyHereMixin):
    """Finds the message of the address."""

    def found(self) -> Caught:
        message = caught_message(self.kwargs["name"])
        if message is None:
            raise Http404
        return message


# The page of one message shows its HTML in a frame, which only that page may do.
FRAMED = {"frame-src": [SELF]}


@method_decorator(csp_update(FRAMED), name="get")
class MessageView(MessageMixin, TemplateView):
    """One message: both its parts as its reader sees them, and the button by which a mail program stops such mails."""

    template_name = "demo/message.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        message = self.found()
        return super().get_context_data(
            message=message,
            text=message.part("plain"),
            has_html=bool(message.part("html")),
            stop_path=message.stop_path,
            **kwargs,
        )


# A mail brings its own styles and may bring anything else: it is shown in a box where nothing of it can act on the site.
AS_MAIL = {name: [NONE] for name in settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]} | {
    "style-src": ["'unsafe-inline'"],
    "img-src": ["data:"],
    "frame-ancestors": [SELF],
    "sandbox": ["allow-top-navigation-by-user-activation"],
}


class MessageHtmlView(MessageMixin, View):
    """The HTML part of a message, as it came. Its links open in the whole window, as a mail program opens them elsewhere."""

    @method_decorator(xframe_options_sameorigin)
    @method_decorator(csp_replace(AS_MAIL))
    def get(self, request: HttpRequest, name: str) -> HttpResponse:
        html = self.found().part("html")
        if not html:
            raise Http404
        return HttpResponse(html.replace("<head>", '<head><base target="_top">', 1))
