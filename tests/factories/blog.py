"""Invented posts for tests, made by the real actions.

an_author()                                  a person with a name and no role
an_editor()                                  a person whose role as an editor of the blog is in force
a_draft(title=..., by=...)                   begun and kept, never handed in
a_submission(title=..., by=...)              handed in, waiting for an editor
a_post(title=..., by=..., public_from=..., themes=[...])   approved by an editor: public, or scheduled
a_comment(post, by=...)                      something public that was said to a post
a_photo(width, height, kind)                 a file as a camera would send it
a_picture(post, alt=...)                     a picture of a post
"""

import datetime as dt
import uuid
from collections.abc import Iterable
from io import BytesIO
from typing import Any

from PIL import Image

from blog.actions.bylines import add_guest, ask_coauthor, join_post
from blog.actions.editing import approve_submission
from blog.actions.pictures import add_picture
from blog.actions.writing import hand_in, keep_draft, start_post
from blog.models import Picture, Post, Submission
from commons.contributions.actions import add_contribution
from commons.contributions.models import Contribution
from commons.imaging import draw
from commons.moderation.models import Moderation, Standing
from commons.people.models import User
from commons.themes.models import Theme
from tests.factories.people import UserFactory
from tests.factories.themes import a_theme as a_theme

TITLE = "Why our village shop became a co-op"
SUMMARY = "Forty families bought the shop when the owner retired."
BODY = "## How it began\n\nThe owner wished to stop. We had **six weeks** to find the money.\n\n- Shares\n- A loan\n"


def an_author(**given: Any) -> User:
    return UserFactory(**given)


def an_editor(**given: Any) -> User:
    return UserFactory(roles=["editor"], **given)


def a_draft(
    title: str = TITLE,
    *,
    by: User | None = None,
    themes: Iterable[Theme] = (),
    threads: Iterable[int] = (),
    is_pitch: bool = False,
    along: Iterable[User] = (),
    asked: Iterable[str] = (),
    guests: Iterable[dict[str, str]] = (),
    **written: Any,
) -> Post:
    """Begun and kept. `along` write it too, `asked` are addresses that have not answered, `guests` are names. `written` is any
    field of a draft: `summary`, `body`, `language`, `mandate`, `organisation`, `interest`."""
    by = by or an_author()
    post = start_post(by=by, is_pitch=is_pitch)
    for person in along:
        join_post(ask_coauthor(post, by=by, email=person.email), by=person)
    for email in asked:
        ask_coauthor(post, by=by, email=email)
    for guest in guests:
        add_guest(post, by=by, **guest)
    words = {"title": title, "summary": SUMMARY, "body": BODY, **written}
    words |= {"theme_ids": [theme.pk for theme in themes], "thread_ids": list(threads)}
    keep_draft(post, by=by, based_on=post.draft.revision, written=words)
    return Post.objects.get(pk=post.pk)


def a_submission(title: str = TITLE, **given: Any) -> Submission:
    """Handed in and waiting. Takes what `a_draft` takes; `.post` is its post."""
    post = a_draft(title, **given)
    return hand_in(post, by=post.author, based_on=post.draft.revision)


def a_post(
    title: str = TITLE, *, public_from: dt.datetime | None = None, editor: User | None = None, **given: Any
) -> Post:
    """Approved. Without `public_from` it is public now; with a later moment it is scheduled; an earlier one is written in
    afterwards, since nobody can approve for the past. Takes what `a_draft` takes."""
    editor = editor or an_editor()
    post = approve_submission(a_submission(title, **given), by=editor)
    if public_from is not None:
        Post.objects.filter(pk=post.pk).update(public_from=public_from, year=public_from.year)
        Submission.objects.filter(post=post).update(decided_at=min(public_from, post.public_from))
    return Post.objects.get(pk=post.pk)


def a_comment(
    post: Post, *, by: User | None = None, body: str = "We did the same in our town.", **given: Any
) -> Contribution:
    """Something that everybody can read, said to a post. With `parent` it is a reply."""
    row = add_contribution(post.thread, by=by or UserFactory(), body=body, key=uuid.uuid4(), **given)
    row.standing = Standing.PUBLISHED
    row.save(update_fields=["standing"])
    Moderation.objects.filter(contribution=row).update(waiting_since=None)
    return row


def a_photo(width: int = 640, height: int = 480, kind: str = "JPEG", **given: Any) -> BytesIO:
    """A file as a camera would send it. `given` goes to Pillow's `save`, but for `mode` and `color`."""
    file = BytesIO()
    Image.new(given.pop("mode", "RGB"), (width, height), given.pop("color", "#3a5f6f")).save(file, kind, **given)
    file.seek(0)
    return file


def a_picture(post: Post, *, by: User | None = None, alt: str = "The shop on its first day", **given: Any) -> Picture:
    return add_picture(post, by=by or post.author, alt=alt, drawn=draw(a_photo(**given)))
