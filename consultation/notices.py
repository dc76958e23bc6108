"""Which notices tell of the process: its phases and its events."""

from django.utils.translation import gettext_lazy as _

from commons.contributions.models import Contribution
from commons.digests.reports import Group, register_kind
from commons.moderation.models import Standing

register_kind(
    "phase",
    label=_("A phase begins, moves or ends soon"),
    why=_("You follow the process."),
    group=Group.DATES,
)
register_kind(
    "event",
    label=_("Something about an event you are coming to"),
    why=_("You have a place at an event, or wait for one. We write to you at once."),
    group=Group.EVENTS,
)
register_kind(
    "idea-comment",
    label=_("A comment on your idea"),
    why=_("You put forward a big idea, and somebody commented on it."),
    group=Group.REPLIES,
    rows=lambda about, reader: Contribution.objects.public().filter(
        pk=about, thread__idea__contribution__standing=Standing.PUBLISHED
    ),
    direct=True,
)
