"""The blog of the small world: posts in every state, what was said to one of them, and who is asked to write along."""

import datetime as dt
from types import SimpleNamespace
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from blog.actions.editing import approve_submission, correct_post, decline_submission, propose_changes
from blog.actions.following import follow
from blog.actions.writing import withdraw_post
from blog.models import Post
from commons.contributions.actions import add_contribution
from commons.moderation.actions import decide_moderation, report_subject
from commons.people.models import User
from tests.factories.blog import a_comment, a_draft, a_photo, a_picture, a_post, a_submission, a_theme
from tests.permissions.strategy import KEY


def draw_blog(people: dict[str, User]) -> SimpleNamespace:
    """The other writes what is public; the member has a draft, something that waits and something that is scheduled."""
    row = SimpleNamespace()
    editor, author, member = people["editor"], people["other"], people["member"]
    row.theme = a_theme()
    row.public = a_post("What a shop taught us", by=author, editor=editor, themes=[row.theme])
    shown = a_picture(row.public, alt="The shop")
    body = f"We had six weeks. ![]({shown.get_absolute_url()})"
    words = {"title": "What our shop taught us", "summary": "Forty families.", "body": body}
    correct_post(row.public, by=editor, seen=1, correction="Our shop, not a shop.", **words)
    row.public = Post.objects.get(pk=row.public.pk)
    row.picture = a_picture(a_draft("A secret plan for the mill", by=member, asked=[people["person"].email]))
    row.draft = row.picture.post
    row.waiting = a_submission("Waiting for an editor", by=member, asked=[people["person"].email])
    row.proposal = propose_changes(row.waiting, by=editor, title="Waiting", summary="Short.", body="Shorter.")
    row.asked = row.draft.bylines.get(author=None)
    row.scheduled = approve_submission(
        a_submission("Out next week", by=member), by=editor, public_from=timezone.now() + dt.timedelta(days=7)
    )
    declined = a_submission("Buy my looms", by=member)
    decline_submission(declined, by=editor, reason="advert", explanation="It advertises.")
    row.declined = Post.objects.get(pk=declined.post_id)
    row.gone = a_post("I take this back", by=author, editor=editor)
    withdraw_post(row.gone, by=author)
    row.reported = a_post("Too hard on a neighbour", by=author, editor=editor)
    report_subject(row.reported, by=member, reason="abuse", note="")
    row.taken_down = a_post("Far too hard on a neighbour", by=author, editor=editor)
    report_subject(row.taken_down, by=member, reason="abuse", note="")
    row.verdict = _decided(row.taken_down, people["moderator"])
    row.comment = a_comment(row.public, by=people["colleague"])
    follow(by=member, theme=row.theme)
    follow(by=author, post=row.public)
    row.held = add_contribution(row.public.thread, by=people["person"], body="Held words to a post.")
    for name in ("reported", "taken_down"):
        setattr(row, name, Post.objects.get(pk=getattr(row, name).pk))
    return row


def _decided(post: Post, moderator: User) -> Any:
    row = Post.objects.get(pk=post.pk)
    why = {"reason": "abuse", "explanation": "It attacks somebody."}
    return decide_moderation(row.moderation, by=moderator, outcome="decline", seen=row.revision, **why)


