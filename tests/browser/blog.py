"""The blog in the tests' site: posts in every state, what was said to one, and the pages of readers, authors and editors."""

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils import timezone

from blog.actions.editing import add_note, approve_submission, ask_changes, correct_post, propose_changes
from blog.actions.following import follow
from blog.actions.writing import hand_in, withdraw_post
from blog.models import Post
from commons.contributions.actions import close_thread, slow_thread
from commons.moderation.actions import decide_moderation, report_subject
from panel.actions.deciding import Cited, make_decision
from tests.browser.site_page import SitePage, errors
from tests.factories.blog import a_comment, a_draft, a_picture, a_post, a_submission, a_theme
from tests.factories.people import UserFactory

if TYPE_CHECKING:
    from tests.browser.world import World


def draw_blog(world: "World") -> None:
    """Everything the pages below show. Each name and text that a person can write comes from `world.tainted`."""
    name = world.tainted
    world.editor = UserFactory(name=name("Carys Editor", 150), roles=["editor"])
    world.writer = UserFactory(name=name("Ida Writer", 150))
    editor, writer, reader = world.editor, world.writer, world.newcomer
    world.theme = a_theme(name("Finance", 80), slug="finance", name_cy=name("Cyllid", 80))
    world.retired_theme = a_theme(name("Looms", 80), slug="looms", retired_at=timezone.now())
    written = {
        "summary": name("Forty families bought the shop.", 300),
        "body": name("We had six weeks to find the money.", 900),
        "interest": name("I work for a lender.", 500),
        "themes": [world.theme],
        "threads": [world.section.thread_id],
    }
    common = {"by": writer, "editor": editor, **written}
    guest = {"name": name("Guest of the writer", 150), "about": name("A baker.", 500)}
    post = a_post(name("Why our village shop became a co-op", 150), guests=[guest], **common)
    picture = a_picture(post, alt=name("The shop on its first day", 300))
    body = f"{written['body']}\n\n![]({picture.get_absolute_url()})"
    why = name("The year was wrong.", 300)
    correct_post(post, by=editor, seen=1, title=post.title, summary=post.summary, body=body, correction=why)
    one = a_comment(post, by=reader, body=name("We did the same in our town.", 900))
    a_comment(post, by=world.member, body=name("And so did we.", 900), parent=one)
    make_decision(
        world.section,
        by=world.chair,
        voices=[],
        cites=[Cited(post, "")],
        outcome="later",
        reason=name("We shall look at it.", 900),
    )
    slow_thread(post.thread, by=editor, minutes=30)
    quiet = a_post(name("Nobody has said anything", 150), **common)
    close_thread(quiet.thread, by=editor, closes_at=timezone.now(), reason=name("It went in circles.", 300))
    gone = a_post(name("I take this back", 150), **common)
    a_comment(gone, by=reader, body=name("A pity.", 900))
    withdraw_post(gone, by=writer)
    later = a_submission(name("Out next week", 150), by=writer, **written)
    scheduled = approve_submission(later, by=editor, public_from=timezone.now() + dt.timedelta(days=7))
    asked = a_submission(name("Too long", 150), by=writer, **written)
    ask_changes(asked, by=editor, reason="unclear", explanation=name("Say who.", 900))
    waiting = a_submission(name("Waiting for an editor", 150), by=writer, asked=[reader.email], **written)
    world.proposal = propose_changes(
        waiting, by=editor, title=name("Waiting", 150), summary=written["summary"], body=why, note=why
    )
    add_note(waiting.post, by=editor, body=name("A good start.", 900))
    add_note(waiting.post, by=writer, body=name("Thank you.", 900))
    world.asked_along = waiting.post.bylines.get(author=None)
    pitch = a_draft(name("An idea", 150), by=writer, is_pitch=True, summary="", body=written["body"])
    hand_in(pitch, by=writer, based_on=pitch.draft.revision, is_pitch=True)
    draft = a_draft(name("A draft", 150), by=writer, **written)
    world.own_picture = a_picture(draft, alt=name("The mill", 300))
    reported = a_post(name("Too hard on a neighbour", 150), **common)
    report_subject(reported, by=reader, reason="abuse", note=name("Rude.", 900))
    declined = a_post(name("Far too hard on a neighbour", 150), **common)
    report_subject(declined, by=reader, reason="abuse", note=name("Rude.", 900))
    declined = Post.objects.get(pk=declined.pk)
    verdict = {"outcome": "decline", "seen": declined.revision, "reason": "abuse", "explanation": why}
    world.post_verdict = decide_moderation(declined.moderation, by=world.moderator, **verdict)
    follow(by=reader, theme=world.theme)
    follow(by=reader, post=post)
    world.posts = {
        state: Post.objects.get(pk=row.pk)
        for state, row in {
            "public": post,
            "quiet": quiet,
            "gone": gone,
            "scheduled": scheduled,
            "asked": asked.post,
            "waiting": waiting.post,
            "pitch": pitch,
            "draft": draft,
            "reported": reported,
        }.items()
    }


