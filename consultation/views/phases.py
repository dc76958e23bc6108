"""The timeline for everybody, the button to follow it, and where staff plan, move, begin and end the phases."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from commons.people.views.buttons import ButtonView
from consultation.actions import (
    add_phase,
    begin_phase,
    call_off_phase,
    change_phase,
    end_phase,
    move_phase,
)
from consultation.actions.following import follow_process, unfollow_process
from consultation.actions.phases import (
    AlreadyHappened,
    CalledOff,
    EndBeforeBegin,
    InTheFuture,
    NameTaken,
    NotBegun,
    NothingMoved,
    ReasonMissing,
)
from consultation.forms.phases import (
    PhaseAddForm,
    PhaseBeginForm,
    PhaseCallOffForm,
    PhaseChangeForm,
    PhaseEndForm,
    PhaseMoveForm,
)
from consultation.models import Follower, Phase, PhaseMove, State
from consultation.reports.phases import timeline
from consultation.views.acting import ActionFormView


class TimelineView(TemplateView):
    """Where the process has got to, what comes next, what was planned, what was moved and why, and what one can do now."""

    public = True
    template_name = "consultation/timeline.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, day = self.request.user, timezone.localdate()
        return super().get_context_data(
            timeline=timeline(day),
            day=day,
            follows=Follower.objects.visible_to(user).exists() if user.is_authenticated else False,
            calendar=settings.SITE_ADDRESS + reverse("consultation:calendar"),
            may_change=user.has_perm("consultation.change_phase") if user.is_authenticated else False,
            **kwargs,
        )


class FollowView(ButtonView):
    """The button's POST: be told of the phases, or no longer. A second time changes nothing."""

    permission_required = "consultation.follow_process"

    def stands_at(self) -> str:
        return reverse("consultation:timeline")

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if request.POST.get("follow") == "no":
            unfollow_process(by=request.user)
            messages.success(request, _("You do not follow the process any more."))
        else:
            follow_process(by=request.user)
            messages.success(
                request,
                _("You follow the process now. We tell you when a phase begins, moves, is called off or ends soon."),
            )
        return redirect("consultation:timeline")


class PhaseListView(PermissionRequiredMixin, TemplateView):
    """Every phase with its days, and the ways to change it."""

    permission_required = "consultation.change_phase"
    template_name = "consultation/phase_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        day = timezone.localdate()
        return super().get_context_data(timeline=timeline(day), day=day, **kwargs)


class PhaseFormView(ActionFormView):
    """What the forms about phases share."""

    def next_page(self, made: Any) -> HttpResponse:
        return redirect("consultation:phase-list")


class PhaseAddView(PhaseFormView):
    permission_required = "consultation.add_phase"
    template_name = "consultation/phase_add.html"
    form_class = PhaseAddForm
    places = {NameTaken: "name", EndBeforeBegin: "ends_on"}
    done = gettext_lazy("Added. It is on the timeline now.")

    def act(self, form: PhaseAddForm) -> Phase:
        days = {name: form.cleaned_data[name] for name in ("begins_on", "ends_on")}
        return add_phase(by=self.request.user, words=form.words, **days)


class OnePhaseView(PhaseFormView):
    """A form about one phase of the address."""

    @cached_property
    def phase(self) -> Phase:
        return get_object_or_404(Phase, pk=self.kwargs["pk"])

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"phase": self.phase}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(phase=kwargs.get("latest", self.phase), **kwargs)

    def latest(self) -> Phase:
        return Phase.objects.get(pk=self.phase.pk)


class PhaseChangeView(OnePhaseView):
    permission_required = "consultation.change_phase"
    template_name = "consultation/phase_change.html"
    form_class = PhaseChangeForm
    done = gettext_lazy("Saved. The timeline shows it now.")

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = super().get_form_kwargs()
        # The form writes what was typed into its instance, and the page shows the phase as it is.
        return kwargs | {"instance": Phase.objects.get(pk=kwargs.pop("phase").pk)}

    def act(self, form: PhaseChangeForm) -> Phase:
        given = {name: form.cleaned_data[name] for name in ("place", "based_on")}
        return change_phase(self.phase, by=self.request.user, words=form.words, **given)


class PhaseMoveView(OnePhaseView):
    permission_required = "consultation.move_phase"
    template_name = "consultation/phase_move.html"
    form_class = PhaseMoveForm
    places = {
        CalledOff: None,
        NothingMoved: "ends_on",
        ReasonMissing: "reason",
        AlreadyHappened: "ends_on",
        EndBeforeBegin: "ends_on",
    }
    done = gettext_lazy("Moved. The timeline shows the old days, the new ones and your reason.")

    def act(self, form: PhaseMoveForm) -> PhaseMove:
        return move_phase(self.phase, by=self.request.user, **form.cleaned_data)


class PhaseCallOffView(OnePhaseView):
    permission_required = "consultation.call_off_phase"
    template_name = "consultation/phase_call_off.html"
    form_class = PhaseCallOffForm
    places = {CalledOff: None, ReasonMissing: "reason", AlreadyHappened: None}
    done = gettext_lazy("Called off. The timeline shows it with your reason.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        is_over = self.phase.state_on(timezone.localdate()) == State.OVER
        return super().get_context_data(is_over=is_over, **kwargs)

    def act(self, form: PhaseCallOffForm) -> Phase:
        return call_off_phase(self.phase, by=self.request.user, **form.cleaned_data)


class PhaseBeginView(OnePhaseView):
    permission_required = "consultation.begin_phase"
    template_name = "consultation/phase_begin.html"
    form_class = PhaseBeginForm
    places = {CalledOff: None, InTheFuture: "on", NotBegun: "on", EndBeforeBegin: "on"}
    done = gettext_lazy("Saved. The timeline shows on which day it began.")

    def act(self, form: PhaseBeginForm) -> Phase:
        return begin_phase(self.phase, by=self.request.user, **form.cleaned_data)


class PhaseEndView(OnePhaseView):
    permission_required = "consultation.end_phase"
    template_name = "consultation/phase_end.html"
    form_class = PhaseEndForm
    places = {CalledOff: None, InTheFuture: "on", NotBegun: "on", EndBeforeBegin: "on"}
    done = gettext_lazy("Saved. The timeline shows which day was its last.")

    def act(self, form: PhaseEndForm) -> Phase:
        return end_phase(self.phase, by=self.request.user, **form.cleaned_data)
