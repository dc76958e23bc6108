"""The events of the small site, and every page of them in every state."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils import timezone

from consultation.models import EventFeedback, EventMove
from tests.browser.site_page import SitePage, errors
from tests.factories.events import a_helper, a_session, an_event, registered
from tests.factories.people import UserFactory

HOUR = dt.timedelta(hours=1)


def draw_events(world: Any) -> None:
    """One under way with a long programme in three rooms, one that is full, one that is over, one called off, and a draft; with
    long names and words of every kind. The newcomer has a place, the member waits, the scribe helps at the door."""
    name, now = world.tainted, timezone.now()
    words = {
        "summary": name("One day, three rooms, one strategy. What is said goes to the panel.", 400),
        "body": name("## What happens\n\n- Lunch\n- Childcare\n\nBring what **your members** told you.", 4000),
        "access": name("Level entrance, a lift, and a hearing loop in the great hall.", 3000),
        "joining": name("The side door. https://meet.example.coop/a/very/long/address/of/a/meeting", 3000),
        "venue": name("The Weavers’ Hall, Mill Lane, Millbridge-on-the-Wolds", 200),
    }
    title = name("Congress of all co-operatives in the valleys and on the coast", 120)
    reason = name("The barn has no heating, and it is November.", 1000)
    world.events = {
        "now": an_event(title, slug="now", starts=-2 * HOUR, capacity=70, **words),
        "full": an_event(title, slug="full", capacity=2, **words),
        "later": an_event(title, slug="later", registration_opens_at=now + dt.timedelta(days=9), **words),
        "over": an_event(title, slug="over", starts=-dt.timedelta(days=40), hours=30, **words),
        "off": an_event(title, slug="off", state="cancelled", cancel_reason=reason, **words),
        "draft": an_event(title, slug="draft", state="draft", **words | {"body": "", "access": ""}),
    }
    event = world.events["now"]
    room = {number: name(f"Hall number {number}", 80) for number in range(3)}
    said = {"speakers": name("Ida Weaver and Mo Patel", 300), "summary": name("What stands in the way?", 1000)}
    for number in range(9):
        starts_at = event.starts_at + (number // 3) * HOUR
        given = {"starts_at": starts_at, "ends_at": starts_at + HOUR, "room": "" if number == 8 else room[number % 3]}
        a_session(event, name(f"Session {number}: money that stays", 160), theme=world.theme, **given, **said)
    world.programmed = event.sessions.first()
    world.programmed.minutes = name("We spoke of **looms**.\n\n- one\n- two\n\n> A quotation.", 9000)
    world.programmed.minutes_published_at = now
    world.programmed.save()
    world.programmed.about.set([world.section.thread])
    EventMove.objects.create(
        event=event,
        starts_before=event.starts_at - HOUR,
        starts_after=event.starts_at,
        ends_before=event.ends_at - HOUR,
        ends_after=event.ends_at,
        venue_before=name("The barn", 200),
        venue_after=event.venue,
        reason=reason,
    )
    needs = {"access_needs": name("A ramp", 1000), "organisation": world.organisations[0]}
    world.places = {
        "own": registered(event, person=world.newcomer, **needs),
        "other": registered(event, person=UserFactory(name=name("Ysolde Quillfeather-Penhaligon", 150)), **needs),
        "come": registered(event, person=world.of_many, checked_in_at=now, **needs),
        "foot": registered(event, name=name("Ida who simply came", 150), checked_in_at=now),
        "waiting": registered(event, person=world.member, state="waiting", **needs),
        "left": registered(event, person=UserFactory(name=name("Somebody who left", 150)), state="cancelled"),
    }
    for _person in range(60):
        registered(event, name=name("Somebody else", 150))
    full = world.events["full"]
    for person in (world.newcomer, world.of_many):
        registered(full, person=person, **needs)
    registered(full, person=world.member, state="waiting", **needs)
    a_helper(event, person=world.scribe)
    for number in range(6):
        worth = EventFeedback.Worth.values[number % 4]
        EventFeedback.objects.create(
            event=event, worth=worth, heard=worth, best=name("The soup", 2000), better=name("Chairs", 2000)
        )


def event_pages(world: Any) -> Iterator[SitePage]:
    def at(name: str, *args: object) -> str:
        return reverse(f"consultation:{name}", args=args)

    events = world.events
    yield SitePage("events", "visitor", at("events"))
    yield SitePage("events", "member", at("events"))
    yield SitePage("events", "staff", at("events"))
    for state, event in events.items():
        if state != "draft":
            yield SitePage(f"an event, {state}", "visitor", event.get_absolute_url())
        yield SitePage(f"an event, {state}", "staff", event.get_absolute_url())
    yield SitePage("an event, with a place", "newcomer", events["now"].get_absolute_url())
    yield SitePage("an event, waiting", "member", events["full"].get_absolute_url())
    yield SitePage("an event, helping at the door", "scribe", events["now"].get_absolute_url())
    register = at("event-register", "now")
    yield SitePage("register for an event", "staff", register)
    yield SitePage("register for an event, already", "newcomer", register)
    yield SitePage("register for an event, full", "staff", at("event-register", "full"))
    yield SitePage("register for an event, not yet", "member", at("event-register", "later"))
    yield SitePage("register for an event, over", "member", at("event-register", "over"))
    yield SitePage("register for an event, called off", "member", at("event-register", "off"))
    yield errors(
        "register for an event", "member", register, {"organisation": "0", "access_needs": "x" * 6000}, status=422
    )
    yield SitePage("a ticket", "newcomer", at("event-ticket", "now"))
    yield SitePage("a ticket, used", "of_many", at("event-ticket", "now"))
    feedback = at("event-feedback", "now")
    yield SitePage("how was it", "newcomer", feedback)
    yield errors("how was it", "newcomer", feedback, {"worth": "purple", "heard": ""}, status=422)
    yield SitePage("how was it, without a place", "staff", feedback)
    yield from door_pages(world)
    yield from event_staff_pages(world)


def door_pages(world: Any) -> Iterator[SitePage]:
    def at(name: str, *args: object) -> str:
        return reverse(f"consultation:{name}", args=["now", *args])

    places = world.places
    yield SitePage("at the door", "scribe", at("event-door"))
    yield SitePage("at the door", "staff", f"{at('event-door')}?page=2")
    yield SitePage("at the door", "scribe", f"{at('event-door')}?q=zzzz", "nobody found")
    yield SitePage("at the door", "scribe", f"{at('event-door')}?q={places['own'].code}", "by code")
    for state in ("own", "come", "waiting"):
        yield SitePage(f"check in, {state}", "scribe", at("event-check-in", places[state].key))
    yield SitePage("walk in", "scribe", at("event-walk-in"))
    yield errors("walk in", "scribe", at("event-walk-in"), {"name": ""}, status=422)


def event_staff_pages(world: Any) -> Iterator[SitePage]:
    def at(name: str, *args: object) -> str:
        return reverse(f"consultation:{name}", args=args)

    yield SitePage("all events", "staff", at("event-staff-list"))
    for state in world.events:
        yield SitePage(f"set up an event, {state}", "staff", at("event-staff", state))
    yield SitePage("add an event", "staff", at("event-add"))
    wrong = {"title": "", "starts_at_0": "soon", "ends_at_1": "25:00", "capacity": "many", "venue": ""}
    yield errors("add an event", "staff", at("event-add"), wrong, status=422)
    yield SitePage("change an event", "staff", at("event-change", "now"))
    yield SitePage("change an event, a draft", "staff", at("event-change", "draft"))
    yield errors("change an event", "staff", at("event-change", "now"), {"title": "", "capacity": "1"}, status=422)
    stale = {"title": "New", "summary": "New", "based_on": "0"}
    yield errors("change an event, changed meanwhile", "staff", at("event-change", "now"), stale, status=409)
    yield SitePage("move an event", "staff", at("event-move", "full"))
    yield errors("move an event", "staff", at("event-move", "full"), {"reason": "", "ends_at_0": "no"}, status=422)
    yield SitePage("call an event off", "staff", at("event-cancel", "full"))
    yield errors("call an event off", "staff", at("event-cancel", "full"), {"reason": ""}, status=422)
    yield SitePage("helpers", "staff", at("helper-list", "now"))
    yield SitePage("helpers, none", "staff", at("helper-list", "full"))
    helpers = "main form:last-of-type"
    wrong = {"email": "nobody", "part": "purple"}
    yield errors("helpers", "staff", at("helper-list", "full"), wrong, status=422, form=helpers)
    yield SitePage("programme", "staff", at("session-list", "now"))
    yield SitePage("programme, none", "staff", at("session-list", "full"))
    yield SitePage("add a session", "staff", at("session-add", "now"))
    wrong = {"title": "", "starts_at_0": "2030-01-01", "ends_at_0": "no"}
    yield errors("add a session", "staff", at("session-add", "now"), wrong, status=422)
    session = at("session-change", "now", world.programmed.pk)
    yield SitePage("change a session", "staff", session)
    yield errors("change a session, changed meanwhile", "staff", session, {"based_on": "0"}, status=409)
    minutes = at("minutes", "now", world.programmed.pk)
    yield SitePage("minutes", "staff", minutes)
    yield errors("minutes", "staff", minutes, {"minutes": "x" * 60_000}, status=422)
    yield SitePage("registrations", "staff", at("registration-list", "now"))
    yield SitePage("registrations", "staff", f"{at('registration-list', 'now')}?q=zzzz", "nobody found")
    yield SitePage("registrations, none", "staff", at("registration-list", "later"))
    yield SitePage("what people need", "staff", at("access-needs", "now"))
    yield SitePage("what people need", "staff", at("access-needs", "now"), "shown", send={})
    yield SitePage("what people need, nothing", "staff", at("access-needs", "later"), "shown", send={})
    yield SitePage("what they think", "staff", at("feedback-list", "now"))
    yield SitePage("what they think, too few", "staff", at("feedback-list", "full"))
