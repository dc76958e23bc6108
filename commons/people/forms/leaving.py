"""Closing one's account: what shall become of what one leaves, and one's address once more, so that no slip does it."""

from collections.abc import Mapping

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.utils.translation import gettext_lazy as _

from commons.people.forms.choices import ChoicesWithHints
from commons.people.models import User
from commons.people.reports.leaving import Legacy


class AccountCloseForm(forms.Form):
    """One question for each app that leaves something to the person's wish. `legacies` by keeper."""

    email = forms.EmailField(
        label=_("Type your e-mail address, so that we know you mean it"),
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
        error_messages={
            "required": _("Type the e-mail address of this account."),
            "invalid": _("Type the e-mail address of this account."),
        },
    )

    def __init__(self, *args: object, person: User, legacies: Mapping[str, Legacy], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        self.asked = {name: legacy for name, legacy in legacies.items() if legacy.answers}
        for name, legacy in self.asked.items():
            widget = ChoicesWithHints()
            widget.hints = {answer.value: answer.hint for answer in legacy.answers}
            self.fields[name] = forms.ChoiceField(
                label=legacy.question,
                choices=[(answer.value, answer.label) for answer in legacy.answers],
                widget=widget,
                error_messages={
                    "required": legacy.reminder,
                    "invalid_choice": legacy.reminder,
                },
            )
        self.order_fields([*self.asked, "email"])
        self.helper = FormHelper()
        self.helper.show_summary = False
        self.helper.add_input(Submit("close", _("Close my account for good"), css_class="button-danger"))

    def clean_email(self) -> str:
        email = self.cleaned_data["email"].strip().lower()
        if email != self.person.email:
            raise forms.ValidationError(
                _("This is not the address of this account, which is %(email)s. Nothing was changed."),
                params={"email": self.person.email},
            )
        return email

    @property
    def answers(self) -> dict[str, str]:
        """What they wish, by keeper, once the form is valid."""
        return {name: self.cleaned_data[name] for name in self.asked}
