"""The two marks, from the printing of the ballots to the proposals. A ballot is secret: nothing leads from it to a person, and
every ballot counts the same, whoever holds it.

No ballot slips past the count: whoever casts one holds its row, and freezing takes the rows of all ballots before it counts.
"""

import datetime as dt
import hashlib
import hmac
import secrets
import uuid
from collections import Counter
from collections.abc import Iterable

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commons.audit.actions import record
from commons.contributions.actions import key_in_contribution, open_thread
from commons.contributions.models import LONGEST_TITLE, Channel, Contribution, Kind
from commons.people.models import User
from consultation.actions.texts import StaleEdit
from consultation.models import Ballot, BallotTry, Event, EventIdea, Mark, MarkKind, Registration

# No vowels, so no words; no 0, 1, I or O, so nothing to misread on a card. Sixteen of them are 76 bits: a hash of that cannot be
# searched backwards.
LETTERS = "BCDFGHJKLMNPQRSTVXZ23456789"
LENGTH = 16
MOST_AT_ONCE = 2000
# A hall full of phones is one network, so it may mistype more often than a household; what guards a ballot is its length.
TRIES, WINDOW = 200, dt.timedelta(minutes=15)


class NoBallot(Exception):
    """No ballot of this event has that code. Unknown, mistyped and another event's get the same words."""


class TooManyTries(Exception):
    """This network has tried too many wrong codes; even a right one waits."""


class MarksClosed(Exception):
    """Marking is not open now."""


class TooManyMarks(Exception):
    """More marks of a kind in one theme than everybody has. `kind` and `theme` say where."""

    def __init__(self, words: str, kind: str, theme: int) -> None:
        super().__init__(words)
        self.kind, self.theme = kind, theme


class WrongIdea(Exception):
    """An idea that is not put to the marks here."""


class OutOfTurn(Exception):
    """The steps of the day have an order, and this one is not next."""


class NoBallotFor(Exception):
    """Somebody who is not in the room, or has had a ballot."""


# --- Ballots ------------------------------------------------------------------------------------------------------------------


def _code(number: int) -> str:
    """A number as four groups of four letters."""
    letters = []
    for _letter in range(LENGTH):
        number, index = divmod(number, len(LETTERS))
        letters.append(LETTERS[index])
    return "-".join("".join(letters[start : start + 4]) for start in range(0, LENGTH, 4))


@transaction.atomic
def give_ballots(event: Event, number: int, *, by: User | None, key: uuid.UUID) -> list[str]:
    """Make so many ballots and return their codes, to be printed as cards. They are shown now and kept nowhere.

    `key` belongs to one form shown. The codes are drawn from it and the server's own key, so a second click, or a printer that
    jams and a page that is loaded again, gives the same cards; of the form's key only a hash is kept. Raises `OutOfTurn`.
    """
    row = _locked(event)
    batch = hashlib.sha256(key.bytes).hexdigest()
    made = row.ballots.filter(batch=batch).count()
    codes = [_drawn(key, place) for place in range(made or number)]
    if made:
        return codes
    _check_not_frozen(row)
    Ballot.objects.bulk_create(
        [Ballot(event=row, token_hash=Ballot.hash_of(code), batch=batch) for code in codes], batch_size=1000
    )
    record("give_ballots", row, by=by, data={"ballots": number})
    return codes


def _drawn(key: uuid.UUID, place: int) -> str:
    words = key.bytes + place.to_bytes(4, "big")
    secret = b"consultation.ballot" + settings.SECRET_KEY.encode()
    return _code(int.from_bytes(hmac.new(secret, words, hashlib.sha256).digest(), "big"))


@transaction.atomic
def give_ballot_to(registration: Registration, *, by: User | None) -> str:
    """A ballot for somebody who was checked in: its code, shown once. That they had one is kept, and not which.

    Raises `NoBallotFor` or `OutOfTurn`.
    """
    person = Registration.objects.select_for_update().get(pk=registration.pk)
    event = Event.objects.get(pk=person.event_id)
    _check_not_frozen(event)
    if person.checked_in_at is None or person.state != Registration.State.IN:
        raise NoBallotFor(_("Check them in first. Ballots are for people in the room."))
    if person.ballot_given_at is not None:
        raise NoBallotFor(_("They have had a ballot already. Everybody gets one."))
    code = _code(secrets.randbits(256))
    Ballot.objects.create(event=event, token_hash=Ballot.hash_of(code))
    person.ballot_given_at = timezone.now()
    person.save(update_fields=["ballot_given_at"])
    record("give_ballot_to", person, by=by)
    return code


