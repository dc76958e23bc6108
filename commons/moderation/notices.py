"""Which notices tell of what moderators did. They speak to somebody of what is theirs, and name nobody."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from commons.digests.reports import Group, register_kind
from commons.moderation.models import Appeal, Moderation, Report, Verdict, kinds

Outcome = Verdict.Outcome


def _verdict(about: models.OuterRef, reader: models.OuterRef) -> models.QuerySet:
    """What holds today: no later verdict has changed anything, and no appeal has overturned it. Of what was let through it is
    said that everybody can read it, so everybody can."""
    later = Verdict.objects.filter(moderation=models.OuterRef("moderation"), pk__gt=models.OuterRef("pk"))
    overtaken = models.Exists(later.exclude(outcome=Outcome.KEEP))
    wrong = models.Exists(Appeal.objects.filter(verdict=models.OuterRef("pk"), outcome=Appeal.Outcome.OVERTURNED))
    things = [Moderation._meta.get_field(kind).related_model for kind in kinds()]
    public = models.Q(
        *(models.Exists(thing.objects.public().filter(moderation=models.OuterRef("moderation"))) for thing in things),
        _connector=models.Q.OR,
    )
    own = Verdict.objects.about_words_of(reader).filter(pk=about)
    return own.filter(public | ~models.Q(outcome=Outcome.PUBLISH), ~overtaken, ~wrong)


def _appeal(about: models.OuterRef, reader: models.OuterRef) -> models.QuerySet:
    """A decided appeal, for who asked for it or wrote what it was about, alone or with others."""
    written = Verdict.objects.about_words_of(models.OuterRef(reader)).filter(pk=models.OuterRef("verdict"))
    return Appeal.objects.filter(models.Q(by=reader) | models.Exists(written), pk=about, decided_at__isnull=False)


def _report(about: models.OuterRef, reader: models.OuterRef) -> models.QuerySet:
    """A settled one, as long as nobody has found the decision wrong since."""
    wrong = Appeal.objects.filter(
        verdict__moderation=models.OuterRef("moderation"),
        outcome=Appeal.Outcome.OVERTURNED,
        decided_at__gt=models.OuterRef("settled_at"),
    )
    return Report.objects.filter(~models.Exists(wrong), pk=about, by=reader, settled_at__isnull=False)


register_kind(
    "verdict",
    label=_("A moderator has decided about something you wrote"),
    why=_("You wrote something, and a moderator had to look at it. Where you can appeal, we write to you at once."),
    sometimes=True,
    group=Group.WRITING,
    rows=_verdict,
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
    rows=_report,
)
