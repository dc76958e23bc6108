"""Taking the fingerprints by which campaigns are found. Rows wait for it until the clock comes round; the database itself
removes a fingerprint in the moment in which its words change or are not public any more."""

from django.db import transaction

from commons.alike import fingerprint_of
from commons.audit.actions import record
from commons.contributions.models import Contribution, Fingerprint
from commons.people.models import User

AT_ONCE = 500


@transaction.atomic
def take_fingerprints(*, by: User | None) -> int:
    """Of the public contributions that have none, up to AT_ONCE. Returns how many; nought when all have theirs."""
    rows = list(
        Contribution.objects.public()
        .filter(fingerprint=None)
        .select_for_update(skip_locked=True, of=("self",))
        .order_by("pk")
        .only(*Contribution.moderated_fields)[:AT_ONCE]
    )
    Fingerprint.objects.bulk_create(
        Fingerprint(contribution=row, marks=fingerprint_of(" ".join(row.words().values()))) for row in rows
    )
    if rows:
        record("take_fingerprints", rows[0], by=by, data={"count": len(rows)})
    return len(rows)
