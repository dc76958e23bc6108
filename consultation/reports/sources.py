"""Reading the library: its list, and where the strategy uses a source. Nothing but what is public is ever listed.

Where a source was used is known only further up: whoever cites sources registers a function that tells it of many at once.
"""

from collections.abc import Callable, Iterable, Sequence

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import Count, F
from django.urls import reverse
from django.utils.translation import ngettext

from commons.contributions.reports import Citation
from commons.themes.models import Theme
from commons.themes.reports import Use, register_use
from consultation.models import Source
from consultation.models.sources import SourceQuerySet

Citer = Callable[[Sequence[Source]], dict[int, list[Citation]]]
_citers: list[Citer] = []


def register_citer(citer: Citer) -> Citer:
    """Make known a function that says, for many sources at once, where they were cited. Usable as a decorator."""
    if citer not in _citers:
        _citers.append(citer)
    return citer


def uses_of(sources: Iterable[Source]) -> dict[int, list[Citation]]:
    """By source: where it was cited, the newest first. As many queries as the apps above need for one."""
    rows = list(sources)
    found: dict[int, list[Citation]] = {row.pk: [] for row in rows}
    for citer in _citers:
        for pk, citations in citer(rows).items():
            found[pk] += citations
    return {pk: sorted(citations, key=lambda one: one.made_at, reverse=True) for pk, citations in found.items()}


def listed_sources(
    *, words: str = "", theme: Theme | None = None, kind: str = "", year: int | None = None
) -> SourceQuerySet:
    """What everybody may read, narrowed: the best match first where words are searched, else the newest."""
    rows = Source.objects.public().listed()
    if theme is not None:
        rows = rows.filter(themes=theme)
    if kind:
        rows = rows.filter(kind=kind)
    if year:
        rows = rows.filter(year=year)
    if not words:
        return rows.newest_first()
    rank = SearchRank(F("search"), SearchQuery(words, config="english", search_type="websearch"))
    return rows.matching(words).annotate(rank=rank).order_by("-rank", "-year", "title", "pk")


def years_in_use() -> list[int]:
    """The years from which there are sources, the newest first: one query."""
    return list(Source.objects.public().order_by("-year").values_list("year", flat=True).distinct())


@register_use
def sources_under_themes() -> dict[int, Use]:
    """For the staff's list of themes."""
    themes = Theme.objects.filter(sources__in=Source.objects.public()).annotate(source_count=Count("sources"))
    return {
        theme.pk: Use(
            ngettext("%(n)s source", "%(n)s sources", theme.source_count) % {"n": theme.source_count},
            reverse("consultation:source-list", query={"theme": theme.slug}),
        )
        for theme in themes
    }


def sources_for_sitemap() -> SourceQuerySet:
    """Only what addresses are made of."""
    return Source.objects.public().only("slug", "edited_at").newest_first()
