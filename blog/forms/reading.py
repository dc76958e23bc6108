"""What readers ask of the lists, and what they follow. All of it is checked; what makes no sense is as if it had not been
asked."""

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _

from blog.reports import ListOrder
from commons.themes.models import Theme

LARGEST = 2**62


class FindForm(forms.Form):
    """Which posts to list; sent by GET."""

    q = forms.CharField(label=_("Search the blog"), required=False, max_length=200)
    theme = forms.ModelChoiceField(
        label=_("Theme"),
        queryset=Theme.objects.none(),
        to_field_name="slug",
        required=False,
        empty_label=_("All themes"),
    )
    order = forms.ChoiceField(label=_("Order"), choices=ListOrder.choices, required=False)

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


class PlaceForm(forms.Form):
    """From which number on a long list is read; sent by GET."""

    after = forms.IntegerField(required=False, min_value=1, max_value=LARGEST)

    @property
    def place(self) -> int | None:
        return self.cleaned_data["after"] if self.is_valid() else None


class FollowForm(forms.Form):
    """What to follow, or no longer: one thing by its kind and number, and the whole blog without a number."""

    kind = forms.ChoiceField(choices=[(kind, kind) for kind in ("blog", "theme", "author", "post")])
    number = forms.IntegerField(required=False, min_value=0, max_value=LARGEST)
    follow = forms.ChoiceField(choices=[("yes", "yes"), ("no", "no")], required=False)
