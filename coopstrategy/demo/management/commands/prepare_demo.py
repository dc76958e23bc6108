"""Draws the demo: invented people, an invented register of the real size and shape, and the census at a chosen moment."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from coopstrategy.demo.census import draw_census
from coopstrategy.demo.people import draw_people
from coopstrategy.demo.register import SET_PIECES, draw_register

# The moments of the process that can be shown. Later parts of the site add theirs.
STAGES = ["census"]


class Command(BaseCommand):
    help = "Fill an empty database with the demo. Doing it again changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--stage", choices=STAGES, default="census", help="the moment of the process that is shown")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo is off. Set DEMO=1 to draw it, and never on a site with real people in it.")
        self.stdout.write("Drawing the register ...")
        draw_register()
        self.stdout.write("Drawing the people ...")
        draw_people()
        self.stdout.write("Drawing the census ...")
        draw_census(waiting=list(SET_PIECES))
        self.stdout.write("The demo is ready.")
