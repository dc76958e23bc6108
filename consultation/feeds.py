"""The phases as a calendar (RFC 5545) that people add to their own, once or as a subscription that stays up to date.

Each phase is one entry of whole days that blocks nobody's time. Its UID never changes; SEQUENCE and LAST-MODIFIED grow by each
change, so that a calendar that has it already takes the new days over.
"""

import datetime as dt
from hashlib import sha256
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.generic import View
from icalendar import Calendar, Event

from commons import richtext
from consultation.models import Phase
from consultation.reports.phases import Step, timeline

A_DAY = dt.timedelta(days=1)


def entry_of(step: Step) -> Event:
    """One phase. The end of a calendar's entry is the day after the last one."""
    phase = step.phase
    entry = Event()
    entry.add("uid", f"phase-{phase.slug}@{urlsplit(settings.SITE_ADDRESS).hostname}")
    entry.add("dtstamp", phase.changed_at.astimezone(dt.UTC))
    entry.add("last-modified", phase.changed_at.astimezone(dt.UTC))
    entry.add("sequence", phase.revision - 1)
    entry.add("dtstart", phase.first_day)
    entry.add("dtend", phase.last_day + A_DAY)
    entry.add("summary", phase.name_told.text)
    entry.add("description", "\n\n".join(_told(phase, step)))
    entry.add("url", settings.SITE_ADDRESS + phase.get_absolute_url())
    entry.add("transp", "TRANSPARENT")
    if phase.is_called_off:
        entry.add("status", "CANCELLED")
    return entry


def _told(phase: Phase, step: Step) -> list[str]:
    told = [phase.purpose_told.text]
    if phase.is_called_off:
        said = {"day": date_format(phase.called_off_on, "j F Y"), "reason": phase.call_off_reason_told}
        told.insert(0, _("Called off on %(day)s. Why: %(reason)s") % said)
    if phase.todo:
        told.append(richtext.to_text(phase.todo_told.text))
    for move in step.moves:
        said = {
            "day": date_format(timezone.localtime(move.made_at), "j F Y"),
            "first": date_format(move.begins_before, "j F Y"),
            "last": date_format(move.ends_before, "j F Y"),
            "reason": move.reason_told,
        }
        told.append(_("Moved on %(day)s. Before, it was planned from %(first)s to %(last)s. Why: %(reason)s") % said)
    return told


class CalendarView(View):
    """The calendar file. A program that has its latest state already is told so (304)."""

    public = True
    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest) -> HttpResponse:
        calendar = Calendar()
        calendar.add("prodid", f"-//{settings.SITE_NAME}//Timeline//EN")
        calendar.add("version", "2.0")
        calendar.add("x-wr-calname", _("%(site)s: timeline") % {"site": settings.SITE_NAME})
        calendar.add("refresh-interval", dt.timedelta(hours=12), parameters={"VALUE": "DURATION"})
        for step in timeline(timezone.localdate()).steps:
            calendar.add_component(entry_of(step))
        response = HttpResponse(calendar.to_ical(), content_type="text/calendar; charset=utf-8")
        response.headers["Content-Disposition"] = 'attachment; filename="timeline.ics"'
        response.headers["Cache-Control"] = "no-cache"
        response.headers["ETag"] = f'"{sha256(response.content).hexdigest()[:32]}"'
        return get_conditional_response(request, etag=response.headers["ETag"], response=response)
