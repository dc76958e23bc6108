"""The invented timetable of the demo, derived from today so that something is always under way: seven phases, three of which were
moved, one of them twice. The draft can be commented on while the phase for it is under way.

Their words and days stand in strategy_texts/phases.json. Days are counted from today, and those behind it are less than 0:
`plan` is the first plan, `fact` the days on which a phase really began and ended, and each of `moves` says on which day it was
moved, to which days, and why. `stages` says what is otherwise at one of the moments of Congress.
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
def draw_process(*, stage: str) -> None:
    """Draw the phases, once. Call it when everything that people said has been drawn: what they may say depends on the phases."""
    if Phase.objects.exists():
        return
    now, staff = timezone.now(), User.objects.get(email=BY_KEY["wren"].email)
    for number, drawn in enumerate(_phases(stage)):
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


def date_congress(stage: str) -> None:
    """The phase of Congress lies on the days of this moment, and says what one can do then. Nothing happens if somebody gave it
    another name."""
    drawn = next(one for one in _phases(stage) if "stages" in one)
    plan = _days(timezone.now(), drawn["plan"])
    fact = [None if days is None else timezone.localdate() + timedelta(days=days) for days in drawn["fact"]]
    row = Phase.objects.filter(name=drawn["name"]).first()
    if row is not None:
        row.todo, row.todo_cy = drawn["todo"], drawn.get("todo_cy", "")
        row.begins_on, row.ends_on = plan["begins_on"], plan["ends_on"]
        row.began_on, row.ended_on = fact
        row.save(update_fields=["todo", "todo_cy", "begins_on", "ends_on", "began_on", "ended_on"])


def _phases(stage: str) -> list[dict[str, Any]]:
    """The phases as they are at a moment: in what `stages` says of it one differs from what else is told of it."""
    return [one | one.get("stages", {}).get(stage, {}) for one in read_texts("phases")["phases"]]


def _words(drawn: dict[str, Any]) -> PhaseWords:
    return PhaseWords(**{key: value for key, value in drawn.items() if key in PhaseWords.__dataclass_fields__})


def _days(now: datetime, plan: list[int]) -> dict[str, Any]:
    today = timezone.localdate(now)
    return {name: today + timedelta(days=days) for name, days in zip(("begins_on", "ends_on"), plan, strict=True)}


def _morning(now: datetime, days: int, number: int) -> datetime:
    """So many days from now, between nine and ten."""
    return timezone.localtime(now + timedelta(days=days)).replace(hour=9, minute=5 * number, second=0)
