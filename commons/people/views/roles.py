"""Staff pages about people: who is here, who holds which role, appointing and ending."""

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import DetailView, FormView, ListView

from commons.people.actions import (
    AppointmentOver,
    AppointmentOverlaps,
    DatesWrong,
    OwnAppointment,
    RolesClash,
    appoint_person,
    end_appointment,
)
from commons.people.forms.roles import AppointForm, AppointmentEndForm, PersonSearchForm
from commons.people.models import Appointment, User


class PersonListView(PermissionRequiredMixin, ListView):
    """Everyone with an account, with the roles they hold today."""

    permission_required = "people.see_people"
    template_name = "people/person_list.html"
    paginate_by = 50

    @cached_property
    def form(self) -> PersonSearchForm:
        return PersonSearchForm(self.request.GET)

    def get_queryset(self) -> QuerySet:
        today = timezone.localdate()
        held = Appointment.objects.in_force(today)
        people = User.objects.visible_to(self.request.user).in_name_order()
        people = people.prefetch_related(Prefetch("appointments", held.order_by("role"), to_attr="held"))
        people = people.annotate(organisations=Count("memberships", Q(memberships__state="verified"), distinct=True))
        if self.form.is_valid():
            people = people.matching(self.form.cleaned_data["q"])
            role = self.form.cleaned_data["role"]
            if role:
                holders = held if role == "any" else held.filter(role=role)
                people = people.filter(pk__in=holders.values("user"))
        return people

    def get_context_data(self, **kwargs: object) -> dict:
        return super().get_context_data(form=self.form, **kwargs)


class PersonDetailView(PermissionRequiredMixin, DetailView):
    """One person: roles now and before, organisations, and whether the second sign-in step is set up."""

    permission_required = "people.see_people"
    template_name = "people/person_detail.html"
    context_object_name = "person"

    def get_queryset(self) -> QuerySet:
        return User.objects.visible_to(self.request.user)

    def get_context_data(self, **kwargs: object) -> dict:
        today = timezone.localdate()
        person = self.object
        rows = person.appointments.select_related("appointed_by").order_by("-starts_on", "-pk")
        waiting = person.roles_waiting
        return super().get_context_data(
            appointments=[
                {
                    "row": row,
                    "is_over": row.ends_on is not None and row.ends_on <= today,
                    "waits_for_mfa": row.is_in_force(today) and row.role in waiting,
                }
                for row in rows
            ],
            memberships=person.memberships.select_related("organisation", "verified_by").order_by("-asked_at", "-pk"),
            is_self=person.pk == self.request.user.pk,
            **kwargs,
        )


class PersonAppointView(PermissionRequiredMixin, FormView):
    """Give a person a role."""

    permission_required = "people.appoint_person"
    template_name = "people/person_appoint.html"
    form_class = AppointForm

    @cached_property
    def person(self) -> User:
        return get_object_or_404(User.objects.visible_to(self.request.user), pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs: object) -> dict:
        return super().get_context_data(person=self.person, **kwargs)

    def form_valid(self, form: AppointForm) -> HttpResponse:
        try:
            appoint_person(self.person, by=self.request.user, **form.cleaned_data)
        except (OwnAppointment, RolesClash, AppointmentOverlaps, DatesWrong) as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        messages.success(self.request, _("Appointed."))
        return redirect("people:person-detail", pk=self.person.pk)


class AppointmentEndView(PermissionRequiredMixin, FormView):
    """Take a role away."""

    permission_required = "people.end_appointment"
    template_name = "people/appointment_end.html"
    form_class = AppointmentEndForm

    @cached_property
    def appointment(self) -> Appointment:
        return get_object_or_404(Appointment.objects.select_related("user"), pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs: object) -> dict:
        return super().get_context_data(appointment=self.appointment, **kwargs)

    def form_valid(self, form: AppointmentEndForm) -> HttpResponse:
        try:
            end_appointment(self.appointment, by=self.request.user, ends_on=form.cleaned_data["ends_on"])
        except (AppointmentOver, DatesWrong) as refusal:
            messages.error(self.request, str(refusal))
        else:
            messages.success(self.request, _("The appointment ends as you said."))
        return redirect("people:person-detail", pk=self.appointment.user_id)
