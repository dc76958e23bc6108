"""Who we have heard from, for everybody; the same words from many; and a partner's page of what came by the link it handed
on."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.core.paginator import Page, Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from census.disclosure import Cell, hide_small
from commons.contributions.models import Contribution, ShownAs
from commons.contributions.reports.campaigns import LEAST, Campaign, campaigns
from commons.people.models import Door
from commons.people.reports.bands import Step, stepped
from commons.people.reports.heard import strands, voices_by_door
from coopstrategy.heard.counting import (
    ALL,
    CENSUS,
    LEFT_OUT,
    MANY,
    NOTHING,
    Group,
    Heard,
    SectionTold,
    heard,
    threshold_now,
)
from panel.models import Section


def in_words(step: Step | None) -> str:
    """A count as people read it: 412, or 410 to 419, or fewer than 10. The mark where it is hidden."""
    if step is None:
        return "[c]"
    if step.low == step.high:
        return number_format(step.low, force_grouping=True)
    low, high = (number_format(number, force_grouping=True) for number in (step.low, step.high))
    if step.high >= MANY:
        return _("%(low)s or more") % {"low": low}
    if step.low == 0:
        return _("fewer than %(high)s") % {"high": number_format(step.high + 1, force_grouping=True)}
    return _("%(low)s to %(high)s") % {"low": low, "high": high}


class LookForm(forms.Form):
    """What to look at; sent by GET. What makes no sense is left out."""

    strand = forms.ChoiceField(label=gettext_lazy("Show"), required=False)
    without = forms.ChoiceField(label=gettext_lazy("Leave out"), required=False, choices=LEFT_OUT)

    def __init__(self, *args: Any, counted: Heard, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["strand"].choices = [(ALL, _("All together")), *counted.strands]

    def asked(self) -> tuple[str, str]:
        self.is_valid()
        return self.cleaned_data.get("strand") or ALL, self.cleaned_data.get("without") or NOTHING


TITLES = {
    "sector": gettext_lazy("%(strand)s, by kind of co-op"),
    "region": gettext_lazy("%(strand)s, by nation and region"),
    "ownership": gettext_lazy("%(strand)s, by who the members are"),
}


def edge_of(groups: list[Group]) -> int:
    """The right edge of a loom, in per cent: as near as the longest band allows, so that short ones can be told apart."""
    longest = max((group.percent or 0 for group in groups), default=0)
    return next(edge for edge in (25, 50, 100) if longest < edge or edge == 100)


def most_and_least(groups: list[Group]) -> tuple[Group, Group] | None:
    """The kinds of co-op that are heard most and least, as far as what is told says so. Among those of which the same is told
    the largest is named: which of them is ahead is not told."""
    told = [group for group in groups if not group.suppressed and group.code != "unknown"]
    if not told:
        return None
    most = max(told, key=lambda group: (group.percent, group.eligible))
    least = min(told, key=lambda group: (group.to_percent, -group.eligible))
    return (most, least) if most.percent > least.to_percent else None


class HeardView(TemplateView):
    """Voices against the register. `?strand=` chooses one strand, `?without=` leaves out what came through doors."""

    public = True
    template_name = "heard/heard.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        counted = heard()
        form = LookForm(self.request.GET, counted=counted)
        strand, without = form.asked()
        told, together = counted.told[without][strand], counted.told[without][ALL]
        sector = told.groups["sector"]
        return super().get_context_data(
            counted=counted,
            strand=strand,
            without=without,
            strands=[(ALL, _("All together")), *counted.strands],
            left_out=LEFT_OUT,
            together=together,
            together_words=in_words(together.co_ops),
            told=told,
            is_exact=strand == CENSUS and without == NOTHING,
            edge=edge_of(sector),
            owner_edge=edge_of(told.groups["ownership"]),
            extremes=most_and_least(together.groups["sector"]),
            titles={
                dimension: words % {"strand": dict(counted.strands).get(strand, _("All together"))}
                for dimension, words in TITLES.items()
            },
            rows=[
                (
                    name,
                    label,
                    in_words(counted.told[without][name].voices),
                    in_words(counted.told[without][name].co_ops),
                )
                for name, label in counted.strands
            ],
            sections=self._sections(counted, without),
            **kwargs,
        )

    def _sections(self, counted: Heard, without: str) -> list[tuple[Section, str, str]]:
        nothing = SectionTold(Step(0, 0), stepped(0, 2 * counted.threshold, (0, counted.register)))
        told = counted.sections[without]
        rows = Section.objects.published().order_by("number")
        found = ((row, told.get(row.thread_id, nothing)) for row in rows)
        return [(row, in_words(one.voices), in_words(one.co_ops)) for row, one in found]


class DoorCountsView(TemplateView):
    """What came through one door, for whoever has the secret in the address. Rough, as everything that leaves the house."""

    public = True
    template_name = "heard/door.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        door = get_object_or_404(Door.objects.select_related("organisation"), key=self.kwargs["key"])
        threshold = threshold_now()
        counts = voices_by_door().get(door.pk, {})
        labels = [str(strand.label) for strand in strands()]
        return super().get_context_data(
            door=door,
            address=door.address_of(reverse("home")),
            threshold=threshold,
            rows=[(label, in_words(stepped(counts.get(label, 0), threshold, (0, MANY)))) for label in labels],
            **kwargs,
        )


CAMPAIGNS_A_PAGE, VOICES_A_PAGE = 10, 100
VOICES_SHOWN = 12


@dataclass(frozen=True)
class CampaignTold:
    """A campaign as a page shows it: its first words, how many voices, the names of co-ops that stand beside them (None: too
    few to say), and the doors, each with how many came by it (None where that is hidden); no doors where none is known."""

    first: Contribution
    numbers: list[int]
    co_ops: int | None
    doors: list[tuple[str, int | None]]

    @property
    def size(self) -> int:
        return len(self.numbers)

    @property
    def has_hidden(self) -> bool:
        return any(number is None for _label, number in self.doors)

    @property
    def shown(self) -> list[int]:
        return self.numbers[:VOICES_SHOWN]


def tell_campaigns(found: list[Campaign]) -> list[CampaignTold]:
    """As they are now, whatever was kept: two queries. One of which too little is public any more is not told."""
    wanted = [number for campaign in found for number in campaign.numbers]
    rows = Contribution.objects.public().filter(pk__in=wanted)
    known = {pk: rest for pk, *rest in rows.values_list("pk", "door__label", "organisation", "shown_as")}
    left = [[number for number in campaign.numbers if number in known] for campaign in found]
    left = [numbers for numbers in left if len(numbers) >= LEAST]
    firsts = rows.filter(pk__in=[numbers[0] for numbers in left]).with_authors().defer("search").in_bulk()
    threshold = threshold_now()
    return [_told(firsts[numbers[0]], numbers, [known[number] for number in numbers], threshold) for numbers in left]


def _told(first: Contribution, numbers: list[int], facts: list[list[Any]], threshold: int) -> CampaignTold:
    named = {co_op for _door, co_op, shown_as in facts if co_op is not None and shown_as != ShownAs.WITHHELD}
    doors = Counter(door or "" for door, _co_op, _shown_as in facts)
    shown = hide_small([Cell(label, number) for label, number in sorted(doors.items())], threshold)
    return CampaignTold(
        first,
        numbers,
        co_ops=len(named) if len(named) >= threshold else None,
        doors=[] if set(doors) == {""} else [(cell.key, cell.count) for cell in shown],
    )


class CampaignListView(TemplateView):
    """The same words from many, the largest first. Nothing is dropped: each voice has its own page."""

    public = True
    template_name = "heard/campaigns.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page: Page = Paginator(campaigns(), CAMPAIGNS_A_PAGE).get_page(self.request.GET.get("page"))
        return super().get_context_data(
            page_obj=page, told=tell_campaigns(list(page)), threshold=threshold_now(), **kwargs
        )


class CampaignView(TemplateView):
    """One campaign, with a link to every voice in it."""

    public = True
    template_name = "heard/campaign.html"

    @cached_property
    def told(self) -> CampaignTold:
        found = [campaign for campaign in campaigns() if self.kwargs["pk"] in campaign.numbers]
        told = tell_campaigns(found)
        if not told:
            raise Http404
        return told[0]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = Paginator(self.told.numbers, VOICES_A_PAGE).get_page(self.request.GET.get("page"))
        rows = Contribution.objects.public().filter(pk__in=list(page)).with_authors().defer("search").order_by("pk")
        return super().get_context_data(
            campaign=self.told, page_obj=page, voices=rows, threshold=threshold_now(), **kwargs
        )
