"""Reading events: what is to come and what is over, the programme by day, time and room, how many places are left, and for staff
what is done and what is not yet.

Each function asks a fixed number of queries, whatever the number of events, sessions or people.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Prefetch, Q
from django.db.models.functions import Coalesce
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commons.contributions.models import Thread
from commons.contributions.reports import register_subject, subject_of, with_subjects
from commons.people.models.organisations import PlainText
from consultation.models import Event, EventFeedback, EventHelper, EventSession, Registration
from consultation.models.events import EventQuerySet, clock
from consultation.models.registrations import RegistrationQuerySet

register_subject("event_session", shown=lambda: EventSession.objects.filter(event__in=Event.objects.public()))
# Whether a session is public is said by its event, so that is fetched along with it.
register_subject("event_session__event")

PAST_SHOWN = 50


@dataclass(frozen=True)
class EventLine:
    """An event as a list shows it, with one's own registration."""

    event: Event
    own: Registration | None


@dataclass(frozen=True)
class EventList:
    """Events to come, the next first, and those that are over, the last first."""

    ahead: list[EventLine]
    over: list[EventLine]


def event_list(user: Any, now: dt.datetime) -> EventList:
    """What everybody may read, with one's own registrations."""
    ahead = list(Event.objects.public().listed().ahead(now))
    over = list(Event.objects.public().listed().over(now)[:PAST_SHOWN])
    own = {}
    if user.is_authenticated and (ahead or over):
        rows = Registration.objects.visible_to(user).filter(person=user).exclude(state=Registration.State.CANCELLED)
        own = {row.event_id: row for row in rows}
    lines = lambda events: [EventLine(event, own.get(event.pk)) for event in events]  # noqa: E731
    return EventList(lines(ahead), lines(over))


def events_for_sitemap() -> EventQuerySet:
    """Only what addresses are made of."""
    return Event.objects.public().only("slug", "changed_at").order_by("-starts_at", "-pk")


@dataclass(frozen=True)
class Places:
    """How many have a place, wait and have come; `left` is None where there is room for all."""

    capacity: int | None
    taken: int
    waiting: int
    here: int

    @property
    def left(self) -> int | None:
        return None if self.capacity is None else max(self.capacity - self.taken, 0)

    @property
    def is_full(self) -> bool:
        return self.left == 0


def places_of(event: Event) -> Places:
    """One query."""
    state = Registration.State
    counted = event.registrations.aggregate(
        taken=Count("pk", filter=Q(state=state.IN)),
        waiting=Count("pk", filter=Q(state=state.WAITING)),
        here=Count("pk", filter=Q(checked_in_at__isnull=False)),
    )
    return Places(event.capacity, **counted)


def place_in_line(registration: Registration) -> int:
    """The how-manieth somebody is on the waiting list: one query."""
    waiting = Registration.objects.filter(event=registration.event_id).waiting()
    return waiting.filter(number__lte=registration.number).count()


@dataclass(frozen=True)
class Row:
    """One beginning in the programme: either what is for everybody, in no room or in all of them, or a cell for each room."""

    starts_at: dt.datetime
    cells: list[list[EventSession]]
    for_all: list[EventSession] = field(default_factory=list)

    @property
    def time(self) -> str:
        return clock(self.starts_at)


@dataclass(frozen=True)
class Day:
    """One day of the programme, as a table: `rooms` are its columns. One room or none makes one column without a heading."""

    day: dt.date
    rooms: list[str]
    rows: list[Row]

    @property
    def has_rooms(self) -> bool:
        return len(self.rooms) > 1


def sessions_of(event: Event) -> list[EventSession]:
    """All sessions in order, each with its theme and the sections it is about: two queries."""
    about = Prefetch("about", queryset=with_subjects(Thread.objects.order_by("pk")))
    sessions = list(event.sessions.select_related("theme").prefetch_related(about))
    for session in sessions:
        # They are known to be of this event, so that nothing about it is asked again.
        session.event = event
        session.sections = [
            subject
            for thread in session.about.all()
            if (subject := subject_of(thread)) is not None and getattr(subject, "is_public", True)
        ]
    return sessions


