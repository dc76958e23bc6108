"""What becomes of somebody's part in the process when they close their account: that they follow it goes with them, and so does
their name in what authors of ideas were told."""

from django.db import transaction
from django.utils.translation import gettext as _

from commons.audit.actions import record
from commons.contributions.models import Contribution
from commons.digests.actions import forget_name
from commons.people.models import User
from commons.people.reports.leaving import Legacy, register_keeper
from consultation.models import Follower


def _tell(person: User) -> Legacy:
    follows = Follower.objects.filter(person=person).exists()
    return Legacy(goes=[_("That you follow the timetable of the process")] if follows else [])


@transaction.atomic
def settle_following(person: User, *, by: User | None, answer: str) -> None:
    """Take a person out of those who are told of the phases, and their name out of what others were told. Nothing is asked of
    them."""
    said = Contribution.objects.filter(author=person, thread__idea__isnull=False).values_list("pk", flat=True)
    forget_name(person, keys=[f"idea-comment:{number}" for number in said], by=by)
    gone, _rows = Follower.objects.filter(person=person).delete()
    record("settle_following", person, by=by, data={"count": gone})


register_keeper("consultation", tell=_tell, settle=settle_following)
