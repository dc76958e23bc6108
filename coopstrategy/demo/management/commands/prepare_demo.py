"""Draws the demo: invented people, an invented register of the real size and shape, the census, and the draft strategy and the
blog at a chosen moment."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from commons.contributions.actions.fingerprints import take_fingerprints
from commons.people.models import Organisation
from coopstrategy.demo.blog import draw_blog
from coopstrategy.demo.census import draw_census, letters_to_try
from coopstrategy.demo.congress import congress_to_try, draw_congress, moment_of_congress
from coopstrategy.demo.doors import draw_doors
from coopstrategy.demo.library import draw_library
from coopstrategy.demo.mails import draw_mails
from coopstrategy.demo.people import PEOPLE, draw_people
from coopstrategy.demo.process import draw_process
from coopstrategy.demo.register import RIVERMEAD, SET_PIECES, draw_register
from coopstrategy.demo.strategy import ChangedByHand, draw_strategy

# The moments of the process that can be shown. Each can follow those before it; the last is shown if nobody says which.
STAGES = ["census", "before-congress", "on-the-day", "draft", "after"]
ALIVE = {"draft", "after"}
"""Those at which the draft has been worked on for months. At the others its first versions have come out."""


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
        # What was not done is said after the people: what stands before them scrolls by, or is not shown at all.
        stage, told = options["stage"], []
        # The draft, the blog and the library know two moments.
        moment = "draft" if stage in ALIVE else "census"
        self.stdout.write("Drawing the register ...")
        draw_register()
        self.stdout.write("Drawing the people ...")
        draw_people()
        self.stdout.write("Drawing the census ...")
        draw_census(waiting=list(SET_PIECES))
        self.stdout.write("Drawing the draft strategy ...")
        try:
            draw_strategy(stage=moment)
        except ChangedByHand as refusal:
            told.append(str(refusal))
        self.stdout.write("Drawing the blog ...")
        draw_blog(stage=moment)
        draw_process(stage=stage)
        self.stdout.write("Drawing the library and the big ideas ...")
        draw_library(stage=moment)
        self.stdout.write("Drawing Congress ...")
        draw_congress(stage=stage)
        if stage in ALIVE:
            self.stdout.write("Drawing the doors ...")
            draw_doors()
        while take_fingerprints(by=None):
            pass
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
        stood = moment_of_congress()
        if stood and STAGES.index(stood) > STAGES.index(stage):
            told.append(
                f"The demo here stands at a later moment ({stood}) and does not go back. To see this one, stop it,\n"
                "empty it with python3 run.py reset, and start it again."
            )
        to_try = congress_to_try()
        if to_try is not None:
            self.stdout.write(f"To try at {to_try.event.title}, /events/{to_try.event.slug}/")
            for number, code in to_try.tables:
                self.stdout.write(f"  {code:<22} table {number}")
            self.stdout.write(f"  {to_try.say_code:<22} say something from the room")
            for token in to_try.ballots:
                self.stdout.write(f"  {token:<22} a ballot nobody has used")
        for words in told:
            self.stdout.write(words)
