"""Finding one's organisation, joining it, and what staff answer."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class OrganisationSearchForm(forms.Form):
    """A search of the register; sent by GET, so that a result can be bookmarked and the back button works."""

    q = forms.CharField(
        label=_("Name, number or postcode"),
        help_text=_("A part of the name is enough, such as “weavers rochdale”"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["q"].say_optional = False
        self.fields["q"].widget.attrs["data-suggestions"] = reverse("people:organisation-suggest")


class MembershipAskForm(forms.Form):
    """What the person does in the organisation."""

    part = forms.CharField(
        label=_("Your part in it"),
        help_text=_("For example secretary, director, manager or member"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "organization-title"}),
        error_messages={"required": _("Say what you do in the organisation.")},
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.show_summary = False
        self.helper.add_input(Submit("ask", _("Ask to join")))


class MembershipCheckForm(forms.Form):
    """The answer of staff to a request."""

    ACCEPT, DECLINE = "accept", "decline"

    answer = forms.ChoiceField(
        label=_("Does this person speak for the organisation?"),
        choices=[(ACCEPT, _("Yes, accept the request")), (DECLINE, _("No, turn it down"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose yes or no."), "invalid_choice": _("Choose yes or no.")},
    )
    reason = forms.CharField(
        label=_("Reason (only when you turn it down)"),
        help_text=_("The person will read this"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].say_optional = False
        self.helper = FormHelper()
        self.helper.show_summary = False
        self.helper.add_input(Submit("send", _("Send the answer")))

    def clean(self) -> dict:
        data = super().clean()
        if data.get("answer") == self.DECLINE and "reason" not in self.errors and not data.get("reason"):
            self.add_error("reason", _("Give a reason, so that the person knows what to do next."))
        return data


class MembershipEndForm(forms.Form):
    """Nothing to fill in: the page asks once more, and the button answers."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.show_summary = False
        self.helper.add_input(Submit("end", _("Yes, end it")))