def blog_pages(world: "World") -> Iterator[SitePage]:
    yield from reading_pages(world)
    yield from writing_pages(world)
    yield from desk_pages(world)


def _at(name: str, *args: Any) -> str:
    return reverse(f"blog:{name}", args=args)


def reading_pages(world: "World") -> Iterator[SitePage]:
    post, quiet = world.posts["public"], world.posts["quiet"]
    here = (post.year, post.slug)
    yield SitePage("blog", "visitor", _at("list"))
    yield SitePage("blog", "newcomer", f"{_at('list')}?order=discussed", "most discussed")
    yield SitePage("blog", "visitor", f"{_at('list')}?q=shop&in=comments", "comments found")
    yield SitePage("blog", "visitor", f"{_at('list')}?q=zzzz", "nothing found")
    yield SitePage("theme", "visitor", _at("theme", world.theme.slug))
    yield SitePage("theme, out of use", "visitor", _at("theme", world.retired_theme.slug))
    yield SitePage("author", "newcomer", _at("author", world.writer.pen.slug))
    yield SitePage("archive", "visitor", _at("archive", post.year, timezone.localtime(post.public_from).month))
    yield SitePage("editors", "visitor", _at("editors"))
    yield SitePage("editors’ ledger", "visitor", _at("ledger"))
    yield SitePage("following", "newcomer", _at("following"))
    yield SitePage("following", "member", _at("following"), "empty")
    yield SitePage("post", "visitor", _at("post", *here))
    yield SitePage("post", "newcomer", f"{_at('post', *here)}?order=discussed", "most discussed")
    yield SitePage("post, nothing said", "visitor", quiet.get_absolute_url())
    yield SitePage("post, withdrawn", "visitor", world.posts["gone"].get_absolute_url(), status=410)
    yield SitePage("post, scheduled", "writer", world.posts["scheduled"].get_absolute_url())
    yield SitePage("wordings of a post", "visitor", _at("version-list", *here))
    yield SitePage("wording of a post", "visitor", _at("version", *here, 1))
    yield SitePage("wordings compared", "visitor", _at("compare", *here, 1, 2))
    yield SitePage("comment on a post", "member", _at("comment", *here))
    yield errors("comment on a post", "member", _at("comment", *here), {"body": ""}, status=422)
    yield SitePage("comment, closed", "member", _at("comment", quiet.year, quiet.slug))
    yield SitePage("report a post", "member", _at("post-report", *here))
    yield errors("report a post", "member", _at("post-report", *here), {}, status=422)


