"""Writing to the record. Every action calls this inside its own transaction, so the deed and its entry stand or fall together."""

from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from structlog.contextvars import get_contextvars

from commons.audit.models import Entry


def label_of(thing: object) -> str:
    """How the record names a thing: its `audit_label` if it has one (people do, so that nothing in the record tells who they
    are), else its text, cut to what the column holds."""
    return str(getattr(thing, "audit_label", None) or thing)[:200]


@transaction.atomic
def record(verb: str, target: models.Model, *, by: object, data: dict | None = None) -> Entry:
    """Add one entry.

    `verb` is the name of the action, `target` a saved row, `by` a User, None for the system, or any object that says who acted
    (its text is kept). `data` must be plain JSON and never holds census answers, codes or secrets. Returns the entry.
    """
    is_person = hasattr(by, "is_authenticated") and getattr(by, "pk", None) is not None
    return Entry.objects.create(
        verb=verb,
        actor=by if is_person else None,
        actor_label="system" if by is None else label_of(by),
        target_type=ContentType.objects.get_for_model(target),
        target_id=str(target.pk),
        target_label=label_of(target),
        data=data or {},
        request_id=str(get_contextvars().get("request_id", "")),
    )
