"""Who has been heard. Voices come in strands: replies to the census, comments on the draft, posts, ideas, events. What is a
voice is known only further up; the apps there register their strands, each with a function that gives rows.

Rows of a strand are querysets with four columns by these names: `co`, the number of the co-op for which or as whose member it
was said (None for a person alone); `via`, the number of the door it came through; `about`, the number of the thread it was said
in; and `named`, whether everybody can read the name of the co-op beside it.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from commons.people.models import Organisation, Region, Sector

Teller = Callable[[], Sequence[QuerySet]]


@dataclass(frozen=True)
class Strand:
    """One way of being heard. `place` is where it stands in lists. `is_open`: everybody can read its voices one by one, so
    that how many they are is no secret."""

    name: str
    label: Any
    tell: Teller
    place: int
    is_open: bool


class Voices(NamedTuple):
    """So many voices of one co-op, through one door, in one thread."""

    co: int | None
    via: int | None
    about: int | None
    named: bool
    number: int


_strands: dict[str, Strand] = {}


def register_strand(name: str, label: Any, teller: Teller, *, place: int, is_open: bool = True) -> None:
    """Make a strand known. `name` is a word without spaces; the same again replaces what was there."""
    _strands[name] = Strand(name, label, teller, place, is_open)


def strands() -> list[Strand]:
    """All of them, in the same order everywhere."""
    return sorted(_strands.values(), key=lambda strand: (strand.place, strand.name))


def voices_of(strand: Strand) -> list[Voices]:
    """What was said in a strand, counted by the database: one query for each kind of row it holds."""
    return [
        Voices(*counted)
        for rows in strand.tell()
        for counted in rows.order_by().values_list("co", "via", "about", "named").annotate(number=Count("pk"))
    ]


def voices_by_door() -> dict[int, dict[str, int]]:
    """How many voices came through each door, by the label of their strand. Exact: not for publication."""
    found: dict[int, Counter[str]] = defaultdict(Counter)
    for strand in strands():
        for rows in strand.tell():
            counted = rows.filter(via__isnull=False).order_by().values_list("via").annotate(number=Count("pk"))
            for via, number in counted:
                found[via][str(strand.label)] += number
    return {via: dict(counts) for via, counts in found.items()}


def never_heard() -> QuerySet[Organisation]:
    """The co-ops that trade and have not been heard in any strand."""
    rows = Organisation.objects.live()
    for strand in strands():
        for heard in strand.tell():
            rows = rows.exclude(pk__in=heard.filter(co__isnull=False).order_by().values("co"))
    return rows


@dataclass(frozen=True)
class Cell:
    """One kind of co-op in one place: how many there are, and how many of them have been heard. `lacking` is how many more it
    would be if it were heard as the average is: above nought it is heard less."""

    sector: str
    region: str
    size: int
    heard: int
    lacking: float

    @property
    def sector_label(self) -> str:
        return str(dict(Sector.choices).get(self.sector, _("Not recorded")))

    @property
    def region_label(self) -> str:
        return str(dict(Region.choices).get(self.region, _("Not recorded")))


def missing_cells() -> list[Cell]:
    """Who is missing, the worst first: two queries, and what the strands ask. Exact: for those who may know who has
    answered."""
    sizes, missing = (
        {(sector, region): number for sector, region, number in counted}
        for counted in (
            rows.order_by().values_list("sector", "region").annotate(Count("pk"))
            for rows in (Organisation.objects.live(), never_heard())
        )
    )
    everybody = sum(sizes.values())
    share = 1 - sum(missing.values()) / everybody if everybody else 0
    cells = []
    for (sector, region), size in sizes.items():
        heard = size - missing.get((sector, region), 0)
        cells.append(Cell(sector, region, size, heard, size * share - heard))
    return sorted(cells, key=lambda cell: (-cell.lacking, -cell.size, cell.sector, cell.region))
