"""What can be done to the texts of the process."""

from django.db import transaction
from django.utils.translation import gettext as _

from commons.audit.actions import record
from commons.people.models import User
from consultation.models import Text


class StaleEdit(Exception):
    """Somebody else saved this text while it was being edited. Nothing was written."""


@transaction.atomic
def edit_text(text: Text, *, by: User, title: str, body: str, based_on: int) -> Text:
    """Save new words for a text.

    `based_on` is the revision the editor started from; raises `StaleEdit` if it is not the latest.
    """
    text = Text.objects.select_for_update().get(pk=text.pk)
    if text.revision != based_on:
        raise StaleEdit(
            _("A colleague saved this text while you were editing. Your words are still in the form below.")
        )
    text.title, text.body, text.revision = title, body, text.revision + 1
    text.save(update_fields=["title", "body", "revision", "edited_at"])
    record("edit_text", text, by=by, data={"revision": text.revision})
    return text
