"""What is written down at an event, and how it comes in: tables are opened, phones bring parcels of notes, strikes, agreements
and photographs, some of them twice, and what people in the room say is held until a moderator has looked.

A parcel is worked through piece by piece. Whatever can be kept is kept; what cannot is named by the number its phone gave it,
with a reason; and what must wait is not named at all, so that the phone keeps it and brings it again.
"""

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from commons.audit.actions import record
from commons.contributions.actions import (
    NotNow,
    Speaking,
    add_contribution,
    take_down_words,
    withdraw_contribution,
)
from commons.contributions.models import Channel, Kind
from commons.imaging import Drawn
from commons.moderation.models import Cause
from commons.people.models import User
from commons.themes.models import Theme
from consultation.models import Event, EventNote, EventPhoto, EventSession, EventTable, Knock
from consultation.models.capture import code_as_kept, new_code

MOST_TABLES = 100
"""Tables that are opened at once."""
MOST_NOTES = 500
"""Notes of one table."""
MOST_PHOTOS = 40
"""Photographs of one table."""

# A whole hall may have one address, so many more than the ten wrong codes of the census; still hopeless against 32 to the eighth.
TRIES, WINDOW = 60, dt.timedelta(minutes=15)
# From the room: of one phone, and of one network, in ten minutes.
WORDS_OF_A_PHONE, WORDS_OF_A_NETWORK, PACE = 20, 1500, dt.timedelta(minutes=10)


class CodeRefused(Exception):
    """No table and no room of this event has this code. Whatever is wrong with it gets the same words."""


class TooManyTries(Exception):
    """So many wrong codes came from one place that it waits."""


class NotOpen(Exception):
    """The event takes no words, yet or any more."""


class PhotoRefused(Exception):
    """This photograph cannot be kept. Its words are for whoever sent it."""


@dataclass(frozen=True)
class Written:
    """One note as a phone sends it. `session` and `name` are given from the room alone."""

    id: uuid.UUID
    kind: str
    text: str
    made_at: dt.datetime
    under: uuid.UUID | None = None
    session: int | None = None
    name: str = ""


@dataclass(frozen=True)
class Struck:
    """A note was struck out while it was read back."""

    id: uuid.UUID
    note: uuid.UUID


@dataclass(frozen=True)
class Agreed:
    """The table said that these notes say what it meant."""

    id: uuid.UUID
    notes: tuple[uuid.UUID, ...]


@dataclass
class Receipt:
    """What became of a parcel: what the server holds now, whenever it came, and what it will never take, each with a reason.
    What is in neither waits; `wait` says why where it is not only for something that is still on its way."""

    held: list[uuid.UUID] = field(default_factory=list)
    refused: dict[uuid.UUID, str] = field(default_factory=dict)
    wait: str = ""


@transaction.atomic
def open_tables(event: Event, *, by: User, session: EventSession, theme: Theme, count: int) -> list[EventTable]:
    """So many more tables for a session and a theme, each with the next number and a code of its own."""
    Event.objects.select_for_update(no_key=True).get(pk=event.pk)
    last = event.tables.order_by("-number").values_list("number", flat=True).first() or 0
    rows = [
        EventTable(event=event, session=session, theme=theme, number=last + place, code=new_code())
        for place in range(1, min(count, MOST_TABLES) + 1)
    ]
    EventTable.objects.bulk_create(rows)
    record("open_tables", event, by=by, data={"session": session.pk, "theme": theme.pk, "count": len(rows)})
    return rows


# --- Doors --------------------------------------------------------------------------------------------------------------------


def find_table(event: Event, typed: str, *, address: str) -> EventTable:
    """The table of this event whose code was typed. Raises `CodeRefused` or `TooManyTries`."""
    _check_tries(address)
    table = event.tables.filter(code__in=_meant(typed)).first()
    return table or _refuse_code(address, _("We do not know this code. Check it against the card on your table."))


def check_say_code(event: Event, typed: str, *, address: str) -> None:
    """Raises `CodeRefused` or `TooManyTries` unless this is the word on the wall of this event."""
    _check_tries(address)
    if event.say_code not in _meant(typed):
        _refuse_code(address, _("We do not know this code. Check it against the screen in the room."))


def _meant(typed: str) -> set[str]:
    return {code_as_kept(typed), "".join(sign for sign in typed.upper() if sign.isalnum())}


def _check_tries(address: str) -> None:
    since = timezone.now() - WINDOW
    wrong = Knock.objects.filter(source=Knock.source_of(address), kind=Knock.Kind.CODE, at__gt=since)
    if wrong.count() >= TRIES:
        raise TooManyTries(
            _("Too many wrong codes came from your network. Wait 15 minutes, or ask somebody of the organisers.")
        )


