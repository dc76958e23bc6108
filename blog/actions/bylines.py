"""Who is named as an author of a post: asking somebody along, agreeing, guests, and leaving."""

import datetime as dt

from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from blog.actions.writing import NotNow, NotYours, free_slug, lock_post, name_author
from blog.models import Author, Byline, Post, Submission
from commons.audit.actions import record
from commons.audit.models import Entry
from commons.digests.actions import notify
from commons.people.models import User

MOST_AUTHORS = 8
# One person asks at most so many people within this time.
MOST_ASKED, ASKING_WINDOW = 20, dt.timedelta(days=1)


class AskedAlready(Exception):
    """This person writes along or has been asked."""


class TooManyAuthors(Exception):
    """No more names fit over a post."""


class LastAuthor(Exception):
    """A post has at least one author."""


def why_no_name(post: Post) -> str:
    """Why nobody can be named over a post any more, in words, or nothing. Names are part of what an editor approves."""
    if post.public_from is not None:
        return _("This post is approved under the names it has, so no name can be added.")
    if post.submissions.filter(outcome=Submission.Outcome.WAITING).exists():
        return _(
            "An editor is reading this post under the names it has. To add a name, its authors take it back first."
        )
    return ""


@transaction.atomic
def ask_coauthor(post: Post, *, by: User, email: str) -> Byline:
    """Ask somebody to write along, by their address. Whoever has an account with it is told; the author is not told whether
    anybody has. They are named, and may change the draft, only once they agree.

    Raises `NotYours`, `NotNow`, `AskedAlready` or `TooManyAuthors`.
    """
    row = lock_post(post, by)
    _check_open(row)
    _check_pace(by)
    email = email.strip().lower()
    _check_room(row)
    known = models.Q(asked_email=email) | models.Q(author__person__email=email)
    if row.bylines.filter(known).exists():
        raise AskedAlready(_("This person writes along already, or has been asked."))
    byline = Byline.objects.create(post=row, asked_email=email, place=row.bylines.count())
    record("ask_coauthor", row, by=by, data={"byline": byline.pk})
    person = User.objects.filter(email=email, is_active=True).first()
    if person is not None:
        with translation.override(person.language or None):
            notify(
                person,
                by=by,
                kind="blog-coauthor",
                # Once for each post: who is asked, let go and asked again is not told again.
                key=f"coauthor:{row.pk}",
                subject=_("%(name)s asks you to write a blog post together") % {"name": by.name or _("Somebody")},
                text=_("You are named as an author only if you agree."),
                path=reverse("blog:write"),
                mail=True,
            )
    return byline


def _check_pace(by: User) -> None:
    """Nobody writes to the whole sector through us, by asking people to write along."""
    asked = Entry.objects.filter(actor=by, verb="ask_coauthor", at__gt=timezone.now() - ASKING_WINDOW)
    if asked.count() >= MOST_ASKED:
        raise NotNow(_("You have asked many people today. Please ask the next ones tomorrow. Nothing was lost."))


def _check_open(post: Post) -> None:
    if why := why_no_name(post):
        raise NotNow(why)


def _check_room(post: Post) -> None:
    if post.bylines.count() >= MOST_AUTHORS:
        raise TooManyAuthors(_("A post can have %(most)d authors at most.") % {"most": MOST_AUTHORS})


@transaction.atomic
def join_post(byline: Byline, *, by: User) -> Byline:
    """Agree to be an author. Raises `NotNow` if nobody asks this person any more, if no name can be added, or if they decided
    about the post as an editor."""
    post = Post.objects.select_for_update(of=("self",)).filter(pk=byline.post_id).first()
    row = post and post.bylines.select_for_update().asked(by.email).filter(pk=byline.pk).first()
    if row is None:
        raise NotNow(_("Nobody asks you to write this post any more."))
    _check_open(post)
    if post.submissions.filter(decided_by=by).exists():
        raise NotNow(_("You have decided about this post as an editor, so you cannot be its author."))
    row.author, row.joined_at, row.asked_email = name_author(by, by=by), timezone.now(), ""
    row.save(update_fields=["author", "joined_at", "asked_email"])
    post.thread.hosts.add(by)
    record("join_post", post, by=by, data={"byline": row.pk})
    return row


@transaction.atomic
def decline_byline(byline: Byline, *, by: User) -> None:
    """Do not wish to write along. Raises `NotNow`."""
    row = Byline.objects.select_for_update(of=("self",)).asked(by.email).filter(pk=byline.pk).first()
    if row is None:
        raise NotNow(_("Nobody asks you to write this post any more."))
    record("decline_byline", row.post, by=by, data={"byline": row.pk})
    row.delete()


@transaction.atomic
def add_guest(post: Post, *, by: User, name: str, about: str = "") -> Byline:
    """Name somebody without an account as an author. The author who adds them answers for it. Raises `NotYours`, `NotNow` or
    `TooManyAuthors`."""
    row = lock_post(post, by)
    _check_open(row)
    _check_room(row)
    author = Author.objects.create(name=name.strip(), slug=free_slug(Author.objects.all(), name, "guest"), about=about)
    byline = Byline.objects.create(post=row, author=author, place=row.bylines.count(), joined_at=timezone.now())
    record("add_guest", row, by=by, data={"byline": byline.pk})
    return byline


@transaction.atomic
def drop_byline(byline: Byline, *, by: User) -> None:
    """Take a name away, or a question back: one's own or a guest's. Whoever leaves stays too near to the post to decide about
    it, or about what is said to it. Raises `NotYours`, `NotNow` or `LastAuthor`."""
    post = lock_post(byline.post, by)
    row = post.bylines.select_related("author").filter(pk=byline.pk).first()
    if row is None:
        raise NotNow(_("This name does not stand over the post any more."))
    if row.author is not None and row.author.person_id not in {None, by.pk}:
        raise NotYours(_("Only they themselves take their name away."))
    people = post.bylines.joined().filter(author__person__isnull=False).exclude(pk=row.pk)
    if not people.exists():
        raise LastAuthor(
            _("A post needs an author with an account. Ask somebody else along first, or withdraw the post.")
        )
    person = row.author.person if row.author else None
    if person is not None and post.author_id == person.pk:
        post.author = people.order_by("place", "pk").first().author.person
        post.save(update_fields=["author"])
    record("drop_byline", post, by=by, data={"byline": row.pk})
    row.delete()
