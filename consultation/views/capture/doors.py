"""The doors of an event: a table or a room is opened by a code. What opens it from then on is a signed token, kept in a cookie
for the page and told to its script, which sends with nothing else: no session, no account."""

from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property

from consultation.actions.capture import CodeRefused, NotOpen, TooManyTries, check_open
from consultation.forms.capture import CodeForm
from consultation.models import Event, EventTable
from consultation.models.events import SPEAKING_AFTER
from consultation.views.one_event import EventMixin

TABLE_SALT, ROOM_SALT = "consultation.event-table", "consultation.event-say"
COOKIES = {TABLE_SALT: "event-table", ROOM_SALT: "event-say"}


def in_public(event: Event, token: str, salt: str) -> dict[str, Any] | None:
    """What a token says, if it is one of ours for this event; None for any other."""
    try:
        told = signing.loads(token, salt=salt)
    except signing.BadSignature:
        return None
    return told if isinstance(told, dict) and told.get("event") == event.pk else None


def table_of(event: Event, token: str) -> EventTable | None:
    told = in_public(event, token, TABLE_SALT)
    return told and event.tables.select_related("event", "session", "theme").filter(pk=told["table"]).first()


class DoorMixin(EventMixin):
    """A page behind a code: without the token of its cookie it asks for one. `?code=` is what the camera reads."""

    public = True
    salt: str
    code_template: str
    code_label: Any

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().dispatch(request, *args, **kwargs)
        response.headers["Cache-Control"] = "private, no-store"
        return response

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if request.GET.get("code"):
            return self._knock(CodeForm(request.GET, label=self.code_label))
        return (
            self.page() if self.is_open and "leave" not in request.GET else self._ask(CodeForm(label=self.code_label))
        )

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if "code" in request.POST or not self.is_open:
            return self._knock(CodeForm(request.POST, label=self.code_label))
        return self.act()

    @cached_property
    def token(self) -> str:
        return self.request.COOKIES.get(COOKIES[self.salt], "")

    @property
    def is_open(self) -> bool:
        raise NotImplementedError

    def token_for(self, typed: str) -> str:
        """Raises `CodeRefused` or `TooManyTries`."""
        raise NotImplementedError

    def page(self, status: int = 200, **forms_shown: Any) -> HttpResponse:
        raise NotImplementedError

    def act(self) -> HttpResponse:
        raise NotImplementedError

    def _ask(self, form: CodeForm, status: int = 200) -> HttpResponse:
        self.template_name = self.code_template
        return self.render_to_response(self.get_context_data(form=form), status=status)

    def _knock(self, form: CodeForm) -> HttpResponse:
        if not form.is_valid():
            return self._ask(form, 422)
        try:
            token = self.token_for(form.cleaned_data["code"])
            check_open(self.event)
        except (CodeRefused, TooManyTries, NotOpen) as refusal:
            form.add_error("code", str(refusal))
            return self._ask(form, 422)
        response = redirect(self.request.path)
        response.set_cookie(
            COOKIES[self.salt],
            token,
            expires=self.event.ends_at + SPEAKING_AFTER,
            path=self.request.path,
            secure=settings.HTTPS,
            httponly=True,
            samesite="Lax",
        )
        return response
