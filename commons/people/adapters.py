"""Where allauth asks us: what a new account holds, when somebody signed in, and how the secrets of second steps are kept."""

import base64
import hashlib
import time

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.core.mail import EmailMessage
from django.forms import BaseForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from commons.people.models import SIGNED_IN_AT, User

TOO_MANY = _("Too many tries. Wait a few minutes, then try again.")


class AccountAdapter(DefaultAccountAdapter):
    """Signing up and signing in, as this site does it."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "duplicate_email": _("This is your e-mail address already. Type a different one."),
        "email_password_mismatch": _(
            "This e-mail address and password do not belong together. Check both, or leave the password empty and we will "
            "e-mail you a code."
        ),
        "email_taken": _("Somebody uses this e-mail address here already. Type a different one."),
        "enter_current_password": _("This is not the password you use now. Type it once more."),
        "incorrect_code": _("This is not the code we sent. Take it from our newest e-mail, or ask for another one."),
        "incorrect_password": _("This is not your password. Type it once more."),
        "rate_limited": TOO_MANY,
        "same_as_current": _("This is your e-mail address already. Type a different one."),
        "too_many_login_attempts": TOO_MANY,
    }

    def save_user(self, request: HttpRequest, user: User, form: BaseForm, commit: bool = True) -> User:
        user.name = form.cleaned_data["name"]
        return super().save_user(request, user, form, commit=commit)

    def populate_username(self, request: HttpRequest, user: User) -> None:
        """There are no user names."""

    def render_mail(self, template_prefix: str, email: str, context: dict, headers: dict | None = None) -> EmailMessage:
        """Mail is written without the context of a page, so what every mail says about us is added here."""
        ours = {"site_name": settings.SITE_NAME, "help_phone": settings.HELP_PHONE, "help_email": settings.HELP_EMAIL}
        return super().render_mail(template_prefix, email, ours | context, headers=headers)

    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        request.session[SIGNED_IN_AT] = int(time.time())


class MfaAdapter(DefaultMFAAdapter):
    """Second steps. Their secrets are encrypted in the database with a key made from SECRET_KEY, so that a copy of the
    database alone cannot make sign-in codes. Old keys in SECRET_KEY_FALLBACKS still open what they closed."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This code does not fit. Wait until the app shows the next one, and type that."),
        "unverified_email": _("Confirm your e-mail address first. Then set up the second sign-in step."),
    }

    def encrypt(self, text: str) -> str:
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _box().decrypt(encrypted_text.encode()).decode()


def _box() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [hashlib.sha256(b"commons.people.second-step:" + key.encode()).digest() for key in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
