"""What authors do: begin, keep, hand in, take back, and withdraw what is public.

Whoever locks a post and something that hangs on it locks the post first.
"""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from blog.models import Author, Byline, Draft, Post, Submission
from commons.audit.actions import record
from commons.contributions.actions import open_thread
from commons.contributions.models import Mandate
from commons.moderation.actions import release
from commons.moderation.models import Standing
from commons.people.models import Door, Organisation, User

MOST_UNFINISHED = 20
"""Posts that one person may have begun and never handed in."""
MOST_WAITING = 10
"""Posts of one person that may wait for an editor at once."""
ADDRESSES = 2_026_11  # any number that nobody else locks


class TooMany(Exception):
    """There are so many unfinished ones that another would not help."""


class NotYours(Exception):
    """Only its authors do this."""


class KeptElsewhere(Exception):
    """Something else was kept since the page was opened, so that it would be written over unread. `draft` is what is kept."""

    def __init__(self, draft: Draft) -> None:
        super().__init__(_("This was changed in another window or on another device."))
        self.draft = draft


class NotReady(Exception):
    """A title, a summary or a text is missing."""


class NotYourOrganisation(Exception):
    """Somebody wrote for an organisation that has not said they may."""


class CorrectionMissing(Exception):
    """What is public already changes only with a line that tells readers what."""


class NothingChanged(Exception):
    """What is handed in is what is public or waiting already."""


class NotNow(Exception):
    """It was withdrawn or taken down, or nothing waits, so nothing can be done with it."""


@transaction.atomic
def name_author(person: User, *, by: User, about: str = "") -> Author:
    """The author that a person is. Made the first time, under the name they have then; its address is never changed."""
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    author = Author.objects.filter(person=person).first()
    if author is None:
        name = person.name or _("Somebody who gave no name")
        author = Author.objects.create(
            person=person, name=name, slug=free_slug(Author.objects.all(), name), about=about
        )
        record("name_author", author, by=by)
    return author


