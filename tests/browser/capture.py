"""What is written down at an event of the small site, and every page of it in every state."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from commons.imaging import draw
from consultation.actions.capture import add_photo, publish_photo
from consultation.actions.grouping import make_event_idea, merge_ideas
from consultation.models import EventHelper
from tests.browser.site_page import SitePage, errors
from tests.factories.blog import a_photo
from tests.factories.events import a_note, a_session, a_table, an_event

KEY = "00000000-0000-0000-0000-0000000000c1"


def draw_capture(world: Any) -> None:
    """An event under way with a table that wrote, one that did not, words from the room, ideas, a merge and photographs."""
    name = world.tainted
    event = an_event(
        name("The day on which every table writes", 120), slug="notes-day", starts=dt.timedelta(hours=-1), hours=99
    )
    empty = an_event(name("A day without notes", 120), slug="quiet-day", starts=dt.timedelta(hours=-1))
    session = a_session(event, name("Money, and what stands in its way", 160), theme=world.theme)
    a_session(event, name("Who decides", 160))
    table, other = a_table(session, 4), a_table(session, 5)
    words = name("We cannot borrow, and nobody says why.", 2000)
    issue = a_note(session, words, table=table, kind="issue", confirmed_at=timezone.now())
    notes = [a_note(session, words, table=table, under=issue.pk) for _note in range(3)]
    notes.append(a_note(session, name("From the room: lend us a van", 2000)))
    a_note(session, words, table=table, struck_at=timezone.now())
    world.event, world.quiet_event, world.event_session, world.table = event, empty, session, table
    EventHelper.objects.create(event=event, person=world.newcomer, part="facilitator")
    world.event_ideas = [
        make_event_idea(
            event,
            by=world.staff,
            theme=world.theme,
            issue=name("Nobody lends", 160),
            title=name(title, 160),
            text=words,
            notes=[note],
        )
        for title, note in zip(("A bank of looms", "Lend looms", "A fund"), notes, strict=False)
    ]
    merge_ideas(world.event_ideas[1], by=world.staff, into=world.event_ideas[0])
    world.photos = [
        add_photo(table, by=None, key=f"00000000-0000-0000-0000-0000000000d{number}", drawn=draw(a_photo()))
        for number in range(2)
    ]
    publish_photo(world.photos[0], by=world.staff, is_public=True)
    for role, page, code in (
        ("at-table", "table", table.code),
        ("at-empty-table", "table", other.code),
        ("in-room", "say", event.say_code),
    ):
        world.clients[role] = Client()
        world.clients[role].get(reverse(f"consultation:event-{page}", args=[event.slug]), {"code": code})


def capture_pages(world: Any) -> Iterator[SitePage]:
    def at(name: str, *args: object, event: Any = None) -> str:
        return reverse(f"consultation:event-{name}", args=[(event or world.event).slug, *args])

    yield SitePage("notes of an event", "visitor", at("notes"))
    yield SitePage("notes of an event, none", "visitor", at("notes", event=world.quiet_event))
    table = at("table")
    yield SitePage("a table, its code", "visitor", table)
    yield errors("a table, its code", "visitor", table, {"code": ""}, status=422)
    yield errors("a table, a wrong code", "visitor", table, {"code": "WRONGONE"}, status=422)
    yield SitePage("a table", "at-table", table)
    yield SitePage("a table, empty", "at-empty-table", table)
    yield SitePage("a table, read back", "at-table", f"{table}?read")
    yield errors("a table", "at-table", table, {"text": "", "kind": "poem"}, status=422)
    yield SitePage("a table, another code", "at-table", f"{table}?leave")
    say = at("say")
    yield SitePage("the room, its code", "visitor", say)
    yield errors("the room, its code", "visitor", say, {"code": ""}, status=422)
    yield SitePage("the room", "in-room", say)
    yield errors("the room", "in-room", say, {"text": "", "session": "x"}, status=422)
    yield SitePage("the room, signed in", "member", say)
    yield errors("the room, signed in", "member", say, {"text": "", "session": "x", "shown_as": "x"}, status=422)
    yield SitePage("tables", "staff", at("tables"))
    yield SitePage("tables, none", "staff", at("tables", event=world.quiet_event))
    yield errors("tables", "staff", at("tables"), {"session": "x", "theme": "x", "count": "0"}, status=422)
    yield SitePage("cards", "staff", at("cards"))
    yield SitePage("cards, none", "staff", at("cards", event=world.quiet_event))
    ideas = at("ideas")
    yield SitePage("ideas of an event", "staff", ideas)
    yield SitePage("ideas of an event", "newcomer", ideas)
    yield SitePage("ideas of an event, none", "staff", at("ideas", event=world.quiet_event))
    make = {"do": "make", "issue": "", "title": ""}
    yield errors("ideas of an event, make", "newcomer", ideas, make, form="#grouping", status=422)
    put = {"do": "put", "idea": ""}
    yield errors("ideas of an event, put", "newcomer", ideas, put, form="#grouping", status=422)
    first = str(world.event_ideas[0].pk)
    merge = {"do": "merge", "goes": first, "stays": first}
    yield errors("ideas of an event, merge", "newcomer", ideas, merge, form=".kit-merge", status=409)
    change = at("idea-change", world.event_ideas[0].pk)
    yield SitePage("change an idea of an event", "newcomer", change)
    yield errors("change an idea of an event", "newcomer", change, {"issue": "", "title": ""}, status=422)
    stale = {"issue": "New", "title": "New", "text": "New", "based_on": "0"}
    yield errors("change an idea of an event, changed meanwhile", "newcomer", change, stale, status=409)
