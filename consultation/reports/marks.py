"""Reading the marks: the ideas of an event with their counts, in the order of all marks together, live for the room's screen and
as they were frozen for everybody. Every mark counts the same.
"""

import datetime as dt
import functools
import textwrap
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.text import Truncator

from commons.caching import of_cache
from commons.contributions.models import Contribution
from commons.contributions.reports import Line, lines_of, register_subject
from consultation.models import Event, EventIdea, MarkKind, Words
from consultation.reports.scatter import Dot, Frame, Point, Scatter, scatter

register_subject("event_proposals", shown=lambda: Event.objects.public())

FRESH = 2.0
"""Seconds for which a count is shown again before it is counted anew, however many screens ask."""
KEPT = 60
ISSUES_A_THEME = 3
NAME = 28

# A drawing for a wide page or a hall, and one for a phone.
WIDE = Frame(width=1000, height=720, edge=88, radius=19, text=22, names=8)
NARROW = Frame(width=390, height=420, edge=48, radius=11, text=12)

# Themes differ by shape and by colour. Each path has a half-width of about 1; the number in it stands `down` below the middle.
SHAPES = (
    ("M1 0A1 1 0 1 1-1 0A1 1 0 1 1 1 0Z", 0.0),
    ("M-.9-.9H.9V.9H-.9Z", 0.0),
    ("M0-1.2L1.2 0L0 1.2L-1.2 0Z", 0.0),
    ("M-1.15 0L-.57-.99H.57L1.15 0L.57.99H-.57Z", 0.0),
    ("M0-1.15L1.09-.35L.68.93H-.68L-1.09-.35Z", 0.06),
    ("M-1.1-.75H1.1L0 1.2Z", -0.2),
)


@dataclass(frozen=True)
class Band:
    """A theme as it is drawn. `place` counts from 1 and chooses its shape and colour."""

    pk: int
    place: int
    name: str
    name_cy: str = ""

    def __str__(self) -> str:
        return str(self.told)

    @property
    def told(self) -> Words:
        return Words.of(self.name, self.name_cy)

    @property
    def tone(self) -> int:
        return (self.place - 1) % len(SHAPES) + 1

    @property
    def path(self) -> str:
        return SHAPES[self.tone - 1][0]

    @property
    def down(self) -> float:
        return SHAPES[self.tone - 1][1]


@dataclass(frozen=True)
class Marked:
    """One idea with its counts. `number` is the one on the ballot; `rank` its place by all marks, shared where `is_tied`."""

    pk: int
    number: int
    band: Band
    issue: str
    title: str
    text: str
    desirable: int
    achievable: int
    proposal: int | None = None
    rank: int = 0
    is_tied: bool = False

    @property
    def total(self) -> int:
        return self.desirable + self.achievable

    @property
    def strength(self) -> tuple[int, int]:
        """All marks together; where two are equal, the more desirable stands first."""
        return self.total, self.desirable


@dataclass(frozen=True)
class Board:
    """All ideas of an event in the order of the ballot, with how many ballots were given and cast."""

    ideas: tuple[Marked, ...]
    given: int
    cast: int

    @functools.cached_property
    def ranked(self) -> list[Marked]:
        return _ranked(self.ideas)

    @functools.cached_property
    def bands(self) -> list[Band]:
        return list(dict.fromkeys(idea.band for idea in self.ideas))

    @functools.cached_property
    def by_band(self) -> list[tuple[Band, list[Marked]]]:
        """Each theme with its ideas, the strongest first and ranked among themselves."""
        return [(band, _ranked([idea for idea in self.ideas if idea.band == band])) for band in self.bands]

    @property
    def in_ballot_order(self) -> list[tuple[Band, list[Marked]]]:
        return [(band, [idea for idea in self.ideas if idea.band == band]) for band in self.bands]

    @property
    def unmarked(self) -> int:
        return sum(not idea.total for idea in self.ideas)

    @property
    def percent(self) -> int:
        return round(100 * self.cast / self.given) if self.given else 0


def _ranked(ideas: Any) -> list[Marked]:
    ordered = sorted(ideas, key=lambda idea: (-idea.total, -idea.desirable, idea.number))
    shared = Counter(idea.strength for idea in ordered)
    first = {strength: 1 + sum(other > strength for other in (one.strength for one in ordered)) for strength in shared}
    return [replace(idea, rank=first[idea.strength], is_tied=shared[idea.strength] > 1) for idea in ordered]