def open_ballot(event: Event, typed: str, *, by: User | None, address: str) -> Ballot:
    """The ballot of this event that somebody holds the code of. `address` is the network address it came from.

    Raises `TooManyTries` or `NoBallot`. A wrong code is counted although the caller gets an exception.
    """
    source, since = BallotTry.source_of(address), timezone.now() - WINDOW
    if BallotTry.objects.filter(source=source, made_at__gt=since).count() >= TRIES:
        raise TooManyTries(
            _("Too many wrong codes came from your network. Wait 15 minutes, or ask somebody of the staff for help.")
        )
    ballot = event.ballots.filter(token_hash=Ballot.hash_of(typed)).first()
    if ballot is not None:
        return ballot
    with transaction.atomic():
        BallotTry.objects.filter(made_at__lt=timezone.now() - dt.timedelta(days=1)).delete()
        BallotTry.objects.create(source=source)
    raise NoBallot(_("We do not know this code. Check it against your card: it has sixteen letters and numbers."))


@transaction.atomic
def cast_ballot(
    ballot: Ballot, *, by: User | None, desirable: Iterable[int], achievable: Iterable[int], based_on: int
) -> Ballot:
    """Put these marks on a ballot, by the numbers of the ideas, in place of those it had. `based_on` is the revision that was
    shown. `by` is nobody, and is not kept.

    Raises `NoBallot`, `MarksClosed`, `StaleEdit`, `WrongIdea` or `TooManyMarks`.
    """
    row = Ballot.objects.select_for_update().filter(pk=ballot.pk).first()
    if row is None:
        raise NoBallot(_("This ballot was taken back. Ask somebody of the staff for another."))
    # Read once the ballot is ours, because marks may have been closed or frozen while we waited for it.
    event = Event.objects.get(pk=row.event_id)
    if not event.takes_marks_at(timezone.now()):
        raise MarksClosed(_("Marking is closed, so this was not counted. What you saved before the close counts."))
    had = {(mark.kind, mark.idea_id): mark.pk for mark in row.marks.all()}
    wanted = {(MarkKind.DESIRABLE.value, idea) for idea in desirable}
    wanted |= {(MarkKind.ACHIEVABLE.value, idea) for idea in achievable}
    if row.revision != based_on:
        if row.cast_at is not None and wanted == set(had):
            # The second half of a double click.
            return row
        raise StaleEdit(_("This ballot was changed in another window. Your choices here are not counted yet."))
    _check_marks(event, wanted)
    Mark.objects.filter(pk__in=[pk for mark, pk in had.items() if mark not in wanted]).delete()
    Mark.objects.bulk_create(Mark(ballot=row, idea_id=idea, kind=kind) for kind, idea in sorted(wanted - set(had)))
    row.cast_at, row.revision = timezone.now(), row.revision + 1
    row.save(update_fields=["cast_at", "revision"])
    return row


def _check_marks(event: Event, wanted: set[tuple[str, int]]) -> None:
    themes = dict(event.ideas.filter(merged_into=None).values_list("pk", "theme"))
    if any(idea not in themes for _kind, idea in wanted):
        raise WrongIdea(_("One of the ideas is not on this ballot any more. Look at it again, then save."))
    for (kind, theme), number in sorted(Counter((kind, themes[idea]) for kind, idea in wanted).items()):
        if number > event.marks_each:
            raise TooManyMarks(too_many(number, event.marks_each), kind, theme)


def too_many(chosen: int, most: int) -> str:
    """What is said to somebody who has used more marks than they have."""
    return ngettext(
        "You have %(most)d mark here and used %(chosen)d. Take some away.",
        "You have %(most)d marks here and used %(chosen)d. Take some away.",
        most,
    ) % {"most": most, "chosen": chosen}


# --- The steps of the day -----------------------------------------------------------------------------------------------------


def _locked(event: Event) -> Event:
    return Event.objects.select_for_update().get(pk=event.pk)


def _check_not_frozen(event: Event) -> None:
    if event.marks_frozen_at is not None:
        raise OutOfTurn(_("The marks have been counted, so there is nothing to mark any more."))


@transaction.atomic
def open_marks(event: Event, *, by: User | None, closes_at: dt.datetime, opens_at: dt.datetime | None = None) -> Event:
    """Marking opens, now or at `opens_at`, until `closes_at`. Once it has begun, only the close moves; after a close and before
    the count it can be opened again. Raises `OutOfTurn`."""
    row, now = _locked(event), timezone.now()
    _check_not_frozen(row)
    if row.state != Event.State.PUBLIC:
        raise OutOfTurn(_("Publish the event first."))
    if not row.ideas.filter(merged_into=None).exists():
        raise OutOfTurn(_("There is no idea to mark yet."))
    has_begun = row.marks_open_at is not None and row.marks_open_at <= now
    opens_at = row.marks_open_at if has_begun else opens_at or now
    if closes_at <= max(now, opens_at):
        raise OutOfTurn(_("Marking must close later than it opens, and later than now."))
    row.marks_open_at, row.marks_close_at = opens_at, closes_at
    row.revision += 1
    row.save(update_fields=["marks_open_at", "marks_close_at", "revision"])
    record("open_marks", row, by=by, data={"opens_at": opens_at.isoformat(), "closes_at": closes_at.isoformat()})
    return row


