"""The screen of the room, which shows how the marks fall while marking goes on."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.generic import TemplateView

from consultation.models import Event
from consultation.reports.marks import NARROW, WIDE, drawn, live_board
from consultation.views.marks.marking import MarksMixin

SCREENS = "event_screens"
"""In the session: the events whose screen was opened by a link."""
LEADERS = 10
"""Ideas in the list beside the drawing: as many as can be read from the back of a hall."""
SCREEN_LINK_LASTS = dt.timedelta(days=3)

_screens = signing.TimestampSigner(salt="consultation.screen")


def screen_link(event: Event) -> str:
    """The address that opens the screen on a machine at which nobody signs in."""
    key = _screens.sign(event.slug)
    return settings.SITE_ADDRESS + reverse("consultation:event-screen", args=[event.slug]) + f"?key={key}"


class ScreenMixin(MarksMixin):
    """The room sees it while marking goes on: staff, facilitators, and a machine that was opened by a link from staff. Everybody
    sees it once the results are public."""

    public = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if (key := request.GET.get("key")) is not None:
            return self._by_link(key)
        if not self._may_see():
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def _may_see(self) -> bool:
        return (
            self.event.marks_published_at is not None
            or self.request.session.get(SCREENS, {}).get(self.event.slug) is not None
            or self.request.user.has_perm("consultation.see_screen", self.event)
        )

    def _by_link(self, key: str) -> HttpResponse:
        try:
            opens = _screens.unsign(key, max_age=SCREEN_LINK_LASTS)
        except signing.BadSignature:
            raise Http404 from None
        if opens != self.event.slug:
            raise Http404
        self.request.session[SCREENS] = {**self.request.session.get(SCREENS, {}), self.event.slug: True}
        return redirect(self.request.path)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        board = live_board(self.event)
        is_open = self.event.takes_marks_at(self.now)
        shows = self.event.shows_marks_live or not is_open
        return super().get_context_data(
            board=board,
            shows=shows,
            wide=drawn(board, WIDE) if shows else None,
            narrow=drawn(board, NARROW) if shows else None,
            leaders=[idea for idea in board.ranked if idea.total][:LEADERS],
            is_live=self.event.marks_published_at is None,
            marks_address=settings.SITE_ADDRESS.split("://")[-1]
            + reverse("consultation:event-marks", args=[self.event.slug]),
            **kwargs,
        )


class ScreenView(ScreenMixin, TemplateView):
    template_name = "consultation/event_screen.html"


class ScreenNowView(ScreenMixin, TemplateView):
    """The part of the screen that moves, for htmx."""

    template_name = "consultation/_event_screen.html"
