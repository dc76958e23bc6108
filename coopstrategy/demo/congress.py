"""An invented Congress: two days in an old mill, at one of three moments. Before it, people register and the tables stand ready.
On its second day half of the tables have written, and people are marking. Long after it, all of it is there: the notes, the
marks, the nine proposals, and what became of some of them in the draft.

Two smaller events lie ahead whenever the demo is drawn, so that one can always register for something. One of them was moved.

The words stand in congress_texts/; all people, places and figures in them are invented. Most of this is plain rows, written
many at once: nobody would wait for 180 people to register one after the other.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from commons.people.models import User
from consultation.models import Event, EventMove, EventSession, Registration
from coopstrategy.demo.congress_delegates import BEFORE, BY_NOON, CAME, ON_THE_LIST, Delegates
from coopstrategy.demo.congress_ground import BALLOTS_TO_TRY, SECOND_DAY, Clock, Ground, read_congress
from coopstrategy.demo.congress_marks import CAST, CAST_SO_FAR, Marks
from coopstrategy.demo.congress_notes import Notes
from coopstrategy.demo.days import key_of
from panel.models import Section

MOMENTS = list(SECOND_DAY)
TABLES_TO_TRY = (3, 8, 17)
"""Tables that have written nothing on the day."""


@transaction.atomic
def draw_congress(*, stage: str) -> None:
    """Draw the two smaller events and, at one of its three moments, Congress. Doing it again changes nothing; a later moment can
    follow an earlier one. Register, people, draft strategy, blog, phases and library must have been drawn."""
    now = timezone.now().replace(second=0, microsecond=0)
    _draw_occasions(now)
    if stage not in MOMENTS:
        return
    ground = Ground(now, stage)
    wanted = MOMENTS.index(stage)
    if wanted <= ground.was_drawn:
        return
    ground.prepare()
    delegates, notes, marks = Delegates(ground), Notes(ground), Marks(ground)
    delegates.register(ON_THE_LIST if wanted else BEFORE)
    is_over = wanted == MOMENTS.index("after")
    if wanted >= 1 > ground.was_drawn:
        notes.make_ideas()
        notes.write_tables(early=True)
        notes.hear_room(closing=False)
        marks.print_ballots()
    if wanted >= 1:
        delegates.check_in(CAME if is_over else BY_NOON)
        marks.cast(CAST if is_over else CAST_SO_FAR)
    if is_over:
        notes.write_tables(early=False)
        notes.hear_room(closing=True)
        notes.look_at_held()
        marks.count()
        marks.propose()
        _write_minutes(ground)
        delegates.look_back()
        if Section.objects.published().exists():
            marks.answer()
    ground.end()


def _draw_occasions(now: datetime) -> None:
    """The two smaller events, once."""
    told = read_congress()
    for name, code, days, hours in (
        ("evening", "LENDER", 16, ("18:30", "20:00")),
        ("moved", "RAFTER", 23, ("13:30", "17:00")),
    ):
        words = {key: value for key, value in told[name].items() if key != "move"}
        if Event.objects.filter(slug=words["slug"]).exists():
            continue
        starts, ends = (Clock(now, days).at(2, hour) for hour in hours)
        opened = now - timedelta(days=20)
        event = Event.objects.create(
            **words,
            starts_at=starts,
            ends_at=ends,
            registration_opens_at=opened,
            say_code=code,
            state=Event.State.PUBLIC,
            made_at=opened,
            changed_at=opened,
        )
        if "move" in told[name]:
            _tell_move(event, told[name]["move"], now)
        first = User.objects.filter(email__in=[f"{key}@example.coop" for key in ("halina", "ffion", "odhran")])
        Registration.objects.bulk_create(
            Registration(
                event=event,
                person=person,
                number=number,
                state=Registration.State.IN,
                key=key_of("event", event.slug, person.email),
                made_at=opened + timedelta(days=number, hours=3),
            )
            for number, person in enumerate(first.order_by("email"), start=1)
        )


def _tell_move(event: Event, told: dict[str, str], now: datetime) -> None:
    """It was to be two weeks earlier, and somewhere else."""
    earlier, said = timedelta(days=14), now - timedelta(days=4)
    EventMove.objects.create(
        event=event,
        starts_before=event.starts_at - earlier,
        starts_after=event.starts_at,
        ends_before=event.ends_at - earlier,
        ends_after=event.ends_at,
        venue_after=event.venue,
        made_at=said,
        announced_at=said,
        **told,
    )
    Event.objects.filter(pk=event.pk).update(revision=2, changed_at=said)


def _write_minutes(ground: Ground) -> None:
    """What was said in the room, for some of the sessions, a day or two later."""
    rows = []
    for name, minutes in read_congress()["minutes"].items():
        row = ground.session_of(name)
        row.minutes, row.minutes_published_at, row.revision = minutes, ground.clock.at(4, "11:00"), 2
        rows.append(row)
    EventSession.objects.bulk_update(rows, ["minutes", "minutes_published_at", "revision"])


@dataclass(frozen=True)
class ToTry:
    """What can be tried at Congress now: codes by what they open. For the demo's own page and the terminal only."""

    event: Event
    tables: list[tuple[int, str]]
    say_code: str
    ballots: tuple[str, ...]


def congress_to_try() -> ToTry | None:
    """None if Congress is not drawn, or so long over that nothing can be written any more. Before it opens the codes are there
    already, for whoever prints the cards."""
    event, now = Event.objects.filter(slug=read_congress()["congress"]["slug"]).first(), timezone.now()
    if event is None or not (event.starts_at > now or event.takes_words_at(now)):
        return None
    codes = event.tables.filter(number__in=TABLES_TO_TRY).order_by("number").values_list("number", "code")
    tables = [(number, f"{code[:4]}-{code[4:]}") for number, code in codes]
    return ToTry(event, tables, event.say_code, BALLOTS_TO_TRY if event.takes_marks_at(now) else ())
