"""Running a wave: who has been heard, finding a case, codes and letters, the close. Answers only with the analyst's role."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.generic import DetailView, FormView, ListView, TemplateView

from census.actions.codes import issue_codes, revoke_code
from census.actions.refusing import WISHES
from census.actions.responses import answers_of, open_answers
from census.actions.waves import CloseNotLater, extend_close
from census.forms import CaseFilterForm, CloseForm, CodesForm, OpenAnswersForm, RevokeForm
from census.models import AccessCode, Case, Response, Wave
from census.models.reminders import BY_DAY, MOST, QUIET
from census.reports import board_of, refusals_of, reminders_of, with_reply_state
from census.views.words import summary_of
from commons.people.views.buttons import ButtonView


class WaveMixin(PermissionRequiredMixin):
    permission_required = "census.see_wave"

    @property
    def wave(self) -> Wave:
        if not hasattr(self, "_wave"):
            self._wave = get_object_or_404(Wave.objects.visible_to(self.request.user), slug=self.kwargs["wave"])
        return self._wave

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**{**kwargs, "wave": self.wave})


class WaveView(WaveMixin, TemplateView):
    """The board of a wave: exact counts by kind, place and day. For staff only, and the page says so."""

    template_name = "census/wave_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        return super().get_context_data(
            board=board_of(self.wave),
            is_open=self.wave.is_open_at(now),
            reminders=reminders_of(self.wave),
            most_reminders=MOST,
            quiet_days=QUIET.days,
            refused=refusals_of(self.wave),
            remind_from=BY_DAY[0],
            remind_until=BY_DAY[1],
            days_left=self.wave.days_left_at(now),
            batches=list(self.wave.code_batches.select_related("made_by")[:10]),
            **kwargs,
        )


class CloseExtendView(WaveMixin, FormView):
    permission_required = "census.extend_close"
    template_name = "census/close_extend.html"
    form_class = CloseForm

    def form_valid(self, form: CloseForm) -> HttpResponse:
        try:
            extend_close(self.wave, by=self.request.user, **form.cleaned_data)
        except CloseNotLater as refusal:
            form.add_error("closes_at", str(refusal))
            return self.form_invalid(form)
        messages.success(self.request, _("The census closes later now. The reason is on record."))
        return redirect("census:wave", self.wave.slug)


class CaseListView(WaveMixin, ListView):
    """Find a case by name, number or postcode; narrow by kind, place and how far it is."""

    template_name = "census/case_list.html"
    paginate_by = 50

    def get_queryset(self) -> QuerySet:
        cases = with_reply_state(Case.objects.visible_to(self.request.user).in_wave(self.wave))
        self.filters = CaseFilterForm(self.request.GET)
        if not self.filters.is_valid():
            return cases.none()
        return self.filters.narrow(cases).select_related("stratum", "organisation").in_name_order()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kept = {key: value for key, value in self.request.GET.items() if key in self.filters.fields and value}
        return super().get_context_data(filters=self.filters, kept=urlencode(kept), **kwargs)


class CaseMixin(WaveMixin):
    @property
    def case(self) -> Case:
        if not hasattr(self, "_case"):
            cases = with_reply_state(Case.objects.visible_to(self.request.user).in_wave(self.wave))
            self._case = get_object_or_404(cases.select_related("organisation", "stratum"), pk=self.kwargs["pk"])
            self._case.wave = self.wave
        return self._case

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(case=self.case, **kwargs)


class CaseView(CaseMixin, DetailView):
    """One organisation in the wave: how far it is and its codes, but not its answers."""

    template_name = "census/case_detail.html"

    def get_object(self, queryset: QuerySet | None = None) -> Case:
        return self.case

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        codes = self.case.codes.select_related("batch").order_by("-issued_at")
        members = self.case.organisation.memberships.verified().select_related("user")
        return super().get_context_data(codes=list(codes), members=list(members), **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Make one new code for this case and show it once, to be read out or written into a letter."""
        if not request.user.has_perm("census.issue_codes"):
            return self.handle_no_permission()
        self.object = self.case
        batch = issue_codes(self.wave, [self.case], by=request.user, label=str(self.case)[:120])
        return self.render_to_response(self.get_context_data(new_code=batch.codes.get().plain()))


class CodeRevokeView(CaseMixin, FormView):
    permission_required = "census.revoke_code"
    template_name = "census/code_revoke.html"
    form_class = RevokeForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        code = get_object_or_404(AccessCode, pk=self.kwargs["code"], case=self.case)
        return super().get_context_data(code=code, **kwargs)

    def form_valid(self, form: RevokeForm) -> HttpResponse:
        code = get_object_or_404(AccessCode, pk=self.kwargs["code"], case=self.case)
        revoke_code(code, by=self.request.user, reason=form.cleaned_data["reason"])
        messages.success(self.request, _("The code no longer works."))
        return redirect("census:case", self.wave.slug, self.case.pk)


class CaseRefuseView(CaseMixin, ButtonView):
    """The button's POST: they told us that they do not wish to answer, or that they may be asked again."""

    permission_required = "census.note_refusal"

    def stands_at(self) -> str:
        return reverse("census:case", args=[self.kwargs["wave"], self.kwargs["pk"]])

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        wish = request.POST.get("wish")
        if wish in WISHES:
            WISHES[wish](self.case, by=request.user)
            said = {"stop": _("They are not asked again."), "ask": _("They are asked again, as before.")}
            messages.success(request, said[wish])
        else:
            messages.error(request, _("Nothing was changed: what was sent did not say what they wish."))
        return redirect(self.stands_at())


class CodesIssueView(WaveMixin, FormView):
    """Make codes for many cases, then print their letters as an export."""

    permission_required = "census.issue_codes"
    template_name = "census/codes_issue.html"
    form_class = CodesForm

    def form_valid(self, form: CodesForm) -> HttpResponse:
        cases = form.cases_of(self.wave)
        count = cases.count()
        if not count:
            form.add_error(None, _("No organisation matches this choice, so no code was made."))
            return self.form_invalid(form)
        batch = issue_codes(self.wave, cases.iterator(), by=self.request.user, label=form.cleaned_data["label"])
        messages.success(
            self.request,
            ngettext(
                "%(n)d code was made. Ask for its letter below.",
                "%(n)d codes were made. Ask for their letters below.",
                count,
            )
            % {"n": count},
        )
        return redirect(f"{reverse('exports:job-ask', args=['census-letters'])}?{urlencode({'batch': batch.pk})}")


class AnswersOpenView(CaseMixin, FormView):
    """Read one reply. Says why first; who read what and when goes on record before anything is shown."""

    permission_required = "census.see_answers"
    template_name = "census/answers_open.html"
    form_class = OpenAnswersForm

    def form_valid(self, form: OpenAnswersForm) -> HttpResponse:
        response = get_object_or_404(Response.objects.live().visible_to(self.request.user), case=self.case)
        open_answers(response, by=self.request.user, purpose=form.cleaned_data["purpose"])
        answers = answers_of(response, self.case)
        return self.render_to_response(
            self.get_context_data(
                form=form, response=response, summary=summary_of(answers, get_language(), with_contacts=False)
            )
        )
