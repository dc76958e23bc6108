"""Choosing entries of the record; sent by GET."""

from django import forms
from django.utils.translation import gettext_lazy as _


class EntryFilterForm(forms.Form):
    """What was done, and by which person. `before` is where the page before ended."""

    verb = forms.ChoiceField(label=_("What was done"), required=False)
    actor = forms.IntegerField(label=_("Number of the person who did it"), required=False, min_value=1, max_value=2**62)
    before = forms.IntegerField(required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput)

    def __init__(self, *args: object, verbs: list[str], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.say_optional = False
        self.fields["verb"].choices = [("", _("Everything")), *((verb, verb.replace("_", " ")) for verb in verbs)]
