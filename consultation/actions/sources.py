"""What staff do with the sources in the library: add one, change, publish and withdraw it."""

import uuid
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from django.db import connection, transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from commons.audit.actions import record
from commons.people.models import User
from commons.themes.models import Theme
from consultation.actions.texts import StaleEdit
from consultation.models import Source, SourceFile

ADDRESSES = 3_917_204
"""The number of the lock under which addresses are chosen."""


class NothingToRead(Exception):
    """A source that everybody can find would have neither a text nor an address nor a file."""


class NotNow(Exception):
    """The source is not, or is already, what it was to become."""


@dataclass(frozen=True)
class Written:
    """What staff write of a source."""

    title: str
    made_by: str
    year: int
    kind: str
    summary: str
    language: str = "en-gb"
    body: str = ""
    link: str = ""


@dataclass(frozen=True)
class SentFile:
    """The bytes of a PDF that somebody sent, checked by the form. What it was called on their machine is nobody's business."""

    data: bytes


@transaction.atomic
def add_source(
    *,
    by: User | None,
    written: Written,
    themes: Iterable[Theme] = (),
    file: SentFile | None = None,
    key: uuid.UUID | None = None,
) -> Source:
    """Put a source into the library. Only staff see it until it is published. The same `key` (one per form shown) gives the same
    source."""
    key = key or uuid.uuid4()
    # One at a time: the second half of a double click finds the first, and two with one title do not choose one address.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ADDRESSES])
    already = Source.objects.filter(key=key).first()
    if already is not None:
        return already
    source = Source.objects.create(key=key, slug=_free_slug(written.title), **asdict(written))
    source.themes.set(themes)
    _put_file(source, file)
    record("add_source", source, by=by)
    return source


def _free_slug(title: str) -> str:
    stem = slugify(title)[:70].strip("-") or "source"
    used = set(Source.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    return next(slug for slug in (stem, *(f"{stem}-{n}" for n in range(2, len(used) + 3))) if slug not in used)


def _put_file(source: Source, file: SentFile | None) -> None:
    if file is None:
        return
    SourceFile.objects.update_or_create(source=source, defaults={"data": file.data})
    # Whoever keeps it finds it under the name that its page has.
    source.file_name, source.file_size = f"{source.slug}.pdf", len(file.data)
    source.save(update_fields=["file_name", "file_size"])


@transaction.atomic
def change_source(
    source: Source,
    *,
    by: User | None,
    written: Written,
    based_on: int,
    themes: Iterable[Theme] = (),
    file: SentFile | None = None,
    drops_file: bool = False,
) -> Source:
    """Other words for a source, or another file: with `drops_file` none. A change of what is public is public at once.

    `based_on` is the revision that the form showed. Raises `StaleEdit` or `NothingToRead`.
    """
    row = _locked(source)
    if row.revision != based_on:
        raise StaleEdit(
            _("A colleague saved this source while you were editing. Your words are still in the form below.")
        )
    for name, value in asdict(written).items():
        setattr(row, name, value)
    if drops_file and file is None:
        SourceFile.objects.filter(source=row).delete()
        row.file_name, row.file_size = "", 0
    if row.is_public and not (row.can_be_read or file):
        raise NothingToRead(_("This is public, so give it a text, an address or a file."))
    row.revision, row.edited_at = row.revision + 1, timezone.now()
    _put_file(row, file)
    row.save()
    row.themes.set(themes)
    record("change_source", row, by=by, data={"revision": row.revision})
    return row


@transaction.atomic
def publish_source(source: Source, *, by: User | None) -> Source:
    """Everybody can read it from now on. Raises `NothingToRead` or `NotNow`."""
    row = _locked(source)
    if row.is_public:
        raise NotNow(_("This is public already."))
    if not row.can_be_read:
        raise NothingToRead(_("Give it a text, an address or a file first, so that people can read it."))
    row.state, row.published_at = Source.State.PUBLIC, row.published_at or timezone.now()
    row.save(update_fields=["state", "published_at"])
    record("publish_source", row, by=by)
    return row


@transaction.atomic
def withdraw_source(source: Source, *, by: User | None, reason: str) -> Source:
    """Nobody but staff can read it any more. Where the panel cited it, a line says that it was withdrawn. Raises `NotNow`."""
    row = _locked(source)
    if not row.is_public:
        raise NotNow(_("This is not public."))
    row.state = Source.State.WITHDRAWN
    row.save(update_fields=["state"])
    record("withdraw_source", row, by=by, data={"reason": reason})
    return row


def _locked(source: Source) -> Source:
    return Source.objects.select_for_update().defer("search").get(pk=source.pk)
