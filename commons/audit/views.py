"""The page on which staff read the record."""

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.utils.http import urlencode
from django.views.generic import TemplateView

from commons.audit.forms import EntryFilterForm
from commons.audit.models import Entry

ENTRIES_A_PAGE = 50


class EntryListView(PermissionRequiredMixin, TemplateView):
    """Newest first. Pages follow on by the number of their last entry, so that new entries do not move them and the last page
    is as fast as the first."""

    permission_required = "audit.see_entries"
    template_name = "audit/entry_list.html"

    def get_context_data(self, **kwargs: object) -> dict:
        verbs = list(Entry.objects.order_by("verb").values_list("verb", flat=True).distinct())
        form = EntryFilterForm(self.request.GET, verbs=verbs)
        entries = Entry.objects.newest_first().select_related("actor", "target_type")
        asked = form.cleaned_data if form.is_valid() else {}
        if asked.get("verb"):
            entries = entries.filter(verb=asked["verb"])
        if asked.get("actor"):
            entries = entries.filter(actor_id=asked["actor"])
        if asked.get("before"):
            entries = entries.filter(pk__lt=asked["before"])
        rows = list(entries[: ENTRIES_A_PAGE + 1])
        older = ""
        if len(rows) > ENTRIES_A_PAGE:
            rows.pop()
            kept = {key: asked[key] for key in ("verb", "actor") if asked.get(key)}
            older = urlencode(kept | {"before": rows[-1].pk})
        return super().get_context_data(
            form=form, entries=rows, older=older, is_later_page=bool(asked.get("before")), **kwargs
        )
