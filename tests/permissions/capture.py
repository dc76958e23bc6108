"""What is written down at an event of the small world: notes of a table, words from the room that wait, an idea, a photograph."""

import datetime as dt
from types import SimpleNamespace
from typing import Any

from commons.imaging import draw
from commons.moderation.actions import hold
from commons.moderation.models import Cause
from commons.people.models import User
from consultation.actions.capture import add_photo, publish_photo
from consultation.actions.grouping import make_event_idea, merge_ideas
from consultation.models import EventHelper
from tests.factories.blog import a_photo
from tests.factories.events import a_note, a_session, a_table, an_event
from tests.factories.themes import a_theme


def draw_capture(people: dict[str, User]) -> SimpleNamespace:
    row = SimpleNamespace()
    staff, theme = people["staff"], a_theme("Weaving")
    row.event = an_event("Notes day", slug="notes-day", starts=dt.timedelta(hours=-1))
    row.draft = an_event("Secret day", slug="secret-day", starts=dt.timedelta(hours=-1), state="draft")
    row.session = a_session(row.event, "Money", theme=theme)
    row.table = a_table(row.session, 4)
    row.note = a_note(row.session, "A note of table four.", table=row.table)
    hold(a_note(row.session, "Held words of the room.").contribution, by=None, cause=Cause.FIRST)
    EventHelper.objects.create(event=row.event, person=people["other"], part="facilitator")
    row.idea, row.gone = (
        make_event_idea(row.event, by=staff, theme=theme, issue="Nobody lends", title=title)
        for title in ("A bank", "A fund")
    )
    merge_ideas(row.gone, by=staff, into=row.idea)
    keys = ("00000000-0000-0000-0000-0000000000d1", "00000000-0000-0000-0000-0000000000d2")
    row.photo, row.shown = (add_photo(row.table, by=None, key=key, drawn=draw(a_photo())) for key in keys)
    publish_photo(row.shown, by=staff, is_public=True)
    return row


def tried_capture(row: SimpleNamespace) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    """By the name of an address: the things it is tried with."""
    events = [("public", {"slug": row.event.slug}), ("a draft", {"slug": row.draft.slug})]
    names = ("notes", "table", "table-send", "table-photo", "table-worker", "say", "say-send", "say-worker", "ideas")
    here = {"slug": row.event.slug}
    return {
        **{f"consultation:event-{name}": events for name in (*names, "tables", "cards")},
        "consultation:event-idea-change": [("public", here | {"pk": row.idea.pk})],
        "consultation:event-photo": [
            ("not published", here | {"pk": row.photo.pk}),
            ("published", here | {"pk": row.shown.pk}),
        ],
    }


def sent_to_capture(row: SimpleNamespace) -> dict[str, dict[str, Any]]:
    """By the name of an address: what its form sends."""
    words = {"theme": row.idea.theme_id, "issue": "New", "title": "New"}
    said = {"session": row.session.pk, "text": "New words.", "id": "00000000-0000-0000-0000-0000000000c2"}
    return {
        "consultation:event-table": {"code": row.table.code},
        "consultation:event-say": said | {"shown_as": "name"},
        "consultation:event-ideas": words | {"do": "make"},
        "consultation:event-idea-change": words | {"based_on": str(row.idea.revision)},
        "consultation:event-tables": {"session": row.session.pk, "theme": row.idea.theme_id, "count": "1"},
        "consultation:event-photo": {"show": "yes"},
    }
