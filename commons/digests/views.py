"""What we told somebody, why, how they wish to be told, and the page on which a mail is stopped."""

import hmac
import json
from datetime import timedelta
from itertools import groupby
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.utils import timezone, translation
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import FormView, ListView, TemplateView, View

from commons.digests.actions import (
    change_subscription,
    resume_address,
    see_notices,
    take_bounce,
    undo_unsubscribe,
    unsubscribe,
)
from commons.digests.forms import SubscriptionForm
from commons.digests.models import Frequency, MailingList, Stop, Subscription
from commons.digests.reports import (
    Group,
    headings,
    kinds,
    next_mail,
    next_period,
    subscription_of,
    told_to,
    visit_of,
    words_of,
)
from commons.people.actions import change_profile


class NoticeListView(PermissionRequiredMixin, ListView):
    """What is new since the last visit, under headings; older pages hold what came before."""

    permission_required = "digests.see_notices"
    template_name = "digests/notice_list.html"
    context_object_name = "notices"
    paginate_by = 50

    def get_queryset(self) -> Any:
        return told_to(self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        notices, user = list(context["notices"]), self.request.user
        visit = visit_of(user, timezone.now())
        subscription = subscription_of(user)
        return context | {
            "headings": headings(notices, words_of(notices), new_since=visit.began_at),
            "since": visit.before_at,
            "subscription": subscription,
            "next_period": next_period(subscription.frequency, timezone.now()),
        }

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Whoever has read the list has seen it: what was new stays marked until they come again."""
        response = super().get(request, *args, **kwargs).render()
        if request.method == "GET":
            see_notices(response.context_data["notices"], by=request.user)
        return response


class SubscriptionChangeView(PermissionRequiredMixin, FormView):
    """All wishes on one screen."""

    permission_required = "digests.change_subscription"
    template_name = "digests/subscription_change.html"
    form_class = SubscriptionForm
    success_url = reverse_lazy("digests:notice-list")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"subscription": subscription_of(self.request.user)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(subscription=subscription_of(self.request.user), **kwargs)

    def form_invalid(self, form: SubscriptionForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def form_valid(self, form: SubscriptionForm) -> HttpResponse:
        user, wished = self.request.user, dict(form.cleaned_data)
        language = wished.pop("language", user.language)
        change_subscription(user, by=user, **wished)
        if language != user.language:
            change_profile(user, by=user, name=user.name, language=language)
        messages.success(self.request, _("Saved."))
        return super().form_valid(form)


class AddressResumeView(PermissionRequiredMixin, View):
    """A button: write to me again, for the mailbox is there, or it was no spam."""

    permission_required = "digests.resume_address"
    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponse:
        if resume_address(request.user, by=request.user):
            messages.success(request, _("We write to you again."))
        return redirect("digests:subscription-change")


class WhyView(PermissionRequiredMixin, TemplateView):
    """For each kind of notice: why one is told, and when the next mail could come."""

    permission_required = "digests.see_notices"
    template_name = "digests/why.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now, subscription = timezone.now(), subscription_of(self.request.user)
        groups = [
            {
                "label": Group(group).label,
                "kinds": [{"kind": kind, "next": next_mail(kind, subscription, now)} for kind in some],
            }
            for group, some in groupby(kinds(), key=lambda kind: kind.group)
        ]
        return super().get_context_data(groups=groups, **kwargs)


UNDO = "commons.digests.undo"
UNDO_WITHIN = timedelta(hours=1)


@method_decorator(csrf_exempt, name="dispatch")
class UnsubscribeView(TemplateView):
    """Where a mail is stopped by who holds it: without a sign-in and without a cookie (RFC 8058). Opening the page changes
    nothing, so that a scanner that follows every link stops nothing either."""

    public = True
    template_name = "digests/unsubscribe.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            self.subscription, self.mailing_list = Subscription.objects.found_by(kwargs["token"])
        except Subscription.DoesNotExist as error:
            raise Http404 from error
        self.person = self.subscription.person
        translation.activate(self.person.language or settings.LANGUAGE_CODE)
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row, is_digest = self.subscription, self.mailing_list == MailingList.DIGEST
        is_on = row.frequency != Frequency.OFF if is_digest else row.at_once
        return super().get_context_data(subscription=row, is_digest=is_digest, is_on=is_on, **kwargs)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """`undo` brings back what a tap on this page has just changed. `wish` may be weekly, as far as that is fewer mails than
        today; whatever else is sent stops the list, for that is what the button of a mail program means, whatever it sends. So an
        old mail in the wrong hands can start none."""
        if "undo" in request.POST:
            return self._undo(request.POST["undo"])
        weekly = request.POST.get("wish") == Frequency.WEEKLY
        self.subscription, was = unsubscribe(self.person, self.mailing_list, by=self.person, weekly=weekly)
        row = self.subscription
        undo = signing.dumps([row.pk, was, row.changes], salt=UNDO) if row.wishes != was else ""
        return self.render_to_response(self.get_context_data(is_done=True, undo=undo))

    def _undo(self, signed: str) -> HttpResponse:
        try:
            number, was, changes = signing.loads(signed, salt=UNDO, max_age=UNDO_WITHIN)
        except signing.BadSignature:
            number, was, changes = None, (), 0
        is_own = number == self.subscription.pk
        if not is_own or not undo_unsubscribe(self.person, by=self.person, was=tuple(was), changes=changes):
            return self.render_to_response(self.get_context_data(is_too_late=True), status=409)
        self.subscription.refresh_from_db(fields=["frequency", "at_once"])
        return self.render_to_response(self.get_context_data(is_done=True))


TOLD_BY_SERVERS = {why.value: why for why in (Stop.BOUNCED, Stop.COMPLAINED)}


@method_decorator(csrf_exempt, name="dispatch")
class BounceView(View):
    """Where the mail server tells us of mail that came back, or that somebody called spam. It proves itself by a key that only it
    and we know; without one in the settings the page is not there.

    It sends JSON: `what` ("bounced" or "complained"), `words`, and `message_id` or `address`, or both.
    """

    public = True
    http_method_names = ("post",)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        shown = request.headers.get("Authorization", "").encode()
        if not settings.BOUNCE_KEY or not hmac.compare_digest(shown, f"Bearer {settings.BOUNCE_KEY}".encode()):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            told = json.loads(request.body)
            given = {name: str(told.get(name, "")) for name in ("words", "message_id", "address")}
            why = TOLD_BY_SERVERS[told.get("what")]
        except (ValueError, AttributeError, KeyError, TypeError):
            return JsonResponse({"taken": False}, status=422)
        if "\0" in "".join(given.values()):
            return JsonResponse({"taken": False}, status=422)
        return JsonResponse({"taken": take_bounce(by=None, why=why, **given)})
