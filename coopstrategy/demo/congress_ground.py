"""What the drawing of the demo's Congress stands on: its invented words, its clock, and the event with its programme and tables,
which lie on the days of the moment that is shown.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.db import models
from django.utils import timezone

from commons.contributions.models import Contribution, Thread
from commons.digests.models import Notice
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
from coopstrategy.demo.days import date_notices, key_of
from coopstrategy.demo.process import date_congress
from panel.models import Section

TEXTS = Path(__file__).with_name("congress_texts")
THEMES = ("excellence", "co-operation", "innovation")

SECOND_DAY = {"before-congress": 13, "on-the-day": 0, "after": -158}
"""By moment: how many days from today the second day of Congress is. The moments stand in their order."""

SAY_CODE = "WARP"
BALLOTS_TO_TRY = ("TSLS-WRPS-2345-6789", "BBBN-SHTL-2345-6789")
"""What stands on two cards that nobody has used. The database holds only their hashes."""


@cache
def read_congress(name: str = "congress") -> dict[str, Any]:
    """One file of invented words."""
    return json.loads((TEXTS / f"{name}.json").read_text(encoding="utf-8"))


def rewrite(rows: Sequence[models.Model], *names: str) -> None:
    """Save these columns of rows that are there. With so many rows this is ten times as fast as `bulk_update`."""
    if rows:
        columns = {"unique_fields": ["pk"], "update_fields": names}
        type(rows[0])._default_manager.bulk_create(rows, update_conflicts=True, **columns)


def code_of_table(number: int) -> str:
    """The code of a table: the same in every demo, as a card shows it but for the hyphen."""
    return f"WEFT{number:04}"


@dataclass(frozen=True)
class Clock:
    """When things happen at a moment of the demo. `second_day` is counted in days from today."""

    now: datetime
    second_day: int

    def at(self, day: int, hour: str) -> datetime:
        """An hour of the first or the second day, or of one after them."""
        date = timezone.localdate(self.now) + timedelta(days=self.second_day + day - 2)
        return datetime.combine(date, time.fromisoformat(hour), tzinfo=timezone.get_current_timezone())

    def ending(self, day: int, hour: str, last: str) -> datetime:
        """The same, but earlier by as much as is needed for `last`, an hour of that day, to be over: whoever looks at the demo
        early in the morning finds the day as far on as in the evening."""
        late = self.at(day, last) - (self.now - timedelta(minutes=5))
        return self.at(day, hour) - max(late, timedelta())

    def past(self, moment: datetime) -> datetime:
        """This moment, or a little before now if it has not come yet."""
        return min(moment, self.now - timedelta(minutes=7))


def drawn_moment(event: Event | None) -> int:
    """How far Congress has been drawn: -1 for not at all, else the place of its moment among the three."""
    if event is None:
        return -1
    if event.marks_frozen_at is not None:
        return 2
    return 1 if EventNote.objects.filter(pk=key_of("congress", "table 2", "0")).exists() else 0


class Ground:
    """What the parts of the drawing share: when it is, who is there, and the event with its sessions."""

    def __init__(self, now: datetime, stage: str) -> None:
        self.stage = stage
        self.clock = Clock(now, SECOND_DAY[stage])
        self.people = {user.email.split("@")[0]: user for user in User.objects.filter(email__endswith="@example.coop")}
        self.themes = Theme.objects.in_bulk(THEMES, field_name="slug")
        self.last_notice = Notice.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        self.event = Event.objects.filter(slug=read_congress()["congress"]["slug"]).first()
        self.was_drawn = drawn_moment(self.event)

    def prepare(self) -> None:
        """The event, its programme and its tables stand, and lie on the days of this moment."""
        days = self._days()
        if self.event is None:
            self.event = Event.objects.create(
                **read_congress()["congress"],
                **days,
                say_code=SAY_CODE,
                state=Event.State.PUBLIC,
                made_at=days["registration_opens_at"] - timedelta(days=12),
                changed_at=days["registration_opens_at"],
            )
            self._write_programme()
            EventHelper.objects.bulk_create(
                EventHelper(event=self.event, person=self.people[key], part=part, made_at=self.event.changed_at)
                for key, part in (("rory", EventHelper.Part.DOOR), ("mina", EventHelper.Part.FACILITATOR))
            )
        else:
            self._move(days)
        self.sessions = list(self.event.sessions.order_by("pk"))
        date_congress(self.stage)

    def session_of(self, name: str) -> EventSession:
        """The session of this name in the texts."""
        return self.sessions[[one.get("id") for one in read_congress()["sessions"]].index(name)]

    def table_session_of(self, theme: str) -> EventSession:
        """Where the tables of a theme sat."""
        told = read_congress()["sessions"]
        return next(
            row for row, one in zip(self.sessions, told, strict=True) if one.get("tables") and one.get("theme") == theme
        )

    def end(self) -> None:
        """What was told to people was told on the days of what it tells of."""
        date_notices(self.clock.now, after=self.last_notice)

    def _days(self) -> dict[str, datetime]:
        at, now = self.clock.at, self.clock.now
        days = {
            "starts_at": at(1, "13:00"),
            "ends_at": at(2, "16:30"),
            "registration_opens_at": at(-44, "09:00"),
            "registration_closes_at": at(-1, "17:00"),
        }
        if self.stage == "before-congress":
            return days
        opens, closes = at(2, "14:45"), at(2, "18:00")
        if self.stage == "on-the-day":
            opens, closes = self.clock.ending(2, "14:45", "15:30"), max(closes, now + timedelta(hours=6))
        return days | {"marks_open_at": opens, "marks_close_at": closes}

    def _write_programme(self) -> None:
        at, told = self.clock.at, read_congress()["sessions"]
        threads = Thread.objects.bulk_create(Thread(made_at=self.event.changed_at) for _one in told)
        sections = dict(Section.objects.values_list("slug", "thread_id"))
        spoken = ("title", "title_cy", "room", "speakers", "summary", "summary_cy")
        rows = EventSession.objects.bulk_create(
            EventSession(
                event=self.event,
                thread=thread,
                starts_at=at(one["day"], one["from"]),
                ends_at=at(one["day"], one["to"]),
                theme=self.themes[one["theme"]] if "theme" in one else None,
                **{name: one[name] for name in spoken if name in one},
            )
            for one, thread in zip(told, threads, strict=True)
        )
        about = EventSession.about.through
        about.objects.bulk_create(
            about(eventsession_id=row.pk, thread_id=sections[slug])
            for row, one in zip(rows, told, strict=True)
            for slug in one["about"]
            if slug in sections
        )
        self.sessions = rows
        EventTable.objects.bulk_create(
            EventTable(
                event=self.event,
                session=self.table_session_of(slug),
                theme=self.themes[slug],
                number=table["number"],
                code=code_of_table(table["number"]),
                made_at=self.event.changed_at,
            )
            for slug in THEMES
            for table in read_congress(slug)["tables"]
        )

    def _move(self, days: dict[str, datetime]) -> None:
        """Congress was drawn at an earlier moment: all of it comes to lie on the days of this one."""
        by = days["starts_at"] - self.event.starts_at
        said = Contribution.objects.filter(event_note__session__event=self.event)
        own = {
            EventSession: ("starts_at", "ends_at"),
            EventTable: ("made_at", "confirmed_at"),
            EventIdea: ("made_at", "merged_at"),
            Registration: ("made_at", "moved_up_at", "cancelled_at", "checked_in_at", "ballot_given_at"),
            Ballot: ("made_on", "cast_at"),
            EventHelper: ("made_at",),
        }
        rows = [(model.objects.filter(event=self.event), names) for model, names in own.items()]
        rows += [(said, ("made_at",))]
        notes = EventNote.objects.filter(session__event=self.event)
        rows += [(notes, ("made_at", "received_at", "confirmed_at", "struck_at"))]
        for found, names in rows:
            found.update(**{name: models.F(name) + by for name in names})
        for name, moment in days.items():
            setattr(self.event, name, moment)
        self.event.changed_at += by
        self.event.made_at += by
        self.event.save()
