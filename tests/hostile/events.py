"""The forms of events, with something that each takes and where what it took can be read again."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

from django.urls import reverse
from django.utils import timezone

from consultation.models import Event, EventFeedback, EventMove, EventSession, Registration

Parts = tuple[str, str, str, dict[str, bytes], dict[str, Callable[[], Any]]]


def moment(name: str, at: dt.datetime) -> dict[str, bytes]:
    """The two boxes of a day and a time, on a full minute that is not earlier."""
    at = timezone.localtime(at) + dt.timedelta(seconds=59)
    return {f"{name}_0": f"{at:%Y-%m-%d}".encode(), f"{name}_1": f"{at:%H:%M}".encode()}


def number(value: int) -> bytes:
    return str(value).encode()


def event_forms_of(world: Any) -> Iterator[Parts]:
    """(name, role, address, what is sent, how each field is read again)."""

    def at(name: str, *args: object) -> str:
        return reverse(f"consultation:{name}", args=args)

    def kept(model: type, key: Any, *names: str) -> dict[str, Callable[[], Any]]:
        return {name: lambda name=name: getattr(model.objects.get(pk=key), name) for name in names}

    def newest(model: type, *names: str, by: str = "pk") -> dict[str, Callable[[], Any]]:
        return {name: lambda name=name: getattr(model.objects.order_by(by).last(), name, None) for name in names}

    event, session = world.events["now"], world.programmed
    words = dict.fromkeys(("title", "summary", "body", "access", "joining"), b"Words.")
    plain = {"title_cy": b"", "summary_cy": b"", "body_cy": b"", "capacity": b"90"}
    opens = moment("registration_opens_at", event.starts_at - dt.timedelta(days=9))
    opens |= moment("registration_closes_at", event.starts_at)
    when = {"venue": b"The hall"} | moment("starts_at", timezone.now() + dt.timedelta(days=60))
    when |= moment("ends_at", timezone.now() + dt.timedelta(days=61))
    seen = {"based_on": number(event.revision)}
    why = {"reason": b"A storm.", "reason_cy": b""}
    reads = newest(Event, *words, "venue")
    yield "add an event", "staff", at("event-add"), {**words, **plain, **opens, **when}, reads
    given = {**words, **plain, **opens, **seen}
    yield "change an event", "staff", at("event-change", event.slug), given, kept(Event, event.pk, *words)
    moved = newest(EventMove, "reason", "venue_after")
    reads = {"reason": moved["reason"], "venue": moved["venue_after"]}
    yield "move an event", "staff", at("event-move", event.slug), {**when, **why, **seen}, reads
    reads = {"reason": kept(Event, event.pk, "cancel_reason")["cancel_reason"]}
    yield "call an event off", "staff", at("event-cancel", event.slug), {**why, **seen}, reads
    yield "publish an event", "staff", at("event-publish", world.events["draft"].slug), {}, {}
    helper = {"email": world.member.email.encode(), "part": b"door"}
    yield "name a helper", "staff", at("helper-list", event.slug), helper, {}
    yield "take a helper off", "staff", at("helper-drop", event.slug, event.helpers.get().pk), {}, {}
    said = dict.fromkeys(("title", "room", "speakers", "summary"), b"Words.")
    said_plain = {
        "title_cy": b"",
        "summary_cy": b"",
        "theme": number(world.theme.pk),
        "about": number(world.section.thread_id),
    }
    hours = moment("starts_at", event.starts_at) | moment("ends_at", event.starts_at + dt.timedelta(hours=1))
    new = {**said, **said_plain, **hours}
    yield "add a session", "staff", at("session-add", event.slug), new, newest(EventSession, *said)
    change = {**new, "based_on": number(session.revision)}
    address = at("session-change", event.slug, session.pk)
    yield "change a session", "staff", address, change, kept(EventSession, session.pk, *said)
    minutes = {"minutes": b"We spoke.", "based_on": number(session.revision)}
    reads = kept(EventSession, session.pk, "minutes")
    yield "minutes", "staff", at("minutes", event.slug, session.pk), minutes, reads
    yield "take a session out", "staff", at("session-drop", event.slug, event.sessions.last().pk), {}, {}
    needs = {"organisation": b"", "access_needs": b"A ramp"}
    own = world.places["waiting"]
    reads = kept(Registration, own.pk, "access_needs")
    yield "register", "member", at("event-register", event.slug), needs, reads
    yield "give a place back", "member", at("event-leave", event.slug), {}, {}
    voice = {"worth": b"very", "heard": b"not", "best": b"Soup.", "better": b"Chairs.", "is_anonymous": b"no"}
    mine = EventFeedback.objects.filter(person=world.newcomer)
    reads = {name: lambda name=name: getattr(mine.first(), name, None) for name in ("best", "better")}
    yield "how was it", "newcomer", at("event-feedback", event.slug), voice, reads
    key = {"key": b"00000000-0000-0000-0000-00000000000d"}
    walked_in = {"name": b"Ida", **key}
    reads = newest(Registration, "name", by="number")
    yield "walk in", "scribe", at("event-walk-in", event.slug), walked_in, reads
    yield "check in", "scribe", at("event-check-in", event.slug, world.places["other"].key), {}, {}
    yield "undo", "scribe", at("event-check-in-undo", event.slug, world.places["come"].key), {}, {}
    left = at("registration-cancel", event.slug, world.places["other"].pk)
    yield "does not come", "staff", left, {}, {}
    yield "what people need", "staff", at("access-needs", event.slug), {}, {}
