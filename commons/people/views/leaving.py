"""Closing one's account, and the page that says it is closed."""

import time
from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import FormView, TemplateView

from commons.people.actions import AnswerMissing, LastOfStaff, close_account
from commons.people.forms.leaving import AccountCloseForm
from commons.people.models import SIGNED_IN_AT, User
from commons.people.reports.leaving import Legacy, keepers
from commons.people.views.again import StandsAgainMixin

FRESH = 60 * 60
"""Seconds for which a sign-in is trusted with this: on a computer that others use, it is somebody else later."""
RECEIPT = "account_closed"
"""Session key, after signing out: the number under which the record says that it was done."""


def own_legacy(person: User) -> Legacy:
    """What goes and stays of a person by themselves, before any app is asked."""
    goes = [_("Your name, your e-mail address, your password and your second sign-in step")]
    count = person.memberships.live().count()
    if count:
        goes.append(
            ngettext(
                "Your membership of an organisation here", "Your membership of %(count)d organisations here", count
            )
            % {"count": count}
        )
    goes.append(_("What you follow, what we told you, and files that you asked for"))
    if not person.appointments.exists():
        return Legacy(goes=goes)
    goes.append(_("Your roles here, also those that are over, and what you said about yourself in them"))
    return Legacy(goes=goes, stays=[_("What you decided or wrote in a role, without your name")])


class AccountCloseView(StandsAgainMixin, LoginRequiredMixin, FormView):
    """What goes and what stays, what the person wishes, and the button. Only for somebody who signed in a short while ago."""

    template_name = "people/account_close.html"
    form_class = AccountCloseForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated and time.time() - request.session.get(SIGNED_IN_AT, 0) > FRESH:
            return render(request, "people/account_close_again.html")
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def legacies(self) -> dict[str, Legacy]:
        return {keeper.name: keeper.tell(self.request.user) for keeper in keepers()}

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"person": self.request.user, "legacies": self.legacies}

    def get_context_data(self, **kwargs: Any) -> dict:
        told = [own_legacy(self.request.user), *self.legacies.values()]
        return super().get_context_data(
            goes=[line for legacy in told for line in legacy.goes],
            stays=[line for legacy in told for line in legacy.stays],
            **kwargs,
        )

    def form_valid(self, form: AccountCloseForm) -> HttpResponse:
        try:
            entry = close_account(self.request.user, by=self.request.user, answers=form.answers)
        except (AnswerMissing, LastOfStaff) as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        logout(self.request)
        # What signing out says of itself would say less than the page that comes.
        list(messages.get_messages(self.request))
        self.request.session[RECEIPT] = entry.pk
        return redirect("people:account-closed")


class AccountClosedView(TemplateView):
    """It is done. To whoever comes by without having closed one, it says what closing means."""

    public = True
    template_name = "people/account_closed.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(receipt=self.request.session.get(RECEIPT), **kwargs)
