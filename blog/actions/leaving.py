"""What becomes of somebody's posts when they close their account: public ones stay under their name, stay without it, or go.
What never was public goes in any case, and what was written together stays with the others."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from blog.actions.writing import drop_draft, take_back, withdraw_post
from blog.models import Author, Byline, Draft, Note, Post, Proposal, Submission
from commons.audit.actions import record
from commons.contributions.models import Contribution, Mandate
from commons.digests.actions import drop_notices, forget_name
from commons.moderation.actions.leaving import pass_verdicts_on
from commons.moderation.models import Standing
from commons.people.models import User
from commons.people.reports.leaving import GO, STAY, Answer, Legacy, register_keeper

UNNAMED = "unnamed"
NO_WORDS = {"title": "", "summary": "", "body": "", "interest": ""}
NO_SPEAKER = {"interest": "", "mandate": Mandate.SELF, "organisation": None}


def _alone(person: User) -> set[int]:
    """The numbers of the posts that nobody else with an account has written along."""
    together = Byline.objects.joined().filter(author__person__isnull=False).exclude(author__person=person)
    return set(Post.objects.written_by(person).exclude(pk__in=together.values("post")).values_list("pk", flat=True))


def _is_out(post: Post) -> bool:
    """Whether it was approved and nobody has taken it down: it is public now, or will be."""
    return post.public_from is not None and post.standing in {Standing.PUBLISHED, Standing.HELD}


def _tell(person: User) -> Legacy:
    posts, alone = list(Post.objects.written_by(person).defer("body", "search")), _alone(person)
    out = [post for post in posts if _is_out(post)]
    goes, stays = [], []
    if alone - {post.pk for post in out}:
        goes.append(_("Drafts, pitches and whatever of your posts is not public"))
    if {post.pk for post in posts} - alone:
        stays.append(_("Posts that you wrote together with others: they stay with them"))
    if not out:
        return Legacy(goes=goes, stays=stays)
    answers = [
        Answer(STAY, _("Keep on the blog, with my name"), _("And with what it says there about you.")),
        Answer(
            UNNAMED, _("Keep on the blog, without my name"), _("Your organisation and your declared interest go, too.")
        ),
    ]
    if alone & {post.pk for post in out}:
        erased = _(
            "The page will say that its author withdrew it. From posts that you wrote with others only your name goes. A "
            "passage that the panel quoted stays in its record, without your name."
        )
        answers.append(Answer(GO, _("Erase, with the pictures"), erased))
    return Legacy(
        goes=goes,
        stays=[*stays, _("What others said to your posts")],
        question=ngettext(
            "You have one post on the blog. What should happen to it?",
            "You have %(count)d posts on the blog. What should happen to them?",
            len(out),
        )
        % {"count": len(out)},
        reminder=_("Choose what should happen to your posts on the blog."),
        answers=answers,
    )


@transaction.atomic
def settle_posts(person: User, *, by: User | None, answer: str) -> None:
    """Take a person out of the blog. `answer`: what becomes of public posts."""
    alone = _alone(person)
    pen = getattr(person, "pen", None)
    rows = Post.objects.select_for_update(of=("self",)).written_by(person).order_by("pk")
    said = Contribution.objects.filter(author=person, thread__post__isnull=False).values_list("pk", flat=True)
    told = [f"blog-comment:{number}" for number in said] + [f"coauthor:{post.pk}" for post in rows]
    forget_name(person, keys=told, by=by)
    for post in list(rows):
        if post.pk not in alone:
            _leave(post, person, by=by, keep_name=answer == STAY and _is_out(post))
        elif post.handed_in_at is None:
            drop_draft(post, by=person)
        else:
            _settle(post, person, by=by, answer=answer)
    Byline.objects.asked(person.email).delete()
    Note.objects.filter(by=person, is_by_editor=False).update(body="")
    if pen is not None:
        _drop_pen(pen)
    record("settle_posts", person, by=by, data={"answer": answer, "posts": sorted(alone)})


def _leave(post: Post, person: User, *, by: User | None, keep_name: bool) -> None:
    """Somebody goes and their co-authors keep the post, and with it what moderators decided about it."""
    others = post.bylines.joined().filter(author__person__isnull=False).exclude(author__person=person)
    heir = others.select_related("author__person").order_by("place", "pk").first().author.person
    if post.author_id == person.pk:
        post.author = heir
        post.save(update_fields=["author"])
    pass_verdicts_on(post, by=by, leaver=person, heir=heir)
    if not keep_name:
        post.bylines.filter(author__person=person).delete()


def _settle(post: Post, person: User, *, by: User | None, answer: str) -> None:
    """One post of theirs alone that editors have seen. Nobody is left to change it, so what was on its way goes in any case."""
    if post.submissions.filter(outcome=Submission.Outcome.WAITING).exists():
        take_back(post, by=person)
    row, draft = Post.objects.filter(pk=post.pk), Draft.objects.filter(post=post)
    submissions = Submission.objects.filter(post=post)
    Proposal.objects.filter(submission__in=submissions).delete()
    post.bylines.filter(joined_at=None).delete()
    if not _is_out(post) or answer == GO:
        if _is_out(post):
            withdraw_post(post, by=person)
        for rows in (row, draft, submissions):
            rows.update(**NO_WORDS)
        post.pictures.all().delete()
        drop_notices(keys=[f"blog-post:{post.pk}"], by=by, about=post)
        guests = list(Author.objects.filter(person=None, bylines__post=post))
        post.bylines.all().delete()
        for guest in guests:
            _drop_pen(guest)
        return
    submissions.filter(revision=None).update(**NO_WORDS)
    # As if its author had begun no change: an editor who corrects it later finds the two alike.
    draft.update(**post.written())
    if answer == UNNAMED:
        for rows in (row, draft, submissions):
            rows.update(**NO_SPEAKER)
        post.bylines.filter(author__person=person).delete()


def _drop_pen(pen: Author) -> None:
    """A name that stands over nothing any more."""
    if not pen.bylines.exists():
        pen.delete()


register_keeper("blog", tell=_tell, settle=settle_posts)
