"""Doors of the small world, open and closed, and the same words from three."""

from types import SimpleNamespace
from typing import Any

from django.core.cache import cache

from commons.contributions.actions.fingerprints import take_fingerprints
from commons.contributions.models import Thread
from commons.people.actions.doors import make_door, retire_door
from commons.people.models import User
from tests.factories.contributions import ContributionFactory

SAME = "Give every co-op a loom now."


def draw_heard(people: dict[str, User], thread: Thread) -> SimpleNamespace:
    row = SimpleNamespace()
    row.open = make_door(by=people["staff"], kind="partner", label="Farmers’ letter")
    row.closed = retire_door(make_door(by=people["staff"], kind="link", label="Old letter"), by=people["staff"])
    row.same = ContributionFactory.create_batch(3, body=SAME, author=None, thread=thread)[0]
    take_fingerprints(by=None)
    cache.clear()
    return row


def tried_heard(row: SimpleNamespace) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    """By the name of an address: the things it is tried with."""
    return {
        "people:door": [("open", {"pk": row.open.pk}), ("closed", {"pk": row.closed.pk})],
        "people:door-retire": [("open", {"pk": row.open.pk})],
        "people:door-reopen": [("closed", {"pk": row.closed.pk})],
        "heard-door": [("open", {"key": row.open.key})],
        "heard-campaign": [("of three", {"pk": row.same.pk})],
    }


def sent_to_heard(row: SimpleNamespace) -> dict[str, dict[str, Any]]:
    """By the name of an address: what its form sends."""
    return {"people:door-make": {"label": "March letter", "kind": "partner", "organisation": ""}}
