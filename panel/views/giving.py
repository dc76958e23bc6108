"""Saying something to a section: to the whole, to a paragraph, or to its very words.

All of it works without script: choose the paragraph, choose a sentence, take away what you do not mean from a copy of it. With
script the words can be chosen with the finger, the mouse or the keyboard on the section's own page, which leads here too.
"""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import FormView

from commons.contributions.actions import MandateIncomplete, NotYourOrganisation, ThreadClosed
from commons.contributions.models import Contribution, Kind
from commons.contributions.reports import closed_because
from commons.contributions.views import say_thanks, through_door
from commons.people.views.typed import KeepsTypedMixin
from panel.actions.pointing import (
    NotAsked,
    NothingSuggested,
    PassageNotThere,
    give_to_section,
    key_in_to_section,
    say_if_applies,
)
from panel.forms.giving import CommentForm, KeyInSectionForm, StillAppliesForm, SuggestForm
from panel.models import Version
from panel.paragraphs import Paragraph, paragraphs_of, sentences_of
from panel.reports import place_of_anchor
from panel.views.strategy import SectionMixin, as_number

REFUSALS = (ThreadClosed, NotYourOrganisation, MandateIncomplete)


class GiveMixin(KeepsTypedMixin, PermissionRequiredMixin, SectionMixin):
    """What comment and suggestion share: where they point, and what is refused."""

    permission_required = "panel.give_to_section"
    request: HttpRequest
    kind = Kind.COMMENT

    @cached_property
    def version(self) -> Version:
        """The version that was read: the one in the form or the address, else the one in force."""
        if self.section.current is None or self.section.merged_into is not None:
            raise Http404
        asked = as_number(self.request.POST.get("version") or self.request.GET.get("version"))
        return self.version_numbered(asked) if asked else self.section.current

    @cached_property
    def paragraph(self) -> Paragraph | None:
        """The paragraph that is pointed at, or None for the whole section."""
        asked = self.request.POST.get("paragraph") or self.request.GET.get("paragraph")
        if not asked:
            return None
        number = as_number(asked)
        found = next((one for one in self.paragraphs if number is not None and one.number == number), None)
        if found is None:
            raise Http404
        return found

    @cached_property
    def paragraphs(self) -> list[Paragraph]:
        return [one for one in paragraphs_of(self.version.body) if one.number is not None]

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.request.user}

    def get_initial(self) -> dict[str, Any]:
        words = self.request.GET.get("words", "") if self.paragraph else ""
        return {
            "version": self.version.number,
            "paragraph": self.paragraph.number if self.paragraph else None,
            "words": words,
            "replacement": words,
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        paragraph = self.paragraph
        sentences = [sentence.strip() for sentence in sentences_of(paragraph.text)] if paragraph else []
        form = kwargs.get("form") or self.get_form()
        return super().get_context_data(
            **{
                "form": form,
                "closed": closed_because(self.section.thread),
                "version": self.version,
                "paragraph": paragraph,
                "paragraphs": self.paragraphs,
                "label": f"{self.version.section_number}.{paragraph.number}" if paragraph else self.version.title,
                "sentences": sentences if len(sentences) > 1 else [],
                "has_words": bool(form["words"].value()),
                "draft_key": f"say/{self.kind}/{self.section.slug}/{self.version.number}/{paragraph.number if paragraph else 0}",
                **kwargs,
            }
        )

    def form_valid(self, form: Any) -> HttpResponse:
        data = form.cleaned_data
        try:
            row = give_to_section(
                self.section,
                by=self.request.user,
                pointing=form.pointing,
                kind=self.kind,
                body=data["body"],
                replacement=data.get("replacement", ""),
                key=data["key"],
                speaking=through_door(self.request, form.speaking),
            )
        except PassageNotThere as refusal:
            form.add_error("words", str(refusal))
        except NothingSuggested as refusal:
            form.add_error("replacement", str(refusal))
        except REFUSALS as refusal:
            form.add_error(None, str(refusal))
        else:
            say_thanks(self.request, row)
            return redirect(row)
        return self.form_invalid(form)

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)


class CommentView(GiveMixin, FormView):
    template_name = "panel/comment.html"
    form_class = CommentForm


class SuggestView(GiveMixin, FormView):
    """Suggest different words. First the paragraph, then the words, then a copy to change."""

    template_name = "panel/suggest.html"
    form_class = SuggestForm
    kind = Kind.SUGGESTION


class KeyInView(KeepsTypedMixin, PermissionRequiredMixin, SectionMixin, FormView):
    """Type in what somebody said on paper, by telephone or at an event."""

    permission_required = "panel.key_in_to_section"
    template_name = "panel/key_in.html"
    form_class = KeyInSectionForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.request.user}

    def get_initial(self) -> dict[str, Any]:
        if self.section.current is None or self.section.merged_into is not None:
            raise Http404
        return {"version": self.section.current.number}

    def form_valid(self, form: KeyInSectionForm) -> HttpResponse:
        data = form.cleaned_data
        try:
            row = key_in_to_section(
                self.section,
                by=self.request.user,
                pointing=form.pointing,
                body=data["body"],
                channel=data["channel"],
                said_by=data["said_by"],
                key=data["key"],
            )
        except PassageNotThere as refusal:
            form.add_error("words" if data["paragraph"] and data["words"] else "paragraph", str(refusal))
            return self.form_invalid(form)
        messages.success(self.request, _("Typed in. Here it is, as everybody sees it."))
        return redirect(row)

    def form_invalid(self, form: KeyInSectionForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)


class StillAppliesView(PermissionRequiredMixin, FormView):
    """The words somebody spoke of have changed: does what they said still apply?"""

    permission_required = "panel.say_if_applies"
    template_name = "panel/still_applies.html"
    form_class = StillAppliesForm

    @cached_property
    def contribution(self) -> Contribution:
        rows = Contribution.objects.visible_to(self.request.user).filter(anchor__asked_at__isnull=False)
        rows = rows.select_related("anchor__section", "anchor__version__section", "author", "organisation")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def has_permission(self) -> bool:
        user = self.request.user
        return user.is_authenticated and user.has_perm(self.permission_required, self.contribution.anchor)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        anchor = self.contribution.anchor
        return super().get_context_data(
            contribution=self.contribution, anchor=anchor, place=place_of_anchor(anchor), **kwargs
        )

    def form_valid(self, form: StillAppliesForm) -> HttpResponse:
        try:
            say_if_applies(
                self.contribution.anchor, by=self.request.user, applies=form.cleaned_data["applies"] == "yes"
            )
        except NotAsked as refusal:
            messages.info(self.request, str(refusal))
        else:
            messages.success(self.request, _("Thank you. The panel sees what you said."))
        return redirect(self.contribution)

    def form_invalid(self, form: StillAppliesForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)
