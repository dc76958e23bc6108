"""Saying something to a post, and reporting one to the moderators."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import FormView

from blog.views.reading import PostMixin
from commons.contributions.forms import ReportForm, SayForm
from commons.contributions.models import Thread
from commons.contributions.views import SayMixin
from commons.moderation.actions import NotPublic, report_subject
from commons.people.views.typed import KeepsTypedMixin


class CommentView(SayMixin, PermissionRequiredMixin, PostMixin, FormView):
    """A comment on a public post. Where the discussion is closed, the page says why and since when."""

    permission_required = "blog.comment_on_post"
    template_name = "blog/comment.html"
    form_class = SayForm

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        # What is scheduled has no discussion yet, also for those who may read it already.
        if request.user.is_authenticated and self.shown is not None and not self.shown.is_public:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    @property
    def thread(self) -> Thread:
        return self.shown.thread

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(is_open=self.shown.thread.is_open_at(timezone.now()), **kwargs)


class PostReportView(KeepsTypedMixin, PermissionRequiredMixin, PostMixin, FormView):
    """Ask the moderators to look at a post. It stays until they have decided."""

    permission_required = "blog.report_post"
    template_name = "blog/report.html"
    form_class = ReportForm

    def has_permission(self) -> bool:
        user = self.request.user
        if not user.is_authenticated:
            return False
        if self.shown is not None and not self.shown.is_public:
            raise Http404
        return user.has_perm(self.permission_required, self.shown)

    def form_valid(self, form: ReportForm) -> HttpResponse:
        try:
            report_subject(self.shown, by=self.request.user, **form.cleaned_data)
        except NotPublic as refusal:
            messages.info(self.request, str(refusal))
            return redirect("blog:list")
        messages.success(
            self.request, _("Thank you. A moderator will look at it, and you will be told what came of it.")
        )
        return redirect(self.shown)

    def form_invalid(self, form: ReportForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)
