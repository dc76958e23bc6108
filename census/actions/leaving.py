"""What becomes of an organisation's answers when somebody who gave them closes their account."""

from django.db import transaction
from django.utils.translation import gettext as _

from census.models import ContactRevision, PageRevision, Submission
from commons.audit.actions import record
from commons.digests.actions import forget_name
from commons.people.models import User
from commons.people.reports.leaving import Legacy, register_keeper


def _tell(person: User) -> Legacy:
    answered = (
        PageRevision.objects.filter(saved_by=person).exists() or Submission.objects.filter(submitted_by=person).exists()
    )
    if not answered and not ContactRevision.objects.filter(saved_by=person).exists():
        return Legacy()
    return Legacy(
        stays=[
            _(
                "What you answered in the census for your organisation, and whom it names there to be asked. Both belong to your "
                "organisation. That it was you who saved it is erased."
            )
        ]
    )


@transaction.atomic
def settle_census(person: User, *, by: User | None, answer: str) -> None:
    """Take the person's name off the pages they saved and the replies they sent. The answers are their organisation's."""
    nobody = _("someone who has closed their account")
    sent = Submission.objects.filter(submitted_by=person)
    forget_name(person, keys=[f"census-sent:{number}" for number in sent.values_list("pk", flat=True)], by=by)
    PageRevision.objects.filter(saved_by=person).update(saved_by_label=nobody)
    ContactRevision.objects.filter(saved_by=person).update(saved_by_label=nobody)
    sent.update(submitted_by_label=nobody)
    record("settle_census", person, by=by)


register_keeper("census", tell=_tell, settle=settle_census)
