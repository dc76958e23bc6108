"""Where staff write the programme of an event, and afterwards what was said."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View

from consultation.actions.events import EndsBeforeStart
from consultation.actions.programme import (
    OutsideEvent,
    SessionInUse,
    add_session,
    change_session,
    drop_session,
    publish_minutes,
)
from consultation.actions.registrations import WrongState
from consultation.forms.programme import MinutesForm, SessionForm
from consultation.models import EventSession
from consultation.reports.events import sessions_of
from consultation.views.events import EventFormView
from consultation.views.one_event import EventMixin


class SessionListView(EventMixin, PermissionRequiredMixin, TemplateView):
    """Every session of an event, with the ways to change it and to write down what was said."""

    permission_required = "consultation.change_session"
    template_name = "consultation/session_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(sessions=sessions_of(self.event), now=timezone.now(), **kwargs)


class SessionFormView(EventMixin, EventFormView):
    """What the forms about sessions share."""

    def next_page(self, made: EventSession) -> HttpResponse:
        return redirect("consultation:session-list", self.event.slug)


class SessionAddView(SessionFormView):
    permission_required = "consultation.add_session"
    template_name = "consultation/session_add.html"
    form_class = SessionForm
    places = {EndsBeforeStart: "ends_at", OutsideEvent: "starts_at"}
    done = gettext_lazy("Added to the programme.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"event": self.event}

    def act(self, form: SessionForm) -> EventSession:
        return add_session(self.event, by=self.request.user, **form.given)


class OneSessionMixin:
    """Finds the session of the address in the event of the address."""

    @cached_property
    def session(self) -> EventSession:
        rows = EventSession.objects.filter(event=self.event).select_related("theme")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def latest(self) -> EventSession:
        return EventSession.objects.select_related("theme").get(pk=self.session.pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(session=self.session, **kwargs)


class SessionChangeView(OneSessionMixin, SessionFormView):
    permission_required = "consultation.change_session"
    template_name = "consultation/session_change.html"
    form_class = SessionForm
    places = {EndsBeforeStart: "ends_at", OutsideEvent: "starts_at"}
    done = gettext_lazy("Saved.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"event": self.event, "session": self.latest()}

    def act(self, form: SessionForm) -> EventSession:
        based_on = form.cleaned_data["based_on"]
        return change_session(self.session, by=self.request.user, based_on=based_on, **form.given)


class MinutesView(OneSessionMixin, SessionFormView):
    permission_required = "consultation.publish_minutes"
    template_name = "consultation/minutes.html"
    form_class = MinutesForm
    places = {WrongState: "minutes"}
    done = gettext_lazy("Saved. Everybody can read it on the page of the event.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"session": self.latest()}

    def act(self, form: MinutesForm) -> EventSession:
        return publish_minutes(self.session, by=self.request.user, **form.cleaned_data)


class SessionDropView(OneSessionMixin, EventMixin, PermissionRequiredMixin, View):
    permission_required = "consultation.drop_session"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            drop_session(self.session, by=request.user)
        except SessionInUse as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, _("Taken out of the programme."))
        return redirect("consultation:session-list", self.event.slug)
