"""What search engines may find of the library and the big ideas. The shell makes the file."""

import datetime as dt
from collections.abc import Iterator

from django.urls import reverse

from consultation.reports import ideas_for_sitemap, sources_for_sitemap

MOST_ADDRESSES = 20_000


def addresses() -> Iterator[tuple[str, dt.datetime | None]]:
    """Paths of public pages, each with the moment it last changed."""
    yield reverse("consultation:source-list"), None
    for source in sources_for_sitemap()[:MOST_ADDRESSES]:
        yield source.get_absolute_url(), source.edited_at
    yield reverse("consultation:idea-list"), None
    for idea in ideas_for_sitemap()[:MOST_ADDRESSES]:
        yield idea.get_absolute_url(), idea.contribution.edited_at or idea.contribution.made_at
