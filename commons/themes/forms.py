"""What staff type to name a theme, the buttons that move it, and how whatever bears themes is found by them."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.utils.translation import gettext_lazy as _

from commons.themes.actions import FIRST
from commons.themes.models import Theme

LONGEST_NAME = Theme._meta.get_field("name").max_length
TOO_LONG = _("Write at most %(limit_value)s letters. You have %(show_value)s.")


class ThemeForm(forms.Form):
    """A new theme."""

    name = forms.CharField(
        label=_("Name"),
        help_text=_("A word or two that people look for, such as “Young people”"),
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Give the theme a name."), "max_length": TOO_LONG},
    )
    name_cy = forms.CharField(
        label=_("Name in Welsh"),
        help_text=_("Without it, Welsh pages show the English name"),
        required=False,
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "off", "lang": "cy"}),
        error_messages={"max_length": TOO_LONG},
    )
    after = forms.TypedChoiceField(
        label=_("Place in lists"),
        required=False,
        coerce=int,
        empty_value=None,
        error_messages={"invalid_choice": _("Choose one from the list.")},
    )

    unmoved, sends = _("At the end"), _("Add the theme")

    def __init__(self, *args: Any, theme: Theme | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Theme.objects.exclude(pk=theme and theme.pk)
        behind = [(one.pk, _("After “%(theme)s”") % {"theme": one}) for one in others]
        self.fields["after"].choices = [("", self.unmoved), (FIRST, _("At the beginning")), *behind]
        self.fields["after"].say_optional = False
        self.helper = FormHelper()
        self.helper.show_summary = False
        self.helper.add_input(Submit("send", self.sends))


class ThemeChangeForm(ThemeForm):
    """Other names for a theme, or another place. It stays where it is unless somebody says otherwise, so that whoever puts a
    name right does not undo what a colleague arranged meanwhile."""

    based_on = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)

    unmoved, sends = _("Where it is now"), _("Save")


class ThemeMoveForm(forms.Form):
    """One button: one place up or down."""

    UP, DOWN = "up", "down"

    way = forms.ChoiceField(choices=[(UP, UP), (DOWN, DOWN)], widget=forms.HiddenInput)

    @property
    def steps(self) -> int:
        return -1 if self.cleaned_data["way"] == self.UP else 1


class FindForm(forms.Form):
    """Which of the things that bear themes are listed; sent by GET. What makes no sense is as if it had not been asked."""

    q = forms.CharField(label=_("Words"), required=False, max_length=200)
    theme = forms.ModelChoiceField(
        label=_("Theme"),
        queryset=Theme.objects.none(),
        to_field_name="slug",
        required=False,
        empty_label=_("All themes"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.say_optional = False
        self.fields["theme"].queryset = Theme.objects.found_by(self.data.get("theme", ""))
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.show_summary = False

    def asked(self) -> dict[str, Any]:
        """What was asked and makes sense."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
