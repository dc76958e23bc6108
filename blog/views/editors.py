"""Who the editors are, and the public ledger of what they decided."""

from typing import Any

from django.utils import timezone
from django.views.generic import TemplateView

from blog.models import Reason, Submission
from blog.reports import DECIDED, editors, ledger_counts, ledger_page
from commons.moderation.forms import LedgerPlaceForm
from commons.moderation.reports import lasting


class EditorsView(TemplateView):
    """Who the editors are, how they came to it, and by which rules the blog stays independent."""

    public = True
    template_name = "blog/editors.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(editors=editors(), former=editors(now=False), **kwargs)


class LedgerView(TemplateView):
    """What editors decided, for everybody: in numbers, and decision by decision without names."""

    public = True
    template_name = "blog/ledger.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        place = LedgerPlaceForm(self.request.GET)
        before = place.cleaned_data["before"] if place.is_valid() else None
        counts = ledger_counts()
        return super().get_context_data(
            page=ledger_page(before=before),
            is_later_page=before is not None,
            counts=counts,
            median=counts.median is not None and lasting(counts.median),
            longest=counts.longest is not None and lasting(counts.longest),
            waiting_for=counts.waiting_since and lasting(timezone.now() - counts.waiting_since, units=1),
            outcomes=[(Submission.Outcome(value).label, counts.by_outcome[value]) for value in DECIDED],
            reasons=[(label, counts.by_reason[value]) for value, label in Reason.choices],
            **kwargs,
        )