def tried_blog(row: SimpleNamespace) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    """By the name of an address: the things it is tried with."""
    reading = [
        (about, {"year": post.year, "slug": post.slug})
        for about, post in (
            ("public", row.public),
            ("scheduled", row.scheduled),
            ("withdrawn", row.gone),
            ("taken down", row.taken_down),
        )
    ]
    writing = [
        ("a draft", {"pk": row.draft.pk}),
        ("waiting", {"pk": row.waiting.post_id}),
        ("public", {"pk": row.public.pk}),
    ]
    desk = [
        ("waiting", {"pk": row.waiting.post_id}),
        ("public", {"pk": row.public.pk}),
        ("a draft", {"pk": row.draft.pk}),
    ]
    said = [("to a post, public", {"pk": row.comment.pk}), ("to a post, held", {"pk": row.held.pk})]
    by_reading = ("post-feed", "comment", "post-report", "version-list", "version", "compare")
    by_writing = (
        "writing", "post-edit", "draft-keep", "preview", "hand-in", "take-back", "post-withdraw", "draft-drop", "authors-name",
        "pictures",
    )  # fmt: skip
    by_desk = (
        "submission-approve", "changes-ask", "submission-decline", "changes-propose", "post-correct",
        "post-reschedule", "post-pin", "thread-slow", "thread-close", "thread-open",
    )  # fmt: skip
    own_picture = {"pk": row.draft.pk, "picture": row.picture.pk}
    return {
        "blog:post": reading,
        # All of them find the post as its page does.
        **{f"blog:{name}": reading[:2] for name in by_reading},
        **{f"blog:{name}": writing for name in by_writing},
        "blog:desk-post": desk,
        **{f"blog:{name}": desk[:2] for name in by_desk},
        "blog:archive": [("", {"year": row.public.year, "month": timezone.localdate().month})],
        "blog:theme": [("", {"slug": row.theme.slug})],
        "blog:theme-feed": [("", {"slug": row.theme.slug})],
        "blog:author": [("the other", {"slug": "other"}), ("the member, nothing public", {"slug": "member"})],
        "blog:author-feed": [("the other", {"slug": "other"})],
        "blog:proposal-answer": [("the member’s", {"pk": row.waiting.post_id, "proposal": row.proposal.pk})],
        "blog:picture": [("of a draft", {"pk": row.picture.pk})],
        "blog:picture-change": [("of a draft", own_picture)],
        "blog:picture-drop": [("of a draft", own_picture)],
        "blog:join": [("the person was asked", {"pk": row.asked.pk})],
        "contributions:contribution": said,
        "contributions:reply": said,
        "contributions:support": said,
        "moderation:moderation-decide": [
            ("a post, reported", {"pk": row.reported.moderation_id}),
            ("said to a post, held", {"pk": row.held.moderation_id}),
        ],
        "moderation:verdict-appeal": [("the other’s post", {"pk": row.verdict.pk})],
    }


def sent_to_blog(row: SimpleNamespace) -> dict[str, dict[str, Any]]:
    """By the name of an address: what its form sends."""
    written = {"title": "Other", "summary": "Other.", "body": "Other words.", "language": "en-gb", "mandate": "self"}
    why = {"reason": "unclear", "explanation": "Say who."}
    seen = {"number": row.waiting.number, "seen": row.public.revision}
    later = timezone.localtime() + dt.timedelta(days=3)
    moment = {"when": "later", "moment_0": f"{later:%Y-%m-%d}", "moment_1": "10:00"}
    return {
        "blog:post-start": {"kind": "post"},
        "blog:follow": {"kind": "blog", "follow": "yes"},
        "blog:comment": {"body": "We did so too.", "shown_as": "name", "mandate": "self", "key": str(KEY)},
        "blog:post-report": {"reason": "abuse", "note": ""},
        "blog:writing": {"body": "A note."},
        "blog:post-edit": written | {"based_on": row.draft.draft.revision},
        "blog:draft-keep": written | {"based_on": row.draft.draft.revision},
        "blog:preview": written,
        "blog:hand-in": {"kind": "post", "based_on": row.draft.draft.revision, "correction": "The year."},
        "blog:proposal-answer": {"answer": "accept", "based_on": row.waiting.post.draft.revision},
        "blog:authors-name": {"ask": "yes", "along-email": "somebody@example.coop"},
        "blog:pictures": {"alt": "A shop", "file": lambda: SimpleUploadedFile("shop.jpg", a_photo(64, 48).read())},
        "blog:picture-change": {"alt": "Another shop"},
        "blog:join": {"answer": "yes"},
        "blog:desk-post": {"body": "A note."},
        "blog:submission-approve": seen | {"when": "now"},
        "blog:changes-ask": seen | why,
        "blog:submission-decline": seen | why,
        "blog:changes-propose": seen
        | {"title": "Waiting", "summary": "Short.", "body": "Shortest.", "note": "Shorter."},
        "blog:post-correct": seen
        | {"title": "Our shop", "summary": "Forty.", "body": "Seven weeks.", "correction": "Seven, not six."},
        "blog:post-reschedule": moment,
        "blog:post-pin": {"pinned": "yes"},
        "blog:thread-slow": {"minutes": "30"},
        "blog:thread-close": {"when": "now", "reason": "It went in circles."},
    }
