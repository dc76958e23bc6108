"""The ways into the census: what it is, the code from a letter, which organisation, joining it, and leaving a shared computer."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView, View

from census.actions.codes import CodeRefused, TooManyTries, accept_code, join_by_code
from census.forms import CodeForm
from census.models import Case, Wave
from census.views.access import CaseMixin, choose_case, forget, has_code, held_url, let_in
from commons.people.views.network import network_address


class StartView(TemplateView):
    """What the census is, who reads the answers, and the ways in."""

    public = True
    template_name = "census/start.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now, user = timezone.now(), self.request.user
        wave = Wave.objects.opened_by(now).first()
        cases = Case.objects.answerable_by(user).filter(wave=wave).eligible() if wave else Case.objects.none()
        return super().get_context_data(
            wave=wave,
            is_open=bool(wave and wave.is_open_at(now)),
            days_left=wave and wave.days_left_at(now),
            cases=list(cases) if user.is_authenticated else [],
            carry_on=bool(wave and has_code(self.request, wave)),
            **kwargs,
        )


class CodeView(FormView):
    """Type the code from the letter."""

    public = True
    template_name = "census/code.html"
    form_class = CodeForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        onward = held_url(self.request) or reverse("census:start")
        sign_in = f"{reverse('account_login')}?{urlencode({'next': onward})}"
        return super().get_context_data(**{"sign_in_url": sign_in, **kwargs})

    def form_valid(self, form: CodeForm) -> HttpResponse:
        user = self.request.user if self.request.user.is_authenticated else None
        try:
            code = accept_code(form.cleaned_data["code"], by=user, address=network_address(self.request))
        except (CodeRefused, TooManyTries) as refusal:
            form.add_error("code", str(refusal))
            return self.form_invalid(form)
        return redirect(let_in(self.request, code))


class LeaveView(View):
    """Finish on a shared computer: forgets the code in this browser. What was saved stays saved."""

    public = True
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        forget(request)
        messages.success(request, _("Your answers are saved. This computer no longer knows your code."))
        return redirect("census:start")


class ChooseView(TemplateView):
    """For members of several organisations: which one to answer for."""

    public = True
    template_name = "census/choose.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.cases = list(
            Case.objects.answerable_by(request.user).eligible().filter(wave__slug=kwargs["wave"]).in_name_order()
        )
        if not self.cases:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest, wave: str) -> HttpResponse:
        chosen = request.POST.get("case", "")
        if chosen not in {str(case.pk) for case in self.cases}:
            return self.render_to_response(self.get_context_data(nothing_chosen=True), status=422)
        choose_case(request, wave, int(chosen))
        return redirect(held_url(request, int(chosen)) or reverse("census:hub", args=[wave]))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(cases=self.cases, **kwargs)


class JoinView(CaseMixin, View):
    """Someone signed in who came by code becomes a member of the organisation, so that they need no code next time."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, wave: str) -> HttpResponse:
        if not request.user.is_authenticated or self.by == request.user:
            raise Http404
        try:
            join_by_code(self.by, by=request.user)
        except CodeRefused as refusal:
            messages.error(request, str(refusal))
            return redirect("census:code")
        messages.success(
            request, _("You are a member of %(name)s now. Next time, just sign in.") % {"name": self.case.name}
        )
        return redirect("census:hub", wave)
