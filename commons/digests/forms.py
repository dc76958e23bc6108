"""How somebody wishes to be told, as they choose it."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from commons.digests.models import Frequency, Subscription


class SubscriptionForm(forms.Form):
    """All wishes on one screen. The language is asked for where there is more than one to choose."""

    frequency = forms.ChoiceField(
        label=_("How often may we send you a digest?"),
        help_text=_(
            "A digest is one e-mail with all that is new for you. It comes only if something has happened, at 7 in the morning"
        ),
        widget=forms.RadioSelect,
        choices=Frequency.choices,
        error_messages={"required": _("Choose how often."), "invalid_choice": _("Choose one from the list.")},
    )
    at_once = forms.BooleanField(
        label=_("Send me replies and answers to what I said at once"),
        help_text=_("They are then left out of the digest"),
        required=False,
    )
    language = forms.ChoiceField(
        label=_("In which language should we write to you?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a language."), "invalid_choice": _("Choose a language in the list.")},
    )

    def __init__(self, *args: Any, subscription: Subscription, **kwargs: Any) -> None:
        person = subscription.person
        super().__init__(*args, **kwargs)
        self.initial = {
            "frequency": subscription.frequency,
            "at_once": subscription.at_once,
            "language": person.language,
        }
        offered = [
            choice for choice in settings.LANGUAGES if choice[0] in {*settings.OFFERED_LANGUAGES, person.language}
        ]
        self.fields["language"].choices = offered
        if len(offered) < 2:
            del self.fields["language"]
        self.helper = FormHelper()
        self.helper.show_summary = False
        self.helper.add_input(Submit("save", _("Save")))
