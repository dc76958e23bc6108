"""The phases and the events as calendars (RFC 5545) that people add to their own.

A phase is an entry of whole days that blocks nobody's time; an event is one of hours, in UTC, so that no change of the clocks can
move it. The UID never changes; SEQUENCE and LAST-MODIFIED grow by each change, so that a calendar that has it already takes the
new days over, or strikes out what was called off.
"""

import datetime as dt
from hashlib import sha256
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.generic import View
from icalendar import Calendar
from icalendar import Event as Entry

from commons import richtext
from consultation.models import Event, Phase, Registration
from consultation.reports.phases import Step, timeline

A_DAY = dt.timedelta(days=1)


def entry_of(step: Step) -> Entry:
    """One phase. The end of a calendar's entry is the day after the last one."""
    phase = step.phase
    entry = Entry()
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


def entry_of_event(event: Event, *, is_in: bool = False) -> Entry:
    """One event; with how to get in only for who has a place."""
    entry = Entry()
    entry.add("uid", f"event-{event.slug}@{urlsplit(settings.SITE_ADDRESS).hostname}")
    entry.add("dtstamp", event.changed_at.astimezone(dt.UTC))
    entry.add("last-modified", event.changed_at.astimezone(dt.UTC))
    entry.add("sequence", event.revision - 1)
    entry.add("dtstart", event.starts_at.astimezone(dt.UTC))
    entry.add("dtend", event.ends_at.astimezone(dt.UTC))
    entry.add("summary", event.title_told.text)
    entry.add("location", event.venue)
    told = [event.summary_told.text]
    if event.is_cancelled:
        told.insert(0, _("Called off. Why: %(reason)s") % {"reason": event.cancel_reason_told})
    elif is_in and event.joining:
        told.append(event.joining)
    entry.add("description", "\n\n".join(told))
    entry.add("url", settings.SITE_ADDRESS + event.get_absolute_url())
    entry.add("status", "CANCELLED" if event.is_cancelled else "CONFIRMED")
    return entry


class EventCalendarView(View):
    """The file of one event. Who is signed in and has a place finds in it how to get in."""

    public = True
    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        user = request.user
        event = get_object_or_404(Event.objects.visible_to(user), slug=slug)
        own = Registration.objects.visible_to(user).filter(event=event, person=user.pk).in_event()
        calendar = Calendar()
        calendar.add("prodid", f"-//{settings.SITE_NAME}//Events//EN")
        calendar.add("version", "2.0")
        calendar.add("method", "PUBLISH")
        calendar.add_component(entry_of_event(event, is_in=user.is_authenticated and own.exists()))
        response = HttpResponse(calendar.to_ical(), content_type="text/calendar; charset=utf-8")
        response.headers["Content-Disposition"] = f'attachment; filename="{event.slug}.ics"'
        response.headers["Cache-Control"] = "private, no-store" if user.is_authenticated else "no-cache"
        return response
