"""The chair arranges the framework: opens sections, and moves, splits and merges them."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView

from panel.actions.drafting import SlugTaken, open_part, open_section
from panel.actions.publishing import CannotMove, DraftHasChanges, merge_sections, move_section, split_section
from panel.forms.arranging import ArrangeForm, MergeForm, MoveForm, SectionOpenForm, SplitForm
from panel.models import Section
from panel.paragraphs import Paragraph, paragraphs_of
from panel.views.room import RoomMixin


class SectionOpenView(PermissionRequiredMixin, FormView):
    """A new section. Nobody outside the panel sees it before its first version."""

    permission_required = "panel.open_section"
    template_name = "panel/section_open.html"
    form_class = SectionOpenForm

    def form_valid(self, form: SectionOpenForm) -> HttpResponse:
        data, user = form.cleaned_data, self.request.user
        try:
            with transaction.atomic():
                part = data["part"] or open_part(by=user, slug=data["part_slug"], title=data["part_title"])
                section = open_section(part, by=user, slug=data["slug"], title=data["title"], owner=data["owner"])
        except SlugTaken as refusal:
            form.add_error("slug", str(refusal))
            return self._again(form, 409)
        messages.success(
            self.request, _("Opened. Write its text here; nobody outside the panel sees it until it is published.")
        )
        return redirect("panel:section-edit", section.slug)

    def form_invalid(self, form: SectionOpenForm) -> HttpResponse:
        return self._again(form, 422)

    def _again(self, form: SectionOpenForm, status: int) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=status)


class SectionArrangeView(PermissionRequiredMixin, RoomMixin, TemplateView):
    """Three forms: move, split, merge. Each says what becomes of addresses and voices; what is refused is said in its place."""

    permission_required = "panel.arrange_sections"
    template_name = "panel/section_arrange.html"
    room = "arrange"

    @cached_property
    def paragraphs(self) -> list[Paragraph]:
        return paragraphs_of(self.section.current.body) if self.section.current else []

    def forms(self, data: Any = None, what: str = "") -> dict[str, ArrangeForm]:
        """All three; the one that was sent is bound."""
        given = {name: data if name == what else None for name in ("move", "split", "merge")}
        return {
            "move": MoveForm(given["move"], section=self.section),
            "split": SplitForm(given["split"], section=self.section, paragraphs=self.paragraphs),
            "merge": MergeForm(given["merge"], section=self.section),
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**({"forms": self.forms()} | kwargs))
        numbered = [one for one in self.paragraphs if one.number is not None]
        return context | {"can_split": len(numbered) > 1, "sent": context.get("sent")}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        what = request.POST.get("what", "")
        if what not in {"move", "split", "merge"}:
            raise Http404
        forms = self.forms(request.POST, what)
        form, status = forms[what], 422
        if form.is_valid():
            try:
                return redirect("panel:section-arrange", getattr(self, f"_{what}")(form).slug)
            except (DraftHasChanges, CannotMove, SlugTaken) as refusal:
                form.add_error(None, str(refusal))
                status = 409
        return self.render_to_response(self.get_context_data(forms=forms, sent=form), status=status)

    def _move(self, form: MoveForm) -> Section:
        part, place = form.place
        section = move_section(self.section, by=self.request.user, part=part, place=place)
        messages.success(self.request, _("Moved. It is number %(number)s now.") % {"number": section.number})
        return section

    def _split(self, form: SplitForm) -> Section:
        data = form.cleaned_data
        _old, new = split_section(
            self.section,
            by=self.request.user,
            paragraph=data["paragraph"],
            slug=data["slug"],
            title=data["title"],
            note=data["note"],
        )
        messages.success(self.request, _("Split. This is the new section, “%(title)s”.") % {"title": new.section.title})
        return new.section

    def _merge(self, form: MergeForm) -> Section:
        into = form.cleaned_data["into"]
        merge_sections(self.section, by=self.request.user, into=into, note=form.cleaned_data["note"])
        messages.success(
            self.request, _("Merged. The address of “%(title)s” leads here now.") % {"title": self.section.title}
        )
        return into
