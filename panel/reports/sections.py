"""Reading the framework: its parts and sections, and a section as it stands with what changed in it and why. A fixed number of
queries, whatever the number of sections and paragraphs."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from django.db import models
from django.db.models import Count, OuterRef
from django.utils.safestring import SafeString

from commons import richtext
from commons.contributions.models import Contribution
from panel.comparing import ParagraphChange, compare
from panel.models import Anchor, Change, Dissent, Part, Section, Version
from panel.paragraphs import Paragraph
from panel.reports.reasons import Why, reasons_of
from panel.reports.voices import is_answered


@dataclass
class ShownParagraph:
    """A paragraph as the page shows it: as it stands, as a difference from the version before, or struck out where it is gone."""

    change: ParagraphChange
    section_number: int
    reasons: list[Why] = field(default_factory=list)
    dissents: list[Dissent] = field(default_factory=list)
    comments: int = 0
    answered: int = 0

    @property
    def paragraph(self) -> Paragraph:
        return self.change.new or self.change.old

    @property
    def number(self) -> int | None:
        return self.change.new.number if self.change.new else None

    @property
    def label(self) -> str:
        return f"{self.section_number}.{self.number}" if self.number else ""

    @property
    def is_gone(self) -> bool:
        return self.change.new is None

    @property
    def is_marked(self) -> bool:
        return self.change.kind != "same"

    @cached_property
    def html(self) -> SafeString:
        return richtext.to_html(self.paragraph.source, top_heading=2)

    @cached_property
    def html_lower(self) -> SafeString:
        """For a page on which the section itself is a heading of the third level."""
        return richtext.to_html(self.paragraph.source, top_heading=4)


@lru_cache(maxsize=128)
def _compared(old: str, new: str) -> tuple[ParagraphChange, ...]:
    """Versions never change, and the pages of a section compare the same two again and again."""
    return tuple(compare(old, new))


def shown_paragraphs(version: Version, previous: Version | None, *, with_reasons: bool = True) -> list[ShownParagraph]:
    """The text of a version, each paragraph with what changed since `previous`, why, and who does not agree: four queries, or
    none without reasons."""
    changes = _compared(previous.body if previous else version.body, version.body)
    shown = [ShownParagraph(change, version.section_number) for change in changes]
    if not with_reasons:
        return shown
    by_new = {one.number: one for one in shown if one.number is not None}
    by_old = {one.change.old.number: one for one in shown if one.is_gone and one.change.old.number is not None}
    for why in reasons_of(Change.objects.published().filter(version=version)):
        place = by_new.get(why.change.paragraph) or by_old.get(why.change.paragraph_before)
        if place is not None:
            place.reasons.append(why)
    for dissent in (
        Dissent.objects.published().filter(version=version, paragraph__isnull=False).select_related("member")
    ):
        if dissent.paragraph in by_new:
            by_new[dissent.paragraph].dissents.append(dissent)
    return shown


def add_comment_counts(shown: Iterable[ShownParagraph], section: Section) -> None:
    """How many public contributions speak of each paragraph as it stands now, and how many of them have an answer: one query."""
    rows = (
        Anchor.objects.filter(section=section, paragraph__isnull=False, contribution__in=Contribution.objects.public())
        .values("paragraph")
        .annotate(number=Count("pk"), answered=Count("pk", filter=is_answered("contribution")))
    )
    counts = {row["paragraph"]: row for row in rows}
    for one in shown:
        if row := counts.get(one.number):
            one.comments, one.answered = row["number"], row["answered"]


@dataclass
class ListedPart:
    part: Part
    sections: list[Section]


def framework() -> list[ListedPart]:
    """Parts and their published sections in order, each section with `voice_count`, the number of public contributions to it."""
    spoken = (
        Anchor.objects.filter(section=OuterRef("pk"), contribution__in=Contribution.objects.public())
        .order_by()
        .values("section")
        .annotate(number=Count("pk"))
        .values("number")
    )
    sections = (
        Section.objects.published()
        .select_related("current", "part")
        .in_order()
        .annotate(voice_count=models.functions.Coalesce(models.Subquery(spoken), 0))
    )
    listed: list[ListedPart] = []
    for section in sections:
        if not listed or listed[-1].part.pk != section.part_id:
            listed.append(ListedPart(section.part, []))
        listed[-1].sections.append(section)
    return listed