def programme(sessions: Sequence[EventSession]) -> list[Day]:
    """Sessions as a table for each day. No query."""
    days: dict[dt.date, list[EventSession]] = {}
    for session in sessions:
        days.setdefault(timezone.localdate(session.starts_at), []).append(session)
    return [_day(day, rows) for day, rows in days.items()]


def _day(day: dt.date, sessions: list[EventSession]) -> Day:
    # Rooms stand in the order in which they are first used.
    rooms = list(dict.fromkeys(session.room for session in sessions if session.room))
    rows = []
    for starts_at in dict.fromkeys(session.starts_at for session in sessions):
        at_once = [session for session in sessions if session.starts_at == starts_at]
        cells = [[session for session in at_once if session.room == room] for room in rooms]
        for_all = [session for session in at_once if not session.room]
        if len(rooms) < 2:
            cells, for_all = [], at_once
        elif not any(cells):
            cells = []
        rows.append(Row(starts_at, cells, for_all))
    return Day(day, rooms, rows)


# --- Staff --------------------------------------------------------------------------------------------------------------------

# Pages of other parts of the site about the same event, by the name of their address: (name, words, what they are for).
ELSEWHERE = [
    (
        "event-tables",
        gettext_lazy("Tables and their codes"),
        gettext_lazy("Themes, tables, scribes, and the sheets to print"),
    ),
    ("event-ideas", gettext_lazy("Group what the tables wrote"), gettext_lazy("For facilitators, on the day")),
    (
        "event-marks-staff",
        gettext_lazy("The two marks"),
        gettext_lazy("Ballots, when marking opens and closes, results"),
    ),
    ("event-screen", gettext_lazy("The screen in the room"), gettext_lazy("Open it on the machine at the projector")),
]


def elsewhere(event: Event) -> list[dict[str, Any]]:
    """The pages of other parts about this event, as far as the site has them."""
    found = []
    for name, label, hint in ELSEWHERE:
        try:
            url = reverse(f"consultation:{name}", args=[event.slug])
        except NoReverseMatch:
            continue
        found.append({"label": label, "url": url, "hint": hint})
    return found


def doors_of(event: Event, now: dt.datetime) -> list[dict[str, str]]:
    """Where its page leads: what can be done there now, and what came of it. No query."""
    has_begun = event.state == Event.State.PUBLIC and event.starts_at <= now
    doors = [
        (event.takes_words_at(now), _("Say something to a session"), "event-say"),
        (event.takes_marks_at(now), _("Mark what is most desirable and what is most achievable"), "event-marks"),
        (has_begun, _("What was written down"), "event-notes"),
        (event.marks_published_at is not None, _("The results and the proposals"), "event-results"),
    ]
    return [
        {"label": label, "url": reverse(f"consultation:{name}", args=[event.slug])}
        for is_open, label, name in doors
        if is_open
    ]


def staff_events() -> EventQuerySet:
    """All events, the newest first, each with how many have a place, wait, and have come."""
    state = Registration.State
    return (
        Event.objects.listed()
        .annotate(
            taken=Count("registrations", filter=Q(registrations__state=state.IN)),
            waiting=Count("registrations", filter=Q(registrations__state=state.WAITING)),
            here=Count("registrations", filter=Q(registrations__checked_in_at__isnull=False)),
        )
        .order_by("-starts_at", "-pk")
    )


