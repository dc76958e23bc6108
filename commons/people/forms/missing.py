"""Which of the co-ops that have not been heard to show."""

from django import forms
from django.utils.translation import gettext_lazy as _

from commons.people.models import Region, Sector


class MissingForm(forms.Form):
    """Sent by GET. What makes no sense is left out."""

    sector = forms.ChoiceField(
        label=_("Kind of co-op"), choices=[("", _("All kinds")), *Sector.choices], required=False
    )
    region = forms.ChoiceField(
        label=_("Nation or region"), choices=[("", _("Everywhere")), *Region.choices], required=False
    )
    q = forms.CharField(label=_("Name, number or postcode"), max_length=100, required=False)

    def asked(self) -> dict[str, str]:
        self.is_valid()
        return {name: self.cleaned_data.get(name, "") for name in self.fields}
