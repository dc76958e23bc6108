"""Making a door."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from commons.people.models import Door, Organisation

LONGEST_LABEL = Door._meta.get_field("label").max_length


class DoorForm(forms.Form):
    """What a door is called, what kind it is, and to whom it is handed."""

    label = forms.CharField(
        label=_("What is it called?"),
        help_text=_("So that you know it again, such as “Letter of the farmers’ federation, March”"),
        max_length=LONGEST_LABEL,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": _("Give it a name."),
            "max_length": _("Write at most %(limit_value)s letters. You have %(show_value)s."),
        },
    )
    kind = forms.ChoiceField(
        label=_("What kind of door is it?"),
        choices=Door.Kind.choices,
        initial=Door.Kind.PARTNER,
        widget=forms.RadioSelect,
        error_messages={"required": _("Say what kind it is.")},
    )
    organisation = forms.CharField(
        label=_("To whom is it handed?"),
        help_text=_("The federation or co-op, as the register names it. Add the postcode if two have the same name"),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].widget.attrs["data-suggestions"] = reverse("people:organisation-suggest")
        self.helper = FormHelper()
        self.helper.show_summary = False
        self.helper.add_input(Submit("send", _("Make the door")))

    def clean_organisation(self) -> Organisation | None:
        words = self.cleaned_data["organisation"].strip()
        if not words:
            return None
        found = list(Organisation.objects.live().matching(words)[:2])
        if not found:
            raise forms.ValidationError(
                _("The register holds no co-op of this name. Leave it empty, or try fewer words.")
            )
        if len(found) > 1:
            raise forms.ValidationError(_("Several co-ops have these words in their name. Add the postcode."))
        return found[0]
