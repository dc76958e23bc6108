"""What the tables and the room of the demo's Congress wrote down, what moderators made of some of it, and the ideas into which
the facilitator put the notes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from commons.contributions.models import Channel, Contribution, Kind
from commons.moderation.actions import decide_moderation, hold
from commons.moderation.models import Cause, Moderation, Standing, Verdict
from consultation.models import EventIdea, EventNote, EventSession, EventTable
from coopstrategy.demo.congress_ground import THEMES, Ground, read_congress
from coopstrategy.demo.days import dice_for, key_of

Kinds = EventNote.Kind


@dataclass
class Line:
    """One note of a table on its way to become a row: its place at the table, and the issue it stands under."""

    table: int
    theme: str
    place: int
    told: dict[str, Any]
    under: int | None = None


def lines_of_tables(*, early: bool) -> Iterator[Line]:
    """What the tables wrote that have written by the afternoon, or what the others did, in their order."""
    for theme in THEMES:
        for table in read_congress(theme)["tables"]:
            if table.get("early", False) == early:
                place = 0
                for issue in table["issues"]:
                    under = place
                    yield Line(table["number"], theme, place, issue)
                    for idea in issue["ideas"]:
                        place += 1
                        yield Line(table["number"], theme, place, idea, under)
                    place += 1


class Notes:
    """Writes down what was said. One for each drawing."""

    def __init__(self, ground: Ground) -> None:
        self.ground, self.clock, self.event = ground, ground.clock, ground.event

    # --- tables ---------------------------------------------------------------------------------------------------------

    def write_tables(self, *, early: bool) -> None:
        """The notes of some tables, as their phones brought them; most were read back and agreed before lunch."""
        tables = {table.number: table for table in self.event.tables.select_related("session")}
        ideas = self._ideas()
        lines = list(lines_of_tables(early=early))
        pairs = [self._note(line, tables[line.table], ideas) for line in lines]
        Contribution.objects.bulk_create(words for words, _note in pairs)
        EventNote.objects.bulk_create(note for _words, note in pairs)
        for table in (tables[number] for number in {line.table for line in lines}):
            table.confirmed_at = self._agreed_at(table.number)
        EventTable.objects.bulk_update(tables.values(), ["confirmed_at"])

    def _note(self, line: Line, table: EventTable, ideas: dict[str, EventIdea]) -> tuple[Contribution, EventNote]:
        dice = dice_for("congress", "table", str(line.table), str(line.place))
        written = self.clock.ending(2, "10:07", "12:30") + timedelta(minutes=line.place * 13 + dice.uniform(0, 9))
        idea = ideas.get(line.told.get("for", ""))
        number, state = self._number(line.table, line.place), line.told.get("state", "")
        agreed = self._agreed_at(line.table)
        words = Contribution(
            thread_id=table.session.thread_id,
            kind=Kind.NOTE,
            key=number,
            body=line.told["says"],
            channel=Channel.TABLE,
            said_by=f"Table {line.table}",
            made_at=written,
            standing=Standing.WITHDRAWN if state == "struck" else Standing.PUBLISHED,
        )
        note = EventNote(
            id=number,
            session=table.session,
            table=table,
            contribution=words,
            kind=Kinds.ISSUE if line.under is None else Kinds.IDEA,
            under=None if line.under is None else self._number(line.table, line.under),
            idea=idea.merged_into or idea if idea else None,
            put_in=idea,
            made_at=written,
            received_at=written + timedelta(seconds=dice.choice([1, 2, 2, 4, 40, 300])),
            confirmed_at=None if state else agreed,
            struck_at=agreed - timedelta(minutes=1) if state == "struck" else None,
        )
        return words, note

    def _number(self, table: int, place: int) -> Any:
        return key_of("congress", f"table {table}", str(place))

    def _agreed_at(self, table: int) -> Any:
        """When the table said that this is what it meant."""
        minutes = dice_for("congress", "agreed", str(table)).uniform(8, 22)
        return self.clock.ending(2, "12:05", "12:30") + timedelta(minutes=minutes)

    # --- the facilitator ------------------------------------------------------------------------------------------------

    def make_ideas(self) -> None:
        """The ideas as they are put to everybody. A few were merged into others, and their notes went with them."""
        made = self.clock.ending(2, "13:40", "14:45")
        rows = {
            one["id"]: EventIdea(
                event=self.event,
                theme=self.ground.themes[theme],
                issue=one["issue"],
                title=one["title"],
                text=one["text"],
                made_at=made,
            )
            for theme in THEMES
            for one in read_congress(theme)["ideas"]
        }
        for place, row in enumerate(rows.values(), start=1):
            row.place = place
        EventIdea.objects.bulk_create(rows.values())
        merged = [
            (rows[one["id"]], rows[one["into"]])
            for theme in THEMES
            for one in read_congress(theme)["ideas"]
            if "into" in one
        ]
        for row, into in merged:
            row.merged_into, row.merged_at = into, made + timedelta(minutes=25)
        EventIdea.objects.bulk_update([row for row, _into in merged], ["merged_into", "merged_at"])

    def _ideas(self) -> dict[str, EventIdea]:
        """By the name in the texts: the ideas, those that were merged as well."""
        rows = {row.title: row for row in self.event.ideas.select_related("merged_into")}
        told = [one for theme in THEMES for one in read_congress(theme)["ideas"]]
        return {one["id"]: rows[one["title"]] for one in told if one["title"] in rows}

    # --- the room -------------------------------------------------------------------------------------------------------

    def hear_room(self, *, closing: bool) -> None:
        """What people in the room said to sessions without an account: all of it waited for a moderator, and some still does.
        With `closing` what was said in the last session."""
        chosen = [
            (place, one) for place, one in enumerate(read_congress()["words"]) if (one["at"] == "closing") == closing
        ]
        notes = [self._said(place, one, self.ground.session_of(one["at"])) for place, one in chosen]
        Contribution.objects.bulk_create(note.contribution for note in notes)
        EventNote.objects.bulk_create(notes)
        for note, (_place, one) in zip(notes, chosen, strict=True):
            hold(note.contribution, by=None, cause=Cause.FIRST)
            Moderation.objects.filter(pk=note.contribution.moderation_id).update(waiting_since=note.received_at)
            if one.get("state") != "held":
                self._decide(note.contribution, "publish")

    def look_at_held(self) -> None:
        """Moderators have looked at the last of it, weeks ago."""
        waiting = EventNote.objects.filter(session__event=self.event, contribution__standing=Standing.HELD)
        told = {one["says"]: one for one in read_congress()["words"]}
        for note in waiting.select_related("contribution").order_by("received_at"):
            one = told.get(note.contribution.body, {})
            if "explanation" in one:
                said = {"reason": "private", "explanation": one["explanation"]}
                self._decide(note.contribution, "decline", **said)
            elif one:
                self._decide(note.contribution, "publish")

    def _said(self, place: int, one: dict[str, str], session: EventSession) -> EventNote:
        when = self.clock.past(session.starts_at + timedelta(minutes=12 + 2 * place))
        number = key_of("congress", "room", str(place))
        words = Contribution(
            thread_id=session.thread_id,
            kind=Kind.NOTE,
            key=number,
            body=one["says"],
            channel=Channel.EVENT,
            said_by=one.get("by", "Somebody in the room"),
            made_at=when,
        )
        return EventNote(
            id=number, session=session, contribution=words, kind=Kinds.WORDS, made_at=when, received_at=when
        )

    def _decide(self, words: Contribution, outcome: str, **said: str) -> None:
        moderation = Moderation.objects.get(pk=words.moderation_id)
        verdict = decide_moderation(
            moderation, by=self.ground.people["joseph"], outcome=outcome, seen=words.revision, **said
        )
        took = timedelta(minutes=dice_for("congress", "looked at", str(words.key)).uniform(3, 25))
        looked = self.clock.past(moderation.waiting_since + took)
        Verdict.objects.filter(pk=verdict.pk).update(made_at=looked)


def public_notes(idea: EventIdea) -> Iterable[Contribution]:
    """What everybody may read of the notes that an idea was made of."""
    return Contribution.objects.public().filter(event_note__idea=idea).order_by("made_at", "pk")
