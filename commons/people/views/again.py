"""A form that was not taken stands on its page again, with everything that was typed: for the views of every app."""

from typing import Any

from django import forms
from django.http import HttpResponse


class StandsAgainMixin:
    """Stands before Django's views with a form. What is wrong in it is answered by 422, and by 409 what changed meanwhile."""

    def again(self, form: forms.Form, status: int, **more: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form, **more), status=status)

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        return self.again(form, 422)


def say_stale(form: forms.Form, refusal: Exception, latest: int) -> None:
    """Say in a form that somebody was faster. The `latest` revision goes into it, so that saving again is a decision and not an
    accident."""
    form.add_error(None, str(refusal))
    form.data = form.data.copy()
    form.data["based_on"] = latest
