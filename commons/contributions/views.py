"""One contribution on its own page, with what became of it, and what can be done: reply, agree, report, edit, take back."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.generic import FormView, ListView, TemplateView, View

from commons.contributions.actions import (
    SAY_REFUSALS,
    CannotReply,
    NotNow,
    Speaking,
    StaleEdit,
    ThreadClosed,
    add_contribution,
    drop_support,
    edit_contribution,
    support_contribution,
    withdraw_contribution,
)
from commons.contributions.forms import EditForm, ReplyForm, ReportForm
from commons.contributions.models import Audience, Contribution, Thread
from commons.contributions.reports import (
    closed_because,
    gone_because,
    lines_of,
    replies_to,
    shut_because,
    subject_of,
)
from commons.contributions.reports.campaigns import campaign_of
from commons.moderation.actions import NotPublic, report_subject
from commons.people.views.again import StandsAgainMixin, say_stale
from commons.people.views.doors import door_of
from commons.people.views.typed import KeepsTypedMixin


class ContributionMixin:
    """Finds the contribution of the address, if this person may see it."""

    request: HttpRequest
    kwargs: dict[str, Any]

    @cached_property
    def contribution(self) -> Contribution:
        rows = Contribution.objects.visible_to(self.request.user).with_authors().select_related("thread", "moderation")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    @cached_property
    def subject(self) -> Any:
        return subject_of(self.contribution.thread)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        [line] = lines_of([self.contribution], self.request.user)
        is_shut = not self.contribution.thread.is_open_at(timezone.now())
        own = {"contribution": self.contribution, "line": line, "subject": self.subject, "is_shut": is_shut}
        return super().get_context_data(**{**own, **kwargs})


class AllowedMixin(ContributionMixin, PermissionRequiredMixin):
    """Asks the permission for the very contribution. Nobody is asked for who is not signed in."""

    def has_permission(self) -> bool:
        user = self.request.user
        return user.is_authenticated and user.has_perm(self.permission_required, self.contribution)


class ContributionView(ContributionMixin, TemplateView):
    """The permalink: what was said, what it points at, what became of it, and the replies."""

    public = True
    template_name = "contributions/contribution.html"

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if self.contribution.is_idea and self.subject is not None:
            # What has a thread of its own has a page of its own.
            return redirect(self.subject)
        return super().get(request, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row, user = self.contribution, self.request.user
        over = shut_because(row.thread)
        verdicts = []
        if row.moderation is not None and (row.author_id == user.pk or not row.is_published):
            verdicts = list(row.moderation.verdicts.visible_to(user).select_related("appeal").order_by("-made_at"))
        return super().get_context_data(
            closed=over or gone_because(row.thread),
            is_over=bool(over),
            is_inside=row.thread.audience != Audience.EVERYONE,
            replies=replies_to(row, user),
            answered=row.parent if row.parent and row.parent.is_published else None,
            verdicts=verdicts,
            **{
                f"can_{what}": user.has_perm(f"contributions.{what}_contribution", row) for what in ("edit", "withdraw")
            },
            can_reply=row.is_published and not row.is_idea,
            campaign=campaign_of(row),
            **kwargs,
        )


class HistoryView(ContributionMixin, TemplateView):
    """How it read before each edit, as far as moderators have not shortened it."""

    public = True
    template_name = "contributions/history.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        edits = self.contribution.edits.filter(is_hidden=False).order_by("-number")
        return super().get_context_data(edits=edits, **kwargs)


class SayMixin(KeepsTypedMixin):
    """A form by which something is said in a `thread`. What is refused is said on the page, and whatever was typed stays in the
    form."""

    request: HttpRequest
    thread: Thread
    # What it answers, where it is a reply.
    parent: Contribution | None = None

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.request.user}

    def form_valid(self, form: Any) -> HttpResponse:
        given = {name: form.cleaned_data[name] for name in ("body", "key")}
        speaking = through_door(self.request, form.speaking)
        try:
            row = add_contribution(self.thread, by=self.request.user, parent=self.parent, speaking=speaking, **given)
        except (*SAY_REFUSALS, CannotReply) as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        say_thanks(self.request, row)
        return redirect(self.read_at(row))

    def read_at(self, row: Contribution) -> Any:
        """Where it is read."""
        return row


class ReplyView(SayMixin, AllowedMixin, FormView):
    permission_required = "contributions.reply"
    template_name = "contributions/reply.html"
    form_class = ReplyForm

    @property
    def parent(self) -> Contribution:
        return self.contribution

    @property
    def thread(self) -> Thread:
        return self.contribution.thread

    def get_form(self, form_class: type[ReplyForm] | None = None) -> ReplyForm:
        form = super().get_form(form_class)
        if self.contribution.thread.audience != Audience.EVERYONE:
            form.fields["body"].help_text = _("Only the panel can read this")
        return form

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(closed=closed_because(self.contribution.thread), **kwargs)


def through_door(request: HttpRequest, speaking: Speaking) -> Speaking:
    """For whom somebody speaks, with the door they came through."""
    return replace(speaking, door=door_of(request))


def say_thanks(request: HttpRequest, row: Contribution) -> None:
    """What becomes of it now, in words."""
    if row.thread.audience != Audience.EVERYONE:
        messages.success(request, _("Sent. Only the panel can read it."))
    elif row.is_published:
        messages.success(request, _("Thank you. Everybody can read it now."))
    else:
        messages.success(
            request,
            _(
                "Thank you. A moderator looks at it before others can read it, usually the same day. You see it here meanwhile."
            ),
        )


class EditMixin(KeepsTypedMixin):
    """A form that changes what somebody said, their `contribution`, by `change`. What is wrong is answered by 422, and by 409
    where it was changed, turned down or closed meanwhile; whatever was typed stays in the form."""

    request: HttpRequest
    contribution: Contribution

    def change(self, form: Any) -> Contribution:
        raise NotImplementedError

    def shown_at(self, row: Contribution) -> Any:
        """Where the new words are read."""
        return row

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(closed=shut_because(self.contribution.thread), **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            row = self.change(form)
        except StaleEdit as refusal:
            say_stale(
                form, refusal, Contribution.objects.visible_to(self.request.user).get(pk=self.contribution.pk).revision
            )
            return self.again(form, 409)
        except (NotNow, ThreadClosed) as refusal:
            form.add_error(None, str(refusal))
            return self.again(form, 409)
        if row.is_published:
            messages.success(self.request, _("Saved. Everybody can read your new words now, and how they read before."))
        else:
            messages.success(self.request, _("Saved. A moderator looks at it before others can read it."))
        return redirect(self.shown_at(row))


class ContributionEditView(EditMixin, AllowedMixin, FormView):
    permission_required = "contributions.edit_contribution"
    template_name = "contributions/edit.html"
    form_class = EditForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"contribution": self.contribution}

    def change(self, form: EditForm) -> Contribution:
        return edit_contribution(self.contribution, by=self.request.user, **form.cleaned_data)


class ContributionWithdrawView(AllowedMixin, TemplateView):
    permission_required = "contributions.withdraw_contribution"
    template_name = "contributions/withdraw.html"

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            withdraw_contribution(self.contribution, by=request.user)
        except NotNow as refusal:
            messages.info(request, str(refusal))
        else:
            messages.success(request, _("Taken back. Nobody else can read it any more."))
        return redirect("contributions:own-list")


class SupportView(AllowedMixin, View):
    """Two buttons' POST: agree, or not any more. Leads back to where the button stood."""

    permission_required = "contributions.support_contribution"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            if request.POST.get("agree") == "no":
                drop_support(self.contribution, by=request.user)
            else:
                support_contribution(self.contribution, by=request.user)
        except (NotNow, ThreadClosed) as refusal:
            messages.info(request, str(refusal))
        return redirect(way_back(request, self.contribution.get_absolute_url()))


def way_back(request: HttpRequest, otherwise: str) -> str:
    """Where a button stood, if that is a page of ours."""
    wanted = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours and urlsplit(wanted).path.startswith("/") else otherwise


class ContributionReportView(StandsAgainMixin, AllowedMixin, FormView):
    permission_required = "contributions.report_contribution"
    template_name = "contributions/report.html"
    form_class = ReportForm

    def form_valid(self, form: ReportForm) -> HttpResponse:
        try:
            report_subject(self.contribution, by=self.request.user, **form.cleaned_data)
        except NotPublic as refusal:
            messages.info(self.request, str(refusal))
            return redirect("contributions:own-list")
        messages.success(
            self.request, _("Thank you. A moderator will look at it, and you will be told what came of it.")
        )
        return redirect(self.contribution)


class OwnListView(PermissionRequiredMixin, ListView):
    """Everything one has said, with its state."""

    permission_required = "contributions.list_own"
    template_name = "contributions/own_list.html"
    paginate_by = 20

    def get_queryset(self) -> Any:
        mine = Contribution.objects.visible_to(self.request.user).filter(author=self.request.user)
        return mine.with_authors().order_by("-made_at", "-pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context["lines"] = lines_of(context["object_list"], self.request.user)
        return context
