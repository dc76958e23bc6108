"""The invented timetable of the demo, derived from today so that something is always under way: seven phases, three of which were
moved, one of them twice. The draft can be commented on while the phase for it is under way.

Their words and days stand in strategy_texts/phases.json. Days are counted from today, and those behind it are less than 0:
`plan` is the first plan, `fact` the days on which a phase really began and ended, and each of `moves` says on which day it was
moved, to which days, and why.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from commons.people.models import User
from consultation.actions import PhaseWords, add_phase, begin_phase, end_phase, move_phase
from consultation.models import Phase, PhaseMove
from coopstrategy.demo.crowd import read_texts
from coopstrategy.demo.people import BY_KEY


@transaction.atomic
def draw_process() -> None:
    """Draw the phases, once. Call it when everything that people said has been drawn: what they may say depends on the phases."""
    if Phase.objects.exists():
        return
    now, staff = timezone.now(), User.objects.get(email=BY_KEY["wren"].email)
    for number, drawn in enumerate(read_texts("phases")["phases"]):
        phase = add_phase(by=staff, words=_words(drawn), **_days(now, drawn["plan"]))
        for moved in drawn["moves"]:
            phase.refresh_from_db()
            given = _days(now, moved["plan"]) | {"reason": moved["why"], "based_on": phase.revision}
            move = move_phase(phase, by=staff, **given)
            PhaseMove.objects.filter(pk=move.pk).update(made_at=_morning(now, moved["days"], number))
        for act, days in zip((begin_phase, end_phase), drawn["fact"], strict=True):
            if days is not None:
                phase.refresh_from_db()
                act(phase, by=staff, on=timezone.localdate(now) + timedelta(days=days), based_on=phase.revision)


def _words(drawn: dict[str, Any]) -> PhaseWords:
    return PhaseWords(**{key: value for key, value in drawn.items() if key not in {"plan", "fact", "moves"}})


def _days(now: datetime, plan: list[int]) -> dict[str, Any]:
    today = timezone.localdate(now)
    return {name: today + timedelta(days=days) for name, days in zip(("begins_on", "ends_on"), plan, strict=True)}


def _morning(now: datetime, days: int, number: int) -> datetime:
    """So many days from now, between nine and ten."""
    return timezone.localtime(now + timedelta(days=days)).replace(hour=9, minute=5 * number, second=0)
