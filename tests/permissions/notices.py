"""How people of the small world wish to be told, and what waits for the workers."""

from types import SimpleNamespace
from typing import Any

from django.utils import timezone

from commons.digests.models import Digest, MailingList, MailState
from commons.people.models import User
from tests.factories.notices import tell, wish


def draw_notices(people: dict[str, User]) -> SimpleNamespace:
    row = SimpleNamespace()
    for name in ("member", "staff"):
        tell(people[name], "told", subject=f"A notice of the {name}", path="/you/")
    row.wishes = {name: wish(people[name], "daily", at_once=True) for name in ("member", "other")}
    given = {"period": "2026-11-02", "frequency": "daily", "mail_state": MailState.FAILED}
    row.digests = {
        name: Digest.objects.create(person=people[name], mail_claimed_at=timezone.now(), **given)
        for name in ("member", "other")
    }
    return row


def tried_notices(row: SimpleNamespace) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    """By the name of an address: the things it is tried with."""
    tokens = [(str(name.label), {"token": row.wishes["member"].token_for(name)}) for name in MailingList]
    return {"digests:unsubscribe": tokens}


def sent_to_notices(row: SimpleNamespace) -> dict[str, dict[str, Any]]:
    """By the name of an address: what its form sends."""
    return {
        "digests:subscription-change": {"frequency": "weekly"},
        "digests:unsubscribe": {"List-Unsubscribe": "One-Click"},
        "queues": {"queue": "digest", "row": row.digests["member"].pk},
    }
