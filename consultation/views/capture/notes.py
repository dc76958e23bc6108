"""What was written down at an event, to be read by everybody."""

from typing import Any

from django.views.generic import TemplateView

from consultation.reports.capture import notes_by_theme, photos_of, public_notes
from consultation.views.one_event import EventMixin


class NotesView(EventMixin, TemplateView):
    """What was written down at an event, for everybody: by theme, then issue, then idea."""

    public = True
    template_name = "consultation/event_notes.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        notes = list(public_notes(self.event))
        return super().get_context_data(
            groups=notes_by_theme(notes),
            count=len(notes),
            photos=photos_of(self.event, everybody=True),
            **kwargs,
        )
