"""The panel's own pages: what members say of themselves, and the chair's welcome."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from commons.audit.actions import record
from commons.people.models import Appointment, User
from panel.models import Seat, Welcome


class StaleWelcome(Exception):
    """The welcome was changed in another window. Nothing was written."""


@transaction.atomic
def declare_seat(appointment: Appointment, *, by: User, represents: str, about: str, interests: str) -> Seat:
    """Say for whom a member sits on the panel, who they are and what they declare; today is the day of the declaration."""
    seat, _is_new = Seat.objects.update_or_create(
        appointment=appointment,
        defaults={
            "represents": represents,
            "about": about,
            "interests": interests,
            "declared_on": timezone.localdate(),
        },
    )
    record("declare_seat", seat, by=by)
    return seat


@transaction.atomic
def edit_welcome(
    *, by: User, language: str, title: str, body: str, video_url: str, transcript: str, based_on: int
) -> Welcome:
    """Change the chair's welcome in one language. `based_on` is 0 where there is none yet. Raises `StaleWelcome`."""
    row = Welcome.objects.select_for_update().filter(language=language).first()
    if (row.revision if row else 0) != based_on:
        raise StaleWelcome(_("This was changed in another window. Your words are still in the form below."))
    row = row or Welcome(language=language, revision=0)
    row.title, row.body, row.video_url, row.transcript = title, body, video_url, transcript
    row.revision += 1
    row.save()
    record("edit_welcome", row, by=by, data={"revision": row.revision})
    return row
