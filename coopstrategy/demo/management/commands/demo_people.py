"""Prints who is in the demo and how to enter as them; `run.py` shows it when the site is ready."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from coopstrategy.demo.people import PEOPLE


class Command(BaseCommand):
    help = "Say who is in the demo and how to enter as them."

    def handle(self, *args: Any, **options: Any) -> None:
        width = max(len(person.name) for person in PEOPLE)
        self.stdout.write(f"Enter as any of these people at {settings.SITE_ADDRESS}/demo/")
        for person in PEOPLE:
            self.stdout.write(f"  {person.name:<{width}}  {person.does}")
        self.stdout.write(f"Their mail, with sign-in codes, is at {settings.SITE_ADDRESS}/demo/mailbox/")
