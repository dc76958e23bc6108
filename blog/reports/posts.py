"""One post: what became of it in the strategy, what it speaks to, how it read before, and what is said to it.

What became of it is known only further up. An app there registers a function by `register_citer`, which tells of many
posts at once.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from blog.models import Author, Follow, Post, Submission
from blog.models.posts import PostQuerySet
from commons import richtext
from commons.contributions.models import Contribution, ContributionQuerySet, Order
from commons.contributions.reports import Citation, register_subject, subject_of, with_subjects

register_subject("post", shown=lambda: Post.objects.public())


Citer = Callable[[Sequence[Post]], dict[int, list[Citation]]]
_citers: list[Citer] = []


def register_citer(citer: Citer) -> Citer:
    """Make known a function that says, for many posts at once, where they were cited. Usable as a decorator."""
    if citer not in _citers:
        _citers.append(citer)
    return citer


def citations_of(posts: Iterable[Post]) -> dict[int, list[Citation]]:
    """By post: where it was cited, the newest first. As many queries as the apps above need for one."""
    rows = list(posts)
    found: dict[int, list[Citation]] = {row.pk: [] for row in rows}
    for citer in _citers:
        for pk, citations in citer(rows).items():
            found[pk] += citations
    return {pk: sorted(citations, key=lambda one: one.made_at, reverse=True) for pk, citations in found.items()}


def subjects_of(post: Post) -> list[Any]:
    """What a post speaks to, as far as everybody may read it: one query."""
    threads = with_subjects(post.threads.filter(audience="everyone").order_by("pk"))
    found = [subject_of(thread) for thread in threads]
    return [subject for subject in found if subject is not None and getattr(subject, "is_public", True)]


def public_comments(post: Post) -> ContributionQuerySet:
    """What everybody may read of what was said to a post, the newest first."""
    return Contribution.objects.public().in_thread(post.thread).with_authors().in_order(Order.NEWEST)


def gone_posts() -> PostQuerySet:
    """What everybody could read once: only so that its address can say so."""
    return Post.objects.gone().defer("search").select_related("thread")


@dataclass(frozen=True)
class Wording:
    """How a post read from a moment on. `correction` is the line that told readers what was put right."""

    number: int
    title: str
    summary: str
    body: str
    language: str
    from_at: dt.datetime
    correction: str = ""

    @property
    def text(self) -> str:
        """Its words without marks."""
        return richtext.to_text(self.body)


def wordings_of(post: Post) -> list[Wording]:
    """Every wording that everybody could read, the newest first, without those that were hidden since: one query. The words
    that stand there now come first; if a moderator shortened them, they are nobody's submission."""
    rows = [row for row in post.submissions.wordings() if row.revision <= post.revision]
    now = next((row for row in rows if row.revision == post.revision), None)
    moment = now.decided_at if now else post.corrected_at or post.public_from
    current = _wording(post, post.revision, moment, post, correction=now.correction if now else "")
    return [
        current,
        *(
            _wording(row, row.revision, row.decided_at, post, correction=row.correction)
            for row in rows
            if row.revision != post.revision
        ),
    ]


def _wording(row: Post | Submission, number: int, moment: dt.datetime, post: Post, *, correction: str) -> Wording:
    # What was approved ahead of its time was first read when the post came out.
    from_at = max(moment, post.public_from)
    return Wording(number, row.title, row.summary, row.body, row.language, from_at, correction)


@dataclass(frozen=True)
class WordsTold:
    """One change in words: `verb` is "added", "removed" or "replaced"."""

    verb: str
    was: str = ""
    now: str = ""


def told(pieces: Sequence[richtext.Piece]) -> list[WordsTold]:
    """What changed, one after the other, to be read out."""
    found: list[WordsTold] = []
    gone = ""
    for piece in [*pieces, richtext.Piece("same", "")]:
        words = " ".join(piece.text.split())
        if piece.kind == "deleted":
            gone = words
            continue
        if piece.kind == "inserted":
            if words or gone:
                found.append(WordsTold("replaced" if words and gone else "added" if words else "removed", gone, words))
        elif gone:
            found.append(WordsTold("removed", gone))
        gone = ""
    return found


def followed(user: Any, *, authors: Iterable[Author] = (), **what: Any) -> Any:
    """Which of these somebody follows, as pairs of a kind and a number; the whole blog is ("blog", 0): one query, or none."""
    rows = Follow.objects.visible_to(user)
    if not user.is_authenticated:
        return set()
    asked = Q(theme=None, author=None, post=None) | Q(author__in=list(authors))
    for kind, row in what.items():
        if row is not None:
            asked |= Q(**{kind: row})
    return {_followed_thing(row) for row in rows.filter(asked)}


def _followed_thing(row: Follow) -> tuple[str, int]:
    for kind in ("theme", "author", "post"):
        if (pk := getattr(row, f"{kind}_id")) is not None:
            return kind, pk
    return "blog", 0
