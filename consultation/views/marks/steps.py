"""The staff's page of the marks, with the steps of the day in order, and the step behind each of its buttons."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from consultation.actions.marks import (
    OutOfTurn,
    WrongIdea,
    choose_proposals,
    close_marks,
    freeze_marks,
    open_marks,
    publish_marks,
    show_marks,
)
from consultation.forms.marks import GiveBallotsForm, OpenMarksForm, ProposalsForm
from consultation.reports.marks import Board, board_of, marking_has_begun, suggested_proposals
from consultation.views.marks.marking import MarksMixin
from consultation.views.marks.screen import screen_link


class MarksStaffView(MarksMixin, PermissionRequiredMixin, TemplateView):
    """The marks of one event: what is put to them, how many ballots were given and cast, and each step of the day."""

    permission_required = "consultation.see_marks"
    template_name = "consultation/event_marks_staff.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        board, has_begun = board_of(self.event), marking_has_begun(self.event, self.now)
        forms_shown = {
            "give_form": GiveBallotsForm(),
            "open_form": OpenMarksForm(event=self.event, has_begun=has_begun),
            "proposals_form": ProposalsForm(board=board, suggested=suggested_proposals(board)),
        }
        form = next((kwargs[name] for name in forms_shown if name in kwargs), None)
        own = {"board": board, "screen_link": screen_link(self.event), "form": form, "step": self._step(board)}
        return super().get_context_data(**{**forms_shown, **own, **kwargs})

    def _step(self, board: Board) -> str:
        """Which step is next."""
        event = self.event
        if event.marks_published_at is not None:
            return "proposals"
        if event.marks_frozen_at is not None:
            return "publish"
        if event.takes_marks_at(self.now):
            return "close"
        if marking_has_begun(event, self.now):
            return "freeze"
        if not board.ideas:
            return "ideas"
        return "open" if board.given else "cards"


class StepView(MarksStaffView):
    """The POST behind one button of the staff's page. What cannot be done now is said there."""

    http_method_names = ["post"]
    done: Any = ""

    def act(self) -> None:
        raise NotImplementedError

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            self.act()
        except OutOfTurn as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, self.done)
        return redirect("consultation:event-marks-staff", self.event.slug)


class MarksCloseView(StepView):
    permission_required = "consultation.close_marks"
    done = gettext_lazy("Marking is closed. You can open it again until the marks are counted.")

    def act(self) -> None:
        close_marks(self.event, by=self.request.user)


class MarksShowView(StepView):
    permission_required = "consultation.show_marks"
    done = gettext_lazy("Saved. The screen follows within two seconds.")

    def act(self) -> None:
        show_marks(self.event, by=self.request.user, live=self.request.POST.get("live") == "yes")


class MarksFreezeView(StepView):
    permission_required = "consultation.freeze_marks"
    done = gettext_lazy("The marks are counted. The counts do not change any more.")

    def act(self) -> None:
        freeze_marks(self.event, by=self.request.user)


class MarksPublishView(StepView):
    permission_required = "consultation.publish_marks"
    done = gettext_lazy("The results are public now.")

    def act(self) -> None:
        publish_marks(self.event, by=self.request.user)


class StepFormView(MarksStaffView):
    """A step that asks something. A form that has something wrong in it is shown again in its place on the staff's page, to which
    its own address leads."""

    # Under which name the page knows the form.
    form_name = ""

    def make_form(self) -> forms.Form:
        raise NotImplementedError

    def act(self, form: Any) -> HttpResponse:
        raise NotImplementedError

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return self.back()

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form = self.make_form()
        if form.is_valid():
            try:
                return self.act(form)
            except (OutOfTurn, WrongIdea) as refusal:
                form.add_error(None, str(refusal))
        return self.render_to_response(self.get_context_data(**{self.form_name: form}), status=422)

    def back(self) -> HttpResponse:
        return redirect("consultation:event-marks-staff", self.event.slug)


class MarksOpenView(StepFormView):
    permission_required = "consultation.open_marks"
    form_name = "open_form"

    def make_form(self) -> OpenMarksForm:
        return OpenMarksForm(self.request.POST, event=self.event, has_begun=marking_has_begun(self.event, self.now))

    def act(self, form: OpenMarksForm) -> HttpResponse:
        event = open_marks(self.event, by=self.request.user, **form.cleaned_data)
        if event.takes_marks_at(timezone.now()):
            messages.success(self.request, _("Marking is open."))
        else:
            messages.success(self.request, _("Saved. Marking opens by itself at that time."))
        return self.back()


class ProposalsChooseView(StepFormView):
    permission_required = "consultation.choose_proposals"
    form_name = "proposals_form"

    def make_form(self) -> ProposalsForm:
        board = board_of(self.event)
        return ProposalsForm(self.request.POST, board=board, suggested=())

    def act(self, form: ProposalsForm) -> HttpResponse:
        choose_proposals(self.event, form.chosen(), by=self.request.user)
        messages.success(
            self.request, _("These are proposals now. Everybody can read them, and the panel answers them.")
        )
        return self.back()
