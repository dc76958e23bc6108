"""What pages share on which staff fill in a form behind which one action stands."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import HttpResponse
from django.views.generic import FormView

from commons.people.views.again import say_stale
from commons.people.views.typed import KeepsTypedMixin
from consultation.actions.texts import StaleEdit


class ActionFormView(KeepsTypedMixin, PermissionRequiredMixin, FormView):
    """What is wrong is answered by 422, and with 409 where somebody was faster. Whatever was typed stays in the form."""

    # By refusal: the field at which it is said, None for the whole form.
    places: dict[type[Exception], str | None] = {}
    done: Any = ""

    def act(self, form: forms.Form) -> Any:
        raise NotImplementedError

    def latest(self) -> Any:
        """The row of `based_on` as it is now."""
        raise NotImplementedError

    def next_page(self, made: Any) -> HttpResponse:
        raise NotImplementedError

    def form_valid(self, form: forms.Form) -> HttpResponse:
        try:
            made = self.act(form)
        except StaleEdit as refusal:
            latest = self.latest()
            say_stale(form, refusal, latest.revision)
            return self.again(form, 409, latest=latest)
        except tuple(self.places) as refusal:
            place = self.places[type(refusal)]
            form.add_error(place if place in form.fields else None, str(refusal))
            return self.form_invalid(form)
        messages.success(self.request, self.done)
        return self.next_page(made)
