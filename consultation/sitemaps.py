"""What search engines may find of the library. The shell makes the file."""

import datetime as dt
from collections.abc import Iterator

from django.urls import reverse

from consultation.reports import sources_for_sitemap

MOST_ADDRESSES = 20_000


def addresses() -> Iterator[tuple[str, dt.datetime | None]]:
    """Paths of public pages, each with the moment it last changed."""
    yield reverse("consultation:source-list"), None
    for source in sources_for_sitemap()[:MOST_ADDRESSES]:
        yield source.get_absolute_url(), source.edited_at
