"""Marking in the small world: an event that takes marks now, one that was counted, one whose results are public, and a draft."""

import datetime as dt
from types import SimpleNamespace
from typing import Any

from django.utils import timezone

from commons.people.models import User
from consultation.actions.marks import cast_ballot, freeze_marks, publish_marks
from consultation.models import Event
from tests.factories.events import a_ballot, a_marking, registered

CODE = "BCDF-GHJK-LMNP-QRST"


def draw_marks(people: dict[str, User]) -> SimpleNamespace:
    row = SimpleNamespace()
    states = ("open", "closed", "counted", "public", "draft")
    row.events = {state: a_marking(slug=f"marking-{state}", say_code=f"M-{state}") for state in states}
    for event in row.events.values():
        row.idea = event.ideas.first()
        cast_ballot(a_ballot(event), by=None, desirable=[row.idea.pk], achievable=[], based_on=0)
    a_ballot(row.events["open"], CODE)
    for state in ("closed", "counted", "public"):
        Event.objects.filter(pk=row.events[state].pk).update(marks_close_at=timezone.now())
    for state in ("counted", "public"):
        freeze_marks(row.events[state], by=people["staff"])
    publish_marks(row.events["public"], by=people["staff"])
    Event.objects.filter(pk=row.events["draft"].pk).update(state=Event.State.DRAFT)
    row.in_the_room = registered(row.events["open"], name="Ida Loom", is_here=True)
    row.idea = row.events["public"].ideas.first()
    return row


def tried_marks(row: SimpleNamespace) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    """By the name of an address: the things it is tried with."""

    def events(*states: str) -> list[tuple[str, dict[str, Any]]]:
        return [(state, {"slug": row.events[state].slug}) for state in states]

    everybody = events("open", "public", "draft")
    key = {"slug": row.events["open"].slug, "key": row.in_the_room.key}
    return {
        "consultation:event-marks": everybody,
        "consultation:event-screen": everybody,
        "consultation:event-screen-now": everybody,
        "consultation:event-results": everybody,
        "consultation:event-ballot-give": [("somebody in the room", key)],
        "consultation:event-marks-staff": events("open", "draft"),
        "consultation:event-ballots-give": events("open"),
        "consultation:event-marks-open": events("open"),
        "consultation:event-marks-show": events("open"),
        "consultation:event-marks-close": events("open"),
        "consultation:event-marks-freeze": events("closed"),
        "consultation:event-marks-publish": events("counted"),
        "consultation:event-proposals-choose": events("public"),
    }


def sent_to_marks(row: SimpleNamespace) -> dict[str, dict[str, Any]]:
    """By the name of an address: what its form sends."""
    later = timezone.localtime(timezone.now() + dt.timedelta(hours=3))
    return {
        "consultation:event-marks": {"code": CODE},
        "consultation:event-ballots-give": {"number": "2", "key": "00000000-0000-0000-0000-00000000000f"},
        "consultation:event-marks-open": {"closes_at_0": f"{later:%Y-%m-%d}", "closes_at_1": f"{later:%H:%M}"},
        "consultation:event-marks-show": {"live": "no"},
        "consultation:event-proposals-choose": {f"ideas_{row.idea.theme_id}": str(row.idea.pk)},
    }
