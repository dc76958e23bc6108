"""Reading the big ideas. Nothing but what is public is ever listed, counted or found."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import ngettext

from commons.contributions.models import Contribution
from commons.contributions.reports import Line, lines_of, register_subject
from commons.themes.models import Theme
from commons.themes.reports import Use, register_use
from consultation.models import Idea, IdeaOrder
from consultation.models.ideas import IdeaQuerySet

IDEAS_A_PAGE = 20

register_subject("idea", shown=lambda: Idea.objects.public())


@dataclass
class IdeaLine:
    """An idea as a list shows it, with what became of it."""

    idea: Idea
    line: Line


@dataclass(frozen=True)
class IdeaPage:
    """One page of ideas. `following` is the number to ask the next page with, None on the last."""

    lines: list[IdeaLine]
    total: int
    order: str
    following: int | None


def idea_page(
    user: Any,
    *,
    words: str = "",
    theme: Theme | None = None,
    need: str = "",
    order: str = IdeaOrder.NEWEST,
    after: int | None = None,
    size: int = IDEAS_A_PAGE,
) -> IdeaPage:
    """One page of public ideas, narrowed and sorted: as many queries for a thousand as for one, however far down."""
    rows = Idea.objects.public()
    if words:
        rows = rows.matching(words)
    if theme is not None:
        rows = rows.filter(themes=theme)
    if need:
        rows = rows.filter(needs__contains=[need])
    total = rows.count()
    listed = rows.with_talk_count()
    last = listed.select_related("contribution").filter(pk=after).first() if after else None
    chosen = listed.listed().in_order(order)
    if last is not None:
        chosen = chosen.after(last, order)
    found = list(chosen[: size + 1])
    lines = lines_of([idea.contribution for idea in found[:size]], user)
    return IdeaPage(
        [IdeaLine(idea, line) for idea, line in zip(found[:size], lines, strict=True)],
        total,
        order,
        found[size - 1].pk if len(found) > size else None,
    )


@register_use
def ideas_under_themes() -> dict[int, Use]:
    """For the staff's list of themes."""
    themes = Theme.objects.filter(ideas__in=Idea.objects.public()).annotate(idea_count=Count("ideas"))
    return {
        theme.pk: Use(
            ngettext("%(n)s big idea", "%(n)s big ideas", theme.idea_count) % {"n": theme.idea_count},
            reverse("consultation:idea-list", query={"theme": theme.slug}),
        )
        for theme in themes
    }


def ideas_for_sitemap() -> IdeaQuerySet:
    """Only what addresses are made of."""
    rows = Idea.objects.public().select_related("contribution").order_by("-contribution__made_at", "-pk")
    return rows.only("contribution__made_at", "contribution__edited_at")


def said_to_ideas() -> Any:
    """What everybody may read of what was said to public ideas."""
    return Contribution.objects.public().filter(thread__idea__in=Idea.objects.public())
