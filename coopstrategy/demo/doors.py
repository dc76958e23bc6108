"""The ways by which voices came in the demo, and a letter that several people sent under their own names: nobody copied it word
for word, and the pages of who has been heard still show it as what it is."""

import json
from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from census.models import Response
from commons.contributions.models import Contribution
from commons.digests.models import Notice
from commons.people.models import Door, Organisation, User
from coopstrategy.demo.days import date_notices, dice_for, key_of
from coopstrategy.demo.people import BY_KEY
from coopstrategy.demo.reading import Reading
from coopstrategy.demo.voices import Said, Voices
from panel.models import Section

TEXTS = Path(__file__).with_name("doors.json")


@transaction.atomic
def draw_doors() -> None:
    """Make the doors, let some of what was said have come through them, and send the letter. Doing it again changes nothing.
    The draft strategy and the census must have been drawn."""
    told = json.loads(TEXTS.read_text(encoding="utf-8"))
    if Door.objects.filter(code__in=[one["code"] for one in told["doors"]]).exists():
        return
    now = timezone.now().replace(second=0, microsecond=0)
    doors = _make(told["doors"], now)
    weights = [one["share"] for one in told["doors"]]
    none = 100 - sum(weights)
    for rows in (Contribution.objects.filter(author__email__endswith="@example.coop"), Response.objects.all()):
        _come_through(rows, [None, *doors], [none, *weights])
    _send_letter(told["letter"], doors[0], now)


def _make(told: list[dict[str, Any]], now: datetime) -> list[Door]:
    handed_to = Organisation.objects.in_bulk([one["to"] for one in told if "to" in one], field_name="register_id")
    staff = User.objects.get(email=BY_KEY["wren"].email)
    return Door.objects.bulk_create(
        Door(
            code=one["code"],
            key=key_of("door", one["code"]),
            kind=one["kind"],
            label=one["label"],
            organisation=handed_to.get(one.get("to", "")),
            made_by=staff,
            made_at=now - timedelta(days=one["days"]),
        )
        for one in told
    )


def _come_through(rows: QuerySet, doors: list[Door | None], weights: list[int]) -> None:
    dice = dice_for("doors", rows.model.__name__)
    through: dict[int, list[Any]] = defaultdict(list)
    for number in rows.order_by("pk").values_list("pk", flat=True):
        place = dice.choices(range(len(doors)), weights)[0]
        through[place].append(number)
    for place, numbers in through.items():
        if doors[place] is not None:
            rows.model.objects.filter(pk__in=numbers).update(door=doors[place])


def _send_letter(told: dict[str, Any], door: Door, now: datetime) -> None:
    """Each in their own name, with a sentence of their own at the end."""
    section = Section.objects.published().select_related("current", "owner").get(slug=told["section"])
    last_notice = Notice.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    reading, voices = Reading.of(section.current), Voices(now)
    roots = []
    for number, (who, own) in enumerate(told["senders"]):
        words = {"who": who, "says": f"{told['says']} {own}"}
        day = now - timedelta(days=told["days"], hours=-5 * number)
        roots.append(Said(words, key_of("letter", who), day, section.thread_id, section.owner, reading))
    voices.write(roots)
    Contribution.objects.filter(key__in=[said.key for said in roots]).update(door=door)
    date_notices(now, after=last_notice)
