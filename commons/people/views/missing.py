"""Who is missing: the co-ops that nobody has heard, for those who go and ask them."""

from typing import Any

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.views.generic import ListView

from commons.people.forms.missing import MissingForm
from commons.people.models import Organisation
from commons.people.reports.heard import missing_cells, never_heard

WORST_SHOWN = 20


class MissingListView(PermissionRequiredMixin, ListView):
    """The kinds and places that are heard least, and each co-op that has not been heard. `?sector=`, `?region=` and `?q=`
    choose."""

    permission_required = "people.see_missing"
    template_name = "people/missing_list.html"
    paginate_by = 50

    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        self.form = MissingForm(request.GET)
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> Any:
        asked = self.form.asked()
        rows = never_heard().filter(**{name: value for name, value in asked.items() if name != "q" and value})
        if asked["q"]:
            rows = rows.filter(pk__in=Organisation.objects.matching(asked["q"]))
        return rows.in_name_order()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        cells = missing_cells()
        return super().get_context_data(
            form=self.form,
            asked=self.form.asked(),
            worst=[cell for cell in cells if cell.lacking >= 1][:WORST_SHOWN],
            size=sum(cell.size for cell in cells),
            heard=sum(cell.heard for cell in cells),
            **kwargs,
        )
