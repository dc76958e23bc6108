"""What search engines may find of the library, the big ideas and the events. The shell makes the file."""

import datetime as dt
from collections.abc import Iterator

from django.urls import reverse

from consultation.reports import ideas_for_sitemap, sources_for_sitemap
from consultation.reports.events import events_for_sitemap

MOST_ADDRESSES = 20_000


def addresses() -> Iterator[tuple[str, dt.datetime | None]]:
    """Paths of public pages, each with the moment it last changed."""
    yield reverse("consultation:source-list"), None
    for source in sources_for_sitemap()[:MOST_ADDRESSES]:
        yield source.get_absolute_url(), source.edited_at
    yield reverse("consultation:idea-list"), None
    for idea in ideas_for_sitemap()[:MOST_ADDRESSES]:
        yield idea.get_absolute_url(), idea.contribution.edited_at or idea.contribution.made_at
    yield reverse("consultation:events"), None
    for event in events_for_sitemap()[:MOST_ADDRESSES]:
        yield event.get_absolute_url(), event.changed_at
