"""The rows about people, one module for each noun."""

from commons.people.models.doors import Door
from commons.people.models.organisations import (
    LegalForm,
    Membership,
    Nation,
    Organisation,
    Ownership,
    PlainText,
    Region,
    Registrar,
    Sector,
)
from commons.people.models.register import Outcome, RegisterImport, RegisterImportRow
from commons.people.models.roles import Appointment, Role
from commons.people.models.users import SIGNED_IN_AT, User

__all__ = [
    "SIGNED_IN_AT",
    "Appointment",
    "Door",
    "LegalForm",
    "Membership",
    "Nation",
    "Organisation",
    "Outcome",
    "Ownership",
    "PlainText",
    "Region",
    "RegisterImport",
    "RegisterImportRow",
    "Registrar",
    "Role",
    "Sector",
    "User",
]
