"""Signing in and signing up with or without a password: whoever leaves the password blank gets a code by e-mail."""

from allauth.account.forms import LoginForm, SignupForm
from django.utils.translation import gettext_lazy as _


class PersonLoginForm(LoginForm):
    """E-mail address, and a password only for those who have one and like to use it."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Your e-mail address")
        password = self.fields["password"]
        password.required = False
        password.label = _("Password (optional)")
        password.help_text = _("Leave this empty and we will e-mail you a code to sign in with")
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class PersonSignupForm(SignupForm):
    """Name and e-mail address; a password only for those who want one."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("Your e-mail address")
        self.fields["email"].help_text = _("We will send a code there to check that it is yours")
        self.fields["password1"].label = _("Password (optional)")
        self.fields["password1"].help_text = _(
            "At least 10 characters. Leave it empty and we will e-mail you a code each time you sign in"
        )
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
