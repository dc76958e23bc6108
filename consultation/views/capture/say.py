"""The page of the room: everybody who is there may say something in a session."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from commons.contributions.actions import SAY_REFUSALS
from commons.contributions.views import through_door
from commons.people.views.network import network_address
from commons.people.views.typed import KeepsTypedMixin
from consultation.actions.capture import NotOpen, check_say_code, say_in_session, take_words
from consultation.forms.capture import SayForm, SaySignedInForm
from consultation.views.capture.doors import ROOM_SALT, DoorMixin, in_public


class SayView(KeepsTypedMixin, DoorMixin, TemplateView):
    """The page of the room: say something in a session. Who is signed in speaks as themselves and needs no code."""

    salt = ROOM_SALT
    template_name = "consultation/event_say.html"
    code_template = "consultation/event_say_code.html"

    @property
    def code_label(self) -> str:
        return _("Code on the screen")

    @property
    def is_open(self) -> bool:
        return self.request.user.is_authenticated or in_public(self.event, self.token, self.salt) is not None

    def token_for(self, typed: str) -> str:
        check_say_code(self.event, typed, address=network_address(self.request))
        return signing.dumps({"event": self.event.pk, "phone": str(uuid.uuid4())}, salt=self.salt)

    def form_class(self, *args: Any) -> forms.Form:
        if self.request.user.is_authenticated:
            return SaySignedInForm(*args, event=self.event, user=self.request.user)
        return SayForm(*args, event=self.event)

    def page(self, status: int = 200, **given: Any) -> HttpResponse:
        is_known = self.request.user.is_authenticated
        typed = self.typed_before() if self.request.method == "GET" else None
        context = {
            "form": self.form_class(*([typed] if typed is not None else [])),
            "token": "" if is_known else self.token,
            "is_over": not self.event.takes_words_at(timezone.now()),
        }
        response = self.render_to_response(self.get_context_data(**context | given), status=status)
        response.headers["X-Keep"] = "yes" if status == 200 and not is_known else "no"
        return response

    def act(self) -> HttpResponse:
        form = self.form_class(self.request.POST)
        if not form.is_valid():
            return self.page(422, form=form)
        try:
            why_not = self._say(form)
        except (NotOpen, *SAY_REFUSALS) as refusal:
            why_not = str(refusal)
        if why_not:
            form.add_error(None, why_not)
            return self.page(409, form=form)
        return redirect(self.request.path)

    def _say(self, form: Any) -> str:
        """Why it is not with us; empty when it is."""
        given = form.cleaned_data
        if self.request.user.is_authenticated:
            how = {"body": given["text"], "key": given["id"], "speaking": through_door(self.request, form.speaking)}
            note = say_in_session(given["session"], by=self.request.user, **how)
            is_public = note.contribution.is_published
            messages.success(
                self.request,
                _("Thank you. Everybody can read it now.")
                if is_public
                else _("Thank you. A moderator looks at it before others can read it."),
            )
            return ""
        phone = in_public(self.event, self.token, self.salt)["phone"]
        address = network_address(self.request)
        receipt = take_words(self.event, by=None, words=[form.piece], phone=phone, address=address)
        if not receipt.held:
            return receipt.wait or next(iter(receipt.refused.values()))
        messages.success(self.request, _("Thank you. A moderator looks at it before others can read it."))
        return ""
