"""The form that asks for an export: the report's own questions, what it is for, and the key of this one form."""

import uuid
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.utils.translation import gettext_lazy as _

from commons.exports.reports import Report


class AskForm(forms.Form):
    purpose = forms.CharField(
        label=_("What is this file for?"),
        help_text=_("We keep this on record with your name"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "data-maxlength": 500}),
        error_messages={"required": _("Say what the file is for.")},
    )
    # The same on each click of one shown form, so that two clicks give one export.
    key = forms.CharField(max_length=40, widget=forms.HiddenInput, initial=lambda: uuid.uuid4().hex)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.show_summary = False
        self.helper.add_input(Submit("ask", _("Ask for this file")))


def ask_form_for(report: Report) -> type[AskForm]:
    """The form class of one report: its own fields first. A report that asks nothing has the plain form."""
    own = () if report.form_class is forms.Form else (report.form_class,)
    form = type("AskForm", (*own, AskForm), {})
    form.field_order = [*report.form_class.base_fields, "purpose", "key"]
    if not report.asks_purpose:
        del form.base_fields["purpose"]
    return form
