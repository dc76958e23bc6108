"""The events of the small world: one under way, for which two people are registered and one helps at the door, and a draft."""

import datetime as dt
from types import SimpleNamespace
from typing import Any

from commons.people.models import User
from consultation.models import EventHelper
from tests.factories.events import a_helper, a_session, an_event, registered

DAY = {
    "starts_at_0": "2027-03-20",
    "starts_at_1": "10:00",
    "ends_at_0": "2027-03-20",
    "ends_at_1": "17:00",
    "venue": "The barn",
}


def draw_events(people: dict[str, User]) -> SimpleNamespace:
    row = SimpleNamespace()
    row.event = an_event(starts=-dt.timedelta(hours=1), capacity=1)
    row.draft = an_event("A secret gathering", state="draft")
    row.session, row.secret = a_session(row.event, "Money"), a_session(row.draft, "A secret session")
    row.place = registered(row.event, person=people["person"], access_needs="Quiet")
    row.waiting = registered(row.event, person=people["member"], state="waiting")
    a_helper(row.event, person=people["other"])
    row.helper = EventHelper.objects.get()
    return row


def tried_events(row: SimpleNamespace) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    """By the name of an address: the things it is tried with."""
    public, draft = {"slug": row.event.slug}, {"slug": row.draft.slug}
    both = [("public", public), ("a draft", draft)]
    place = [("with a place", public | {"key": row.place.key}), ("waiting", public | {"key": row.waiting.key})]
    session = [("", public | {"pk": row.session.pk})]
    readers = ("event", "event-calendar", "event-register", "event-feedback", "event-door", "event-publish")
    one = ("event-leave", "event-ticket", "event-walk-in", "event-staff", "event-change", "event-move", "event-cancel")
    one += ("helper-list", "session-list", "session-add", "registration-list", "access-needs", "feedback-list")
    return {
        **{f"consultation:{name}": both for name in readers},
        **{f"consultation:{name}": [("", public)] for name in one},
        "consultation:event-check-in": place,
        "consultation:event-check-in-undo": place[:1],
        "consultation:helper-drop": [("", public | {"pk": row.helper.pk})],
        **{f"consultation:{name}": session for name in ("session-change", "session-drop", "minutes")},
        "consultation:registration-cancel": [("", public | {"pk": row.place.pk})],
        "exports:job-ask": [(name, {"report": name}) for name in ("event-registrations", "event-access-needs")],
    }


def sent_to_events(row: SimpleNamespace) -> dict[str, dict[str, Any]]:
    """By the name of an address: what its form sends."""
    seen, words = {"based_on": row.event.revision}, {"title": "New", "summary": "New."}
    hours = {"starts_at": row.event.starts_at, "ends_at": row.event.starts_at + dt.timedelta(hours=1)}
    session = {"title": "Land", "room": "Barn"}
    for name, moment in hours.items():
        session |= {f"{name}_0": f"{moment:%Y-%m-%d}", f"{name}_1": f"{moment + dt.timedelta(seconds=59):%H:%M}"}
    return {
        "consultation:event-register": {"access_needs": "A ramp"},
        "consultation:event-feedback": {"worth": "very", "heard": "very", "is_anonymous": "no"},
        "consultation:event-walk-in": {"name": "Ida", "key": "00000000-0000-0000-0000-00000000000b"},
        "consultation:event-add": {"title": "A new event", "summary": "New.", **DAY},
        "consultation:event-change": {**words, **seen, "capacity": 4},
        "consultation:event-move": {**DAY, **seen, "reason": "Storm"},
        "consultation:event-cancel": {**seen, "reason": "Storm"},
        "consultation:helper-list": {"email": row.place.person.email, "part": "door"},
        "consultation:session-add": session,
        "consultation:session-change": {**session, "based_on": row.session.revision},
        "consultation:minutes": {"minutes": "We spoke.", "based_on": row.session.revision},
        "exports:job-ask": {"event": row.event.pk},
    }
