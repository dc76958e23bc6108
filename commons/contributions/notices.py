"""Which notices tell of contributions."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from commons.contributions.models import PANEL_ROLES, Audience, Contribution, ContributionQuerySet
from commons.contributions.reports import with_subject_shown
from commons.digests.reports import Group, register_kind
from commons.people.models import Appointment


def _reply_to(about: models.OuterRef, reader: models.OuterRef) -> ContributionQuerySet:
    """A reply that may be read, to something that is still shown: by everybody, or in the panel's room by whoever sits on the
    panel today."""
    seated = Appointment.objects.in_force(timezone.localdate()).filter(
        user=models.OuterRef(reader), role__in=PANEL_ROLES
    )
    readable = models.Q(thread__audience=Audience.EVERYONE) | models.Exists(seated)
    return with_subject_shown(Contribution.objects.published()).filter(readable, pk=about)


register_kind(
    "reply",
    label=_("A reply to you"),
    why=_("You said something on this site, and somebody replied to it."),
    group=Group.REPLIES,
    rows=_reply_to,
    direct=True,
)
