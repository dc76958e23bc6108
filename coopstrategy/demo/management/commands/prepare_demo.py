"""Draws the demo: invented people, an invented register of the real size and shape, the census, and the draft strategy and the
blog at a chosen moment."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from commons.people.models import Organisation
from coopstrategy.demo.blog import draw_blog
from coopstrategy.demo.census import draw_census, letters_to_try
from coopstrategy.demo.library import draw_library
from coopstrategy.demo.mails import draw_mails
from coopstrategy.demo.people import PEOPLE, draw_people
from coopstrategy.demo.process import draw_process
from coopstrategy.demo.register import RIVERMEAD, SET_PIECES, draw_register
from coopstrategy.demo.strategy import ChangedByHand, draw_strategy

# The moments of the process that can be shown, the earliest first. Later parts of the site add theirs.
STAGES = ["census", "draft"]


class Command(BaseCommand):
    help = "Fill an empty database with the demo. Doing it again changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--stage", choices=STAGES, default=STAGES[-1], help="the moment of the process that is shown"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo is off. Set DEMO=1 to draw it, and never on a site with real people in it.")
        if Organisation.objects.exists() and not Organisation.objects.filter(register_id=RIVERMEAD).exists():
            raise CommandError(
                "This database holds organisations that are not the demo's, so nothing was drawn. Give the demo an empty "
                "database, or start without DATABASE_URL and it makes its own."
            )
        self.stdout.write("Drawing the register ...")
        draw_register()
        self.stdout.write("Drawing the people ...")
        draw_people()
        self.stdout.write("Drawing the census ...")
        draw_census(waiting=list(SET_PIECES))
        self.stdout.write("Drawing the draft strategy ...")
        try:
            draw_strategy(stage=options["stage"])
        except ChangedByHand as refusal:
            self.stdout.write(str(refusal))
        self.stdout.write("Drawing the blog ...")
        draw_blog(stage=options["stage"])
        draw_process()
        self.stdout.write("Drawing the library and the big ideas ...")
        draw_library(stage=options["stage"])
        self.stdout.write("Beginning the digests ...")
        draw_mails(timezone.now())
        self.stdout.write("The demo is ready.")
        self.stdout.write("")
        self.stdout.write("Its people (enter as any of them at /demo/)")
        for person in PEOPLE:
            self.stdout.write(f"  {person.name:<22} {person.does}")
        self.stdout.write("Letters to answer the census with, at /census/code/")
        for case, code in letters_to_try():
            self.stdout.write(f"  {code:<22} {case.name}")
