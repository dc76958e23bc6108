"""Which notices the panel's work leads to: what it answered, and which words changed because of whom."""

from collections.abc import Sequence

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from blog.models import Byline, Post
from commons.contributions.models import PANEL_ROLES, Contribution
from commons.digests.models import Notice
from commons.digests.reports import Group, register_kind
from commons.people.models import Appointment
from commons.richtext import Piece
from panel.models import Anchor, Change, Decision, Draft


def _behind(reader: str, voice: str) -> models.Q:
    """That a voice is a published contribution, or a public post, of this reader's."""
    posts = Byline.objects.joined().filter(author__person=models.OuterRef(reader), post__in=Post.objects.public())
    said = Contribution.objects.published().filter(author=models.OuterRef(reader))
    return models.Q(**{f"{voice}__contribution__in": said}) | models.Q(**{f"{voice}__post__in": posts.values("post")})


def _changed_because_of(about: models.OuterRef, reader: models.OuterRef) -> models.QuerySet:
    return Change.objects.filter(_behind(reader, "decision__voices"), version=about, decision__undone_at=None)


def _answered(about: models.OuterRef, reader: models.OuterRef) -> models.QuerySet:
    return Decision.objects.standing().filter(_behind(reader, "voices"), pk=about)


def _touched(about: models.OuterRef, reader: models.OuterRef) -> models.QuerySet:
    """What somebody said there still stands, and they have not replied yet."""
    said = Contribution.objects.published().filter(author=models.OuterRef(reader))
    return Anchor.objects.filter(
        section__versions=about, contribution__in=said, asked_at__isnull=False, replied_at=None
    )


def _failed(about: models.OuterRef, reader: models.OuterRef) -> models.QuerySet:
    """A draft, for who sits on the panel today."""
    seated = Appointment.objects.in_force(timezone.localdate()).filter(
        user=models.OuterRef(reader), role__in=PANEL_ROLES
    )
    return Draft.objects.filter(models.Exists(seated), pk=about)


def _words(notices: Sequence[Notice]) -> dict[int, Sequence[Piece]]:
    """The first words that changed in a version because of the reader. Two queries."""
    versions = {notice.about_id for notice in notices}
    readers = {notice.recipient_id for notice in notices}
    changes = Change.objects.filter(version__in=versions, decision__undone_at=None).order_by("-pk")
    said = changes.filter(decision__voices__contribution__author__in=readers).annotate(
        reader=models.F("decision__voices__contribution__author")
    )
    written = changes.filter(
        decision__voices__post__bylines__author__person__in=readers,
        decision__voices__post__bylines__joined_at__isnull=False,
    ).annotate(reader=models.F("decision__voices__post__bylines__author__person"))
    first = {(change.version_id, change.reader): change for rows in (written, said) for change in rows}
    found = {notice.pk: first.get((notice.about_id, notice.recipient_id)) for notice in notices}
    return {pk: change.excerpt for pk, change in found.items() if change is not None}


register_kind(
    "you-said-we-changed",
    label=_("The strategy changed because of you"),
    why=_("You said something about the strategy, or wrote about it, and its words changed because of it."),
    group=Group.CHANGED,
    rows=_changed_because_of,
    words=_words,
    direct=True,
)
register_kind(
    "words-changed",
    label=_("Words you spoke of have changed"),
    why=_(
        "You said something about words of the strategy, and they read otherwise now. Does what you said still apply?"
    ),
    group=Group.CHANGED,
    rows=_touched,
    direct=True,
)
register_kind(
    "answered",
    label=_("The panel has answered you"),
    why=_("You said something about the strategy."),
    group=Group.ANSWERS,
    rows=_answered,
    direct=True,
)
register_kind(
    "answer-undone",
    label=_("The panel has taken back an answer to you"),
    why=_("You said something about the strategy."),
    group=Group.ANSWERS,
    rows=lambda about, reader: Decision.objects.filter(_behind(reader, "voices"), pk=about, undone_at__isnull=False),
    direct=True,
)
register_kind(
    "cited",
    label=_("The panel cited your post"),
    why=_("You wrote a blog post, and the panel cited it in a decision."),
    group=Group.ANSWERS,
    rows=_answered,
    direct=True,
)
register_kind(
    "citation-undone",
    label=_("The panel has taken back a decision that cited your post"),
    why=_("You wrote a blog post, and the panel cited it in a decision."),
    group=Group.ANSWERS,
    rows=lambda about, reader: Decision.objects.filter(_behind(reader, "voices"), pk=about, undone_at__isnull=False),
    direct=True,
)
register_kind(
    "not-published",
    label=_("A version could not be published"),
    why=_("You set a time at which a section should be published."),
    group=Group.WRITING,
    rows=_failed,
    service=True,
)
