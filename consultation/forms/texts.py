"""Forms of the consultation."""

from django import forms
from django.utils.translation import gettext_lazy as _

from consultation.forms.fields import button
from consultation.models import Text


class TextForm(forms.ModelForm):
    based_on = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Text
        fields = ["title", "body"]
        error_messages = {
            "title": {"required": _("Give the text a title.")},
            "body": {"required": _("Write the text. It cannot be empty.")},
        }
        widgets = {"body": forms.Textarea(attrs={"rows": 18, "data-maxlength": 20_000})}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["based_on"].initial = self.instance.revision
        for name in ("title", "body"):
            self.fields[name].widget.attrs["lang"] = self.instance.language
        self.helper = button(_("Save and publish"))
