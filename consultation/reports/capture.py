"""Reading what was written down at an event: by theme, then issue, then idea, as the tables wrote it; and as facilitators put it
together. Nothing but what is public is ever listed here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from commons.contributions.reports import register_subject
from commons.themes.models import Theme
from consultation.models import Event, EventIdea, EventNote, EventPhoto, EventTable
from consultation.models.capture import EventNoteQuerySet

register_subject("event_session")


@dataclass
class NoteLine:
    """One note; below an issue the ideas that were written under it."""

    note: EventNote
    ideas: list["NoteLine"] = field(default_factory=list)


@dataclass
class ThemeNotes:
    """The notes of one theme, or of none: issues with their ideas, ideas that stand alone, and what was said in the room."""

    theme: Theme | None
    issues: list[NoteLine] = field(default_factory=list)
    alone: list[NoteLine] = field(default_factory=list)
    words: list[NoteLine] = field(default_factory=list)


@dataclass
class IdeaBox:
    """An idea as it is put to everybody, with the notes behind it and the ideas that were merged into it."""

    idea: EventIdea
    notes: list[EventNote] = field(default_factory=list)
    merged: list[EventIdea] = field(default_factory=list)


@dataclass
class IssueBox:
    title: str
    boxes: list[IdeaBox] = field(default_factory=list)


@dataclass
class ThemeBoard:
    theme: Theme
    issues: list[IssueBox] = field(default_factory=list)


@dataclass
class Board:
    """What a facilitator works on: notes that are in no idea, then the ideas by theme and issue."""

    loose: list[ThemeNotes]
    loose_count: int
    themes: list[ThemeBoard]
    ideas: list[EventIdea]


def public_notes(event: Event) -> EventNoteQuerySet:
    """What everybody may read of an event, with whatever a line about it needs."""
    rows = EventNote.objects.public().filter(session__event=event).in_order()
    return rows.select_related(
        "contribution__author", "contribution__organisation", "session__theme", "table__theme"
    ).defer("contribution__search")


def notes_by_theme(notes: Iterable[EventNote]) -> list[ThemeNotes]:
    """An idea whose issue is not among them (it is not here yet, or was struck out) stands alone."""
    found: dict[int | None, ThemeNotes] = {}
    rows = list(notes)
    issues: dict[UUID, NoteLine] = {}
    for note in rows:
        if note.kind == EventNote.Kind.ISSUE:
            issues[note.pk] = NoteLine(note)
    for note in rows:
        theme = note.table.theme if note.table is not None else note.session.theme
        group = found.setdefault(theme and theme.pk, ThemeNotes(theme))
        if note.kind == EventNote.Kind.ISSUE:
            group.issues.append(issues[note.pk])
        elif note.kind == EventNote.Kind.WORDS:
            group.words.append(NoteLine(note))
        elif note.under in issues:
            issues[note.under].ideas.append(NoteLine(note))
        else:
            group.alone.append(NoteLine(note))
    return sorted(found.values(), key=lambda group: _place(group.theme))


def _place(theme: Theme | None) -> tuple[bool, int, str]:
    return (theme is None, theme.place if theme else 0, theme.name if theme else "")


def board_of(event: Event) -> Board:
    """Four queries, however much there is."""
    notes = list(public_notes(event))
    rows = list(EventIdea.objects.filter(event=event).select_related("theme").order_by("place", "pk"))
    boxes = {row.pk: IdeaBox(row) for row in rows}
    for note in notes:
        if note.idea_id is not None:
            boxes[note.idea_id].notes.append(note)
    themes: dict[int, ThemeBoard] = {}
    for row in rows:
        if row.merged_into_id is not None:
            boxes[row.merged_into_id].merged.append(row)
            continue
        board = themes.setdefault(row.theme_id, ThemeBoard(row.theme))
        issue = next((one for one in board.issues if one.title == row.issue), None)
        if issue is None:
            issue = IssueBox(row.issue)
            board.issues.append(issue)
        issue.boxes.append(boxes[row.pk])
    loose = [note for note in notes if note.idea_id is None]
    return Board(
        loose=notes_by_theme(loose),
        loose_count=len(loose),
        themes=sorted(themes.values(), key=lambda board: _place(board.theme)),
        ideas=[row for row in rows if row.merged_into_id is None],
    )


def written_at(table: EventTable) -> EventNoteQuerySet:
    """All that a table wrote, also what it struck out; for the table itself."""
    return table.notes.select_related("contribution").defer("contribution__search").in_order()


def notes_of_table(table: EventTable) -> list[NoteLine]:
    """The same as its page shows it: issues with their ideas, and ideas that stand alone at the end."""
    rows = list(written_at(table))
    issues = {note.pk: NoteLine(note) for note in rows if note.kind == EventNote.Kind.ISSUE}
    alone = []
    for note in rows:
        if note.pk in issues:
            continue
        (issues[note.under].ideas if note.under in issues else alone).append(NoteLine(note))
    return [*issues.values(), *alone]


def photos_of(event: Event, *, everybody: bool) -> Sequence[EventPhoto]:
    """Without their bytes. For everybody only what is published."""
    rows = EventPhoto.objects.filter(table__event=event).select_related("table").defer("data")
    return list(rows.exclude(published_at=None) if everybody else rows)
