"""Coming to an event: registering, the ticket, the door, what people need, and what they say afterwards.

Those who help at the door see names, co-ops and codes. What somebody needs, and their e-mail address, they never see.
"""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView, View

from commons.people.views.again import StandsAgainMixin
from commons.people.views.buttons import ButtonView
from commons.people.views.typed import KeepsTypedMixin
from commons.qr import drawn_qr
from consultation.actions.registrations import (
    AlreadyFedBack,
    NoPlace,
    NotYourOrganisation,
    RegistrationClosed,
    WrongState,
    cancel_registration,
    check_in,
    give_feedback,
    read_access_needs,
    register_person,
    register_walk_in,
    undo_check_in,
)
from consultation.forms.registrations import FeedbackForm, FindPersonForm, RegisterForm, WalkInForm
from consultation.models import Registration
from consultation.models.registrations import RegistrationQuerySet
from consultation.reports.events import door_list, feedback_tally, place_in_line, places_of
from consultation.views.one_event import EventMixin, OnTheDayMixin

REGISTRATIONS_A_PAGE = 50


class RegisterView(KeepsTypedMixin, EventMixin, PermissionRequiredMixin, FormView):
    """Register, or change what one said when one did."""

    permission_required = "consultation.register_person"
    template_name = "consultation/event_register.html"
    form_class = RegisterForm

    def get_form_kwargs(self) -> dict[str, Any]:
        words = _("Save") if self.own else _("Register")
        return super().get_form_kwargs() | {"user": self.request.user, "own": self.own, "words": words}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        event, now = self.event, timezone.now()
        return super().get_context_data(
            own=self.own,
            places=places_of(event),
            is_open=event.takes_registrations_at(now),
            opens_later=event.registration_opens_at is not None and now < event.registration_opens_at,
            **kwargs,
        )

    def form_valid(self, form: RegisterForm) -> HttpResponse:
        was_registered = self.own is not None
        try:
            row = register_person(self.event, by=self.request.user, **form.given)
        except (RegistrationClosed, WrongState) as refusal:
            form.add_error(None, str(refusal))
            return self.again(form, 409)
        except NotYourOrganisation as refusal:
            form.add_error("organisation" if "organisation" in form.fields else None, str(refusal))
            return self.form_invalid(form)
        if row.is_waiting:
            said = _("Every place is taken. You are number %(line)s on the waiting list.")
            messages.warning(self.request, said % {"line": place_in_line(row)})
        elif was_registered:
            messages.success(self.request, _("Saved."))
        else:
            messages.success(self.request, _("You have a place. Your ticket is on this page."))
        return redirect(self.event)


class LeaveView(EventMixin, ButtonView):
    """The button's POST: give one's place back. A second time changes nothing."""

    permission_required = "consultation.register_person"

    def stands_at(self) -> str:
        return reverse("consultation:event", args=[self.kwargs["slug"]])

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if self.own is None:
            messages.info(request, _("You are not registered for this event."))
            return redirect(self.event)
        try:
            cancel_registration(self.own, by=request.user)
        except WrongState as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, _("You gave your place back. Thank you: somebody else can have it now."))
        return redirect(self.event)


class TicketView(EventMixin, PermissionRequiredMixin, TemplateView):
    """One's own ticket, to show on a phone or to print: a picture that the door reads, and the same as a few letters."""

    permission_required = "consultation.see_ticket"
    template_name = "consultation/event_ticket.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if self.own is None or not self.own.is_in:
            raise Http404
        address = reverse("consultation:event-check-in", args=[self.event.slug, self.own.key])
        return super().get_context_data(own=self.own, qr=drawn_qr(settings.SITE_ADDRESS + address), **kwargs)


class FeedbackView(KeepsTypedMixin, EventMixin, PermissionRequiredMixin, FormView):
    """Say what one thinks of an event at which one had a place."""

    permission_required = "consultation.give_feedback"
    template_name = "consultation/event_feedback.html"
    form_class = FeedbackForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        own = self.own
        return super().get_context_data(
            is_open=self.event.takes_feedback_at(timezone.now()),
            had_place=own is not None and own.is_in,
            has_fed_back=own is not None and own.has_fed_back,
            **kwargs,
        )

    def form_valid(self, form: FeedbackForm) -> HttpResponse:
        try:
            give_feedback(self.event, by=self.request.user, **form.cleaned_data)
        except (WrongState, NoPlace) as refusal:
            form.add_error(None, str(refusal))
            return self.again(form, 409)
        except AlreadyFedBack as refusal:
            messages.info(self.request, str(refusal))
        else:
            messages.success(self.request, _("Thank you. The organisers will read it."))
        return redirect(self.event)


# --- The door -----------------------------------------------------------------------------------------------------------------


