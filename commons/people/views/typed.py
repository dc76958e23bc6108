"""Keeping what somebody typed when their session had ended: it waits while they sign in, and stands in the form again."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _

from commons.people.views.again import StandsAgainMixin

TYPED = "typed"
MOST_CHARACTERS = 250_000


def hold_for_later(request: HttpRequest) -> bool:
    """Keep what was just posted until the same page is opened again. False when there is nothing to keep, or too much."""
    typed = {name: values for name, values in request.POST.lists() if name != "csrfmiddlewaretoken"}
    if not typed or sum(len(name) + sum(map(len, values)) for name, values in typed.items()) > MOST_CHARACTERS:
        return False
    request.session[TYPED] = {"path": request.path, "typed": typed}
    return True


class KeepsTypedMixin(StandsAgainMixin):
    """Stands before PermissionRequiredMixin on a page with a form in which people write much."""

    request: HttpRequest

    def handle_no_permission(self) -> HttpResponse:
        request = self.request
        if request.method == "POST" and not request.user.is_authenticated and hold_for_later(request):
            messages.warning(
                request, _("You were signed out. What you typed is kept: sign in and you will find it on the page.")
            )
        return super().handle_no_permission()

    def typed_before(self) -> QueryDict | None:
        """What was typed on this page before signing in again, once; None when there is nothing."""
        held = self.request.session.get(TYPED)
        if not held or held["path"] != self.request.path:
            return None
        del self.request.session[TYPED]
        typed = QueryDict(mutable=True)
        for name, values in held["typed"].items():
            typed.setlist(name, values)
        messages.info(self.request, _("This is what you typed before. Check it, then send it."))
        return typed

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = super().get_form_kwargs()
        if self.request.method == "GET" and (typed := self.typed_before()) is not None:
            kwargs["data"] = typed
        return kwargs