def writing_pages(world: "World") -> Iterator[SitePage]:
    posts = {state: post.pk for state, post in world.posts.items()}
    draft = posts["draft"]
    yield SitePage("write for the blog", "visitor", _at("write"))
    yield SitePage("write for the blog", "writer", _at("write"))
    yield SitePage("write for the blog", "member", _at("write"), "empty")
    for state in ("public", "gone", "scheduled", "asked", "waiting", "pitch", "draft"):
        yield SitePage(f"own post, {state}", "writer", _at("writing", posts[state]))
    note = {"status": 422, "form": "main form:has(textarea)"}
    yield errors("own post, a note", "writer", _at("writing", posts["waiting"]), {"body": ""}, **note)
    edit = _at("post-edit", draft)
    yield SitePage("edit a post", "writer", edit)
    yield errors("edit a post", "writer", edit, {"title": "x" * 200, "language": "xx"}, status=422)
    stale = {"title": "Mine", "body": "Mine alone.", "based_on": "1", "page": "", "turn": "0"}
    yield SitePage("edit a post", "writer", edit, "clash", send=stale, status=409)
    yield SitePage("hand in", "writer", _at("hand-in", draft))
    yield errors("hand in", "writer", _at("hand-in", draft), {"kind": "king"}, status=422)
    yield SitePage("hand in, public already", "writer", _at("hand-in", posts["public"]))
    yield SitePage("withdraw a post", "writer", _at("post-withdraw", posts["public"]))
    yield SitePage("throw a draft away", "writer", _at("draft-drop", draft))
    yield SitePage("authors of a post", "writer", _at("authors-name", posts["waiting"]))
    yield errors("authors of a post", "writer", _at("authors-name", draft), {"along-email": "nobody"}, status=422)
    yield SitePage("join a post", "newcomer", _at("join", world.asked_along.pk))
    yield SitePage("pictures", "writer", _at("pictures", draft))
    yield errors("pictures", "writer", _at("pictures", draft), {"alt": ""}, status=422)
    change = _at("picture-change", draft, world.own_picture.pk)
    yield SitePage("tell a picture anew", "writer", change)
    yield errors("tell a picture anew", "writer", change, {"alt": ""}, status=422)


def desk_pages(world: "World") -> Iterator[SitePage]:
    posts = {state: post.pk for state, post in world.posts.items()}
    waiting, public = posts["waiting"], posts["public"]
    yield SitePage("blog’s desk", "editor", _at("desk"))
    for state in ("public", "scheduled", "asked", "waiting", "pitch", "reported"):
        yield SitePage(f"post at the desk, {state}", "editor", _at("desk-post", posts[state]))
    yield errors("post at the desk, a note", "editor", _at("desk-post", waiting), {"body": ""}, status=422)
    wrong = {"number": str(world.proposal.submission.number), "reason": "", "explanation": "", "title": "", "body": ""}
    for title, address in (
        ("approve", "submission-approve"),
        ("ask for changes", "changes-ask"),
        ("decline", "submission-decline"),
        ("propose", "changes-propose"),
    ):
        yield SitePage(title, "editor", _at(address, waiting))
        yield errors(title, "editor", _at(address, waiting), wrong | {"when": "later"}, status=422)
    correct = _at("post-correct", public)
    yield SitePage("correct", "editor", correct)
    yield errors("correct", "editor", correct, {"title": "", "body": "", "correction": ""}, status=422)
    date = _at("post-reschedule", posts["scheduled"])
    yield SitePage("another date", "editor", date)
    yield errors("another date", "editor", date, {"when": "later", "moment_0": "soon"}, status=422)
    yield SitePage("slow a discussion", "editor", _at("thread-slow", public))
    yield errors("slow a discussion", "editor", _at("thread-slow", public), {"minutes": "7"}, status=422)
    yield SitePage("close a discussion", "editor", _at("thread-close", public))
    yield errors("close a discussion", "editor", _at("thread-close", public), {"when": "now", "reason": ""}, status=422)
    decide = reverse("moderation:moderation-decide", args=[world.posts["reported"].moderation_id])
    yield SitePage("decide about a post", "moderator", decide)
    yield errors("decide about a post", "moderator", decide, {"outcome": "decline", "explanation": ""}, status=422)
    yield SitePage("appeal for a post", "writer", reverse("moderation:verdict-appeal", args=[world.post_verdict.pk]))
    pick = f"{reverse('panel:cite-pick')}?section={world.section.slug}&q=shop&scope=all"
    yield SitePage("pick a post to cite", "chair", pick)
    cite = f"{reverse('panel:decision-make')}?p={world.posts['quiet'].pk}&section={world.section.slug}"
    yield SitePage("answer a post", "chair", cite)
