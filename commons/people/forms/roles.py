"""Finding people, appointing them, and ending it."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from commons.people.models import Role


class PersonSearchForm(forms.Form):
    """A search of people; sent by GET."""

    q = forms.CharField(label=_("Name or e-mail address"), max_length=100, required=False)
    role = forms.ChoiceField(
        label=_("Role"), required=False, choices=[("", _("Everyone")), ("any", _("Anyone with a role")), *Role.choices]
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.say_optional = False


class DayField(forms.DateField):
    """A day, picked or typed."""

    default_error_messages = {
        "required": _("Choose a day."),
        "invalid": _("Write the day as year, month and day, such as 2027-01-29."),
    }

    def __init__(self, **kwargs: object) -> None:
        super().__init__(widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **kwargs)


class AppointForm(forms.Form):
    """A role and its dates."""

    role = forms.ChoiceField(
        label=_("Role"),
        choices=Role.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a role."), "invalid_choice": _("Choose one of the roles in the list.")},
    )
    starts_on = DayField(label=_("First day"), initial=timezone.localdate)
    ends_on = DayField(
        label=_("First day without the role (optional)"),
        help_text=_("Leave it empty if there is no end yet"),
        required=False,
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.show_summary = False
        self.helper.add_input(Submit("appoint", _("Appoint")))

    def clean(self) -> dict:
        data = super().clean()
        starts_on, ends_on = data.get("starts_on"), data.get("ends_on")
        if starts_on and ends_on and ends_on <= starts_on:
            self.add_error("ends_on", _("Choose a day after the first day."))
        return data


class AppointmentEndForm(forms.Form):
    """From when on the role is gone."""

    ends_on = DayField(
        label=_("First day without the role"), help_text=_("Today takes it away at once"), initial=timezone.localdate
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.show_summary = False
        self.helper.add_input(Submit("end", _("End the appointment")))

    def clean_ends_on(self) -> object:
        day = self.cleaned_data["ends_on"]
        if day < timezone.localdate():
            raise forms.ValidationError(_("Choose today or a later day."))
        return day
