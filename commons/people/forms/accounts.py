"""The account forms that differ from allauth's own. It imports `SignupFields` while it loads, so that class stands here alone,
and the forms built on allauth's stand in `sign_in`."""

from django import forms
from django.utils.translation import gettext_lazy as _


class SignupFields(forms.Form):
    """What we ask of a new person beyond the e-mail address (ACCOUNT_SIGNUP_FORM_CLASS)."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        help_text=_("As you want others on this site to see it"),
        error_messages={"required": _("Type your name.")},
    )
    field_order = ["name", "email", "password1"]

    def signup(self, request: object, user: object) -> None:
        """Nothing left to do: the adapter takes the name."""
