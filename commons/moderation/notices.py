"""Which notices tell of what moderators did. They speak to somebody of what is theirs, and name nobody."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from commons.digests.reports import Group, register_kind
from commons.moderation.models import Appeal, Report, Verdict


def _appeal(about: models.OuterRef, reader: models.OuterRef) -> models.QuerySet:
    """A decided appeal, for who asked for it or wrote what it was about, alone or with others."""
    written = Verdict.objects.about_words_of(models.OuterRef(reader)).filter(pk=models.OuterRef("verdict"))
    return Appeal.objects.filter(models.Q(by=reader) | models.Exists(written), pk=about, decided_at__isnull=False)


register_kind(
    "verdict",
    label=_("A moderator has decided about something you wrote"),
    why=_("You wrote something, and a moderator had to look at it. Where you can appeal, we write to you at once."),
    group=Group.WRITING,
    rows=lambda about, reader: Verdict.objects.about_words_of(reader).filter(pk=about),
)
register_kind(
    "appeal",
    label=_("Your appeal has been looked at"),
    why=_("You appealed, or wrote what the appeal was about."),
    group=Group.WRITING,
    rows=_appeal,
    service=True,
)
register_kind(
    "report",
    label=_("What became of your report"),
    why=_("You told us that something should be looked at."),
    group=Group.OWN,
    rows=lambda about, reader: Report.objects.filter(pk=about, by=reader, settled_at__isnull=False),
)
