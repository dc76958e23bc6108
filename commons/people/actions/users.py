"""Accounts. Signing up and signing in are allauth's; these are the doings it does not know."""

from allauth.account.models import EmailAddress
from django.db import transaction

from commons.audit.actions import record
from commons.people.models import User


@transaction.atomic
def open_account(email: str, *, by: object, name: str) -> User:
    """The person with this address, made if there was none. A new account has no password: its owner signs in by e-mailed code,
    so whoever opens it learns nothing that would let them in. An existing account is left as it is."""
    email = email.strip().lower()
    person = User.objects.filter(email=email).first()
    if person is None:
        person = User.objects.create_user(email, name=name)
        # Verified, because the only way in is a code sent to this very address.
        EmailAddress.objects.create(user=person, email=email, primary=True, verified=True)
        record("open_account", person, by=by)
    return person


@transaction.atomic
def change_profile(person: User, *, by: User, name: str, language: str) -> User:
    """Change how a person is called and which language they read."""
    row = User.objects.select_for_update().get(pk=person.pk)
    changed = [field for field, value in (("name", name), ("language", language)) if getattr(row, field) != value]
    if changed:
        row.name, row.language = name, language
        row.save(update_fields=["name", "language"])
        # Which fields, not what they said: names can be erased from the account, never from the record.
        record("change_profile", row, by=by, data={"fields": changed})
    return row
