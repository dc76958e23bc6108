"""The library of the small world: a source in each state, and ideas."""

from types import SimpleNamespace
from typing import Any

from commons.people.models import User
from consultation.actions import withdraw_source
from tests.factories.consultation import A_PDF, a_source, an_idea


def draw_library(people: dict[str, User]) -> SimpleNamespace:
    row = SimpleNamespace()
    row.public = a_source(by=people["staff"], file=A_PDF)
    row.draft = a_source("A paper of ours", by=people["staff"], is_public=False)
    row.gone = withdraw_source(a_source("Wrong figures", by=people["staff"]), by=people["staff"], reason="Wrong")
    row.idea = an_idea("A bank of looms", by=people["other"], body="Words of an idea.")
    row.held_idea = an_idea("A held idea", by=people["person"], body="Held words of an idea.", is_public=False)
    return row


def tried_library(row: SimpleNamespace) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    """By the name of an address: the things it is tried with."""
    states = (("public", row.public), ("a draft", row.draft), ("withdrawn", row.gone))
    ideas = [("public", {"pk": row.idea.pk}), ("held", {"pk": row.held_idea.pk})]
    return {
        "consultation:idea": ideas,
        "consultation:idea-change": ideas,
        "consultation:idea-comment": ideas,
        "contributions:support": [("an idea", {"pk": row.idea.pk})],
        "contributions:reply": [("an idea", {"pk": row.idea.pk})],
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
    idea = {"title": "New", "body": "New words.", "needs": "money", "helps": "arts"}
    said = {"shown_as": "name", "mandate": "self", "key": "00000000-0000-0000-0000-00000000000d"}
    return {
        "consultation:idea-add": idea | said,
        "consultation:idea-change": idea | {"based_on": "1"},
        "consultation:idea-comment": {"body": "We would lend ours."} | said,
        "consultation:source-add": written | {"based_on": "1"},
        "consultation:source-change": written | {"based_on": str(row.public.revision)},
        "consultation:source-withdraw": {"reason": "Wrong"},
    }
