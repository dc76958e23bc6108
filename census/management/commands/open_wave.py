"""Opens a wave of the census: checks the questionnaire, makes the wave, and freezes the frame from the register."""

import json
from argparse import ArgumentTypeError
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from census.actions.waves import EmptyRegister, open_wave, publish_instrument
from census.instrument import InvalidInstrument
from census.models import Case, Wave

QUESTIONNAIRE = Path(__file__).resolve().parents[2] / "questionnaires" / "needs-2026.json"


def moment(text: str) -> datetime:
    """A local time written as 2027-01-29 17:00."""
    try:
        return timezone.make_aware(datetime.fromisoformat(text))
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a time such as '2027-01-29 17:00'") from None


class Command(BaseCommand):
    help = "Open a wave of the census on the register as it stands now. Letters with codes are made on its staff page."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="its place in the address, such as needs-2027")
        parser.add_argument("--title", required=True)
        parser.add_argument("--closes", type=moment, required=True, help="local time, such as '2027-01-29 17:00'")
        parser.add_argument("--opens", type=moment, default=None, help="local time; now if left out")
        parser.add_argument("--questionnaire", type=Path, default=QUESTIONNAIRE, help="a JSON document")
        parser.add_argument(
            "--threshold", type=int, default=5, help="the fewest co-ops a published count may stand for"
        )

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            document = json.loads(options["questionnaire"].read_text(encoding="utf-8"))
            instrument = publish_instrument(document, by=None)
            wave = Wave(
                slug=options["slug"],
                title=options["title"],
                instrument=instrument,
                opens_at=options["opens"] or timezone.now(),
                closes_at=options["closes"],
                threshold=options["threshold"],
            )
            wave.full_clean()
            wave.save()
            open_wave(wave, by=None)
        except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
            raise CommandError(f"The questionnaire cannot be read: {error}. No wave was opened.") from error
        except InvalidInstrument as error:
            raise CommandError(f"The questionnaire has faults. No wave was opened.\n{error}") from error
        except ValidationError as error:
            raise CommandError("No wave was opened. " + " ".join(error.messages)) from error
        except EmptyRegister as error:
            raise CommandError(f"{error} No wave was opened.") from error
        self.stdout.write(
            f"{wave.title} asks {Case.objects.in_wave(wave).count():,} organisations, until {wave.closes_at}."
        )
