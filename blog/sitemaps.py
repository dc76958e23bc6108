"""What search engines may find of the blog: posts, and authors of whom something can be read. The shell makes the file."""

import datetime as dt
from collections.abc import Iterator

from django.urls import reverse

from blog.reports import authors_with_posts, posts_for_sitemap

MOST_ADDRESSES = 20_000
"""Of each kind, so that the file stays far below the 50,000 addresses that it may have."""


def addresses() -> Iterator[tuple[str, dt.datetime | None]]:
    """Paths of public pages, each with the moment it last changed: two queries."""
    yield reverse("blog:list"), None
    for post in posts_for_sitemap()[:MOST_ADDRESSES]:
        yield post.get_absolute_url(), post.changed_at
    for author in authors_with_posts()[:MOST_ADDRESSES]:
        yield author.get_absolute_url(), author.newest_at
