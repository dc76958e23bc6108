"""The framework as everybody reads it: as a whole, by section, by version, two versions side by side, and why words changed."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.views.generic import TemplateView

from commons.contributions.actions import note_visit
from commons.contributions.models import Contribution, Order
from commons.contributions.reports import closed_because, thread_page
from panel.comparing import in_words
from panel.models import Decision, Dissent, Section, Version
from panel.reports import (
    add_comment_counts,
    answering_counts,
    as_said,
    framework,
    outcome_counts,
    said_and_changed,
    shown_paragraphs,
)

DECISIONS_A_PAGE = 20


class FrameworkView(TemplateView):
    """The way in: what the framework is, its parts and sections, and how the panel stands with its answers."""

    public = True
    template_name = "panel/framework.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(parts=framework(), counts=answering_counts(), **kwargs)


class DocumentView(TemplateView):
    """All sections on one page, to read in one go or to print."""

    public = True
    template_name = "panel/document.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        parts = framework()
        for listed in parts:
            for section in listed.sections:
                section.shown = shown_paragraphs_alone(section.current)
        return super().get_context_data(parts=parts, **kwargs)


def shown_paragraphs_alone(version: Version) -> list[Any]:
    """A text with its numbers and nothing else: no query."""
    return shown_paragraphs(version, None, with_reasons=False)


class SectionMixin:
    """Finds the section of the address, if this person may see it."""

    request: HttpRequest
    kwargs: dict[str, Any]

    @cached_property
    def section(self) -> Section:
        rows = Section.objects.visible_to(self.request.user)
        rows = rows.select_related("part", "current", "thread", "owner", "merged_into")
        return get_object_or_404(rows, slug=self.kwargs["section"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        # The address gives the slug under the same name, so the row comes last.
        return super().get_context_data(**{**kwargs, "section": self.section})

    def version_numbered(self, number: int) -> Version:
        return get_object_or_404(self.section.versions.select_related("section"), number=number)


class SectionView(SectionMixin, TemplateView):
    """One section as it stands: each paragraph with what changed and why, and what people say to it.

    `?paragraph=` shows what is said to one paragraph, `?order=` sorts, `?after=` goes on, `?marks=off` hides what changed.
    """

    public = True
    template_name = "panel/section.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.section.merged_into is not None:
            return redirect(self.section.merged_into, permanent=True)
        if self.section.current is None:
            raise Http404
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        section, user, asked = self.section, self.request.user, self.request.GET
        version = section.current
        previous = section.versions.filter(number=version.number - 1).first() if version.number > 1 else None
        marks = asked.get("marks") != "off"
        shown = shown_paragraphs(version, previous if marks else None)
        add_comment_counts(shown, section)
        number = as_number(asked.get("paragraph"))
        paragraph = next((one for one in shown if number and one.number == number), None)
        rows = Contribution.objects.filter(anchor__section=section, anchor__paragraph=number) if paragraph else None
        since = note_visit(section.thread, by=user) if user.is_authenticated else None
        order = asked.get("order") if asked.get("order") in Order.values else Order.NEWEST
        page = thread_page(
            section.thread, user, rows=rows, order=order, after=as_number(asked.get("after")), since=since
        )
        dissents = Dissent.objects.published().filter(section=section, version=version, paragraph=None)
        return super().get_context_data(
            version=version,
            previous=previous,
            marks=marks,
            shown=shown,
            changed=sum(one.is_marked for one in shown),
            paragraph=paragraph,
            page=page,
            orders=Order.choices,
            parts=framework(),
            dissents=dissents.select_related("member"),
            is_later_page="after" in asked,
            closed=closed_because(section.thread),
            may_write=user.has_perm("panel.save_draft") if user.is_authenticated else False,
            may_key_in=user.has_perm("panel.key_in_to_section") if user.is_authenticated else False,
            **kwargs,
        )


def as_number(text: str | None) -> int | None:
    """A number from the address, or None for anything that is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None


class VersionListView(SectionMixin, TemplateView):
    """Every version of a section, each with what was said about it and a way to compare."""

    public = True
    template_name = "panel/version_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(versions=self.section.versions.order_by("-number"), **kwargs)


class VersionView(SectionMixin, TemplateView):
    """One version, as it was published."""

    public = True
    template_name = "panel/version.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        version = self.version_numbered(self.kwargs["number"])
        return super().get_context_data(
            version=version,
            shown=shown_paragraphs(version, None),
            before=self.section.versions.filter(number=version.number - 1).first(),
            after=self.section.versions.filter(number=version.number + 1).first(),
            **kwargs,
        )


class CompareView(SectionMixin, TemplateView):
    """Two versions: the differences in the text, or side by side with `?view=sides`, and told in words."""

    public = True
    template_name = "panel/compare.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        old, new = (self.version_numbered(self.kwargs[name]) for name in ("old", "new"))
        shown = shown_paragraphs(new, old)
        for one in shown:
            one.told = in_words([one.change])
        own = {
            "old": old,
            "new": new,
            "shown": shown,
            "changed": [one for one in shown if one.is_marked],
            "versions": self.section.versions.order_by("number"),
            "sides": self.request.GET.get("view") == "sides",
        }
        return super().get_context_data(**{**kwargs, **own})


class ChangesView(TemplateView):
    """You said, we changed: every answer with its voices and the words that changed, and what was not changed and why."""

    public = True
    template_name = "panel/changes.html"
    section: Section | None = None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        section = self.section
        asked = self.request.GET.get("outcome", "")
        outcome = asked if asked in Decision.Outcome.values else ""
        decisions = said_and_changed(section, outcome=outcome)
        page = Paginator(decisions, DECISIONS_A_PAGE).get_page(self.request.GET.get("page"))
        return super().get_context_data(
            page_obj=page,
            paginator=page.paginator,
            said=as_said(page.object_list),
            outcome=outcome,
            outcomes=outcome_counts(section),
            counts=answering_counts(section),
            **{**kwargs, "section": section},
        )


class SectionChangesView(SectionMixin, ChangesView):
    """The same for one section."""
