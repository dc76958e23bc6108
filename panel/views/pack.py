"""The strategy pack: what is in it, to print, and to download."""

import datetime as dt
import os
from dataclasses import dataclass
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.generic import TemplateView, View

from panel.comparing import compare
from panel.exports.pack import NoRoom, NothingPublished, answers, left_out, opened_pack, parts
from panel.pack import PackedPart, PackedSection
from panel.reports import ShownParagraph, answering_counts, framework

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def what_is_in_it() -> dict[str, Any]:
    """The counts that the page of the pack tells."""
    sections = [section for listed in framework() for section in listed.sections]
    counts = answering_counts()
    return {
        "sections": sections,
        "newest": max((section.current.published_at for section in sections), default=None),
        "changed": sum(section.current.number > 1 for section in sections),
        "counts": counts,
        "left_out": left_out(),
    }


class PackView(TemplateView):
    public = True
    template_name = "panel/pack.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**what_is_in_it(), **kwargs)


@dataclass(frozen=True)
class PrintedSection:
    section: PackedSection
    shown: list[ShownParagraph]


def printed(part: PackedPart, *, marks: bool) -> list[PrintedSection]:
    """The sections of a part, each paragraph with its number and, with `marks`, what changed in it since the version before."""
    found = []
    for section in part.sections:
        before = section.before if marks and section.before is not None else section.body
        changes = compare(before, section.body)
        found.append(PrintedSection(section, [ShownParagraph(change, section.number) for change in changes]))
    return found


class PackPrintView(TemplateView):
    """One page to print: the text, with `?with=changes` marked by what changed, and the table of comments and answers."""

    public = True
    template_name = "panel/pack_print.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        marks = self.request.GET.get("with") == "changes"
        framework_parts, _mark_of_text = parts()
        table, missing, _mark_of_table = answers()
        return super().get_context_data(
            marks=marks,
            parts=[(part, printed(part, marks=marks)) for part in framework_parts],
            answers=table,
            left_out=missing,
            now=timezone.now(),
            **kwargs,
        )


class PackFileView(View):
    """The Word file. Nothing on the way may keep it: what a moderator takes away must be gone from the next download."""

    public = True

    def get(self, request: HttpRequest) -> HttpResponse:
        try:
            file = opened_pack()
        except NothingPublished as refusal:
            raise Http404 from refusal
        except NoRoom:
            return render(request, "panel/pack.html", {**what_is_in_it(), "no_room": True}, status=503)
        made_on = timezone.localdate(dt.datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, dt.UTC))
        name = f"strategy-pack-{made_on.isoformat()}.docx"
        response = FileResponse(file, as_attachment=True, filename=name, content_type=WORD)
        response.headers["Cache-Control"] = "no-store"
        return response
