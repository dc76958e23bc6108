"""Following, and telling followers of what is new: each person once, however many of the things they follow a post belongs
to."""

from django.db import models, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from blog.models import Author, Follow, Post
from commons.audit.actions import record
from commons.contributions.models import Contribution
from commons.digests.actions import Fact, notify_all
from commons.people.models import User
from commons.themes.models import Theme

POSTS_AT_ONCE = 20


@transaction.atomic
def follow(*, by: User, theme: Theme | None = None, author: Author | None = None, post: Post | None = None) -> bool:
    """Wish to be told: of every new post (nothing is named), of those under a theme or by an author, or of what is said to
    one post. A second time changes nothing. Whether this was the first time."""
    _row, is_new = Follow.objects.get_or_create(person=by, theme=theme, author=author, post=post)
    if is_new:
        record("follow", theme or author or post or by, by=by)
    return is_new


@transaction.atomic
def unfollow(*, by: User, theme: Theme | None = None, author: Author | None = None, post: Post | None = None) -> bool:
    """No longer wish to be told. Whether one had wished it."""
    gone, _rows = Follow.objects.filter(person=by, theme=theme, author=author, post=post).delete()
    if gone:
        record("unfollow", theme or author or post or by, by=by)
    return bool(gone)


@transaction.atomic
def announce_posts(*, by: User | None) -> int:
    """Tell followers of posts that have become public, each person once for each post. Returns how many posts were
    announced.

    It reads rows and the clock, so a post that was scheduled is announced when it is out, and one that was withdrawn before
    is not.
    """
    posts = list(
        Post.objects.to_announce()
        .select_for_update(skip_locked=True, of=("self",))
        .order_by("public_from", "pk")[:POSTS_AT_ONCE]
    )
    for post in posts:
        followers = (
            User.objects.filter(is_active=True, follows__in=_followers_of(post))
            .exclude(pen__bylines__post=post)
            .distinct()
        )
        notify_all((_news(post, person) for person in followers.iterator(2000)), by=by, kind="blog-post", about=post)
    Post.objects.filter(pk__in=[post.pk for post in posts]).update(announced_at=timezone.now())
    return len(posts)


def _followers_of(post: Post) -> models.QuerySet:
    return Follow.objects.filter(
        models.Q(theme=None, author=None, post=None)
        | models.Q(theme__in=post.themes.all())
        | models.Q(author__in=post.bylines.joined().values("author"))
    )


def _news(post: Post, person: User) -> Fact:
    with translation.override(person.language or None):
        return Fact(
            person,
            key=f"blog-post:{post.pk}",
            subject=_("New on the blog: %(title)s") % {"title": post.title},
            text=post.summary,
            path=post.get_absolute_url(),
        )


@transaction.atomic
def announce_comments(*, by: User | None) -> int:
    """Tell those who follow a post, and its authors, that something was said to it: one notice for each comment and person.
    What a moderator lets through tomorrow is told tomorrow. Returns how many comments were looked at."""
    waiting = list(
        Contribution.objects.public()
        .filter(announced_at=None, parent=None, thread__post__in=Post.objects.public())
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("thread__post", "author")
        .order_by("pk")[:200]
    )
    for row in waiting:
        post = row.thread.post
        people = (
            User.objects.filter(is_active=True)
            .filter(models.Q(follows__post=post) | models.Q(pen__bylines__in=post.bylines.joined()))
            .exclude(pk=row.author_id)
            .distinct()
        )
        notify_all((_said(row, post, person) for person in people), by=by, kind="blog-comment", about=row)
    Contribution.objects.filter(pk__in=[row.pk for row in waiting]).update(announced_at=timezone.now())
    return len(waiting)


def _said(row: Contribution, post: Post, person: User) -> Fact:
    with translation.override(person.language or None):
        return Fact(
            person,
            key=f"blog-comment:{row.pk}",
            subject=_("%(name)s commented on “%(title)s”") % {"name": row.name_shown, "title": post.title},
            path=row.get_absolute_url(),
            thing=f"post:{post.pk}",
        )
