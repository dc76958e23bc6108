"""What came of the marking, for everybody."""

from typing import Any

from django.views.generic import TemplateView

from consultation.reports.marks import NARROW, WIDE, board_of, drawn, proposals_of
from consultation.views.marks.marking import MarksMixin


class ResultsView(MarksMixin, TemplateView):
    """What came of the marking, for everybody: until it is published, when that will be; then every count."""

    public = True
    template_name = "consultation/event_results.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if self.event.marks_published_at is None:
            return super().get_context_data(board=None, **kwargs)
        board = board_of(self.event)
        return super().get_context_data(
            board=board,
            wide=drawn(board, WIDE),
            narrow=drawn(board, NARROW),
            proposals=proposals_of(self.event, self.request.user),
            **kwargs,
        )
