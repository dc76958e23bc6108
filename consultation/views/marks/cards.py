"""Ballots on paper: many cards for staff to print, and one for somebody at the door."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.generic import TemplateView

from commons.qr import drawn_qr
from consultation.actions.marks import NoBallotFor, OutOfTurn, give_ballot_to, give_ballots
from consultation.forms.marks import GiveBallotsForm
from consultation.models import Event
from consultation.views.marks.marking import MarksMixin
from consultation.views.marks.steps import StepFormView
from consultation.views.one_event import OnTheDayMixin


class CardsMixin:
    """Ballots on paper. Their codes are on this page and nowhere else."""

    event: Event

    def cards(self, codes: list[str]) -> HttpResponse:
        address = settings.SITE_ADDRESS + reverse("consultation:event-marks", args=[self.event.slug])
        drawn_codes = [(code, drawn_qr(f"{address}?ballot={code.replace('-', '')}")) for code in codes]
        self.template_name = "consultation/ballot_cards.html"
        return self.render_to_response({"event": self.event, "cards": drawn_codes, "address": address.split("://")[-1]})


class BallotsGiveView(CardsMixin, StepFormView):
    permission_required = "consultation.give_ballots"
    form_name = "give_form"

    def make_form(self) -> GiveBallotsForm:
        return GiveBallotsForm(self.request.POST)

    def act(self, form: GiveBallotsForm) -> HttpResponse:
        return self.cards(give_ballots(self.event, by=self.request.user, **form.cleaned_data))


class BallotGiveView(CardsMixin, MarksMixin, OnTheDayMixin, TemplateView):
    """One ballot for somebody who was checked in, from the page at the door: its card, to be shown or printed."""

    permission_required = "consultation.give_ballot_to"
    template_name = "consultation/ballot_cards.html"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        registration = get_object_or_404(self.event.registrations.all(), key=self.kwargs["key"])
        try:
            return self.cards([give_ballot_to(registration, by=request.user)])
        except (NoBallotFor, OutOfTurn) as refusal:
            return self.render_to_response(self.get_context_data(refusal=str(refusal)), status=409)
