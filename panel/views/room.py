"""What the pages of the writing room share: the section with its draft, changed paragraphs told in words, and words that are
handed back where nobody may save them."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.dateformat import format as in_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from commons.contributions.models import PANEL_ROLES
from commons.people.views.typed import KeepsTypedMixin
from panel.comparing import ParagraphChange, WordChange, in_words
from panel.models import Draft, Section
from panel.views.strategy import SectionMixin


class RoomMixin(SectionMixin):
    """Finds the section of the address and its draft. A section that was merged into another has no room any more."""

    room = ""

    @cached_property
    def any_section(self) -> Section:
        rows = Section.objects.visible_to(self.request.user)
        rows = rows.select_related("part", "current", "inside", "owner", "merged_into")
        return get_object_or_404(rows, slug=self.kwargs["section"])

    @cached_property
    def section(self) -> Section:
        section = self.any_section
        if section.merged_into is not None:
            raise Http404
        return section

    @cached_property
    def draft(self) -> Draft:
        drafts = Draft.objects.visible_to(self.request.user).select_related("saved_by", "publish_by")
        return get_object_or_404(drafts, section=self.section)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        may_arrange = self.request.user.has_perm("panel.arrange_sections")
        own = {"draft": self.draft, "may_arrange": may_arrange, "section": self.section}
        return super().get_context_data(**{**kwargs, **own})


def clock(moment: dt.datetime) -> str:
    """The time of day as it stands in a sentence: 2:02pm."""
    return in_format(timezone.localtime(moment), "g:ia").replace(".", "")


def day_and_clock(moment: dt.datetime) -> str:
    return _("%(day)s at %(time)s") % {
        "day": in_format(timezone.localtime(moment), "j F Y"),
        "time": clock(moment),
    }


@dataclass(frozen=True)
class ToldChange:
    """A changed paragraph with its number, in the new text or else in the old one, and what changed in words."""

    change: ParagraphChange
    label: str
    told: Sequence[WordChange]


def tell_changes(changes: Iterable[ParagraphChange], section_number: int) -> list[ToldChange]:
    """Those of the paragraphs that changed."""
    changed = [change for change in changes if change.kind != "same"]
    return [
        ToldChange(change, f"{section_number}.{one.number}" if one.number else "", told)
        for change, told in zip(changed, in_words(changed), strict=True)
        for one in [change.new or change.old]
    ]


class HandsBackMixin(KeepsTypedMixin):
    """Stands before PermissionRequiredMixin on the panel's forms. Who is no member any more gets back what they typed, to copy.

    It shows nothing but what was sent, so it tells nobody that a section is there.
    """

    form_class: type[forms.BaseForm]

    def handle_no_permission(self) -> HttpResponse:
        user = self.request.user
        if (
            self.request.method == "POST"
            and user.is_authenticated
            and user.appointments.filter(role__in=PANEL_ROLES).exists()
        ):
            why = _(
                "You are not a member of the panel any more. Nothing was saved. Copy your words before you leave this page."
            )
            return not_saved(self.request, typed_words(self.request, self.form_class), why, status=403)
        return super().handle_no_permission()


Typed = list[tuple[str, str]]


def typed_words(request: HttpRequest, form_class: type[forms.BaseForm]) -> Typed:
    """What somebody wrote into the boxes of a form, each with its label. Boxes made for each paragraph are named words-..."""
    labels = {
        name: str(field.label)
        for name, field in form_class.base_fields.items()
        if isinstance(field.widget, forms.Textarea | forms.TextInput)
    }
    return [
        (labels.get(name, _("Why a paragraph changed")), words)
        for name, values in request.POST.lists()
        if name in labels or name.startswith("words-")
        for words in values
        if words.strip()
    ]


def not_saved(
    request: HttpRequest, typed: Typed, why: str, *, status: int, onward: Section | None = None
) -> HttpResponse:
    """A page with somebody's words, to copy, and why they were not saved. `onward` is the section to go on to."""
    return render(request, "panel/not_saved.html", {"why": why, "typed": typed, "onward": onward}, status=status)
