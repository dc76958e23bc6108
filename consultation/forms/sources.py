"""What readers ask of the library, and what staff type to fill it."""

import uuid
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from commons.moderation.forms import plain_lines
from commons.themes.forms import FindForm
from commons.themes.models import Theme
from consultation.actions import SentFile, Written
from consultation.forms.fields import TOO_LONG
from consultation.models import Source, SourceKind
from consultation.models.sources import LONGEST_BODY, LONGEST_SUMMARY

MOST_BYTES = 20 * 1024 * 1024
PDF = b"%PDF-"


class FindSourceForm(FindForm):
    """Which sources to list."""

    q = forms.CharField(label=_("Search the library"), required=False, max_length=200)
    kind = forms.ChoiceField(label=_("Kind"), choices=[("", _("All kinds")), *SourceKind.choices], required=False)
    year = forms.ChoiceField(label=_("Year"), required=False)

    def __init__(self, *args: Any, years: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = [("", _("All years")), *((str(year), str(year)) for year in years)]


class SourceForm(forms.ModelForm):
    """One source. `key` is the same on each click of one shown form; `based_on` is the revision that it shows."""

    link = forms.URLField(
        label=_("Where it can be read"),
        help_text=_("An address that begins with https:// and that anybody can open without asking"),
        required=False,
        max_length=500,
        assume_scheme="https",
        error_messages={
            "invalid": _("Write a whole address, such as https://example.coop/paper."),
            "max_length": TOO_LONG,
        },
    )
    file = forms.FileField(
        label=_("File"),
        help_text=_("A PDF of 20 MB at most"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".pdf,application/pdf"}),
        error_messages={"empty": _("This file is empty. Choose another.")},
    )
    drops_file = forms.BooleanField(label=_("Take the file away"), required=False)
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    based_on = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)

    class Meta:
        model = Source
        fields = ["title", "made_by", "year", "kind", "language", "themes", "summary", "body", "link"]
        labels = {
            "made_by": _("Who made it?"),
            "year": _("Year"),
            "kind": _("What is it?"),
            "summary": _("Summary in plain words"),
            "body": _("The text itself"),
        }
        help_texts = {
            "title": _("As it stands on the source itself"),
            "summary": _("What it says and why it matters here, for somebody who has not read it"),
            "body": _("Leave it empty where the text is in a file or elsewhere"),
        }
        error_messages = {
            "title": {"required": _("Give the source a title."), "max_length": TOO_LONG},
            "made_by": {"required": _("Say who made it."), "max_length": TOO_LONG},
            "year": {
                "required": _("Say in which year it was made."),
                "invalid": _("Write the year as a number, such as 2016."),
                "min_value": _("Write a year after 1799."),
                "max_value": _("Write a year before 2101."),
            },
            "kind": {"required": _("Say what it is.")},
            "language": {"required": _("Say in which language it is.")},
            "summary": {
                "required": _("Write a summary, so that people know what they will find."),
                "max_length": TOO_LONG,
            },
            "body": {"max_length": TOO_LONG},
        }
        widgets = {
            "year": forms.NumberInput(attrs={"inputmode": "numeric", "size": 4}),
            "kind": forms.RadioSelect,
            "language": forms.RadioSelect,
            "themes": forms.CheckboxSelectMultiple,
            "summary": forms.Textarea(attrs={"rows": 4, "data-maxlength": LONGEST_SUMMARY}),
            "body": forms.Textarea(attrs={"rows": 12, "data-maxlength": LONGEST_BODY}),
        }

    field_order = [
        "title",
        "made_by",
        "year",
        "kind",
        "language",
        "themes",
        "summary",
        "body",
        "file",
        "drops_file",
        "link",
    ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # No empty choice among the buttons.
        self.fields["kind"].choices = SourceKind.choices
        # A theme that was taken out of use since may stay.
        borne = self.instance.themes.all() if self.instance.pk else Theme.objects.none()
        self.fields["themes"].queryset = Theme.objects.offered() | Theme.objects.filter(pk__in=borne)
        self.fields["based_on"].initial = self.instance.revision
        if not self.instance.file_name:
            del self.fields["drops_file"]
        else:
            self.fields["file"].label = _("Another file instead")
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.show_summary = False

    def clean_body(self) -> str:
        return plain_lines(self.cleaned_data["body"])

    def clean_file(self) -> UploadedFile | None:
        file = self.cleaned_data["file"]
        if not file:
            return None
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("This file is larger than 20 MB. Choose a smaller one, or give an address."))
        # By what is in it: anybody can call a page or a program .pdf.
        if file.read(len(PDF)) != PDF:
            raise forms.ValidationError(
                _("This is not a PDF, whatever it is called. Save it as a PDF and choose that.")
            )
        file.seek(0)
        return file

    @property
    def written(self) -> Written:
        """What was typed, for the actions. After `is_valid()`."""
        return Written(**{name: self.cleaned_data[name] for name in Written.__dataclass_fields__})

    @property
    def sent_file(self) -> SentFile | None:
        file = self.cleaned_data["file"]
        return SentFile(file.read()) if file else None


class WithdrawSourceForm(forms.Form):
    reason = forms.CharField(
        label=_("Why is it withdrawn?"),
        help_text=_("It goes into the record, for your colleagues"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "data-maxlength": 500}),
        error_messages={"required": _("Say why it is withdrawn."), "max_length": TOO_LONG},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.show_summary = False