class OneRegistrationMixin(OnTheDayMixin):
    """Finds the registration of the ticket in the address."""

    @cached_property
    def registration(self) -> Registration:
        return get_object_or_404(door_list(self.event), key=self.kwargs["key"])


class FoundPeopleMixin:
    """A list of people who are registered, in pages: all of them, or those whom some words find."""

    def people(self) -> RegistrationQuerySet:
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = FindPersonForm(self.request.GET)
        rows = self.people().called(form.words) if form.words else self.people()
        page = Paginator(rows, REGISTRATIONS_A_PAGE).get_page(self.request.GET.get("page"))
        return super().get_context_data(
            form=form, words=form.words, page_obj=page, paginator=page.paginator, places=places_of(self.event), **kwargs
        )


class DoorView(FoundPeopleMixin, OnTheDayMixin, TemplateView):
    """Everybody who is registered, found by name, co-op or the code of the ticket, each with a button."""

    permission_required = "consultation.check_in"
    template_name = "consultation/event_door.html"

    def people(self) -> RegistrationQuerySet:
        return door_list(self.event)


class CheckInView(OneRegistrationMixin, TemplateView):
    """Where the picture on a ticket leads: who it is, and the button. Opening it changes nothing."""

    permission_required = "consultation.check_in"
    template_name = "consultation/event_check_in.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        event, user = self.event, self.request.user
        # Ballots are for an event that has ideas to mark.
        has_marks = event.marks_frozen_at is None and event.ideas.exists()
        may_give_ballot = has_marks and user.has_perm("consultation.give_ballot_to", event)
        return super().get_context_data(row=self.registration, may_give_ballot=may_give_ballot, **kwargs)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        before = self.registration.checked_in_at
        try:
            row = check_in(self.registration, by=request.user)
        except (NoPlace, WrongState) as refusal:
            messages.error(request, str(refusal))
            return redirect("consultation:event-check-in", self.event.slug, self.registration.key)
        said = _("%(name)s was checked in before.") if before else _("%(name)s is checked in.")
        messages.success(request, said % {"name": row.name_shown})
        return redirect("consultation:event-door", self.event.slug)


class UndoView(OneRegistrationMixin, View):
    permission_required = "consultation.undo_check_in"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        row = undo_check_in(self.registration, by=request.user)
        messages.success(request, _("%(name)s is not checked in any more.") % {"name": row.name_shown})
        return redirect("consultation:event-door", self.event.slug)


class WalkInView(StandsAgainMixin, OnTheDayMixin, FormView):
    """Somebody without an account stands at the door."""

    permission_required = "consultation.register_walk_in"
    template_name = "consultation/event_walk_in.html"
    form_class = WalkInForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(places=places_of(self.event), **kwargs)

    def form_valid(self, form: WalkInForm) -> HttpResponse:
        try:
            row = register_walk_in(self.event, by=self.request.user, **form.cleaned_data)
        except (NoPlace, WrongState) as refusal:
            form.add_error(None, str(refusal))
            return self.again(form, 409)
        messages.success(self.request, _("%(name)s is checked in.") % {"name": row.name_shown})
        return redirect("consultation:event-door", self.event.slug)


# --- Staff --------------------------------------------------------------------------------------------------------------------


class RegistrationListView(FoundPeopleMixin, EventMixin, PermissionRequiredMixin, TemplateView):
    """Everybody who has a place, waits or gave it back, in the order in which they asked."""

    permission_required = "consultation.see_registration_list"
    template_name = "consultation/registration_list.html"

    def people(self) -> RegistrationQuerySet:
        rows = Registration.objects.visible_to(self.request.user).filter(event=self.event)
        return rows.with_people().order_by("number")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(is_over=self.event.ends_at <= timezone.now(), **kwargs)


class RegistrationCancelView(EventMixin, PermissionRequiredMixin, View):
    """Give back the place of somebody who wrote or called that they do not come."""

    permission_required = "consultation.see_registration_list"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        rows = Registration.objects.visible_to(request.user).filter(event=self.event)
        row = get_object_or_404(rows, pk=kwargs["pk"])
        try:
            row = cancel_registration(row, by=request.user)
        except WrongState as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, _("%(name)s does not come any more.") % {"name": row.name_shown})
        return redirect("consultation:registration-list", self.event.slug)


class AccessNeedsView(EventMixin, PermissionRequiredMixin, TemplateView):
    """What people need, shown by a button, because that it was read is on record."""

    permission_required = "consultation.read_access_needs"
    template_name = "consultation/access_needs.html"

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        rows = read_access_needs(self.event, by=request.user)
        response = self.render_to_response(self.get_context_data(rows=rows, is_shown=True))
        response.headers["Cache-Control"] = "private, no-store"
        return response


class FeedbackListView(EventMixin, PermissionRequiredMixin, TemplateView):
    permission_required = "consultation.see_feedback"
    template_name = "consultation/feedback_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(tally=feedback_tally(self.event), **kwargs)
