"""`manage.py close_account EMAIL`: for somebody who asks for it by letter or telephone, after staff have made sure who asks."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from commons.people.actions import AnswerMissing, LastOfStaff, close_account
from commons.people.models import User
from commons.people.reports.leaving import keepers


class Command(BaseCommand):
    help = (
        "Erase the person with this e-mail address. Says what goes and what stays, and asks for an --answer where "
        "something is left to their wish."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument(
            "--answer",
            action="append",
            default=[],
            metavar="WHAT=WISH",
            help="what the person wishes, for example blog=stay",
        )

    def handle(self, *, email: str, answer: list[str], **options: object) -> None:
        person = User.objects.filter(email=email.strip().lower()).first()
        if person is None:
            raise CommandError(f"Nobody has this e-mail address here: {email}")
        answers = dict(one.partition("=")[::2] for one in answer)
        missing = []
        for keeper in keepers():
            legacy = keeper.tell(person)
            for line in legacy.goes:
                self.stdout.write(f"Goes: {line}")
            for line in legacy.stays:
                self.stdout.write(f"Stays: {line}")
            wishes = [one.value for one in legacy.answers]
            if wishes and answers.get(keeper.name) not in wishes:
                missing.append(f"{legacy.question} --answer {keeper.name}={'|'.join(wishes)}")
        if missing:
            raise CommandError("Nothing was changed. Still to be said:\n" + "\n".join(missing))
        try:
            entry = close_account(person, by=None, answers=answers)
        except (AnswerMissing, LastOfStaff) as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"Erased. Receipt number: {entry.pk}")
