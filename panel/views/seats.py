"""The panel as everybody sees it, and where its members say what the public may know of them."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.db import models
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView

from commons.people.models import Appointment, Role, User
from commons.people.views.typed import KeepsTypedMixin
from panel.actions.seats import StaleWelcome, declare_seat, edit_welcome
from panel.forms.seats import SeatForm, WelcomeForm
from panel.models import Seat, Welcome
from panel.reports import answering_counts

SEATED = (Role.CHAIR, Role.PANEL_MEMBER)


@dataclass(frozen=True)
class Member:
    """One person on the panel: `current` is the appointment in force, or the last one; `terms` are all of them, oldest first."""

    person: User
    current: Appointment
    terms: list[Appointment]

    @property
    def seat(self) -> Seat | None:
        """What they said of themselves, if they have."""
        return getattr(self.current, "seat", None)

    @property
    def is_chair(self) -> bool:
        return self.current.role == Role.CHAIR


def members(appointments: Iterable[Appointment], day: dt.date) -> tuple[list[Member], list[Member]]:
    """Those who sit on the panel on a day, the chair first and the others in the order in which they came; and those who did
    before, the last to leave first."""
    by_person: dict[User, list[Appointment]] = {}
    for appointment in appointments:
        by_person.setdefault(appointment.user, []).append(appointment)
    now, before = [], []
    for person, terms in by_person.items():
        in_force = [term for term in terms if term.is_in_force(day)]
        if in_force:
            chair_first = sorted(in_force, key=lambda term: term.role != Role.CHAIR)
            now.append(Member(person, chair_first[0], terms))
        else:
            before.append(Member(person, max(terms, key=lambda term: term.ends_on), terms))
    now.sort(key=lambda member: not member.is_chair)
    before.sort(key=lambda member: member.current.ends_on, reverse=True)
    return now, before


def seated(day: dt.date) -> models.QuerySet:
    """Appointments to the panel that have begun."""
    rows = Appointment.objects.filter(role__in=SEATED, starts_on__lte=day)
    return rows.select_related("user", "seat").order_by("starts_on", "pk")


def welcome_in(language: str) -> Welcome | None:
    """The chair's welcome in a language, or in English while there is none."""
    found = {
        welcome.language: welcome for welcome in Welcome.objects.filter(language__in=[language, settings.LANGUAGE_CODE])
    }
    return found.get(language) or found.get(settings.LANGUAGE_CODE)


class PanelView(TemplateView):
    """Who the panel is, what it does, what its members declare, and how far it has come with its answers."""

    public = True
    template_name = "panel/panel.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, day = self.request.user, timezone.localdate()
        now, before = members(seated(day), day)
        return super().get_context_data(
            welcome=welcome_in(get_language()),
            members=now,
            former=before,
            quorum=settings.PANEL_QUORUM,
            reply_weeks=settings.REPLY_WEEKS,
            counts=answering_counts(),
            may_edit_welcome=user.is_authenticated and user.has_perm("panel.edit_welcome"),
            **kwargs,
        )


class SeatDeclareView(KeepsTypedMixin, PermissionRequiredMixin, FormView):
    """A member says for whom they sit on the panel, who they are, and what they declare."""

    permission_required = "panel.declare_seat"
    template_name = "panel/seat_declare.html"
    form_class = SeatForm

    @cached_property
    def appointment(self) -> Appointment:
        day = timezone.localdate()
        return get_object_or_404(seated(day).in_force(day), pk=self.kwargs["pk"])

    def has_permission(self) -> bool:
        user = self.request.user
        return user.is_authenticated and user.has_perm(self.permission_required, self.appointment)

    def get_form_kwargs(self) -> dict[str, Any]:
        seat = getattr(self.appointment, "seat", None)
        return super().get_form_kwargs() | {"instance": seat or Seat(appointment=self.appointment)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(appointment=self.appointment, **kwargs)

    def form_valid(self, form: SeatForm) -> HttpResponse:
        declare_seat(self.appointment, by=self.request.user, **form.cleaned_data)
        messages.success(self.request, _("Saved. Everybody can read it on this page now."))
        return redirect("panel:panel")


class WelcomeEditView(KeepsTypedMixin, PermissionRequiredMixin, FormView):
    """The chair writes the welcome, in the language that `?language=` names."""

    permission_required = "panel.edit_welcome"
    template_name = "panel/welcome_edit.html"
    form_class = WelcomeForm

    @cached_property
    def language(self) -> str:
        asked = self.request.GET.get("language")
        return asked if asked in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE

    @cached_property
    def welcome(self) -> Welcome | None:
        return Welcome.objects.filter(language=self.language).first()

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"instance": self.welcome}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        languages = [(code, label, code == self.language) for code, label in settings.LANGUAGES]
        return super().get_context_data(languages=languages, **kwargs)

    def form_valid(self, form: WelcomeForm) -> HttpResponse:
        try:
            edit_welcome(by=self.request.user, language=self.language, **form.cleaned_data)
        except StaleWelcome as refusal:
            return self._stale(form, str(refusal))
        messages.success(self.request, _("Saved. Everybody can read it on this page now."))
        return redirect("panel:panel")

    def _stale(self, form: WelcomeForm, refusal: str) -> HttpResponse:
        """What was typed stays in the form. The latest revision goes into it, so that saving again is a decision."""
        form.add_error(None, refusal)
        latest = Welcome.objects.filter(language=self.language).first()
        form.data = form.data.copy()
        form.data["based_on"] = latest.revision if latest else 0
        return self.render_to_response(self.get_context_data(form=form, latest=latest), status=409)
