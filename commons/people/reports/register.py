"""What the register holds, counted, and which edition that is."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import models
from django.db.models import Count, Max, Q
from django.utils.translation import gettext_lazy as _

from commons.people.models import Nation, Organisation, Region, RegisterImport, RegisterImportRow, Sector
from commons.queues import State


@dataclass(frozen=True, slots=True)
class Tally:
    """One line of a table: a label, those trading and those dissolved."""

    label: object
    live: int
    dissolved: int


@dataclass(frozen=True, slots=True)
class Loaded:
    """All that the register's pages tell: totals, and one table by each of nation, region and sector."""

    live: int
    dissolved: int
    nations: list[Tally]
    regions: list[Tally]
    sectors: list[Tally]
    newest: RegisterImport | None


def edition_loaded() -> str:
    """The newest edition in the register, 2017-06, or nothing when there is none."""
    return RegisterImport.objects.filter(state=State.DONE).aggregate(newest=Max("edition"))["newest"] or ""


def newest_import() -> RegisterImport | None:
    """The import that last brought the newest edition."""
    return RegisterImport.objects.filter(state=State.DONE).order_by("-edition", "-finished_at").first()


def what_is_loaded() -> Loaded:
    """Counts the organisations that came from a register, in one query each for nation, region and sector."""
    nations = _table("nation", Nation)
    return Loaded(
        live=sum(row.live for row in nations),
        dissolved=sum(row.dissolved for row in nations),
        nations=nations,
        regions=_table("region", Region),
        sectors=_table("sector", Sector),
        newest=newest_import(),
    )


def _table(column: str, choices: type[models.TextChoices]) -> list[Tally]:
    """A row for each choice in its own order, and one for those without, if there are any."""
    live = Q(status=Organisation.Status.LIVE)
    found = (
        Organisation.objects.exclude(register_id=None)
        .values_list(column)
        .annotate(live=Count("pk", filter=live), dissolved=Count("pk", filter=~live))
        .order_by()
    )
    counts = {code: (living, gone) for code, living, gone in found}
    labels: Iterable[tuple[str, object]] = choices.choices
    rows = [Tally(label, *counts.get(code, (0, 0))) for code, label in labels]
    return rows + ([Tally(_("Not recorded"), *counts[""])] if "" in counts else [])


def rows_of(register_import: RegisterImport, *, q: str = "", outcome: str = "", remark: str = "") -> models.QuerySet:
    """The lines of one import in the order of the file; then the organisations it does not have. `remark` may be "any"."""
    rows = register_import.rows.order_by("pk")
    if outcome:
        rows = rows.filter(outcome=outcome)
    if remark:
        rows = rows.exclude(remarks=[]) if remark == "any" else rows.filter(remarks__contains=[remark])
    if q:
        rows = rows.filter(Q(name__icontains=q) | Q(register_id__icontains=q))
    return rows


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one organisation, in words: its label, and what stood there before and stands there now."""

    label: str
    before: str
    after: str


def changes_in_words(row: RegisterImportRow) -> list[Change]:
    """What an import changed in one organisation."""
    return [
        Change(str(field.verbose_name), _worded(field, before), _worded(field, after))
        for field, before, after in ((Organisation._meta.get_field(name), b, a) for name, b, a in row.changes)
    ]


def _worded(field: models.Field, value: str | None) -> str:
    return str(dict(field.flatchoices).get(value, value or ""))
