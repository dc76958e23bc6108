"""Writing a section: the editor with what people said beside it, and what it keeps on the way.

Everything is a plain form. With script the text is kept every few seconds and shown as it will look; without, a button shows it.
No word is lost on the way: what is posted is kept first and saved then, and where two changed the same words both are shown.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView, View

from commons.contributions.reports import lines_of
from commons.people.models import User
from panel.actions.drafting import (
    EditsClash,
    KeptElsewhere,
    NoSuchRevision,
    SectionMerged,
    TitleTooLong,
    drop_working_copy,
    keep_working_copy,
    save_draft,
)
from panel.comparing import compare
from panel.forms.writing import EditForm, FindForm, KeepForm
from panel.models import Draft, Section, Version, WorkingCopy
from panel.models.framework import LONGEST_TEXT
from panel.paragraphs import paragraphs_of
from panel.reports import DeskState, ShownParagraph, on_desk
from panel.views.clashes import shown_clashes
from panel.views.room import HandsBackMixin, RoomMixin, clock, not_saved, tell_changes, typed_words
from panel.views.strategy import shown_paragraphs_alone

EDITING = dt.timedelta(minutes=10)
VOICES_SHOWN = 8
NO_LONGER_SHOWN = 2 * LONGEST_TEXT


class EvidenceMixin(RoomMixin):
    """The voices to this section, found by paragraph, state and words."""

    def evidence(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        section = self.section
        paragraphs = paragraphs_of(section.current.body) if section.current else []
        form = FindForm(asked, section_number=section.number, paragraphs=paragraphs)
        state, words = form.asked.get("state", DeskState.WAITING), form.asked.get("words", "")
        rows = on_desk(state=state, section=section, words=words)
        if "paragraph" in form.asked:
            rows = rows.filter(anchor__paragraph=form.asked["paragraph"])
        query = {"section": section.slug, "state": state} | ({"q": words} if words else {})
        return {
            "find": form,
            "voice_count": rows.count(),
            "voices": lines_of(rows[:VOICES_SHOWN], self.request.user),
            "desk_url": reverse("panel:desk", query=query),
            "posts_url": reverse("panel:cite-pick", query={"section": section.slug}) if section.current else "",
        }


class SectionEditView(HandsBackMixin, PermissionRequiredMixin, EvidenceMixin, FormView):
    permission_required = "panel.save_draft"
    template_name = "panel/section_edit.html"
    room = "edit"
    form_class = EditForm

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.any_section.merged_into is not None:
            return self._merged_away()
        form = self.get_form()
        if self.waiting and not form.is_bound and not self.takes_kept:
            return self._offer(self.waiting)
        return self.render_to_response(self.get_context_data(form=form))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.any_section.merged_into is not None:
            return self._merged_away()
        if "throw_away" in request.POST:
            drop_working_copy(self.section, by=request.user)
            messages.success(request, _("Thrown away. This is the draft as it was saved."))
            return redirect("panel:section-edit", self.section.slug)
        if "preview" in request.POST or "find" in request.POST:
            return self._show_again()
        return super().post(request, *args, **kwargs)

    # --- What was kept on the way ---

    @cached_property
    def own_copy(self) -> WorkingCopy | None:
        return self.draft.working_copies.filter(person=self.request.user).first()

    @property
    def waiting(self) -> WorkingCopy | None:
        """One's own words that were kept on the way and never saved."""
        copy = self.own_copy
        return copy if copy and (copy.title, copy.body) != (self.draft.title, self.draft.body) else None

    @property
    def takes_kept(self) -> bool:
        return self.request.GET.get("words") == "kept"

    def get_initial(self) -> dict[str, Any]:
        copy, draft = self.own_copy, self.draft
        kept = {"kept": copy.saved_at.isoformat() if copy else ""}
        if self.waiting and self.takes_kept:
            return kept | {"title": copy.title, "body": copy.body, "based_on": copy.based_on}
        return kept | {"title": draft.title, "body": draft.body, "based_on": draft.revision}

    def _offer(self, copy: WorkingCopy) -> HttpResponse:
        """Nothing is put back unasked: the words are shown, with what to do with them."""
        base = self.draft.revisions.filter(number=copy.based_on).first()
        changes = tell_changes(compare(base.body if base else "", copy.body), self.section.number)
        has_title = copy.title != (base.title if base else self.draft.title)
        context = RoomMixin.get_context_data(self, form=None, copy=copy, changes=changes, has_title=has_title)
        return render(self.request, "panel/kept_words.html", context)

    def _merged_away(self) -> HttpResponse:
        section, into = self.any_section, self.any_section.merged_into
        why = _("“%(title)s” has been merged into “%(into)s”, so it is not saved here. Write there instead.")
        why %= {"title": section.title, "into": into.title}
        if self.request.method == "POST":
            return not_saved(self.request, typed_words(self.request, EditForm), why, status=409, onward=into)
        draft = Draft.objects.visible_to(self.request.user).get(section=section)
        copy = draft.working_copies.filter(person=self.request.user).exclude(title=draft.title, body=draft.body).first()
        if copy is None:
            messages.info(self.request, why)
            return redirect("panel:section-edit", into.slug)
        typed = [(_("Title"), copy.title), (_("Text"), copy.body)]
        return not_saved(self.request, typed, why, status=410, onward=into)

    # --- Showing ---

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now, asked = timezone.now(), self.request.POST
        others = self.draft.working_copies.filter(saved_at__gt=now - EDITING).exclude(person=self.request.user)
        colleagues = [
            {"name": copy.person, "minutes": int((now - copy.saved_at).total_seconds() // 60)}
            for copy in others.select_related("person").order_by("-saved_at")
        ]
        return super().get_context_data(
            **self.evidence(asked), **{"colleagues": colleagues, "preview": None, "asked": asked, **kwargs}
        )

    def _show_again(self) -> HttpResponse:
        """The page with what was typed, and how it will look, or other voices. It is kept on the way and not saved."""
        kept = self._keep()
        typed = {name: self.request.POST.get(name, "") for name in ("title", "body", "based_on")}
        preview = as_it_will_look(self.section, self.request.POST) if "preview" in self.request.POST else None
        form = EditForm(initial=typed | {"kept": kept})
        return self.render_to_response(self.get_context_data(form=form, preview=preview))

    # --- Saving ---

    def _keep(self) -> str:
        """Keep what was posted before anything else is tried. Returns when, for the page to know."""
        typed = KeepForm(self.request.POST)
        if not typed.is_valid():
            return self.request.POST.get("kept", "")
        try:
            return keep(self.section, self.request.user, typed.cleaned_data).saved_at.isoformat()
        except KeptElsewhere as elsewhere:
            if elsewhere.copy is not None:
                # Other words wait there, and these are on their way into the draft.
                return self.request.POST.get("kept", "")
        return keep(self.section, self.request.user, typed.cleaned_data | {"kept": None}).saved_at.isoformat()

    def form_valid(self, form: EditForm) -> HttpResponse:
        data, kept = form.cleaned_data, self._keep()
        try:
            draft = save_draft(
                self.section,
                by=self.request.user,
                title=data["title"],
                body=data["body"],
                based_on=data["based_on"],
                choices=form.choices,
                seen=data["seen"],
            )
        except EditsClash as clash:
            return self._ask_which(form, clash, kept)
        except SectionMerged as refusal:
            into = Section.objects.visible_to(self.request.user).get(merged=self.section)
            return not_saved(self.request, typed_words(self.request, EditForm), str(refusal), status=409, onward=into)
        except TitleTooLong as refusal:
            form.add_error("title", str(refusal))
            return self._again(form, 409, kept=kept)
        except NoSuchRevision as refusal:
            form.add_error(None, str(refusal))
            # As if nothing had stood there: then every difference from the draft is asked about, and none is written over.
            return self._again(form, 409, kept=kept, based_on=0)
        self._say_saved(draft, data["based_on"])
        return redirect("panel:section-edit", self.section.slug)

    def form_invalid(self, form: EditForm) -> HttpResponse:
        return self._again(form, 422, kept=self._keep())

    def _again(self, form: EditForm, status: int, **known: Any) -> HttpResponse:
        """The form with everything that was typed, and what the page knows by now."""
        form.data = form.data.copy()
        for name, value in known.items():
            form.data[name] = value
        return self.render_to_response(self.get_context_data(form=form), status=status)

    def _ask_which(self, form: EditForm, clash: EditsClash, kept: str) -> HttpResponse:
        """Both changed the same words. What was typed goes along, so that choosing needs no script and loses nothing."""
        seen = form.cleaned_data["seen"]
        was_asked = seen == clash.seen.number
        places = shown_clashes(clash.merge, form.choices if was_asked else {})
        unchosen = [place for place in places if was_asked and not place.chosen]
        typed = [(name, self.request.POST.get(name, "")) for name in ("title", "body", "based_on")]
        context = RoomMixin.get_context_data(
            self,
            form=form,
            places=places,
            unchosen=unchosen,
            theirs=clash.seen,
            again=seen is not None and not was_asked,
            typed=[*typed, ("kept", kept), ("seen", clash.seen.number)],
            merge=clash.merge,
        )
        return render(self.request, "panel/edit_clash.html", context, status=422 if unchosen else 409)

    def _say_saved(self, draft: Draft, based_on: int) -> None:
        saved = draft.revisions.filter(number=draft.revision).first()
        if draft.revision == based_on or saved is None or saved.saved_by_id != self.request.user.pk:
            messages.info(self.request, _("The draft reads just like this already, so there was nothing to save."))
            return
        meanwhile = draft.revisions.filter(number__gt=based_on, number__lt=draft.revision).select_related("saved_by")
        names = {str(row.saved_by) for row in meanwhile if row.saved_by and row.saved_by_id != saved.saved_by_id}
        if not saved.is_merge:
            messages.success(self.request, _("Saved. Only the panel sees the draft until it is published."))
            return
        address = reverse(
            "panel:draft-revisions", args=[self.section.slug], query={"since": based_on, "number": draft.revision - 1}
        )
        said = _("Saved together with what %(names)s wrote meanwhile.")
        said %= {"names": ", ".join(sorted(names)) or _("you had saved in another tab or on another device")}
        link = format_html('<a href="{}#changes">{}</a>', address, _("See what changed"))
        messages.success(self.request, format_html("{} {}", said, link))


def keep(section: Section, by: User, typed: Mapping[str, Any]) -> WorkingCopy:
    """Keep what a `KeepForm` was sent."""
    words = {name: typed[name] for name in ("title", "body", "based_on")}
    return keep_working_copy(section, by=by, known=typed["kept"], **words)


def as_it_will_look(section: Section, typed: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed as the section's page would show it; nothing of a text far too long to be saved."""
    form = KeepForm(typed)
    form.is_valid()
    title, body = form.cleaned_data.get("title", ""), form.cleaned_data.get("body", "")
    shown: list[ShownParagraph] = []
    if len(body) <= NO_LONGER_SHOWN:
        shown = shown_paragraphs_alone(Version(section=section, section_number=section.number, title=title, body=body))
    return {"title": title, "shown": shown, "is_too_long": len(body) > NO_LONGER_SHOWN}


class CopyKeepView(PermissionRequiredMixin, RoomMixin, View):
    """What the editor sends every few seconds. Answers when it was kept, and what the page may say about it."""

    permission_required = "panel.save_draft"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> JsonResponse:
        typed = KeepForm(request.POST)
        if not typed.is_valid():
            return JsonResponse({"says": _("Not kept. Save now.")}, status=422)
        try:
            copy = keep(self.section, request.user, typed.cleaned_data)
        except KeptElsewhere as elsewhere:
            says = _("Not kept: %(why)s Save here, then look there.") % {"why": elsewhere}
            kept_at = None if elsewhere.copy else ""
            return JsonResponse({"kept_at": kept_at, "says": says}, status=409)
        says = _("Kept at %(time)s, not saved yet") % {"time": clock(copy.saved_at)}
        return JsonResponse({"kept_at": copy.saved_at.isoformat(), "says": says})


class PreviewView(PermissionRequiredMixin, RoomMixin, TemplateView):
    """A fragment: how what was typed will look. Nothing is kept."""

    permission_required = "panel.save_draft"
    template_name = "panel/_preview.html"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render_to_response(
            {"preview": as_it_will_look(self.section, request.POST), "section": self.section}
        )


class SectionEvidenceView(PermissionRequiredMixin, EvidenceMixin, TemplateView):
    """A fragment: voices to this section, for the editor."""

    permission_required = "panel.see_desk"
    template_name = "panel/_evidence.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**self.evidence(self.request.GET), **kwargs)
