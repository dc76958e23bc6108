"""A person's own page and the details they can change."""

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpResponse
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView

from commons.people.actions import change_profile
from commons.people.forms.users import ProfileForm
from commons.people.models import Membership


class YouView(LoginRequiredMixin, TemplateView):
    """Who you are here: your organisations, your roles, how you sign in."""

    template_name = "people/you.html"

    def get_context_data(self, **kwargs: object) -> dict:
        user = self.request.user
        context = super().get_context_data(**kwargs)
        mine = Membership.objects.filter(user=user).select_related("organisation").order_by("-asked_at", "-pk")
        context["memberships"] = [row for row in mine if row.state != Membership.State.ENDED]
        context["ended_memberships"] = [row for row in mine if row.state == Membership.State.ENDED]
        today = timezone.localdate()
        context["appointments"] = [
            {"row": row, "waits_for_mfa": row.is_in_force(today) and row.role in user.roles_waiting}
            for row in user.appointments.not_over(today).order_by("starts_on", "pk")
        ]
        change = reverse("people:profile-change")
        context["details"] = [
            {"label": _("Name"), "values": [user.name], "url": change},
            {"label": _("E-mail address"), "values": [user.email], "url": reverse("account_email")},
            {
                "label": _("Language"),
                "values": [dict(settings.LANGUAGES).get(user.language, user.language)],
                "url": change,
            },
        ]
        context["has_second_step"] = Authenticator.objects.filter(
            user=user, type__in=[Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
        ).exists()
        return context


class ProfileChangeView(LoginRequiredMixin, FormView):
    """Name and language."""

    template_name = "people/profile_change.html"
    form_class = ProfileForm
    success_url = reverse_lazy("people:you")

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"instance": self.request.user}

    def form_valid(self, form: ProfileForm) -> HttpResponse:
        change_profile(self.request.user, by=self.request.user, **form.cleaned_data)
        messages.success(self.request, _("Saved."))
        return super().form_valid(form)
