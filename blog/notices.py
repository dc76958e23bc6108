"""Which notices tell of the blog: what is new to those who follow, and what became of a post to those who write it."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from blog.models import Byline, Follow, Note, Post
from commons.contributions.models import Contribution
from commons.digests.reports import Group, register_kind
from commons.moderation.models import BARRED, Verdict
from commons.people.models import Appointment, Role, User


def _asked_or_writing(about: models.OuterRef, reader: models.OuterRef) -> models.QuerySet:
    """Somebody is still asked to write along, or does."""
    email = User.objects.filter(pk=models.OuterRef(reader)).values("email")
    asked = models.Q(joined_at=None, asked_email=models.Subquery(email))
    return Byline.objects.filter(asked | models.Q(author__person=reader), post=about)


def _news(about: models.OuterRef, reader: models.OuterRef) -> models.QuerySet:
    """A public post, for who still follows the blog, its themes or its authors."""
    follows = Follow.objects.filter(
        models.Q(theme=None, author=None, post=None)
        | models.Q(theme__posts=models.OuterRef("pk"))
        | models.Q(author__bylines__post=models.OuterRef("pk")),
        person=models.OuterRef(reader),
    )
    return Post.objects.public().filter(models.Exists(follows), ~_shortened_since("moderation"), pk=about)


def _shortened_since(moderation: str) -> models.Exists:
    """A moderator has taken words out of the post after the notice was written, which may quote them."""
    written = models.OuterRef(models.OuterRef("made_at"))
    later = Verdict.objects.filter(moderation=models.OuterRef(moderation), made_at__gt=written)
    return models.Exists(later.filter(outcome=Verdict.Outcome.REDACT))


def _said(about: models.OuterRef, reader: models.OuterRef) -> models.QuerySet:
    """What is public there, for who still follows the post or writes it."""
    person, post = models.OuterRef(reader), models.OuterRef("thread__post")
    follows = models.Exists(Follow.objects.filter(person=person, post=post))
    concerned = follows | models.Exists(_writing(post, person))
    return Contribution.objects.public().filter(
        concerned, ~_shortened_since("thread__post__moderation"), pk=about, thread__post__in=Post.objects.public()
    )


def _writing(post: models.OuterRef, reader: models.OuterRef) -> models.QuerySet:
    return Byline.objects.joined().filter(author__person=reader, post=post)


def _note(about: models.OuterRef, reader: models.OuterRef) -> models.QuerySet:
    """A note that was not erased, for who writes the post or edits the blog today."""
    person = models.OuterRef(reader)
    held = Appointment.objects.in_force(timezone.localdate()).filter(user=person)
    edits = models.Exists(held.filter(role=Role.EDITOR)) & ~models.Exists(held.filter(role__in=BARRED))
    return Note.objects.filter(edits | models.Exists(_writing(models.OuterRef("post"), person)), pk=about).exclude(
        body=""
    )


register_kind(
    "blog-post",
    label=_("A new post on the blog"),
    why=_("You follow the blog, a theme or an author."),
    group=Group.FOLLOWED,
    rows=_news,
)
register_kind(
    "blog-comment",
    label=_("A comment on a blog post"),
    why=_("You follow the post, or you wrote it."),
    group=Group.FOLLOWED,
    rows=_said,
)
register_kind(
    "blog-note",
    label=_("A note about a blog post"),
    why=_("You write or edit the post."),
    group=Group.WRITING,
    rows=_note,
)
register_kind(
    "blog-decision",
    label=_("What an editor decided about your post"),
    why=_("You handed in a post for the blog."),
    group=Group.WRITING,
    rows=_writing,
    service=True,
)
register_kind(
    "blog-coauthor",
    label=_("Somebody asks you to write a post together"),
    why=_("An author named your e-mail address."),
    group=Group.WRITING,
    rows=_asked_or_writing,
    service=True,
    can_wait=True,
)
