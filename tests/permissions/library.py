"""The library of the small world: a source in each state."""

from types import SimpleNamespace
from typing import Any

from commons.people.models import User
from consultation.actions import withdraw_source
from tests.factories.consultation import A_PDF, a_source


def draw_library(people: dict[str, User]) -> SimpleNamespace:
    row = SimpleNamespace()
    row.public = a_source(by=people["staff"], file=A_PDF)
    row.draft = a_source("A paper of ours", by=people["staff"], is_public=False)
    row.gone = withdraw_source(a_source("Wrong figures", by=people["staff"]), by=people["staff"], reason="Wrong")
    return row


def tried_library(row: SimpleNamespace) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    """By the name of an address: the things it is tried with."""
    states = (("public", row.public), ("a draft", row.draft), ("withdrawn", row.gone))
    return {
        "consultation:source": [(about, {"slug": source.slug}) for about, source in states],
        "consultation:source-file": [("public", {"slug": row.public.slug})],
        "consultation:source-change": [("public", {"pk": row.public.pk})],
        "consultation:source-publish": [("a draft", {"pk": row.draft.pk})],
        "consultation:source-withdraw": [("public", {"pk": row.public.pk})],
    }


def sent_to_library(row: SimpleNamespace) -> dict[str, dict[str, Any]]:
    """By the name of an address: what its form sends."""
    written = {
        "title": "New",
        "made_by": "Loom",
        "year": "2016",
        "kind": "figures",
        "language": "en-gb",
        "summary": "New.",
    }
    written |= {"body": "New.", "link": "", "key": "00000000-0000-0000-0000-00000000000a"}
    return {
        "consultation:source-add": written | {"based_on": "1"},
        "consultation:source-change": written | {"based_on": str(row.public.revision)},
        "consultation:source-withdraw": {"reason": "Wrong"},
    }
