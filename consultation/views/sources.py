"""The library as everybody reads it, and where staff fill it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import FormView, ListView, TemplateView, View

from commons.people.views.again import StandsAgainMixin, say_stale
from commons.people.views.typed import KeepsTypedMixin
from consultation.actions import (
    NothingToRead,
    NotNow,
    StaleEdit,
    add_source,
    change_source,
    publish_source,
    withdraw_source,
)
from consultation.forms.sources import FindSourceForm, SourceForm, WithdrawSourceForm
from consultation.models import Source, SourceFile
from consultation.reports import listed_sources, uses_of, years_in_use

SOURCES_A_PAGE = 20


class SourceListView(TemplateView):
    """Every public source, found by words, theme, kind and year."""

    public = True
    template_name = "consultation/source_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = FindSourceForm(self.request.GET, years=years_in_use())
        asked = form.asked()
        rows = listed_sources(
            words=asked.get("q", ""),
            theme=asked.get("theme"),
            kind=asked.get("kind", ""),
            year=int(asked["year"]) if "year" in asked else None,
        )
        page = Paginator(rows, SOURCES_A_PAGE).get_page(self.request.GET.get("page"))
        return super().get_context_data(
            form=form, page_obj=page, paginator=page.paginator, is_narrowed=bool(asked), **kwargs
        )


class SourceMixin:
    """Finds the source of the address, if this person may see it."""

    request: HttpRequest
    kwargs: dict[str, Any]

    @cached_property
    def source(self) -> Source:
        return get_object_or_404(Source.objects.visible_to(self.request.user).defer("search"), **self.kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(source=self.source, **kwargs)


class SourceView(SourceMixin, TemplateView):
    """One source: what it says in plain words, how to read it, and where the strategy uses it."""

    public = True
    template_name = "consultation/source.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        return super().get_context_data(
            uses=uses_of([self.source])[self.source.pk] if self.source.is_public else [],
            may_change=user.is_authenticated and user.has_perm("consultation.change_source"),
            **kwargs,
        )


class SourceFileView(SourceMixin, View):
    """The bytes of its PDF, to keep and not to be shown inside the site. Whether one may have it is asked every time."""

    public = True
    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        file = get_object_or_404(SourceFile.objects.defer("data"), source=self.source)
        etag = f'"{self.source.pk}-{self.source.revision}"'
        # The bytes are fetched only when they are to be sent.
        response = get_conditional_response(request, etag=etag) or HttpResponse(
            bytes(file.data), content_type="application/pdf"
        )
        response.headers["ETag"] = etag
        response.headers["Cache-Control"] = "public, no-cache" if self.source.is_public else "private, no-store"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Content-Disposition"] = f'attachment; filename="{self.source.file_name}"'
        return response


class SourceStaffListView(PermissionRequiredMixin, ListView):
    """All sources in whatever state, what waits to be published first."""

    permission_required = "consultation.see_source_list"
    template_name = "consultation/source_staff_list.html"
    paginate_by = 50

    def get_queryset(self) -> Any:
        return Source.objects.visible_to(self.request.user).listed().order_by("state", "-edited_at", "-pk")


class SourceFormView(KeepsTypedMixin, PermissionRequiredMixin, FormView):
    """What adding and changing share."""

    template_name = "consultation/source_edit.html"
    form_class = SourceForm

    def again(self, form: SourceForm, status: int, **more: Any) -> HttpResponse:
        if self.request.FILES:
            # No browser lets a page put a file back into its field.
            form.add_error("file", _("Choose the file again: it was not kept."))
        return super().again(form, status, **more)


class SourceAddView(SourceFormView):
    permission_required = "consultation.add_source"

    def form_valid(self, form: SourceForm) -> HttpResponse:
        source = add_source(
            by=self.request.user,
            written=form.written,
            themes=form.cleaned_data["themes"],
            file=form.sent_file,
            key=form.cleaned_data["key"],
        )
        messages.success(self.request, _("Added. Only staff see it until you publish it."))
        return redirect(source)


class SourceChangeView(SourceMixin, SourceFormView):
    permission_required = "consultation.change_source"

    def get_form_kwargs(self) -> dict[str, Any]:
        # A copy: a form that finds something wrong has already written into the row that it was given.
        given = Source.objects.visible_to(self.request.user).get(pk=self.source.pk)
        return super().get_form_kwargs() | {"instance": given}

    def form_valid(self, form: SourceForm) -> HttpResponse:
        given = form.cleaned_data
        try:
            source = change_source(
                self.source,
                by=self.request.user,
                written=form.written,
                themes=given["themes"],
                file=form.sent_file,
                drops_file=given.get("drops_file", False),
                based_on=given["based_on"],
            )
        except StaleEdit as refusal:
            say_stale(form, refusal, Source.objects.visible_to(self.request.user).get(pk=self.source.pk).revision)
            return self.again(form, 409)
        except NothingToRead as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        messages.success(
            self.request, _("Saved. Everybody can read it now.") if source.is_public else _("Saved. Only staff see it.")
        )
        return redirect(source)


class SourcePublishView(SourceMixin, PermissionRequiredMixin, View):
    """One button: everybody can read it."""

    permission_required = "consultation.publish_source"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            publish_source(self.source, by=request.user)
        except (NothingToRead, NotNow) as refusal:
            messages.info(request, str(refusal))
        else:
            messages.success(request, _("Published. Everybody can read it now."))
        return redirect(self.source)


class SourceWithdrawView(StandsAgainMixin, SourceMixin, PermissionRequiredMixin, FormView):
    permission_required = "consultation.withdraw_source"
    template_name = "consultation/source_withdraw.html"
    form_class = WithdrawSourceForm

    def form_valid(self, form: WithdrawSourceForm) -> HttpResponse:
        try:
            withdraw_source(self.source, by=self.request.user, reason=form.cleaned_data["reason"])
        except NotNow as refusal:
            messages.info(self.request, str(refusal))
        else:
            messages.success(self.request, _("Withdrawn. Only staff see it now."))
        return redirect(reverse("consultation:source-staff-list"))
