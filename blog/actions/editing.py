"""What editors do with what was handed in and with what is public. None of it is for whoever wrote the post, sits on the
panel or works for the staff: the rules say so, and these actions say so again.

Whoever locks a post and something that hangs on it locks the post first.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from blog.actions.writing import KeptElsewhere, NotNow, free_slug, lock_post
from blog.models import Draft, Note, Post, Proposal, Reason, Submission, is_editor
from commons.audit.actions import record
from commons.contributions.models import Thread
from commons.digests.actions import notify
from commons.moderation.models import Standing
from commons.people.models import User
from commons.themes.models import Theme

Outcome = Submission.Outcome


class NotAnEditor(Exception):
    """Only editors do this, and none who sits on the panel or works for the staff."""


class OwnPost(Exception):
    """Nobody decides about a post of their own."""


class DecidedAlready(Exception):
    """It does not wait any more: a colleague decided, or its author took it back or handed in other words."""


class ReasonMissing(Exception):
    """Whoever asks for changes or declines says why: to the author in words, and to everybody by a class."""


class CorrectionMissing(Exception):
    """Public words change only with a line that tells readers what."""


class StaleWords(Exception):
    """The public words are not those that the form showed."""


class DatePassed(Exception):
    """A post cannot be scheduled for a moment that is over."""


@transaction.atomic
def approve_submission(
    submission: Submission,
    *,
    by: User,
    public_from: dt.datetime | None = None,
    correction: str | None = None,
    seen: int | None = None,
) -> Post:
    """Let what was handed in be read by everybody: now, or from `public_from` on. A pitch is encouraged instead, and
    nothing becomes public.

    A post that is public already keeps its date; the line that its author wrote (or `correction` in its place) tells what
    changed. `seen` is the revision of the public words with which the editor compared it, so that nobody undoes a
    colleague's correction unread. Raises `NotAnEditor`, `OwnPost`, `DecidedAlready`, `StaleWords`, `DatePassed` or
    `CorrectionMissing`.
    """
    post, row = _lock(submission, by=by)
    if seen is not None and post.revision != seen:
        raise StaleWords(
            _("The public words were changed since you opened this page. Read what would change, then decide.")
        )
    now = timezone.now()
    if row.is_pitch:
        _decide(row, Outcome.APPROVED, by=by)
        Draft.objects.filter(post=post).update(is_pitch=False)
        record("approve_submission", post, by=by, data={"number": row.number, "is_pitch": True})
        _tell_authors(
            post,
            row,
            by=by,
            subject=gettext_lazy("The editors like your idea"),
            text=lambda: _("Please write it. What you handed in is in the draft, ready to go on."),
        )
        return post
    if public_from is not None and public_from < now - dt.timedelta(minutes=5):
        raise DatePassed(_("This moment is over. Choose a later one, or publish now."))
    if post.is_public:
        row.correction = (row.correction if correction is None else correction).strip()
        if not row.correction:
            raise CorrectionMissing(_("Say in a line what changed. Readers will see it under the post."))
    else:
        row.correction = ""
        post.public_from = public_from or now
        if not post.slug:
            post.year = timezone.localtime(post.public_from).year
            post.slug = free_slug(Post.objects.filter(year=post.year), row.title)
    _put_words(post, row, now=now, is_correction=bool(row.correction))
    _decide(row, Outcome.APPROVED, by=by)
    data = {"number": row.number, "revision": post.revision, "public_from": post.public_from.isoformat()}
    record("approve_submission", post, by=by, data=data)
    _tell_authors(post, row, by=by, subject=gettext_lazy("Your post is approved"), text=lambda: _approved(post))
    return post


def _put_words(post: Post, row: Submission, *, now: dt.datetime, is_correction: bool) -> None:
    """Make what was approved the words of the post."""
    had_words = bool(post.body)
    written = row.written()
    themes, threads = written.pop("theme_ids"), written.pop("thread_ids")
    for name, value in written.items():
        setattr(post, name, value)
    if had_words:
        post.revision += 1
    if is_correction:
        post.corrected_at = now
    post.standing = Standing.PUBLISHED
    post.save()
    row.revision = post.revision
    post.themes.set(Theme.objects.filter(pk__in=themes))
    post.threads.set(Thread.objects.filter(pk__in=threads))
    post.mark_pictures()


@transaction.atomic
def ask_changes(submission: Submission, *, by: User, reason: str, explanation: str) -> Submission:
    """Give it back with a reason, to be handed in again. Raises `NotAnEditor`, `OwnPost`, `DecidedAlready` or
    `ReasonMissing`."""
    post, row = _lock(submission, by=by)
    row.reason, row.explanation = _said(reason, explanation)
    _decide(row, Outcome.CHANGES, by=by)
    record("ask_changes", post, by=by, data={"number": row.number, "reason": str(row.reason)})
    _tell_authors(
        post, row, by=by, subject=gettext_lazy("The editors ask for changes to your post"), text=lambda: _why(row)
    )
    return row


@transaction.atomic
def decline_submission(submission: Submission, *, by: User, reason: str, explanation: str) -> Submission:
    """Turn it down with a reason. What is public already stays. Raises `NotAnEditor`, `OwnPost`, `DecidedAlready` or
    `ReasonMissing`."""
    post, row = _lock(submission, by=by)
    row.reason, row.explanation = _said(reason, explanation)
    _decide(row, Outcome.DECLINED, by=by)
    record("decline_submission", post, by=by, data={"number": row.number, "reason": str(row.reason)})
    _tell_authors(
        post, row, by=by, subject=gettext_lazy("The editors do not publish your post"), text=lambda: _why(row)
    )
    return row


@transaction.atomic
def propose_changes(
    submission: Submission, *, by: User, title: str, summary: str, body: str, note: str = ""
) -> Proposal:
    """Propose other words. They change nothing until an author takes them over. Raises `NotAnEditor`, `OwnPost` or
    `DecidedAlready`."""
    post, row = _lock(submission, by=by)
    proposal = Proposal.objects.create(submission=row, by=by, title=title, summary=summary, body=body, note=note)
    record("propose_changes", post, by=by, data={"proposal": proposal.pk, "number": row.number})
    _tell_authors(
        post,
        row,
        by=by,
        subject=gettext_lazy("An editor proposes changes to your post"),
        text=lambda: note,
        key=f"{post.pk}:proposal:{proposal.pk}",
    )
    return proposal


@transaction.atomic
def answer_proposal(proposal: Proposal, *, by: User, accept: bool, based_on: int) -> Proposal:
    """An author takes the proposed words into the draft, or not. `based_on` is the revision of the draft that they saw.

    Raises `NotYours`, `NotNow` or `KeptElsewhere`.
    """
    post = lock_post(proposal.submission.post, by)
    proposal = Proposal.objects.select_for_update().get(pk=proposal.pk)
    if proposal.answered_at is not None:
        raise NotNow(_("This proposal has been answered already."))
    draft = Draft.objects.select_for_update().get(post=post)
    if accept:
        if draft.revision != based_on:
            raise KeptElsewhere(draft)
        draft.title, draft.summary, draft.body = proposal.title, proposal.summary, proposal.body
        draft.revision, draft.kept_by, draft.kept_at = draft.revision + 1, by, timezone.now()
        draft.kept_from = None
        draft.save()
    proposal.answered_at, proposal.is_accepted = timezone.now(), accept
    proposal.save(update_fields=["answered_at", "is_accepted"])
    record("answer_proposal", post, by=by, data={"proposal": proposal.pk, "accepted": accept})
    return proposal


@transaction.atomic
def correct_post(
    post: Post, *, by: User, seen: int, title: str, summary: str, body: str, correction: str
) -> Submission:
    """Put something right in public words, with a line that tells readers what. `seen` is the revision that the editor
    read. The draft follows if the authors had not begun to change it.

    Raises `NotAnEditor`, `OwnPost`, `NotNow`, `StaleWords` or `CorrectionMissing`.
    """
    row = _lock_as_editor(post, by=by)
    if row.public_from is None or row.standing != Standing.PUBLISHED:
        raise NotNow(_("This post is not public, so there is nothing to correct."))
    if row.revision != seen:
        raise StaleWords(_("The public words were changed since you opened this page. Read them again, then correct."))
    if not correction.strip():
        raise CorrectionMissing(_("Say in a line what changed. Readers will see it under the post."))
    now = timezone.now()
    draft = Draft.objects.select_for_update().get(post=row)
    follows = (draft.title, draft.summary, draft.body) == (row.title, row.summary, row.body)
    number = (row.submissions.aggregate(last=models.Max("number"))["last"] or 0) + 1
    written = row.written() | {"title": title, "summary": summary, "body": body}
    submission = Submission.objects.create(
        post=row,
        number=number,
        by=by,
        outcome=Outcome.APPROVED,
        decided_by=by,
        decided_at=now,
        correction=correction.strip(),
        theme_ids=list(row.themes.values_list("pk", flat=True)),
        thread_ids=list(row.threads.values_list("pk", flat=True)),
        **written,
    )
    _put_words(row, submission, now=now, is_correction=True)
    submission.save(update_fields=["revision"])
    if follows:
        draft.title, draft.summary, draft.body, draft.revision = title, summary, body, draft.revision + 1
        draft.kept_from = None
        draft.save()
    record("correct_post", row, by=by, data={"number": number, "revision": row.revision})
    _tell_authors(
        row,
        submission,
        by=by,
        subject=gettext_lazy("An editor corrected your post"),
        text=lambda: submission.correction,
    )
    return submission


@transaction.atomic
def reschedule_post(post: Post, *, by: User, public_from: dt.datetime) -> Post:
    """Another moment for what is not out yet. Raises `NotAnEditor`, `OwnPost`, `NotNow` or `DatePassed`."""
    row = _lock_as_editor(post, by=by)
    now = timezone.now()
    if not row.is_scheduled:
        raise NotNow(_("This post is out already, or is not approved, so it cannot be scheduled."))
    if public_from < now - dt.timedelta(minutes=5):
        raise DatePassed(_("This moment is over. Choose a later one, or publish now."))
    row.public_from = public_from
    row.save(update_fields=["public_from"])
    record("reschedule_post", row, by=by, data={"public_from": public_from.isoformat()})
    _tell_authors(
        row,
        by=by,
        subject=gettext_lazy("Your post comes out at another time"),
        text=lambda: _approved(row),
        key=f"{row.pk}:rescheduled:{public_from.isoformat()}",
    )
    return row


@transaction.atomic
def pin_post(post: Post, *, by: User, pinned: bool) -> Post:
    """Keep a public post at the top of the list, or no longer. Raises `NotAnEditor`, `OwnPost` or `NotNow`."""
    row = _lock_as_editor(post, by=by)
    if pinned and not row.is_public:
        raise NotNow(_("Only what is public can be pinned."))
    row.pinned_at = timezone.now() if pinned else None
    row.save(update_fields=["pinned_at"])
    record("pin_post", row, by=by, data={"pinned": pinned})
    return row


@transaction.atomic
def add_note(post: Post, *, by: User, body: str) -> Note:
    """A few words between authors and editors. The other side is told. Raises `NotAnEditor` for anybody else."""
    row = Post.objects.select_for_update(of=("self",)).filter(pk=post.pk).first()
    authors = row.writers() if row else []
    by_editor = by not in authors
    if row is None or (by_editor and not is_editor(by)):
        raise NotAnEditor(_("Only the authors and the editors write notes."))
    note = Note.objects.create(post=row, by=by, is_by_editor=by_editor, body=body)
    record("add_note", row, by=by, data={"note": note.pk})
    told: Iterable[User] = authors if by_editor else _editors_of(row)
    for person in told:
        if person.pk == by.pk:
            continue
        with translation.override(person.language or None):
            notify(
                person,
                by=by,
                kind="blog-note",
                key=f"blog-note:{note.pk}",
                subject=_("A note about a blog post"),
                text=note.body,
                path=reverse("blog:writing" if person in authors else "blog:desk-post", args=[row.pk]),
            )
    return note


def _editors_of(post: Post) -> list[User]:
    """The editors who have had to do with a post."""
    people = User.objects.filter(
        models.Q(pk__in=post.notes.filter(is_by_editor=True).values("by"))
        | models.Q(pk__in=post.submissions.exclude(decided_by=None).values("decided_by"))
    )
    return [person for person in people.order_by("pk") if is_editor(person)]


def _lock_as_editor(post: Post, *, by: User) -> Post:
    if not is_editor(by):
        raise NotAnEditor(_("Only the blog’s editors do this, and none who sits on the panel or works for the staff."))
    row = Post.objects.select_for_update(of=("self",)).get(pk=post.pk)
    if row.is_own_business_of(by):
        raise OwnPost(_("You wrote this yourself, so another editor must decide."))
    return row


def _lock(submission: Submission, *, by: User) -> tuple[Post, Submission]:
    post = _lock_as_editor(submission.post, by=by)
    row = Submission.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=submission.pk)
    if post.standing in {Standing.DECLINED, Standing.HELD}:
        raise DecidedAlready(
            _(
                "A moderator has taken this post down or is looking at it, so nothing can be decided. Nothing was changed."
            )
        )
    if not row.is_waiting:
        raise DecidedAlready(
            _("This does not wait any more: a colleague decided, or the author took it back. Nothing was changed.")
        )
    return post, row


def _decide(row: Submission, outcome: str, *, by: User) -> None:
    row.outcome, row.decided_by, row.decided_at = outcome, by, timezone.now()
    row.save()


def _said(reason: str, explanation: str) -> tuple[str, str]:
    if reason not in Reason.values or not explanation.strip():
        raise ReasonMissing(_("Choose a reason and explain it to the author. Nothing was decided."))
    return reason, explanation.strip()


def _approved(post: Post) -> str:
    if post.is_public:
        return _("Everybody can read it now.")
    when = timezone.localtime(post.public_from)
    return _("Everybody can read it from %(when)s.") % {"when": date_format(when, "j F Y, H:i")}


def _why(row: Submission) -> str:
    return "\n\n".join(
        [
            _("The reason: %(reason)s.") % {"reason": row.get_reason_display()},
            _("The editor says: %(explanation)s") % {"explanation": row.explanation},
        ]
    )


def _tell_authors(
    post: Post, row: Submission | None = None, *, by: User, subject: Any, text: Callable[[], str], key: str = ""
) -> None:
    for person in post.writers():
        with translation.override(person.language or None):
            notify(
                person,
                by=by,
                kind="blog-decision",
                key=f"blog-decision:{key or f'{post.pk}:submission:{row.pk}:{row.outcome}'}",
                subject=str(subject),
                text=text(),
                path=reverse("blog:writing", args=[post.pk]),
                mail=True,
            )