@transaction.atomic
def close_marks(event: Event, *, by: User | None) -> Event:
    """Marking closes now. Raises `OutOfTurn`."""
    row, now = _locked(event), timezone.now()
    if not row.takes_marks_at(now):
        raise OutOfTurn(_("Marking is not open."))
    row.marks_close_at = max(now, row.marks_open_at + dt.timedelta(microseconds=1))
    row.revision += 1
    row.save(update_fields=["marks_close_at", "revision"])
    record("close_marks", row, by=by)
    return row


@transaction.atomic
def show_marks(event: Event, *, by: User | None, live: bool) -> Event:
    """Whether the room sees the counts while they change, or only once marking is closed."""
    row = _locked(event)
    row.shows_marks_live = live
    row.save(update_fields=["shows_marks_live"])
    record("show_marks", row, by=by, data={"live": live})
    return row


@transaction.atomic
def freeze_marks(event: Event, *, by: User | None) -> Event:
    """Count the marks and write the counts down beside the ideas, for good. Raises `OutOfTurn`."""
    row, now = _locked(event), timezone.now()
    if row.marks_frozen_at is not None:
        raise OutOfTurn(_("The marks have been counted already."))
    if row.marks_open_at is None or row.marks_close_at is None or now < row.marks_close_at:
        raise OutOfTurn(_("Close marking first."))
    # Whoever is casting a ballot in this moment holds its row: we wait for them, and whoever comes later finds marking closed.
    ballots = list(row.ballots.select_for_update().order_by("pk"))
    counts = Counter(
        {
            (mark["idea"], mark["kind"]): mark["number"]
            for mark in Mark.objects.filter(ballot__event=row)
            .values("idea", "kind")
            .annotate(number=models.Count("pk"))
        }
    )
    ideas = list(row.ideas.select_for_update(no_key=True).filter(merged_into=None).order_by("pk"))
    for idea in ideas:
        idea.desirable_count = counts[idea.pk, MarkKind.DESIRABLE]
        idea.achievable_count = counts[idea.pk, MarkKind.ACHIEVABLE]
    EventIdea.objects.bulk_update(ideas, ["desirable_count", "achievable_count"])
    row.marks_frozen_at = now
    row.save(update_fields=["marks_frozen_at"])
    cast = sum(ballot.cast_at is not None for ballot in ballots)
    record("freeze_marks", row, by=by, data={"ballots": len(ballots), "cast": cast})
    return row


@transaction.atomic
def publish_marks(event: Event, *, by: User | None) -> Event:
    """Everybody can read the counts from now on. Raises `OutOfTurn`."""
    row = _locked(event)
    if row.marks_frozen_at is None:
        raise OutOfTurn(_("Count the marks first."))
    if row.marks_published_at is not None:
        raise OutOfTurn(_("The results are public already."))
    row.marks_published_at = timezone.now()
    row.save(update_fields=["marks_published_at"])
    record("publish_marks", row, by=by)
    return row


@transaction.atomic
def choose_proposals(event: Event, ideas: Iterable[int], *, by: User) -> list[Contribution]:
    """Make proposals of these ideas, by their numbers: contributions of the event, which everybody can read and answer, and the
    panel like any other. One that is a proposal already stays as it is. Raises `OutOfTurn` or `WrongIdea`."""
    row, wanted = _locked(event), set(ideas)
    if row.marks_published_at is None:
        raise OutOfTurn(_("Publish the results first, so that everybody can see why these were chosen."))
    if not wanted:
        raise WrongIdea(_("Choose at least one idea."))
    chosen = list(row.ideas.filter(pk__in=wanted, merged_into=None).order_by("place", "pk"))
    if len(chosen) != len(wanted):
        raise WrongIdea(_("Choose only ideas of this event."))
    if row.proposals is None:
        row.proposals = open_thread(by=by)
        row.save(update_fields=["proposals"])
    return [_proposal(idea, row, by=by) for idea in chosen if idea.proposal_id is None]


def _proposal(idea: EventIdea, event: Event, *, by: User) -> Contribution:
    title = Truncator(idea.title).chars(LONGEST_TITLE)
    said = [idea.issue, idea.text or (idea.title if title != idea.title else "")]
    idea.proposal = key_in_contribution(
        event.proposals,
        by=by,
        kind=Kind.PROPOSAL,
        title=title,
        body="\n\n".join(part for part in said if part),
        channel=Channel.EVENT,
        said_by=event.title,
    )
    idea.save(update_fields=["proposal"])
    record("choose_proposals", idea, by=by, data={"contribution": idea.proposal_id})
    return idea.proposal
