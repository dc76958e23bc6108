"""Not wishing to answer: an organisation that says so is not asked again, still counts as asked, and can still answer."""

from django.db import transaction
from django.utils import timezone

from census.models import AccessCode, Case
from commons.audit.actions import record
from commons.people.models import User


@transaction.atomic
def note_refusal(case: Case, *, by: User | AccessCode) -> Case:
    """From now on nobody of the organisation is reminded. Said twice, the first time counts."""
    case = Case.objects.select_for_update(no_key=True).get(pk=case.pk)
    if case.refused_at is None:
        case.refused_at = timezone.now()
        case.save(update_fields=["refused_at"])
        record("note_refusal", case, by=by)
    return case


@transaction.atomic
def take_back_refusal(case: Case, *, by: User | AccessCode) -> Case:
    """Ask the organisation again, as if nothing had been said. Doing it twice changes nothing."""
    case = Case.objects.select_for_update(no_key=True).get(pk=case.pk)
    if case.refused_at is not None:
        case.refused_at = None
        case.save(update_fields=["refused_at"])
        record("take_back_refusal", case, by=by)
    return case


# By what the button says that they wish of us. Each says what shall be, not what shall change: a second press does no harm.
WISHES = {"stop": note_refusal, "ask": take_back_refusal}
