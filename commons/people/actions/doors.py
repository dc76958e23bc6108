"""Making a door, closing it and opening it again."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from commons.audit.actions import record
from commons.people.models import Door, Organisation, User


class DoorClosed(Exception):
    """It is closed already."""


class DoorOpen(Exception):
    """It is open already."""


@transaction.atomic
def make_door(*, by: User | None, kind: str, label: str, organisation: Organisation | None = None) -> Door:
    """A new way in, with a code and a secret of its own."""
    door = Door.objects.create(kind=kind, label=label, organisation=organisation, made_by=by)
    record("make_door", door, by=by, data={"kind": str(kind), "label": label})
    return door


@transaction.atomic
def retire_door(door: Door, *, by: User | None) -> Door:
    """No voice counts as come through it any more; those that have keep it. Raises `DoorClosed`."""
    row = Door.objects.select_for_update().get(pk=door.pk)
    if row.retired_at is not None:
        raise DoorClosed(_("This door is closed already. Nothing was changed."))
    row.retired_at = timezone.now()
    row.save(update_fields=["retired_at"])
    record("retire_door", row, by=by)
    return row


@transaction.atomic
def reopen_door(door: Door, *, by: User | None) -> Door:
    """Voices count as come through it again. Raises `DoorOpen`."""
    row = Door.objects.select_for_update().get(pk=door.pk)
    if row.retired_at is None:
        raise DoorOpen(_("This door is open already. Nothing was changed."))
    row.retired_at = None
    row.save(update_fields=["retired_at"])
    record("reopen_door", row, by=by)
    return row
