"""The moderators' queue, the pages on which they decide, the author's page, and the public ledger."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView

from commons.moderation.actions import (
    AlreadyDecided,
    AppealExists,
    ChangedMeanwhile,
    Gone,
    NothingToAppeal,
    NotIndependent,
    NotYours,
    OutcomeUnfit,
    OwnWords,
    ReasonMissing,
    SamePerson,
    WordsUnfit,
    appeal_verdict,
    decide_appeal,
    decide_moderation,
)
from commons.moderation.forms import WORDS, AppealDecideForm, AppealForm, DecideForm, LedgerPlaceForm
from commons.moderation.models import Appeal, Moderated, Moderation, Reason, Standing, Verdict
from commons.moderation.reports import (
    appeals_waiting,
    first_words,
    lasting,
    ledger_counts,
    ledger_page,
    next_in_queue,
    passages,
    queue,
    taken_out,
    verdicts_by_day,
)
from commons.people.views.typed import KeepsTypedMixin

WAITING_A_PAGE = 50


class QueueView(PermissionRequiredMixin, TemplateView):
    """What waits for a moderator, and the appeals that wait for a second one."""

    permission_required = "moderation.see_queue"
    template_name = "moderation/queue.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, now = self.request.user, timezone.now()
        page = Paginator(queue(user), WAITING_A_PAGE).get_page(self.request.GET.get("page"))
        rows = [
            {
                "moderation": moderation,
                "first_words": first_words(moderation.subject),
                "age": lasting(now - moderation.waiting_since, units=1),
                "is_shown": moderation.subject.is_published,
                "may_decide": user.has_perm("moderation.decide_moderation", moderation),
            }
            for moderation in page.object_list
        ]
        appeals = [
            {
                "appeal": appeal,
                "age": lasting(now - appeal.made_at, units=1),
                "may_decide": user.has_perm("moderation.decide_appeal", appeal),
            }
            for appeal in appeals_waiting(user)
        ]
        return super().get_context_data(page_obj=page, rows=rows, appeals=appeals, **kwargs)


class AnswerView(KeepsTypedMixin, PermissionRequiredMixin, FormView):
    """A page with something to read and a form to answer it."""

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)


class ModerationDecideView(AnswerView):
    """One thing as readers would see it, why it is here, and the decision. Afterwards the next one."""

    permission_required = "moderation.decide_moderation"
    template_name = "moderation/moderation_decide.html"

    @cached_property
    def moderation(self) -> Moderation:
        rows = Moderation.objects.visible_to(self.request.user).with_subjects()
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def get_form(self, form_class: Any = None) -> DecideForm:
        return DecideForm(subject=self.moderation.subject, **self.get_form_kwargs())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        moderation, subject = self.moderation, self.moderation.subject
        reports = list(moderation.reports.all())
        return super().get_context_data(
            **{
                "moderation": moderation,
                "subject": subject,
                "facts": _facts(moderation, subject),
                "passages": passages(subject),
                "reports": [report for report in reports if report.settled_at is None],
                "settled_reports": [report for report in reports if report.settled_at is not None],
                "verdicts": [
                    {"verdict": verdict, "taken_out": taken_out(verdict, subject)}
                    for verdict in moderation.verdicts.in_ledger().select_related("by")
                ],
                "may_decide": self.request.user.has_perm("moderation.decide_moderation", moderation),
                **kwargs,
            }
        )

    def form_valid(self, form: DecideForm) -> HttpResponse:
        user = self.request.user
        try:
            verdict = decide_moderation(self.moderation, by=user, **form.verdict())
        except (ChangedMeanwhile, OutcomeUnfit, ReasonMissing, WordsUnfit) as refusal:
            return self._shown_again(form, str(refusal))
        except (AlreadyDecided, NotIndependent, OwnWords) as refusal:
            return self._refused(form, str(refusal))
        following = next_in_queue(user, after=verdict)
        if following is None:
            messages.success(self.request, _("Decided. Nothing else is waiting after this."))
            return redirect("moderation:queue")
        messages.success(self.request, _("Decided. This is the next one."))
        return redirect("moderation:moderation-decide", pk=following.pk)

    def form_invalid(self, form: DecideForm) -> HttpResponse:
        if self.moderation.waiting_since is not None:
            return super().form_invalid(form)
        # What was not filled in does not matter any more.
        form.errors.clear()
        return self._refused(
            form, _("Nobody waits for this any more: a colleague decided, or the author took it back.")
        )

    def _refused(self, form: DecideForm, refusal: str) -> HttpResponse:
        """The page without the form, and what was typed to the author beside it."""
        del self.moderation
        form.add_error(None, refusal)
        context = self.get_context_data(form=form, typed=form["explanation"].value())
        return self.render_to_response(context, status=409)

    def _shown_again(self, form: DecideForm, refusal: str) -> HttpResponse:
        """The page as the thing reads now. What was typed stands in the form again, but for the texts: shortened words of an
        earlier text would undo the author's edit, so they are shown beside it."""
        typed_words = {name: form.cleaned_data.get(WORDS + name, "") for name in form.texts}
        del self.moderation
        now = self.moderation.subject
        data = form.data.copy()
        data["seen"] = now.revision
        for name, text in now.words().items():
            data[WORDS + name] = text
        again = DecideForm(data, subject=now)
        # Only what has happened is said: what is still missing is said when it is sent again.
        again.errors.clear()
        again.add_error(None, refusal)
        changed = {name: text for name, text in typed_words.items() if text.strip() and text != form.texts[name]}
        return self.render_to_response(self.get_context_data(form=again, typed_words=changed.values()), status=409)


