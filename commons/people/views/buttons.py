"""A button that is a page's only way to do something: for the views of every app."""

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.views.generic import View


class ButtonView(PermissionRequiredMixin, View):
    """One button's POST. Its address has no page of its own: who has to sign in first comes back to where the button stands."""

    request: HttpRequest
    http_method_names = ["post"]

    def stands_at(self) -> str:
        raise NotImplementedError

    def handle_no_permission(self) -> HttpResponse:
        if not self.request.user.is_authenticated:
            return redirect_to_login(self.stands_at())
        return super().handle_no_permission()
