"""Which notices tell of the blog: what is new to those who follow, and what became of a post to those who write it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from blog.models import Byline, Note, Post
from commons.contributions.models import Contribution
from commons.digests.reports import Group, register_kind
from commons.people.models import User


def _asked_or_writing(about: models.OuterRef, reader: models.OuterRef) -> models.QuerySet:
    """Somebody is still asked to write along, or does."""
    email = User.objects.filter(pk=models.OuterRef(reader)).values("email")
    asked = models.Q(joined_at=None, asked_email=models.Subquery(email))
    return Byline.objects.filter(asked | models.Q(author__person=reader), post=about)


register_kind(
    "blog-post",
    label=_("A new post on the blog"),
    why=_("You follow the blog, a theme or an author."),
    group=Group.FOLLOWED,
    rows=lambda about, reader: Post.objects.public().filter(pk=about),
)
register_kind(
    "blog-comment",
    label=_("A comment on a blog post"),
    why=_("You follow the post, or you wrote it."),
    group=Group.FOLLOWED,
    rows=lambda about, reader: Contribution.objects.public().filter(pk=about, thread__post__in=Post.objects.public()),
)
register_kind(
    "blog-note",
    label=_("A note about a blog post"),
    why=_("You write or edit the post."),
    group=Group.WRITING,
    rows=lambda about, reader: Note.objects.filter(pk=about).exclude(body=""),
)
register_kind(
    "blog-decision",
    label=_("What an editor decided about your post"),
    why=_("You handed in a post for the blog. We write to you at once."),
    group=Group.WRITING,
)
register_kind(
    "blog-coauthor",
    label=_("Somebody asks you to write a post together"),
    why=_("An author named your e-mail address. We write to you at once."),
    group=Group.WRITING,
    rows=_asked_or_writing,
)
