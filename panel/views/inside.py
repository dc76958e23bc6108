"""What the panel has among itself about a section: every wording of the draft, its own talk, and who does not agree."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView

from commons.contributions.actions import ThreadClosed, add_contribution
from commons.contributions.models import Order
from commons.contributions.reports import thread_page
from panel.actions.deciding import record_dissent
from panel.comparing import compare
from panel.forms.writing import DissentForm, InsideForm
from panel.models import Dissent, DraftRevision
from panel.paragraphs import Paragraph, paragraphs_of
from panel.views.room import HandsBackMixin, RoomMixin, tell_changes
from panel.views.strategy import as_number

WORDINGS_A_PAGE = 30


class DraftRevisionsView(PermissionRequiredMixin, RoomMixin, TemplateView):
    """Every wording the draft had: who saved it and when. `?number=` shows what it changed in the one before, or in `?since=`."""

    permission_required = "panel.see_desk"
    template_name = "panel/draft_revisions.html"
    room = "revisions"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = self.draft.revisions.select_related("saved_by").defer("body").order_by("-number")
        page = Paginator(rows, WORDINGS_A_PAGE).get_page(self.request.GET.get("page"))
        number = as_number(self.request.GET.get("number"))
        return super().get_context_data(
            page_obj=page,
            paginator=page.paginator,
            wordings=page.object_list,
            **(self._compared(number) if number is not None else {}),
            **kwargs,
        )

    def _compared(self, number: int) -> dict[str, Any]:
        since = as_number(self.request.GET.get("since"))
        since = number - 1 if since is None or since >= number else since
        new, old = self._wording(number), self._wording(since) if since > 0 else None
        changes = tell_changes(compare(old.body if old else "", new.body), self.section.number)
        return {"new": new, "old": old, "old_title": old.title if old else "", "changes": changes}

    def _wording(self, number: int) -> DraftRevision:
        found = self.draft.revisions.select_related("saved_by").filter(number=number).first()
        if found is None:
            raise Http404
        return found


class InsideView(HandsBackMixin, PermissionRequiredMixin, RoomMixin, FormView):
    """What the panel says among itself about this section. Nobody else learns that it is there."""

    permission_required = "panel.see_desk"
    template_name = "panel/inside.html"
    room = "inside"
    form_class = InsideForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.request.user}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked = self.request.GET
        order = asked.get("order") if asked.get("order") in Order.values else Order.NEWEST
        after = as_number(asked.get("after"))
        page = thread_page(self.section.inside, self.request.user, order=order, after=after)
        return super().get_context_data(page=page, orders=Order.choices, **kwargs)

    def form_valid(self, form: InsideForm) -> HttpResponse:
        data = form.cleaned_data
        try:
            row = add_contribution(
                self.section.inside, by=self.request.user, body=data["body"], key=data["key"], speaking=form.speaking
            )
        except ThreadClosed as refusal:
            form.add_error(None, str(refusal))
            return self.render_to_response(self.get_context_data(form=form), status=409)
        messages.success(self.request, _("Said. Only the panel reads it."))
        return redirect(f"{self.request.path}#c{row.pk}")

    def form_invalid(self, form: InsideForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)


class DissentRecordView(HandsBackMixin, PermissionRequiredMixin, RoomMixin, FormView):
    """A member puts on record that they do not agree, for everybody or for the panel alone."""

    permission_required = "panel.record_dissent"
    template_name = "panel/dissent_record.html"
    room = "dissent"
    form_class = DissentForm

    @cached_property
    def paragraphs(self) -> list[Paragraph]:
        if self.section.current is None:
            raise Http404
        return paragraphs_of(self.section.current.body)

    def get_initial(self) -> dict[str, Any]:
        return {"version": self.section.current.number if self.section.current else None}

    def get_form_kwargs(self) -> dict[str, Any]:
        own = {"section_number": self.section.current.section_number if self.section.current else 0}
        return super().get_form_kwargs() | own | {"paragraphs": self.paragraphs}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        before = Dissent.objects.visible_to(self.request.user).filter(section=self.section)
        return super().get_context_data(
            dissents=before.select_related("member", "version").order_by("-made_at"), **kwargs
        )

    def form_valid(self, form: DissentForm) -> HttpResponse:
        data, current = form.cleaned_data, self.section.current
        if data["version"] != current.number:
            why = _("A new version has come out since you opened this page. Check the paragraph, then send it again.")
            form.add_error(None, why)
            form.data = form.data.copy()
            form.data["version"] = current.number
            return self._again(form, 409)
        record_dissent(
            self.section,
            by=self.request.user,
            body=data["body"],
            is_public=data["is_public"],
            version=current,
            paragraph=data["paragraph"],
        )
        if data["is_public"]:
            messages.success(self.request, _("On record. It stands beside the text, with your name."))
        else:
            messages.success(self.request, _("On record. Only the panel can read it."))
        return redirect("panel:dissent-record", self.section.slug)

    def form_invalid(self, form: DissentForm) -> HttpResponse:
        return self._again(form, 422)

    def _again(self, form: DissentForm, status: int) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=status)