def checklist(event: Event, sessions: Sequence[EventSession], places: Places, now: dt.datetime) -> list[dict[str, Any]]:
    """What is done for an event and what is not yet, in the order in which it is done. Two queries."""
    helpers = list(EventHelper.objects.filter(event=event).values_list("part", flat=True))
    voices = EventFeedback.objects.filter(event=event).count()
    outside = sum(one.starts_at < event.starts_at or one.ends_at > event.ends_at for one in sessions)
    told = sum(bool(one.minutes_published_at) for one in sessions)
    has_begun, is_over = event.starts_at <= now, event.ends_at <= now
    parts = elsewhere(event)

    def at(name: str) -> str:
        return reverse(f"consultation:{name}", args=[event.slug])

    def task(label: str, url: str, state: str, hint: str = "", words: str = "") -> dict[str, Any]:
        return {"label": label, "url": url, "state": state, "hint": hint, "words": words}

    def in_number(count: int, one: str, many: str) -> str:
        return one if count == 1 else many % {"count": count}

    dates = at("event-move") if event.is_public else at("event-change")
    return [
        task(_("Day, time and place"), dates, "done", f"{event.when_told}, {event.venue}"),
        task(
            _("What to expect, and how to get in"),
            at("event-change"),
            "done" if event.body and event.access else "progress" if event.body or event.access else "todo",
            _("What people read before they register: what happens, steps and lifts, quiet rooms, food"),
        ),
        task(
            _("The programme"),
            at("session-list"),
            "progress" if outside else "done" if sessions else "todo",
            _("Some sessions lie outside the time of the event. Put them right.")
            if outside
            else in_number(len(sessions), _("One session"), _("%(count)s sessions")),
        ),
        task(
            _("Publish it"),
            at("event-staff") + "#publish",
            "done" if event.is_public else "todo",
            _("Everybody can read it")
            if event.is_public
            else _("Only staff see it. The button is at the end of this page."),
        ),
        task(
            _("Registrations"),
            at("registration-list"),
            "done" if is_over else "progress" if event.takes_registrations_at(now) else "todo",
            _("%(taken)s have a place, %(waiting)s wait, %(here)s have come")
            % {"taken": places.taken, "waiting": places.waiting, "here": places.here},
            _("Open") if event.takes_registrations_at(now) else _("Not open"),
        ),
        task(
            _("What people need"),
            at("access-needs"),
            "done" if is_over else "progress",
            _("Only staff can read it, that you read it is on record, and it is erased 30 days after the event"),
            _("Over") if is_over else _("Read it in time"),
        ),
        task(
            _("Helpers"),
            at("helper-list"),
            "done" if "door" in helpers else "todo",
            in_number(len(helpers), _("One helper"), _("%(count)s helpers")),
        ),
        *(task(part["label"], part["url"], "progress", part["hint"], _("Open the page")) for part in parts),
        task(
            _("At the door"),
            at("event-door"),
            "done" if is_over else "progress" if has_begun else "todo",
            _("Check people in by name or by the code on their ticket"),
            _("Over") if is_over else _("On the day"),
        ),
        task(
            _("What was said: minutes"),
            at("session-list"),
            "done"
            if sessions and told == len(sessions)
            else "progress"
            if told
            else "todo"
            if has_begun
            else "blocked",
            _("%(told)s of %(all)s sessions") % {"told": told, "all": len(sessions)},
        ),
        task(
            _("What those who came think of it"),
            at("feedback-list"),
            "progress" if event.takes_feedback_at(now) else "done" if is_over else "blocked",
            in_number(voices, _("One answer"), _("%(count)s answers")),
            _("Open") if event.takes_feedback_at(now) else "",
        ),
    ]


@dataclass(frozen=True)
class FeedbackTally:
    """What those who came said, counted, and their words in no order."""

    count: int
    worth: list[tuple[str, int]]
    heard: list[tuple[str, int]]
    rows: list[EventFeedback]


# While only a few have answered, words could be told apart by who has been seen to answer.
FEWEST_ANSWERS = 5


def feedback_tally(event: Event) -> FeedbackTally:
    """One query. Nothing but the number while fewer than `FEWEST_ANSWERS` have answered."""
    rows = list(EventFeedback.objects.filter(event=event).select_related("person"))
    if len(rows) < FEWEST_ANSWERS:
        return FeedbackTally(len(rows), [], [], [])

    def counted(name: str) -> list[tuple[str, int]]:
        return [
            (str(label), sum(getattr(row, name) == value for row in rows))
            for value, label in EventFeedback.Worth.choices
        ]

    return FeedbackTally(len(rows), counted("worth"), counted("heard"), rows)


def door_list(event: Event) -> RegistrationQuerySet:
    """Who may come in or waits, in the order of their names, for those at the door: without what they need and without their
    e-mail addresses, which are not even fetched."""
    name = Coalesce("person__name", "name")
    rows = Registration.objects.filter(event=event).exclude(state=Registration.State.CANCELLED)
    return (
        rows.with_people()
        .defer("access_needs", "person__email", "person__password")
        .order_by(PlainText(name), "number")
    )
