"""The pages of exports: mine, ask for one, watch it, stop it, try again, download it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.generic import DetailView, FormView, ListView, View

from commons import queues
from commons.exports.actions import (
    MOST_UNFINISHED,
    NotReady,
    TooManyExports,
    ask_for_export,
    cancel_export,
    retry_export,
    take_export,
)
from commons.exports.forms import ask_form_for
from commons.exports.models import ExportJob
from commons.exports.reports import Report, report_named, reports_for
from commons.exports.tasks import run_export
from commons.queues import ring

# Progress is spoken by a screen reader each time another quarter is done.
STEP = 25


class JobListView(PermissionRequiredMixin, ListView):
    """My exports, newest first, and what I may ask for. People with neither do not find this page."""

    permission_required = "exports.ask_for_export"
    template_name = "exports/job_list.html"
    paginate_by = 50

    def get_queryset(self) -> Any:
        return ExportJob.objects.visible_to(self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(reports=reports_for(self.request.user), now=timezone.now(), **kwargs)
        if not context["reports"] and not context["object_list"]:
            raise Http404
        for job in context["object_list"]:
            job.expired = job.expired_at(context["now"])
        return context


class JobAskView(PermissionRequiredMixin, FormView):
    """The form of one report. Answers may be given in the address, for links from other pages."""

    permission_required = "exports.ask_for_export"
    template_name = "exports/job_ask.html"
    report: Report

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.has_permission():
            return self.handle_no_permission()
        report = report_named(kwargs["report"])
        if report is None or not report.may_run(request.user, {}):
            raise Http404
        self.report = report
        return super().dispatch(request, *args, **kwargs)

    def get_form_class(self) -> Any:
        return ask_form_for(self.report)

    def get_initial(self) -> dict[str, Any]:
        wanted = self.report.form_class.base_fields
        return {name: value for name, value in self.request.GET.items() if name in wanted}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(report=self.report, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        answers = form.cleaned_data
        params = {name: form.data.getlist(form.add_prefix(name)) for name in self.report.form_class.base_fields}
        params = {name: values[0] if len(values) == 1 else values for name, values in params.items() if values}
        try:
            job = ask_for_export(
                self.report.name, params, by=self.request.user, purpose=answers.get("purpose", ""), key=answers["key"]
            )
        except TooManyExports:
            form.add_error(
                None,
                _("You already have %(most)s exports under way. Wait for one of them, or cancel one, and ask again.")
                % {"most": MOST_UNFINISHED},
            )
            return self.form_invalid(form)
        except ValidationError as error:
            form.add_error(None, error.messages)
            return self.form_invalid(form)
        ring(run_export, job.pk)
        return redirect(job)


class JobMixin(PermissionRequiredMixin):
    """Views of one job: what is not mine is not there. Who is not signed in is asked to, because mails lead here."""

    def get_object(self, queryset: Any = None) -> ExportJob:
        return get_object_or_404(ExportJob.objects.visible_to(self.request.user), pk=self.kwargs["pk"])

    def has_permission(self) -> bool:
        user = self.request.user
        return user.is_authenticated and user.has_perms(self.get_permission_required(), self.get_object())


class JobDetailView(JobMixin, DetailView):
    permission_required = "exports.see_export"
    template_name = "exports/job_detail.html"
    context_object_name = "job"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        job = self.object
        share = 100 * job.done_count // job.total_count if job.total_count else 0
        step = 100 if job.ended else share // STEP * STEP
        return super().get_context_data(
            expired=job.expired_at(timezone.now()),
            rows=number_format(job.done_count, force_grouping=True),
            rows_in_all=number_format(job.total_count or 0, force_grouping=True),
            step=step,
            announce=self.request.GET.get("step") not in {None, str(step)},
            **kwargs,
        )


class JobProgressView(JobDetailView):
    """The moving part of the page, for htmx."""

    template_name = "exports/_job_progress.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(is_fragment=True, **kwargs)


class JobCancelView(JobMixin, View):
    permission_required = "exports.cancel_export"

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        job = self.get_object()
        try:
            cancel_export(job, by=request.user)
        except queues.AlreadyEnded:
            messages.info(request, _("It had already ended, so there was nothing to cancel."))
        return redirect(job)


class JobRetryView(JobMixin, View):
    permission_required = "exports.retry_export"

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        job = self.get_object()
        try:
            again = retry_export(job, by=request.user)
        except NotReady:
            messages.info(request, _("This export has not ended, or its file is still here."))
            return redirect(job)
        except TooManyExports:
            messages.error(request, _("You have too many exports under way. Wait for one of them, and try again."))
            return redirect(job)
        ring(run_export, again.pk)
        return redirect(again)


class JobDownloadView(JobMixin, View):
    """The file, straight from disk. Every download asks again whether this person may have these data."""

    permission_required = "exports.download_export"
    raise_exception = True
    http_method_names = ("get",)

    def get(self, request: HttpRequest, **kwargs: Any) -> FileResponse:
        job = self.get_object()
        report = report_named(job.report)
        try:
            file = take_export(job, by=request.user).open("rb")
        except (NotReady, FileNotFoundError) as error:
            raise Http404 from error
        response = FileResponse(file, as_attachment=True, filename=job.file_name, content_type=report.content_type)
        response["X-Content-Type-Options"] = "nosniff"
        response["Cache-Control"] = "no-store, private"
        return response
