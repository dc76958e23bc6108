"""Where facilitators make ideas of the notes of an event. Every step is a plain form; what does not fit is said on the page, with
what was ticked and typed."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView

from commons.people.views.again import say_stale
from commons.people.views.typed import KeepsTypedMixin
from consultation.actions.grouping import (
    CannotMerge,
    IdeasStand,
    change_event_idea,
    group_notes,
    make_event_idea,
    merge_ideas,
    move_event_idea,
    take_note_out,
    unmerge_idea,
)
from consultation.actions.texts import StaleEdit
from consultation.forms.capture import EventIdeaForm, IdeaChoiceForm, IdeaFromNotesForm, MergeForm, number_of
from consultation.models import EventIdea
from consultation.reports.capture import board_of, photos_of, public_notes
from consultation.views.one_event import OnTheDayMixin


class FacilitatorMixin(OnTheDayMixin):
    """Staff, and who is a facilitator of this very event."""

    permission_required = "consultation.group_notes"


class EventIdeasView(KeepsTypedMixin, FacilitatorMixin, TemplateView):
    """All notes and ideas of an event. `do` says what was pressed."""

    template_name = "consultation/event_ideas.html"
    FORMS: dict[str, type[forms.Form]] = {"make": IdeaFromNotesForm, "put": IdeaChoiceForm, "merge": MergeForm}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown = {f"{do}_form": self._form(do) for do in self.FORMS}
        return super().get_context_data(
            **{
                "board": board_of(self.event),
                "photos": photos_of(self.event, everybody=False),
                "chosen": set(),
                "ways": [("up", _("Move up")), ("down", _("Move down"))],
                **shown,
                **kwargs,
            }
        )

    def _form(self, do: str, *typed: Any) -> forms.Form:
        return self.FORMS[do](*typed, event=self.event, auto_id=f"{do}_%s")

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        typed = self.typed_before()
        if typed is None or typed.get("do") not in self.FORMS:
            return super().get(request, **kwargs)
        return self._again(typed["do"], self._form(typed["do"], typed), typed.getlist("notes"), 200)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        do = request.POST.get("do", "")
        if do not in self.FORMS:
            return self._one(do)
        form = self._form(do, request.POST)
        status = 422
        if form.is_valid():
            try:
                getattr(self, f"_{do}")(form.cleaned_data)
                return redirect(request.path)
            except (IdeasStand, CannotMerge) as refusal:
                form.add_error(None, str(refusal))
                status = 409
        return self._again(do, form, request.POST.getlist("notes"), status)

    def _again(self, do: str, form: forms.Form, chosen: list[str], status: int) -> HttpResponse:
        context = self.get_context_data(**{f"{do}_form": form, "form": form, "chosen": set(chosen)})
        return self.render_to_response(context, status=status)

    def _make(self, given: dict[str, Any]) -> None:
        idea = make_event_idea(self.event, by=self.request.user, **given)
        messages.success(self.request, _("The idea “%(title)s” is there.") % {"title": idea.title})

    def _put(self, given: dict[str, Any]) -> None:
        group_notes(given["idea"], by=self.request.user, notes=given["notes"])
        messages.success(self.request, _("The notes are in “%(title)s”.") % {"title": given["idea"].title})

    def _merge(self, given: dict[str, Any]) -> None:
        merge_ideas(given["goes"], by=self.request.user, into=given["stays"])
        messages.success(
            self.request,
            _("“%(goes)s” is merged into “%(stays)s”. You can undo it there.")
            % {"goes": given["goes"].title, "stays": given["stays"].title},
        )

    def _one(self, do: str) -> HttpResponse:
        """A button beside one note or idea."""
        try:
            match do:
                case "out":
                    note = get_object_or_404(public_notes(self.event), pk=number_of(self.request.POST.get("note")))
                    take_note_out(note, by=self.request.user)
                    messages.success(self.request, _("The note is in no idea any more."))
                case "undo":
                    unmerge_idea(self._idea(), by=self.request.user)
                    messages.success(self.request, _("The two ideas stand apart again."))
                case "up" | "down":
                    move_event_idea(self._idea(), by=self.request.user, up=do == "up")
                case _:
                    raise Http404
        except IdeasStand as refusal:
            messages.error(self.request, str(refusal))
        return redirect(self.request.path)

    def _idea(self) -> EventIdea:
        number = self.request.POST.get("idea", "")
        if not (number.isascii() and number.isdecimal() and len(number) < 19):
            raise Http404
        return get_object_or_404(self.event.ideas, pk=int(number))


class EventIdeaChangeView(KeepsTypedMixin, FacilitatorMixin, FormView):
    """Other words for one idea, with every note that stands behind it."""

    template_name = "consultation/event_idea_change.html"
    form_class = EventIdeaForm

    @cached_property
    def idea(self) -> EventIdea:
        return get_object_or_404(self.event.ideas.select_related("theme", "event"), pk=self.kwargs["pk"])

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"idea": self.idea}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        notes = list(public_notes(self.event).filter(idea=self.idea))
        return super().get_context_data(**{"idea": self.idea, "notes": notes, **kwargs})

    def form_valid(self, form: EventIdeaForm) -> HttpResponse:
        try:
            change_event_idea(self.idea, by=self.request.user, **form.cleaned_data)
        except StaleEdit as refusal:
            now = self.event.ideas.get(pk=self.idea.pk)
            say_stale(form, refusal, now.revision)
            return self.again(form, 409, stands=now)
        except IdeasStand as refusal:
            form.add_error(None, str(refusal))
            return self.again(form, 409)
        messages.success(self.request, _("Saved."))
        return redirect("consultation:event-ideas", self.event.slug)
