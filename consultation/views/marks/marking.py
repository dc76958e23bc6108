"""What all pages of the marks of one event share: how far its marking has come."""

import datetime as dt
from typing import Any

from django.utils import timezone
from django.utils.functional import cached_property

from consultation.reports.marks import marking_has_begun
from consultation.views.one_event import EventMixin


class MarksMixin(EventMixin):
    """An event, and how far its marking has come."""

    @cached_property
    def now(self) -> dt.datetime:
        return timezone.now()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        own = {
            "is_open": self.event.takes_marks_at(self.now),
            "has_begun": marking_has_begun(self.event, self.now),
        }
        return super().get_context_data(**{**own, **kwargs})
