"""Which notices tell of what moderators did. They speak to somebody of what is theirs, and name nobody."""

from django.utils.translation import gettext_lazy as _

from commons.digests.reports import Group, register_kind
from commons.moderation.models import Appeal, Report, Verdict

register_kind(
    "verdict",
    label=_("A moderator has decided about something you wrote"),
    why=_("You wrote something, and a moderator had to look at it. Where you can appeal, we write to you at once."),
    group=Group.WRITING,
    rows=lambda about, reader: Verdict.objects.filter(pk=about),
)
register_kind(
    "appeal",
    label=_("Your appeal has been looked at"),
    why=_("You appealed, or wrote what the appeal was about."),
    group=Group.WRITING,
    rows=lambda about, reader: Appeal.objects.filter(pk=about, decided_at__isnull=False),
    service=True,
)
register_kind(
    "report",
    label=_("What became of your report"),
    why=_("You told us that something should be looked at."),
    group=Group.OWN,
    rows=lambda about, reader: Report.objects.filter(pk=about, by=reader, settled_at__isnull=False),
)
