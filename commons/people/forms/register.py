"""Bringing a register file, and looking through what became of it."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from commons.people.models import Outcome
from commons.people.reports.register_file import AN_EDITION, ODD, Problem


class RegisterImportForm(forms.Form):
    """One file, and which edition it is."""

    file = forms.FileField(
        label=_("Register file"),
        help_text=_("The open data on organisations from Co-operatives UK, as CSV"),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        error_messages={
            "required": _("Choose the file to import."),
            "empty": _("This file is empty. Choose the one to import."),
        },
    )
    edition = forms.CharField(
        label=_("Edition"),
        help_text=_("Year and month, such as 2017-06. Leave it empty and the newest date in the file tells"),
        max_length=7,
        required=False,
        validators=[RegexValidator(rf"\A{AN_EDITION.pattern}\Z", _("Write a year and a month, such as 2017-06."))],
        widget=forms.TextInput(attrs={"autocomplete": "off", "size": 7}),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.show_summary = False
        self.helper.add_input(Submit("bring", _("Import the file")))

    def clean_file(self) -> UploadedFile:
        file = self.cleaned_data["file"]
        if file.size > settings.REGISTER_MAX_BYTES:
            raise forms.ValidationError(Problem("too_big", value=str(settings.REGISTER_MAX_BYTES // 1_000_000)).says)
        return file


class RegisterRowsForm(forms.Form):
    """Which lines of a report to show; sent by GET. What makes no sense is left out."""

    q = forms.CharField(label=_("Name or register id"), max_length=100, required=False)
    outcome = forms.ChoiceField(
        label=_("What became of it"), choices=[("", _("Everything")), *Outcome.choices], required=False
    )
    remark = forms.ChoiceField(
        label=_("What is odd"),
        choices=[("", _("Odd or not")), ("any", _("Anything odd")), *ODD.items()],
        required=False,
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.say_optional = False
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