def _refuse_code(address: str, why: str) -> EventTable:
    _note_knock(Knock.Kind.CODE, address)
    raise CodeRefused(why)


def _note_knock(kind: str, *places: str, times: int = 1) -> None:
    Knock.objects.filter(at__lt=timezone.now() - dt.timedelta(days=1)).delete()
    Knock.objects.bulk_create(
        Knock(kind=kind, source=Knock.source_of(place)) for place in places for _one in range(times)
    )


def check_open(event: Event) -> None:
    """Raises `NotOpen` with the reason."""
    now = timezone.now()
    if event.takes_words_at(now):
        return
    if event.is_cancelled:
        raise NotOpen(_("This event was called off, so nothing can be written down for it."))
    if now < event.ends_at:
        raise NotOpen(_("This opens one day before the event. Try again then."))
    raise NotOpen(
        _(
            "This event is over, so it takes no more notes. What is on this phone stays there: copy it as text and send it "
            "to the organisers."
        )
    )


# --- Parcels ------------------------------------------------------------------------------------------------------------------


@transaction.atomic
def take_parcel(table: EventTable, *, by: User | None, pieces: Iterable[Written | Struck | Agreed]) -> Receipt:
    """Keep what a phone brings from a table. Notes go first, so that what is said of them finds them. Raises `NotOpen`."""
    check_open(table.event)
    # One parcel of a table at a time: what two tabs bring at once is there once.
    table = EventTable.objects.select_for_update(no_key=True).select_related("event", "session").get(pk=table.pk)
    receipt, pieces = Receipt(), list(pieces)
    _take_notes(table, by, [piece for piece in pieces if isinstance(piece, Written)], receipt)
    own = EventNote.objects.filter(table=table).select_related("contribution")
    for piece in pieces:
        if isinstance(piece, Struck):
            _strike(table, by, piece, own, receipt)
        elif isinstance(piece, Agreed):
            _agree(table, by, piece, own, receipt)
    return receipt


def _take_notes(table: EventTable, by: User | None, notes: list[Written], receipt: Receipt) -> None:
    known = dict(EventNote.objects.filter(pk__in=[note.id for note in notes]).values_list("pk", "table"))
    room = MOST_NOTES - EventNote.objects.filter(table=table).count()
    said_by = _("Table %(number)d") % {"number": table.number}
    now = timezone.now()
    for place, note in enumerate(notes):
        if note.id in known:
            if known[note.id] == table.pk:
                receipt.held.append(note.id)
            else:
                receipt.refused[note.id] = _not_kept()
        elif room <= 0:
            receipt.refused[note.id] = _("This table has as many notes as a table may have.")
        elif _keep(note, table.session, by, receipt, place, now, table=table, said_by=said_by):
            known[note.id], room = table.pk, room - 1


def _not_kept() -> str:
    """For a number that somebody else's note has. Nothing is told of that."""
    return _("This note could not be kept. Copy its words and write it again.")


def _keep(
    note: Written,
    session: EventSession,
    by: User | None,
    receipt: Receipt,
    place: int,
    now: dt.datetime,
    *,
    said_by: str,
    table: EventTable | None = None,
) -> bool:
    """Whether it is there now and was not before. Its number is asked of the database, which two phones may give at once."""
    from_table = table is not None
    try:
        with transaction.atomic():
            words = take_down_words(
                session.thread,
                by=by,
                body=note.text,
                channel=Channel.TABLE if from_table else Channel.EVENT,
                said_by=said_by,
                key=note.id,
                cause=None if from_table else Cause.FIRST,
            )
            EventNote.objects.create(
                id=note.id,
                session=session,
                table=table,
                contribution=words,
                kind=note.kind,
                under=note.under,
                made_at=note.made_at,
                received_at=now,
                sequence=place,
            )
    except IntegrityError:
        # Another tab brought it in this very moment, or somebody else has its number.
        here = EventNote.objects.filter(pk=note.id, session__event=session.event_id, table=table).exists()
        if here:
            receipt.held.append(note.id)
        else:
            receipt.refused[note.id] = _not_kept()
        return False
    receipt.held.append(note.id)
    return True


def _strike(table: EventTable, by: User | None, piece: Struck, own, receipt: Receipt) -> None:
    note = own.filter(pk=piece.note).first()
    if note is None:
        # It may be on its way, from another phone of the table.
        return
    if note.struck_at is None:
        note.struck_at = timezone.now()
        note.save(update_fields=["struck_at"])
        try:
            withdraw_contribution(note.contribution, by=by)
        except NotNow:
            # A moderator took it down before.
            record("strike_note", table, by=by, data={"note": str(note.pk)})
    receipt.held.append(piece.id)


