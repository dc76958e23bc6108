"""Which notices tell of the census. What was answered stands in none of them."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from census.models import Reminder, Response, Submission
from commons.digests.reports import Group, register_kind
from commons.people.models import Membership


def _unfinished(about: models.OuterRef, reader: models.OuterRef) -> models.QuerySet:
    """A reminder that still holds, for who speaks for the organisation."""
    return Reminder.objects.still_so(timezone.now()).filter(
        pk=about,
        case__organisation__memberships__user=reader,
        case__organisation__memberships__state=Membership.State.VERIFIED,
    )


register_kind(
    "census-sent",
    label=_("The census of your organisation was sent"),
    why=_(
        "You speak for an organisation, and its answers were sent. Whoever sent them gets the receipt by e-mail at once."
    ),
    sometimes=True,
    group=Group.OWN,
    # Whoever has left the organisation since is not told of it any more, nor anybody of a reply that was set aside.
    rows=lambda about, reader: Submission.objects.exclude(response__state=Response.State.VOID).filter(
        pk=about,
        response__case__organisation__memberships__user=reader,
        response__case__organisation__memberships__state=Membership.State.VERIFIED,
    ),
)
register_kind(
    "census-unfinished",
    label=_("Your organisation’s census is not finished"),
    why=_(
        "You speak for an organisation that was asked, and its answers have not been sent. We remind you a few times at most."
    ),
    group=Group.OWN,
    rows=_unfinished,
    service=True,
    can_wait=True,
)