def free_slug(taken: models.QuerySet, words: str, fallback: str = "post") -> str:
    """An address made of words that none of `taken` has: with a number behind it if need be. One at a time: two that are
    made in the same moment do not choose the same. Only inside a transaction, which keeps the choice until it ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ADDRESSES])
    stem = slugify(words)[:70].strip("-") or fallback
    used = set(taken.filter(slug__startswith=stem).values_list("slug", flat=True))
    return next(slug for slug in (stem, *(f"{stem}-{n}" for n in range(2, len(used) + 3))) if slug not in used)


@transaction.atomic
def start_post(*, by: User, is_pitch: bool = False) -> Post:
    """Begin a post. Who has one that is still empty gets that again, so that a double click begins one. Raises `TooMany`."""
    author = name_author(by, by=by)
    unfinished = Draft.objects.filter(post__author=by, post__handed_in_at=None, post__standing=Standing.PUBLISHED)
    empty = unfinished.filter(title="", summary="", body="").select_related("post").first()
    if empty is not None:
        if empty.is_pitch != is_pitch:
            empty.is_pitch = is_pitch
            empty.save(update_fields=["is_pitch"])
        return empty.post
    if unfinished.count() >= MOST_UNFINISHED:
        raise TooMany(_("You have many unfinished posts. Hand one in, or throw one away, before you begin another."))
    thread = open_thread(by=by)
    thread.is_independent = True
    thread.save(update_fields=["is_independent"])
    thread.hosts.add(by)
    post = Post.objects.create(author=by, thread=thread)
    Byline.objects.create(post=post, author=author, joined_at=timezone.now())
    Draft.objects.create(post=post, is_pitch=is_pitch, kept_by=by)
    record("start_post", post, by=by)
    return post


def lock_post(post: Post, author: User) -> Post:
    """The post, locked until the end of the transaction, for one of its authors. Raises `NotYours`."""
    row = Post.objects.select_for_update(of=("self",)).filter(pk=post.pk).first()
    if row is None or not row.bylines.joined().filter(author__person=author).exists():
        raise NotYours(_("Only the authors of a post can do this."))
    return row


@transaction.atomic
def keep_draft(
    post: Post, *, by: User, based_on: int, written: Mapping[str, Any], page: uuid.UUID | None = None, turn: int = 0
) -> Draft:
    """Keep what an author has typed: any fields of a `Draft`. `based_on` is the revision their page showed.

    `page` names the open page and `turn` counts what it sent: if the connection dropped before it was told the new revision,
    it goes on from its own words all the same. Raises `NotYours`, `NotYourOrganisation` or `KeptElsewhere`.
    """
    row = lock_post(post, by)
    draft = Draft.objects.select_for_update().get(post=row)
    changed = {name: value for name, value in written.items() if getattr(draft, name) != value}
    if not changed:
        return draft
    is_own_page = page is not None and draft.kept_from == page and draft.kept_turn < turn
    if draft.revision != based_on and not is_own_page:
        raise KeptElsewhere(draft)
    if not changed.keys().isdisjoint({"organisation", "mandate"}):
        _check_organisation({**draft.written(), **written}, [by])
    for name, value in changed.items():
        setattr(draft, name, value)
    draft.revision, draft.kept_by, draft.kept_at = draft.revision + 1, by, timezone.now()
    draft.kept_from, draft.kept_turn = page, turn
    draft.save()
    return draft


def _check_organisation(written: Mapping[str, Any], people: Iterable[User]) -> None:
    """Whether one of these people has joined the organisation for which something was written."""
    organisation = written["organisation"]
    if organisation is None or written["mandate"] == Mandate.SELF:
        return
    if not any(Organisation.objects.of_member(person).filter(pk=organisation.pk).exists() for person in people):
        raise NotYourOrganisation(
            _("You can write only for an organisation that you have joined and staff have checked.")
        )


@transaction.atomic
def hand_in(
    post: Post,
    *,
    by: User,
    based_on: int,
    correction: str = "",
    is_pitch: bool | None = None,
    door: Door | None = None,
) -> Submission:
    """Give the draft to the editors, as it stands at revision `based_on`. What waited already is taken back for it. The post
    keeps the `door` of the first time.

    What is public stays as it is until an editor approves the new wording; `correction` then tells readers what changed.
    Raises `NotYours`, `KeptElsewhere`, `NotReady`, `NotYourOrganisation`, `CorrectionMissing`, `NothingChanged`, `TooMany`
    or `NotNow`.
    """
    row = lock_post(post, by)
    draft = Draft.objects.select_for_update().get(post=row)
    if draft.revision != based_on:
        raise KeptElsewhere(draft)
    if row.standing == Standing.DECLINED:
        raise NotNow(_("A moderator has taken this post down, so it cannot be handed in again. You can appeal."))
    if row.standing == Standing.WITHDRAWN:
        raise NotNow(_("This post was withdrawn, for good. To say it again, begin another one."))
    if row.standing == Standing.HELD:
        raise NotNow(_("A moderator is looking at this post. You can hand in other words when they have decided."))
    pitched = draft.is_pitch if is_pitch is None else is_pitch
    _check_ready(draft, is_pitch=pitched)
    _check_organisation(draft.written(), row.writers())
    if row.public_from is not None and pitched:
        raise NotReady(_("This post is approved already, so hand in the whole text."))
    if row.public_from is not None and _reads_like(row, draft):
        raise NothingChanged(_("This is what was approved already. Change something before you hand it in."))
    is_out = row.is_public
    if is_out and not correction.strip():
        raise CorrectionMissing(_("Say in a line what you changed. Readers will see it under the post."))
    waiting = row.submissions.select_for_update().filter(outcome=Submission.Outcome.WAITING).first()
    if waiting is not None:
        if waiting.written() == draft.written() and waiting.is_pitch == pitched:
            return waiting
        _take_back(waiting)
    _check_queue(by)
    number = (row.submissions.aggregate(last=models.Max("number"))["last"] or 0) + 1
    submission = Submission.objects.create(
        post=row,
        number=number,
        by=by,
        is_pitch=pitched,
        correction=correction.strip() if is_out else "",
        **draft.written(),
    )
    if row.handed_in_at is None:
        row.handed_in_at, row.door = submission.made_at, door
        row.save(update_fields=["handed_in_at", "door"])
    draft.is_pitch = pitched
    draft.save(update_fields=["is_pitch"])
    record("hand_in", row, by=by, data={"number": number, "is_pitch": pitched})
    return submission


def _check_queue(by: User) -> None:
    """Nobody fills the editors' desk alone. One at a time for each person, so that the limit is not slipped past."""
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    if Submission.objects.waiting().filter(by=by).count() >= MOST_WAITING:
        raise TooMany(_("Many of your posts wait for an editor. Hand this in when they have been read."))


