"""`manage.py appoint EMAIL ROLE`: how the first member of staff comes to be. Later ones are appointed on /staff/people/."""

from argparse import ArgumentParser

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction

from commons.people.actions import AppointmentOverlaps, RolesClash, appoint_person, open_account
from commons.people.models import Role


class Command(BaseCommand):
    help = (
        "Appoint the person with this e-mail address to a role from today on. Their account is opened if there is none."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("role", choices=[role.value for role in Role])
        parser.add_argument("--name", default="", help="how a new account is called; the address itself if left out")

    def handle(self, *, email: str, role: str, name: str, **options: object) -> None:
        try:
            validate_email(email)
        except ValidationError as error:
            raise CommandError(f"This is not an e-mail address: {email}") from error
        try:
            with transaction.atomic():
                person = open_account(email, by=None, name=name or email)
                appoint_person(person, by=None, role=role)
        except (AppointmentOverlaps, RolesClash) as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{email} is appointed: {Role(role).label}.")
        if person.roles_waiting:
            self.stdout.write("The role is in force once they have signed in and set up a second sign-in step.")
