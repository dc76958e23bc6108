"""What can be done to the themes. One deed at a time: each waits for the one before, so that no two themes get the same name,
address or place."""

from django.db import connection, transaction
from django.db.models import Value
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from commons.audit.actions import record
from commons.people.models import User
from commons.themes.models import Theme

THEMES = 2_026_12  # any number that nobody else locks
FIRST = 0  # behind no theme: at the top of every list
LONGEST_SLUG = Theme._meta.get_field("slug").max_length


class NameTaken(Exception):
    """Another theme has this name already. `field` is "name" or "name_cy"."""

    def __init__(self, says: str, field: str) -> None:
        super().__init__(says)
        self.field = field


class NoAddress(Exception):
    """The name holds nothing an address could be made of."""


class StaleEdit(Exception):
    """Somebody else changed this theme meanwhile. Nothing was written."""


class ThemeRetired(Exception):
    """It is out of use already."""


class ThemeInUse(Exception):
    """It is in use already."""


@transaction.atomic
def add_theme(*, by: User, name: str, name_cy: str = "", after: int | None = None) -> Theme:
    """Make a theme. Its address is made of the English name, once. `after` is the number of the theme behind which it stands in
    lists, or `FIRST`; without it, it stands at the end.

    Raises `NameTaken` or `NoAddress`.
    """
    _hold_themes()
    _refuse_taken(name, name_cy)
    row = Theme.objects.create(slug=_free_slug(name), name=name, name_cy=name_cy)
    _put(row, after)
    record("add_theme", row, by=by, data={"slug": row.slug, "name_cy": name_cy})
    row.refresh_from_db()
    return row


@transaction.atomic
def change_theme(theme: Theme, *, by: User, name: str, name_cy: str, based_on: int, after: int | None = None) -> Theme:
    """Give a theme other names, and another place with `after` (see `add_theme`). Its address stays.

    `based_on` is the revision that was shown. Raises `StaleEdit` if it is not the latest, or `NameTaken`.
    """
    _hold_themes()
    row = Theme.objects.get(pk=theme.pk)
    if row.revision != based_on:
        raise StaleEdit(
            _(
                "A colleague changed this theme while you were editing. It is “%(name)s” now, and in Welsh “%(name_cy)s”. "
                "Your words are still in the form below."
            )
            % {"name": row.name, "name_cy": row.name_cy or row.name}
        )
    _refuse_taken(name, name_cy, but=row)
    was = {"name": row.name, "name_cy": row.name_cy}
    row.name, row.name_cy, row.revision = name, name_cy, row.revision + 1
    row.save(update_fields=["name", "name_cy", "revision"])
    if after is not None:
        _put(row, after)
    record("change_theme", row, by=by, data={"was": was, "name": name, "name_cy": name_cy})
    row.refresh_from_db()
    return row


@transaction.atomic
def move_theme(theme: Theme, *, by: User, steps: int) -> Theme:
    """Move a theme by so many places in every list: -1 is one up, 1 one down. At either end it stays there."""
    _hold_themes()
    rows = list(Theme.objects.all())
    was = rows.index(theme)
    row = rows.pop(was)
    at = min(max(was + steps, 0), len(rows))
    if at != was:
        rows.insert(at, row)
        _arrange(rows)
        record("move_theme", row, by=by, data={"place": at + 1})
    return row


@transaction.atomic
def retire_theme(theme: Theme, *, by: User) -> Theme:
    """Take a theme out of use: it is offered nowhere any more, and stays on what bears it. Raises `ThemeRetired`."""
    _hold_themes()
    row = Theme.objects.get(pk=theme.pk)
    if row.retired_at is not None:
        raise ThemeRetired(_("“%(theme)s” is out of use already. Nothing was changed.") % {"theme": row})
    row.retired_at = timezone.now()
    row.save(update_fields=["retired_at"])
    record("retire_theme", row, by=by)
    return row


@transaction.atomic
def restore_theme(theme: Theme, *, by: User) -> Theme:
    """Bring a theme back that was taken out of use. Raises `ThemeInUse`."""
    _hold_themes()
    row = Theme.objects.get(pk=theme.pk)
    if row.retired_at is None:
        raise ThemeInUse(_("“%(theme)s” is in use already. Nothing was changed.") % {"theme": row})
    row.retired_at = None
    row.save(update_fields=["retired_at"])
    record("restore_theme", row, by=by)
    return row


def _hold_themes() -> None:
    """Until the transaction ends nobody else does anything to any theme. Readers, and those who choose one, do not wait."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [THEMES])


def _refuse_taken(name: str, name_cy: str, but: Theme | None = None) -> None:
    """Capitals do not tell two names apart, here as in the database."""
    for field, asked in (("name", name), ("name_cy", name_cy)):
        rows = Theme.objects.annotate(low=Lower(field)).filter(low=Lower(Value(asked)))
        row = rows.exclude(pk=but.pk if but else None).first() if asked else None
        if row is None:
            continue
        says = _("There is a theme “%(name)s” already. Choose another name.")
        if row.retired_at is not None:
            says = _("There is a theme “%(name)s” already. It is out of use: bring it back, or choose another name.")
        raise NameTaken(says % {"name": getattr(row, field)}, field)


def _free_slug(name: str) -> str:
    """With a number behind it where a theme, now under another name, has the address already."""
    stem = slugify(name)[: LONGEST_SLUG - 5].strip("-_")
    if not stem:
        raise NoAddress(_("Use at least one letter without accents, or a figure: the address is made of the name."))
    used = set(Theme.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    return next(slug for slug in (stem, *(f"{stem}-{n}" for n in range(2, len(used) + 3))) if slug not in used)


def _put(row: Theme, after: int | None) -> None:
    rows = list(Theme.objects.exclude(pk=row.pk))
    places = {FIRST: 0} | {one.pk: at for at, one in enumerate(rows, start=1)}
    at = places.get(after, len(rows))
    _arrange([*rows[:at], row, *rows[at:]])


def _arrange(rows: list[Theme]) -> None:
    """Write down this order."""
    for place, row in enumerate(rows):
        row.place = place
    Theme.objects.bulk_update(rows, ["place"])
