"""The panel's desk: voices that wait for an answer, found by theme, section, state and words; and answering them, one or many."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import FormView, TemplateView

from commons.contributions.models import Contribution
from commons.contributions.reports import lines_of
from commons.people.views.typed import KeepsTypedMixin
from panel.actions.deciding import (
    AnsweredAlready,
    NobodyToAnswer,
    UndoneAlready,
    WordsNotThere,
    accept_suggestion,
    make_decision,
    undo_decision,
)
from panel.forms.desk import DecisionForm, DeskForm, UndoForm
from panel.models import Decision
from panel.reports import answering_counts, on_desk
from panel.views.strategy import as_number

VOICES_A_PAGE = 25
VOICES_AT_ONCE = 100


class DeskView(PermissionRequiredMixin, TemplateView):
    """All by GET; ticked voices go to the page where they are answered together."""

    permission_required = "panel.see_desk"
    template_name = "panel/desk.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = DeskForm(self.request.GET)
        form.is_valid()
        asked = {name: value for name, value in form.cleaned_data.items() if value}
        rows = on_desk(
            state=asked.get("state", "waiting"),
            section=asked.get("section"),
            part=asked.get("part"),
            kind=asked.get("kind", ""),
            words=asked.get("q", ""),
            owner=self.request.user if asked.get("mine") else None,
        )
        page = Paginator(rows, VOICES_A_PAGE).get_page(self.request.GET.get("page"))
        return super().get_context_data(
            form=form,
            page_obj=page,
            paginator=page.paginator,
            lines=lines_of(page.object_list, self.request.user),
            counts=answering_counts(),
            may_open=self.request.user.has_perm("panel.open_section"),
            **kwargs,
        )


class DecisionMakeView(KeepsTypedMixin, PermissionRequiredMixin, FormView):
    """Answer the voices named by `?c=`; a single suggestion can be taken into the draft in the same step."""

    permission_required = "panel.make_decision"
    template_name = "panel/decision_make.html"
    form_class = DecisionForm

    @cached_property
    def voices(self) -> list[Contribution]:
        asked = {as_number(number) for number in self.request.GET.getlist("c")[:VOICES_AT_ONCE]} - {None}
        rows = Contribution.objects.visible_to(self.request.user).public().filter(pk__in=asked, anchor__isnull=False)
        return list(rows.with_authors().select_related("anchor__section").order_by("made_at", "pk"))

    @property
    def suggestion(self) -> Contribution | None:
        return self.voices[0] if len(self.voices) == 1 and self.voices[0].is_suggestion else None

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"suggestion": self.suggestion}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if not self.voices:
            raise Http404
        sections = {voice.anchor.section for voice in self.voices}
        return super().get_context_data(
            lines=lines_of(self.voices, self.request.user),
            section=next(iter(sections)) if len(sections) == 1 else None,
            suggestion=self.suggestion,
            **kwargs,
        )

    def form_valid(self, form: DecisionForm) -> HttpResponse:
        if not self.voices:
            raise Http404
        data, section = form.cleaned_data, self.voices[0].anchor.section
        shared = {
            "by": self.request.user,
            "reason": data["reason"],
            "key": data["key"],
            "votes_for": data["votes_for"],
            "votes_against": data["votes_against"],
        }
        takes_words = self.suggestion is not None and data["outcome"] in {"accepted", "in_part"}
        try:
            if takes_words:
                words = data["words"] if data["outcome"] == "in_part" else None
                decision = accept_suggestion(self.suggestion, words=words, **shared)
            else:
                decision = make_decision(section, voices=self.voices, outcome=data["outcome"], **shared)
        except (AnsweredAlready, NobodyToAnswer, WordsNotThere) as refusal:
            form.add_error(None, str(refusal))
            return self._again(form, 409)
        self._say_done(decision, takes_words)
        return redirect(f"{reverse('panel:desk')}?section={section.slug}")

    def _say_done(self, decision: Decision, takes_words: bool) -> None:
        count = len(self.voices)
        said = ngettext("Answered. The author is told.", "Answered. All %(count)s authors are told.", count)
        if takes_words:
            said = _("Answered, and the words are in the draft. They become public when the section is published.")
        messages.success(self.request, said % {"count": count})

    def form_invalid(self, form: DecisionForm) -> HttpResponse:
        return self._again(form, 422)

    def _again(self, form: DecisionForm, status: int) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=status)


class DecisionUndoView(KeepsTypedMixin, PermissionRequiredMixin, FormView):
    """Take an answer back. It stays on record, with the reason."""

    permission_required = "panel.undo_decision"
    template_name = "panel/decision_undo.html"
    form_class = UndoForm

    @cached_property
    def decision(self) -> Decision:
        rows = Decision.objects.visible_to(self.request.user).select_related("section")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        voices = Contribution.objects.visible_to(self.request.user).public().filter(voices__decision=self.decision)
        return super().get_context_data(
            decision=self.decision, lines=lines_of(voices.with_authors(), self.request.user), **kwargs
        )

    def form_valid(self, form: UndoForm) -> HttpResponse:
        try:
            undo_decision(self.decision, by=self.request.user, reason=form.cleaned_data["reason"])
        except UndoneAlready as refusal:
            messages.info(self.request, str(refusal))
        else:
            messages.success(
                self.request, _("Taken back. The voices wait for an answer again, and their authors are told.")
            )
        return redirect(f"{reverse('panel:desk')}?section={self.decision.section.slug}")

    def form_invalid(self, form: UndoForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)