def _agree(table: EventTable, by: User | None, piece: Agreed, own, receipt: Receipt) -> None:
    there = own.filter(pk__in=piece.notes)
    if there.count() < len(set(piece.notes)):
        return
    now = timezone.now()
    fresh = there.filter(struck_at=None, confirmed_at=None).update(confirmed_at=now)
    if fresh or table.confirmed_at is None:
        table.confirmed_at = now
        table.save(update_fields=["confirmed_at"])
        record("confirm_notes", table, by=by, data={"count": fresh})
    receipt.held.append(piece.id)


@transaction.atomic
def take_words(event: Event, *, by: User | None, words: Iterable[Written], phone: str, address: str) -> Receipt:
    """Keep what somebody in the room says, held until a moderator has looked. `phone` and `address` only bound the pace: what
    comes too fast waits on the phone. Raises `NotOpen`."""
    check_open(event)
    receipt, words = Receipt(), list(words)
    sessions = {session.pk: session for session in event.sessions.select_related("thread")}
    there = EventNote.objects.filter(pk__in=[one.id for one in words])
    known = {row.pk: row.table_id is None and row.session.event_id for row in there.select_related("session")}
    room = min(_room(phone, WORDS_OF_A_PHONE), _room(address, WORDS_OF_A_NETWORK))
    now, fresh = timezone.now(), 0
    for place, one in enumerate(words):
        session = sessions.get(one.session)
        if one.id in known:
            if known[one.id] == event.pk:
                receipt.held.append(one.id)
            else:
                receipt.refused[one.id] = _not_kept()
        elif session is None:
            receipt.refused[one.id] = _("Choose a session of this event.")
        elif fresh >= room:
            receipt.wait = _("You have said a lot in a short time. The rest is sent in a few minutes.")
        elif _keep(one, session, by, receipt, place, now, said_by=one.name or _("Somebody in the room")):
            known[one.id], fresh = event.pk, fresh + 1
    if fresh:
        _note_knock(Knock.Kind.WORDS, phone, address, times=fresh)
    return receipt


def _room(place: str, most: int) -> int:
    since = timezone.now() - PACE
    said = Knock.objects.filter(source=Knock.source_of(place), kind=Knock.Kind.WORDS, at__gt=since)
    return most - said.count()


@transaction.atomic
def say_in_session(
    session: EventSession,
    *,
    by: User,
    body: str,
    key: uuid.UUID,
    speaking: Speaking = Speaking(),  # noqa: B008 - frozen
) -> EventNote:
    """Somebody who is signed in says something in a session, as themselves. The same `key` gives the same note. Raises `NotOpen`
    and what `add_contribution` raises."""
    check_open(session.event)
    row = add_contribution(session.thread, by=by, body=body, key=key, kind=Kind.NOTE, speaking=speaking)
    note, _is_new = EventNote.objects.get_or_create(
        contribution=row, defaults={"session": session, "kind": EventNote.Kind.WORDS, "made_at": row.made_at}
    )
    return note


# --- Photographs --------------------------------------------------------------------------------------------------------------


@transaction.atomic
def add_photo(table: EventTable, *, by: User | None, key: uuid.UUID, drawn: Drawn) -> EventPhoto:
    """Keep a photograph of a flipchart, for staff and facilitators to look at. The same `key` of the same table gives the same
    photograph. Raises `NotOpen` or `PhotoRefused`."""
    check_open(table.event)
    table = EventTable.objects.select_for_update(no_key=True).get(pk=table.pk)
    already = EventPhoto.objects.filter(pk=key).first()
    if already is not None:
        if already.table_id != table.pk:
            raise PhotoRefused(_("This photograph cannot be kept. Choose it again."))
        return already
    if table.photos.count() >= MOST_PHOTOS:
        raise PhotoRefused(_("A table can send %(most)d photographs at most.") % {"most": MOST_PHOTOS})
    widest = drawn.files[0]
    photo = EventPhoto.objects.create(
        id=key, table=table, width=widest.width, height=widest.height, kind=widest.kind, data=widest.data
    )
    record("add_photo", table, by=by, data={"photo": str(photo.pk)})
    return photo


@transaction.atomic
def publish_photo(photo: EventPhoto, *, by: User, is_public: bool) -> EventPhoto:
    """Show a photograph to everybody, or to nobody but staff and facilitators again."""
    photo = EventPhoto.objects.select_for_update().defer("data").get(pk=photo.pk)
    photo.published_at = timezone.now() if is_public else None
    photo.save(update_fields=["published_at"])
    record("publish_photo", photo, by=by, data={"is_public": is_public})
    return photo