def _reads_like(post: Post, draft: Draft) -> bool:
    public = [set(rows.values_list("pk", flat=True)) for rows in (post.themes, post.threads)]
    placed = [set(draft.theme_ids), set(draft.thread_ids)]
    return placed == public and all(getattr(draft, name) == value for name, value in post.written().items())


def what_is_missing(draft: Draft, *, is_pitch: bool) -> list[str]:
    """What a draft still needs before it can be handed in, in words. An idea needs no summary."""
    needed = [(_("a title"), draft.title), (_("a text"), draft.body)]
    if not is_pitch:
        needed.insert(1, (_("a summary"), draft.summary))
    missing = [words for words, text in needed if not text.strip()]
    if draft.mandate != Mandate.SELF and draft.organisation is None:
        missing.append(_("the organisation you write for"))
    return missing


def _check_ready(draft: Draft, *, is_pitch: bool) -> None:
    if missing := what_is_missing(draft, is_pitch=is_pitch):
        raise NotReady(_("Still missing: %(what)s.") % {"what": ", ".join(missing)})


def _take_back(submission: Submission) -> None:
    submission.outcome, submission.decided_at = Submission.Outcome.WITHDRAWN, timezone.now()
    submission.save(update_fields=["outcome", "decided_at"])


@transaction.atomic
def take_back(post: Post, *, by: User) -> Post:
    """Take what waits for an editor back, to go on writing. What is public stays. Raises `NotYours` or `NotNow`."""
    row = lock_post(post, by)
    waiting = row.submissions.select_for_update().filter(outcome=Submission.Outcome.WAITING).first()
    if waiting is None:
        raise NotNow(
            _("Nothing of this post waits for an editor any more. Load the page again to see what they decided.")
        )
    _take_back(waiting)
    record("take_back", row, by=by, data={"number": waiting.number})
    return row


@transaction.atomic
def withdraw_post(post: Post, *, by: User) -> Post:
    """Take a post off the site, for good. What others said stays readable under a line that says so. Raises `NotYours` or
    `NotNow`."""
    row = lock_post(post, by)
    if row.standing not in {Standing.PUBLISHED, Standing.HELD} or row.public_from is None:
        raise NotNow(_("This post is not public, so there is nothing to withdraw."))
    waiting = row.submissions.select_for_update().filter(outcome=Submission.Outcome.WAITING).first()
    if waiting is not None:
        _take_back(waiting)
    row.standing, row.pinned_at = Standing.WITHDRAWN, None
    if row.public_from > timezone.now():
        # Nobody could read it yet, so its address must not say one day that it was there.
        row.public_from = None
    row.save(update_fields=["standing", "pinned_at", "public_from"])
    release(row, by=by)
    record("withdraw_post", row, by=by)
    return row


@transaction.atomic
def drop_draft(post: Post, *, by: User) -> None:
    """Throw away a post that no editor has ever been shown. Raises `NotYours` or `NotNow`."""
    row = lock_post(post, by)
    if row.handed_in_at is not None:
        raise NotNow(_("You have handed this in, so it is kept. You need not do anything with it."))
    record("drop_draft", row, by=by)
    thread = row.thread
    row.delete()
    thread.delete()