def _facts(moderation: Moderation, subject: Moderated) -> list[dict[str, Any]]:
    said_by = {"label": _("Said by, as readers see it"), "values": [subject.name_shown]}
    if moderation.waiting_since is None:
        return [{"label": _("Now"), "values": [Standing(subject.standing).label]}, said_by]
    return [
        {"label": _("Why it is here"), "values": [moderation.get_cause_display()]},
        {"label": _("Waiting for"), "values": [lasting(timezone.now() - moderation.waiting_since)]},
        said_by,
    ]


class AppealDecideView(AnswerView):
    """The verdict, what the author says against it, and the answer of a second person."""

    permission_required = "moderation.decide_appeal"
    template_name = "moderation/appeal_decide.html"

    @cached_property
    def appeal(self) -> Appeal:
        user = self.request.user
        rows = Appeal.objects.visible_to(user).to_decide(user)
        rows = rows.select_related("verdict__moderation", "verdict__by", "decided_by")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def get_form(self, form_class: Any = None) -> AppealDecideForm:
        return AppealDecideForm(verdict=self.appeal.verdict, **self.get_form_kwargs())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        appeal, verdict = self.appeal, self.appeal.verdict
        subject = verdict.moderation.subject
        return super().get_context_data(
            appeal=appeal,
            verdict=verdict,
            subject=subject,
            facts=_verdict_facts(verdict),
            taken_out=taken_out(verdict, subject),
            passages=passages(subject),
            may_decide=self.request.user.has_perm(self.permission_required, appeal),
            **kwargs,
        )

    def form_valid(self, form: AppealDecideForm) -> HttpResponse:
        try:
            decide_appeal(self.appeal, by=self.request.user, **form.cleaned_data)
        except (AlreadyDecided, NotIndependent, OwnWords, ReasonMissing, SamePerson) as refusal:
            del self.appeal
            form.add_error(None, str(refusal))
            context = self.get_context_data(form=form, typed=form["explanation"].value())
            return self.render_to_response(context, status=409)
        messages.success(self.request, _("Answered. We have told the author."))
        return redirect("moderation:queue")


def _verdict_facts(verdict: Verdict) -> list[dict[str, Any]]:
    return [
        {"label": _("Decision"), "values": [verdict.get_outcome_display()]},
        {"label": _("Reason"), "values": [verdict.get_reason_display()]},
        {"label": _("The moderator says"), "values": [verdict.explanation]},
    ]


class VerdictAppealView(AnswerView):
    """What the author of a thing is told about a verdict, and where they may appeal against it."""

    permission_required = "moderation.appeal_verdict"
    template_name = "moderation/verdict_appeal.html"
    form_class = AppealForm

    @cached_property
    def verdict(self) -> Verdict:
        rows = Verdict.objects.visible_to(self.request.user).that_took_away().select_related("moderation", "appeal")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def has_permission(self) -> bool:
        # Nobody is asked for who is not signed in: the search itself would otherwise tell which numbers exist.
        user = self.request.user
        return user.is_authenticated and user.has_perm(self.permission_required, self.verdict)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        verdict, subject = self.verdict, self.verdict.moderation.subject
        return super().get_context_data(
            verdict=verdict,
            appeal=getattr(verdict, "appeal", None),
            subject=subject,
            facts=_verdict_facts(verdict)[1:],
            taken_out=taken_out(verdict, subject),
            passages=[] if verdict.kept else passages(subject),
            is_withdrawn=subject.standing == Standing.WITHDRAWN,
            **kwargs,
        )

    def form_valid(self, form: AppealForm) -> HttpResponse:
        try:
            appeal_verdict(self.verdict, by=self.request.user, text=form.cleaned_data["text"])
        except (AppealExists, Gone, NothingToAppeal, NotYours) as refusal:
            messages.info(self.request, str(refusal))
        else:
            messages.success(self.request, _("Thank you. Somebody else will look, and we will tell you what they say."))
        return redirect(self.verdict)


class LedgerView(TemplateView):
    """What moderators do, for everybody: in words, in numbers, and decision by decision without names."""

    public = True
    template_name = "moderation/ledger.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        place = LedgerPlaceForm(self.request.GET)
        before = place.cleaned_data["before"] if place.is_valid() else None
        counts, days = ledger_counts(), verdicts_by_day()
        return super().get_context_data(
            page=ledger_page(before=before),
            is_later_page=before is not None,
            counts=counts,
            median=counts.median is not None and lasting(counts.median),
            longest=counts.longest is not None and lasting(counts.longest),
            outcomes=[(label, counts.by_outcome[value]) for value, label in Verdict.Outcome.choices],
            reasons=[(label, counts.by_reason[value]) for value, label in Reason.choices],
            days=days,
            top=max((day.count for day in days), default=0),
            **kwargs,
        )
