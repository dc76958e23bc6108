"""The list of posts and its ways in: words, themes, authors and months. Nothing but what is public is ever counted or listed.

Each function asks a fixed number of queries, whatever the number of posts. What is long is chosen and sorted by numbers alone,
which the indexes hold, and only the few of one page are read in full (`posts_in_full`, `comments_in_full`).
"""

import datetime as dt
from collections.abc import Iterable

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db import models
from django.db.models import Count, F, Max, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, TruncMonth
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext

from blog.models import Author, Post
from blog.models.posts import PostQuerySet
from commons.contributions.models import Contribution, ContributionQuerySet, Order
from commons.themes.models import Theme
from commons.themes.reports import Use, register_use

RELATED_SHOWN = 3
COMMENTS_A_PAGE = 10


class ListOrder(models.TextChoices):
    """How a list of posts is sorted. The best match is there only for words that are searched."""

    NEWEST = "newest", gettext_lazy("Newest")
    DISCUSSED = "discussed", gettext_lazy("Most discussed")
    BEST = "best", gettext_lazy("Best match")


def listed(posts: PostQuerySet) -> PostQuerySet:
    """Posts with whatever a bare line about each needs, fetched along: two queries."""
    return posts.defer("search").with_authors().with_comment_count()


def public_posts(
    *, words: str = "", theme: Theme | None = None, author: Author | None = None, order: str = ListOrder.NEWEST
) -> PostQuerySet:
    """What everybody may read, narrowed and sorted. Pinned ones come first where nothing narrows the list by words."""
    posts = Post.objects.public()
    if theme is not None:
        posts = posts.filter(themes=theme)
    if author is not None:
        posts = posts.filter(pk__in=author.bylines.joined().values("post"))
    if words:
        posts = posts.matching(words)
    match order:
        case ListOrder.DISCUSSED:
            return posts.with_comment_count().order_by("-comment_count", "-public_from", "-pk")
        case ListOrder.BEST if words:
            rank = SearchRank(F("search"), SearchQuery(words, config="english", search_type="websearch"))
            return posts.annotate(rank=rank).order_by("-rank", "-public_from", "-pk")
        case _ if words or author is not None:
            return posts.newest_first()
        case _:
            return posts.order_by(F("pinned_at").desc(nulls_last=True), "-public_from", "-pk")


def posts_in_full(numbers: Iterable[int]) -> list[Post]:
    """Public posts by their numbers, in that order, each with its themes: three queries."""
    numbers = list(numbers)
    rows = listed(Post.objects.public().filter(pk__in=numbers)).prefetch_related("themes")
    found = {post.pk: post for post in rows}
    return [found[number] for number in numbers if number in found]


def newest_posts(most: int = 3) -> list[Post]:
    """For the front page and for feeds."""
    return list(listed(Post.objects.public()).newest_first()[:most])


def posts_of_month(year: int, month: int) -> PostQuerySet:
    """What became public in a month of the site's own time, in the order of the days. Raises `ValueError` for a month that
    there is not."""
    here = timezone.get_current_timezone()
    start = dt.datetime(year, month, 1, tzinfo=here)
    end = dt.datetime(year + month // 12, month % 12 + 1, 1, tzinfo=here)
    return Post.objects.public().filter(public_from__gte=start, public_from__lt=end).newest_first()


def archive_months() -> list[tuple[dt.date, int]]:
    """Each month in which something became public, the newest first, and how many: one query."""
    rows = Post.objects.public().order_by().annotate(month=TruncMonth("public_from")).values("month")
    return [
        (timezone.localtime(row["month"]).date(), row["number"])
        for row in rows.annotate(number=Count("pk")).order_by("-month")
    ]


def themes_in_use() -> models.QuerySet:
    """Themes under which there is something to read, each with `post_count`: one query. Those out of use are among them: what
    bears one is still found by it."""
    themes = Theme.objects.filter(posts__in=Post.objects.public()).annotate(post_count=Count("posts"))
    # Rows that are counted together come in no order of their own.
    return themes.order_by("place", "name")


@register_use
def posts_under_themes() -> dict[int, Use]:
    """For the staff's list of themes. What waits or is scheduled is the editors' business, so only what is public counts."""
    return {
        theme.pk: Use(
            ngettext("%(n)s blog post", "%(n)s blog posts", theme.post_count) % {"n": theme.post_count},
            reverse("blog:theme", args=[theme.slug]),
        )
        for theme in themes_in_use()
    }


def comments_matching(words: str) -> ContributionQuerySet:
    """Public contributions to public posts that hold these words, the newest first."""
    return _public_comments().matching(words).in_order(Order.NEWEST)


def comments_in_full(numbers: Iterable[int]) -> list[Contribution]:
    """Those of these numbers, the newest first, with whatever a line about each and its post needs: one query."""
    rows = _public_comments().filter(pk__in=list(numbers)).with_authors().select_related("thread__post")
    return list(rows.defer("search", "thread__post__search", "thread__post__body").in_order(Order.NEWEST))


def _public_comments() -> ContributionQuerySet:
    return Contribution.objects.public().filter(thread__post__in=Post.objects.public())


def author_counts(author: Author) -> tuple[int, int]:
    """How many public posts somebody wrote, and how many public contributions those have: two queries."""
    posts = Post.objects.public().filter(pk__in=author.bylines.joined().values("post"))
    return posts.count(), Contribution.objects.public().filter(thread__post__in=posts).count()


def authors_with_posts() -> models.QuerySet:
    """Authors of whom everybody can read something, each with `newest_at`: for the sitemap."""
    public = Q(bylines__joined_at__isnull=False, bylines__post__in=Post.objects.public())
    return (
        Author.objects.filter(public)
        .annotate(newest_at=Max("bylines__post__public_from", filter=public))
        .order_by("pk")
    )


def posts_for_sitemap() -> PostQuerySet:
    """Only what addresses are made of."""
    return Post.objects.public().only("year", "slug", "corrected_at", "public_from").newest_first()


def related_posts(post: Post, most: int = RELATED_SHOWN) -> list[Post]:
    """Public posts that share the most themes and subjects with this one; the newer of two that share as many."""
    themes, threads = Post.themes.through.objects, Post.threads.through.objects
    themes = themes.filter(theme__in=themes.filter(post=post).values("theme"))
    threads = threads.filter(thread__in=threads.filter(post=post).values("thread"))
    others = Post.objects.public().exclude(pk=post.pk)
    # Only those that share something are looked at, found from what they share.
    others = others.filter(Q(pk__in=themes.values("post")) | Q(pk__in=threads.values("post")))
    others = others.annotate(shared=_number(themes) + _number(threads))
    return list(listed(others).order_by("-shared", "-public_from", "-pk")[:most])


def _number(links: models.QuerySet) -> Coalesce:
    """How many of these links each post has: 0 for none."""
    counted = links.filter(post=OuterRef("pk")).order_by().values("post").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=models.IntegerField()), 0)
