"""Events as everybody reads them, and where staff add, change, move, publish and call them off."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import ListView, TemplateView, View

from consultation.actions.events import (
    ClosesBeforeOpening,
    EndsBeforeStart,
    NoSuchPerson,
    TitleTaken,
    TooFewPlaces,
    add_event,
    add_helper,
    cancel_event,
    change_event,
    drop_helper,
    move_event,
    publish_event,
)
from consultation.actions.phases import NothingMoved, ReasonMissing
from consultation.actions.registrations import WrongState
from consultation.forms.events import EventAddForm, EventCancelForm, EventChangeForm, EventMoveForm, HelperForm
from consultation.models import Event, EventHelper, EventMove
from consultation.reports.events import (
    checklist,
    doors_of,
    event_list,
    place_in_line,
    places_of,
    programme,
    sessions_of,
    staff_events,
)
from consultation.views.acting import ActionFormView
from consultation.views.one_event import EventMixin

EVENTS_A_PAGE = 50


class EventListView(TemplateView):
    """Events to come and those that are over."""

    public = True
    template_name = "consultation/event_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        return super().get_context_data(
            events=event_list(user, timezone.now()),
            may_add=user.is_authenticated and user.has_perm("consultation.add_event"),
            **kwargs,
        )


class EventView(EventMixin, TemplateView):
    """One event: when and where, the programme, what moved and why, one's own place, and afterwards what was said."""

    public = True
    template_name = "consultation/event.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, event, own, now = self.request.user, self.event, self.own, timezone.now()
        sessions = sessions_of(event)
        may = lambda what: user.is_authenticated and user.has_perm(f"consultation.{what}", event)  # noqa: E731
        return super().get_context_data(
            own=own,
            line=place_in_line(own) if own is not None and own.is_waiting else 0,
            places=places_of(event),
            days=programme(sessions),
            minuted=[session for session in sessions if session.minutes_published_at],
            moves=EventMove.objects.filter(event=event),
            is_open=event.takes_registrations_at(now),
            opens_later=event.registration_opens_at is not None and now < event.registration_opens_at,
            is_over=event.ends_at <= now,
            takes_feedback=event.takes_feedback_at(now) and own is not None and own.is_in and not own.has_fed_back,
            doors=doors_of(event, now),
            may_change=may("see_event"),
            may_check_in=may("check_in"),
            **kwargs,
        )


# --- Staff --------------------------------------------------------------------------------------------------------------------


class EventStaffListView(PermissionRequiredMixin, ListView):
    """All events, also those that only staff see."""

    permission_required = "consultation.see_event_list"
    template_name = "consultation/event_staff_list.html"
    paginate_by = EVENTS_A_PAGE

    def get_queryset(self) -> Any:
        return staff_events()


class EventStaffView(EventMixin, PermissionRequiredMixin, TemplateView):
    """One event for those who set it up: what is done, what is not yet, and where to do it."""

    permission_required = "consultation.see_event"
    template_name = "consultation/event_staff.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        event, now = self.event, timezone.now()
        places = places_of(event)
        return super().get_context_data(
            places=places,
            tasks=checklist(event, list(event.sessions.all()), places, now),
            is_over=event.ends_at <= now,
            **kwargs,
        )


class EventFormView(ActionFormView):
    """What the forms about events share."""

    def latest(self) -> Any:
        return Event.objects.visible_to(self.request.user).get(pk=self.event.pk)

    def next_page(self, made: Any) -> HttpResponse:
        return redirect("consultation:event-staff", self.kwargs["slug"])


class EventAddView(EventFormView):
    permission_required = "consultation.add_event"
    template_name = "consultation/event_add.html"
    form_class = EventAddForm
    places = {TitleTaken: "title", EndsBeforeStart: "ends_at", ClosesBeforeOpening: "registration_closes_at"}
    done = gettext_lazy("Added. Only staff see it until you publish it.")

    def act(self, form: EventAddForm) -> Event:
        return add_event(by=self.request.user, words=form.words, when=form.when)

    def next_page(self, made: Event) -> HttpResponse:
        return redirect("consultation:event-staff", made.slug)


class OneEventFormView(EventMixin, EventFormView):
    """A form about the event of the address."""

    def get_form_kwargs(self) -> dict[str, Any]:
        # A copy: a form that finds something wrong has already written into the row that it was given.
        return super().get_form_kwargs() | {"event": self.latest()}


class EventChangeView(OneEventFormView):
    permission_required = "consultation.change_event"
    template_name = "consultation/event_change.html"
    form_class = EventChangeForm
    places = {
        TooFewPlaces: "capacity",
        EndsBeforeStart: "ends_at",
        ClosesBeforeOpening: "registration_closes_at",
        WrongState: None,
    }
    done = gettext_lazy("Saved.")

    def act(self, form: EventChangeForm) -> Event:
        given = {"words": form.words, "when": form.when_given, "based_on": form.cleaned_data["based_on"]}
        return change_event(self.event, by=self.request.user, **given)


class EventMoveView(OneEventFormView):
    permission_required = "consultation.move_event"
    template_name = "consultation/event_move.html"
    form_class = EventMoveForm
    places = {NothingMoved: "starts_at", ReasonMissing: "reason", EndsBeforeStart: "ends_at", WrongState: None}
    done = gettext_lazy("Moved. The page shows the old time and place, the new ones and your reason.")

    def act(self, form: EventMoveForm) -> EventMove:
        given = {name: form.cleaned_data[name] for name in ("reason", "reason_cy", "based_on")}
        return move_event(self.event, by=self.request.user, when=form.when, **given)


class EventCancelView(OneEventFormView):
    permission_required = "consultation.cancel_event"
    template_name = "consultation/event_cancel.html"
    form_class = EventCancelForm
    places = {ReasonMissing: "reason", WrongState: None}
    done = gettext_lazy("Called off. The page says so, with your reason, and those who are registered are told.")

    def act(self, form: EventCancelForm) -> Event:
        return cancel_event(self.event, by=self.request.user, **form.cleaned_data)


class EventPublishView(EventMixin, PermissionRequiredMixin, View):
    """One button: everybody can read it."""

    permission_required = "consultation.publish_event"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            publish_event(self.event, by=request.user)
        except WrongState as refusal:
            messages.info(request, str(refusal))
        else:
            messages.success(request, _("Published. Everybody can read it now."))
        return redirect("consultation:event-staff", self.event.slug)


class HelperListView(EventMixin, EventFormView):
    """Who helps on the day, and the form to name somebody."""

    permission_required = "consultation.add_helper"
    template_name = "consultation/helper_list.html"
    form_class = HelperForm
    places = {NoSuchPerson: "email"}
    done = gettext_lazy("Named. We have told them on this site.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        helpers = EventHelper.objects.filter(event=self.event).select_related("person").order_by("part", "pk")
        return super().get_context_data(helpers=helpers, **kwargs)

    def act(self, form: HelperForm) -> EventHelper:
        return add_helper(self.event, by=self.request.user, **form.cleaned_data)

    def next_page(self, made: EventHelper) -> HttpResponse:
        return redirect("consultation:helper-list", self.event.slug)


class HelperDropView(EventMixin, PermissionRequiredMixin, View):
    permission_required = "consultation.drop_helper"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        helper = get_object_or_404(EventHelper.objects.filter(event=self.event), pk=kwargs["pk"])
        drop_helper(helper, by=request.user)
        messages.success(request, _("They do not help at this event any more."))
        return redirect("consultation:helper-list", self.event.slug)