def marking_has_begun(event: Event, now: dt.datetime | None = None) -> bool:
    """Whether people may have marked already. From then on ideas are neither merged nor taken away, because a mark would come
    to stand for words that nobody chose."""
    return event.marks_open_at is not None and event.marks_open_at <= (now or timezone.now())


def uncounted(event: Event) -> Board:
    """What is put to the marks, for a ballot: one query. Six hundred phones that open theirs need nothing counted."""
    return _board(event, EventIdea.objects.filter(event=event, merged_into=None), given=0, cast=0)


def board_of(event: Event) -> Board:
    """As it is now, or as it was frozen: two queries, whatever their number."""
    ballots = event.ballots.aggregate(given=Count("pk"), cast=Count("cast_at"))
    rows = EventIdea.objects.filter(event=event, merged_into=None)
    if event.marks_frozen_at is None:
        rows = rows.annotate(
            desirable=Count("marks", filter=Q(marks__kind=MarkKind.DESIRABLE)),
            achievable=Count("marks", filter=Q(marks__kind=MarkKind.ACHIEVABLE)),
        )
    return _board(event, rows, **ballots)


def _board(event: Event, rows: QuerySet, *, given: int, cast: int) -> Board:
    ordered = sorted(rows.select_related("theme"), key=lambda row: (row.theme.place, row.theme.name, row.place, row.pk))
    bands: dict[int, Band] = {}
    for row in ordered:
        bands.setdefault(row.theme_id, Band(row.theme_id, len(bands) + 1, row.theme.name, row.theme.name_cy))
    return Board(
        tuple(
            Marked(
                pk=row.pk,
                number=number,
                band=bands[row.theme_id],
                issue=row.issue,
                title=row.title,
                text=row.text,
                # An idea that was put in after the count has none.
                desirable=getattr(row, "desirable", row.desirable_count) or 0,
                achievable=getattr(row, "achievable", row.achievable_count) or 0,
                proposal=row.proposal_id,
            )
            for number, row in enumerate(ordered, 1)
        ),
        given=given,
        cast=cast,
    )


def live_board(event: Event) -> Board:
    """The same for screens that ask every two seconds: counted once in that time for all of them, as long as the cache works."""
    key = f"event-marks-{event.pk}"
    held = of_cache(lambda: cache.get(key))
    if isinstance(held, tuple):
        counted_at, board = held
        # Whoever comes first after that counts; the others are shown what was there, and do not wait.
        is_fresh = timezone.now() - counted_at < dt.timedelta(seconds=FRESH)
        if is_fresh or not of_cache(lambda: cache.add(f"{key}-counting", value=True, timeout=FRESH)):
            return board
    now, board = timezone.now(), board_of(event)
    of_cache(lambda: cache.set(key, (now, board), timeout=KEPT))
    return board


def _short(title: str) -> str:
    """The first words, as many as can stand beside a shape."""
    words = textwrap.shorten(title, NAME, placeholder="…", break_on_hyphens=False)
    return words if len(words) > 1 else Truncator(title).chars(NAME)


@dataclass(frozen=True)
class Drawing:
    """The ideas that have marks, each with where it stands."""

    plan: Scatter
    spots: list[tuple[Point, Marked]]


def drawn(board: Board, frame: Frame) -> Drawing | None:
    """Nothing while no idea has a mark."""
    known = {idea.pk: idea for idea in board.ideas if idea.total}
    dots = [Dot(idea.pk, idea.desirable, idea.achievable, _short(idea.title)) for idea in known.values()]
    plan = scatter(dots, frame)
    return Drawing(plan, [(point, known[point.dot.key]) for point in plan.points]) if dots else None


def suggested_proposals(board: Board) -> set[int]:
    """The best idea of each of the three biggest issues of each theme, by numbers of ideas. An issue is as big as all the marks
    of its ideas."""
    chosen: set[int] = set()
    for _band, ideas in board.by_band:
        size: Counter[str] = Counter()
        best: dict[str, Marked] = {}
        for idea in ideas:
            issue = " ".join(idea.issue.casefold().split())
            size[issue] += idea.total
            best.setdefault(issue, idea)
        # Equal ones stay in the order of their best ideas.
        chosen |= {best[issue].pk for issue, number in size.most_common(ISSUES_A_THEME) if number}
    return chosen


def proposals_of(event: Event, user: Any) -> list[Line]:
    """The proposals as contributions, with what became of each."""
    if event.proposals_id is None:
        return []
    rows = Contribution.objects.public().filter(proposed_by_event__event=event).with_authors()
    return lines_of(
        rows.select_related("proposed_by_event__theme", "thread").order_by("proposed_by_event__theme__place", "pk"),
        user,
    )
