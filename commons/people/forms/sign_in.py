"""allauth's forms with our words: what each field is called, and what is said when it is left empty or makes no sense.

Whoever leaves the password blank, signing in or signing up, gets a code by e-mail.
"""

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.utils.translation import gettext_lazy as _

E_MAIL = {
    "required": _("Type your e-mail address."),
    "invalid": _("This does not look like an e-mail address. Write it like name@example.coop."),
}
NEW_PASSWORD = {"required": _("Type a new password.")}
CODE = {"required": _("Type the code.")}

# By the name of the field, which is the same in all of allauth's forms: (label, error messages).
FIELDS = {
    "login": (_("Your e-mail address"), E_MAIL),
    "email": (_("Your e-mail address"), E_MAIL),
    "password": (_("Your password"), {"required": _("Type your password.")}),
    "oldpassword": (_("The password you use now"), {"required": _("Type the password you use now.")}),
    "password1": (_("New password"), NEW_PASSWORD),
    "password2": (_("New password again"), {"required": _("Type the new password a second time.")}),
    "code": (_("Code"), CODE),
}


class InOurWords(forms.Form):
    """Gives the fields of the form it is mixed into our labels and messages. Placeholders go: they vanish while one types."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            if name in FIELDS:
                field.label, messages = FIELDS[name]
                field.error_messages = {**field.error_messages, **messages}


class PersonLoginForm(InOurWords, account.LoginForm):
    """E-mail address, and a password only for those who have one and like to use it."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        password = self.fields["password"]
        password.required = False
        password.label = _("Password (optional)")
        password.help_text = _("Leave this empty and we will e-mail you a code to sign in with")


class PersonSignupForm(InOurWords, account.SignupForm):
    """Name and e-mail address; a password only for those who want one."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].help_text = _("We will send a code there to check that it is yours")
        self.fields["password1"].label = _("Password (optional)")
        self.fields["password1"].help_text = _(
            "At least 10 characters. Leave it empty and we will e-mail you a code each time you sign in"
        )


class PersonRequestLoginCodeForm(InOurWords, account.RequestLoginCodeForm):
    """Ask for a code to sign in with."""


class PersonConfirmLoginCodeForm(InOurWords, account.ConfirmLoginCodeForm):
    """Type the code to sign in with."""


class PersonConfirmEmailForm(InOurWords, account.ConfirmEmailVerificationCodeForm):
    """Type the code that shows an e-mail address to be one's own."""


class PersonChangeEmailForm(InOurWords, account.ChangeEmailForm):
    """A new e-mail address, before the account has ever been confirmed."""


class PersonAddEmailForm(InOurWords, account.AddEmailForm):
    """A new e-mail address in place of the one in use."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("Your new e-mail address")


class PersonResetPasswordForm(InOurWords, account.ResetPasswordForm):
    """Ask for a code to set a new password with."""


class PersonConfirmResetForm(InOurWords, account.ConfirmPasswordResetCodeForm):
    """Type the code to set a new password with."""


class PersonNewPasswordForm(InOurWords, account.ResetPasswordKeyForm):
    """The new password, after its code."""


class PersonChangePasswordForm(InOurWords, account.ChangePasswordForm):
    """The password in use, and a new one."""


class PersonSetPasswordForm(InOurWords, account.SetPasswordForm):
    """A first password for somebody who has signed in by code until now."""


class PersonReauthenticateForm(InOurWords, account.ReauthenticateForm):
    """The password once more."""


class SecondStepForm(InOurWords, mfa.AuthenticateForm):
    """The app's code, or a recovery code, after signing in."""


class SecondStepAgainForm(InOurWords, mfa.ReauthenticateForm):
    """The app's code once more."""


class SecondStepActivateForm(InOurWords, ActivateTOTPForm):
    """The first code of a new app."""
