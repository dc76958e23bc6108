"""Invented events for tests.

an_event("Congress", starts=dt.timedelta(hours=-1), hours=8)    public; `starts` is counted from now
an_event(state="draft")                                         only staff see it
a_session(event, "Money", theme=a_theme("Finance"))             with a thread of its own
registered(event, state="waiting")              somebody with a place, or who waits; `person=`, `name=` for who simply came
registered(event, is_here=True)                 somebody who was checked in
a_helper(event, part="door")                    somebody who helps there
a_table(session, 4)                                             a table with a code
an_event_idea(event, "A bank of looms", theme=...)              as it is put to everybody
a_note(session, "We need looms.", table=...)                    written down at a table, public
a_marking(ideas=3, themes=2, ballots=5)                         an event at which marking is open
a_ballot(event, "CODE")                                         one ballot, not cast
"""

import datetime as dt
import uuid
from typing import Any

from django.utils import timezone
from django.utils.text import slugify

from commons.contributions.models import Channel, Contribution, Kind, Thread
from commons.people.models import User
from commons.themes.models import Theme
from consultation.models import (
    Ballot,
    Event,
    EventHelper,
    EventIdea,
    EventNote,
    EventSession,
    EventTable,
    Registration,
)
from tests.factories.people import UserFactory
from tests.factories.themes import a_theme


def an_event(
    title: str = "Congress", *, starts: dt.timedelta = dt.timedelta(days=20), hours: float = 8, **given: Any
) -> Event:
    """`given` is any field of `Event`."""
    starts_at = given.pop("starts_at", None) or timezone.now() + starts
    number = Event.objects.count() + 1
    fields = {
        "slug": slugify(title),
        "summary": "One day for the whole sector.",
        "ends_at": starts_at + dt.timedelta(hours=hours),
        "venue": "The Weavers’ Hall, Millbridge",
        "say_code": f"ROOM{number}",
        "state": Event.State.PUBLIC,
    }
    return Event.objects.create(title=title, starts_at=starts_at, **(fields | given))


def a_session(event: Event, title: str = "Money", *, theme: Theme | None = None, **given: Any) -> EventSession:
    """`given` is any field of `EventSession`."""
    fields = {"starts_at": event.starts_at, "ends_at": event.starts_at + dt.timedelta(hours=1), "room": "Great hall"}
    return EventSession.objects.create(
        event=event, title=title, theme=theme, thread=Thread.objects.create(), **(fields | given)
    )


def registered(event: Event, *, state: str = "in", is_here: bool = False, **given: Any) -> Registration:
    """`given` is any field of `Registration`."""
    number = event.registrations.count() + 1
    person = None if "name" in given else given.pop("person", None) or UserFactory()
    fields = {"checked_in_at": timezone.now() if is_here else None} | given
    return Registration.objects.create(event=event, person=person, number=number, state=state, **fields)


def a_helper(event: Event, part: str = "door", *, person: User | None = None) -> User:
    return EventHelper.objects.create(event=event, person=person or UserFactory(), part=part).person


def a_table(session: EventSession, number: int = 1, *, theme: Theme | None = None) -> EventTable:
    return EventTable.objects.create(
        event=session.event,
        session=session,
        theme=theme or session.theme or a_theme(),
        number=number,
        code=f"TABLE{session.event_id}X{number}",
    )


def an_event_idea(
    event: Event, title: str = "A bank of looms", *, theme: Theme | None = None, **given: Any
) -> EventIdea:
    """`given` is any field of `EventIdea`."""
    fields = {"issue": "Nobody can borrow", "place": EventIdea.objects.count() + 1}
    return EventIdea.objects.create(event=event, title=title, theme=theme or a_theme(), **(fields | given))


def a_note(
    session: EventSession, body: str = "We need looms.", *, table: EventTable | None = None, **given: Any
) -> EventNote:
    """`given` is any field of `EventNote`."""
    contribution = Contribution.objects.create(
        thread=session.thread,
        body=body,
        kind=Kind.NOTE,
        channel=Channel.TABLE if table is not None else Channel.EVENT,
        said_by=f"Table {table.number}" if table is not None else "",
        key=uuid.uuid4(),
    )
    kind = EventNote.Kind.IDEA if table is not None else EventNote.Kind.WORDS
    fields = {"kind": kind, "made_at": timezone.now()} | given
    return EventNote.objects.create(session=session, table=table, contribution=contribution, **fields)


def a_marking(*, ideas: int = 3, themes: int = 1, ballots: int = 0, hours: float = 1, **given: Any) -> Event:
    """An event at which marking is open, with so many ideas in each theme, all of one issue, and ballots that nobody holds."""
    now = timezone.now()
    times = {"marks_open_at": now - dt.timedelta(hours=1), "marks_close_at": now + dt.timedelta(hours=hours)}
    event = an_event(starts=dt.timedelta(hours=-5), **(times | given))
    for theme in range(themes):
        for number in range(ideas):
            an_event_idea(event, f"Idea {number + 1} of {theme + 1}", theme=a_theme(f"Theme {theme + 1}", place=theme))
    for _ballot in range(ballots):
        a_ballot(event)
    return event


def a_ballot(event: Event, code: str = "") -> Ballot:
    return Ballot.objects.create(event=event, token_hash=Ballot.hash_of(code or uuid.uuid4().hex))
