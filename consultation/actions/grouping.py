"""What facilitators do with the notes of an event: they make ideas of them, put them together, merge ideas, and undo that.

Nothing is thrown away. A note keeps the idea it was put in (`put_in`), and the one it stands under (`idea`) follows from that
and from what was merged into what. One facilitator of an event at a time: what one shows the other has seen.
"""

from collections.abc import Iterable

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from commons.audit.actions import record
from commons.people.models import User
from commons.themes.models import Theme
from consultation.actions.texts import StaleEdit
from consultation.models import Event, EventIdea, EventNote
from consultation.reports.marks import marking_has_begun


class IdeasStand(Exception):
    """People have begun to mark the ideas, or the marks are counted: what was marked does not change."""


class CannotMerge(Exception):
    """The two are not ideas of one event that stand by themselves."""


def _lock(event: Event, *, counted_only: bool = True) -> Event:
    event = Event.objects.select_for_update(no_key=True).get(pk=event.pk)
    if event.marks_frozen_at is not None:
        raise IdeasStand(_("The marks are counted, so the ideas stay as they are."))
    if not counted_only and marking_has_begun(event):
        raise IdeasStand(_("People have begun to mark these ideas, so they cannot be merged or parted any more."))
    return event


@transaction.atomic
def make_event_idea(
    event: Event, *, by: User, theme: Theme, issue: str, title: str, text: str = "", notes: Iterable[EventNote] = ()
) -> EventIdea:
    """An idea of one note, of many, or of none yet; last in the list. Raises `IdeasStand`."""
    event = _lock(event)
    last = event.ideas.aggregate(last=models.Max("place"))["last"] or 0
    idea = EventIdea.objects.create(event=event, theme=theme, issue=issue, title=title, text=text, place=last + 1)
    count = _put(event, idea, notes)
    record("make_event_idea", idea, by=by, data={"notes": count})
    return idea


@transaction.atomic
def change_event_idea(
    idea: EventIdea, *, by: User, based_on: int, theme: Theme, issue: str, title: str, text: str
) -> EventIdea:
    """Other words for an idea. Raises `StaleEdit` or `IdeasStand`."""
    _lock(idea.event)
    row = EventIdea.objects.select_for_update().get(pk=idea.pk)
    if row.revision != based_on:
        raise StaleEdit(_("Somebody else changed this idea. Your words are still in the form below."))
    row.theme, row.issue, row.title, row.text = theme, issue, title, text
    row.revision += 1
    row.save(update_fields=["theme", "issue", "title", "text", "revision"])
    record("change_event_idea", row, by=by, data={"revision": row.revision})
    return row


@transaction.atomic
def group_notes(idea: EventIdea, *, by: User, notes: Iterable[EventNote]) -> int:
    """Put notes in an idea; out of the one they were in. How many. Raises `IdeasStand`."""
    event = _lock(idea.event)
    count = _put(event, idea, notes)
    record("group_notes", idea, by=by, data={"notes": count})
    return count


@transaction.atomic
def take_note_out(note: EventNote, *, by: User) -> EventNote:
    """The note belongs to no idea any more. Raises `IdeasStand`."""
    _lock(note.session.event)
    note = EventNote.objects.select_for_update().get(pk=note.pk)
    note.idea = note.put_in = None
    note.save(update_fields=["idea", "put_in"])
    record("take_note_out", note, by=by)
    return note


@transaction.atomic
def merge_ideas(idea: EventIdea, *, by: User, into: EventIdea) -> EventIdea:
    """`idea` goes and points to the one that stays, which shows the notes of both. Raises `CannotMerge` or `IdeasStand`."""
    event = _lock(idea.event, counted_only=False)
    rows = {row.pk: row for row in event.ideas.select_for_update().filter(merged_into=None)}
    goes, stays = rows.get(idea.pk), rows.get(into.pk)
    if goes is None or stays is None or goes is stays:
        raise CannotMerge(_("Choose two different ideas that are not merged yet."))
    goes.merged_into, goes.merged_at = stays, timezone.now()
    goes.save(update_fields=["merged_into", "merged_at"])
    _settle(event)
    record("merge_ideas", goes, by=by, data={"into": stays.pk})
    return stays


@transaction.atomic
def unmerge_idea(idea: EventIdea, *, by: User) -> EventIdea:
    """The idea stands by itself again, with the notes that were put in it. Raises `IdeasStand`."""
    event = _lock(idea.event, counted_only=False)
    row = event.ideas.select_for_update().get(pk=idea.pk)
    row.merged_into = row.merged_at = None
    row.save(update_fields=["merged_into", "merged_at"])
    _settle(event)
    record("unmerge_idea", row, by=by)
    return row


@transaction.atomic
def move_event_idea(idea: EventIdea, *, by: User, up: bool) -> None:
    """One place up or down among the ideas of its theme. Raises `IdeasStand`."""
    event = _lock(idea.event)
    rows = list(event.ideas.select_for_update().filter(merged_into=None).order_by("place", "pk"))
    order = [row for row in rows if row.theme_id == idea.theme_id]
    here = next((place for place, row in enumerate(order) if row.pk == idea.pk), None)
    there = None if here is None else here + (-1 if up else 1)
    if there is not None and 0 <= there < len(order):
        one, other = rows.index(order[here]), rows.index(order[there])
        rows[one], rows[other] = rows[other], rows[one]
    for place, row in enumerate(rows, 1):
        row.place = place
    EventIdea.objects.bulk_update(rows, ["place"])
    record("move_event_idea", idea, by=by, data={"up": up})


def _put(event: Event, idea: EventIdea, notes: Iterable[EventNote]) -> int:
    chosen = EventNote.objects.filter(pk__in=[note.pk for note in notes], session__event=event)
    # Two facilitators may choose the same notes in another order.
    list(chosen.select_for_update(of=("self",)).order_by("pk").values_list("pk"))
    count = chosen.update(put_in=idea, idea=idea)
    _settle(event)
    return count


def _settle(event: Event) -> None:
    """Every note stands under the idea that the one it was put in was merged into at last."""
    notes = EventNote.objects.filter(put_in__event=event)
    notes.filter(put_in__merged_into=None).exclude(idea=models.F("put_in")).update(idea=models.F("put_in"))
    into = dict(event.ideas.values_list("pk", "merged_into"))
    for start in (pk for pk, target in into.items() if target is not None):
        last = start
        while into[last] is not None:
            last = into[last]
        notes.filter(put_in=start).exclude(idea=last).update(idea=last)
