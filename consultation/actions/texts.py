"""What can be done to the texts of the process."""

from django.db import transaction
from django.utils.translation import gettext as _

from commons.audit.actions import record
from commons.people.models import User
from consultation.models import Text


class StaleEdit(Exception):
    """Somebody else saved this text while it was being edited. Nothing was written."""


@transaction.atomic
def edit_text(text: Text, *, by: User | None, title: str, body: str, based_on: int) -> Text:
    """Save new words for a text, or its first words in its language, where `text` is a row that was never saved.

    `based_on` is the revision the editor started from, 0 for none; raises `StaleEdit` if it is not the latest.
    """
    rows = Text.objects.filter(slug=text.slug)
    # All languages are locked at once, for somebody else may be writing the first words in this one; and read afterwards, because
    # a row that came while we waited is not among those we waited for.
    list(rows.select_for_update().order_by("pk"))
    row = rows.filter(language=text.language).first() or Text(slug=text.slug, language=text.language, revision=0)
    if row.revision != based_on:
        raise StaleEdit(
            _("A colleague saved this text while you were editing. Your words are still in the form below.")
        )
    row.title, row.body, row.revision = title, body, row.revision + 1
    row.save()
    record("edit_text", row, by=by, data={"revision": row.revision, "language": row.language})
    return row
