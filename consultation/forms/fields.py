"""What forms of the consultation share: the one button, boxes for long words, why something changes, and the revision that a form
was made from."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

TOO_LONG = _("Write at most %(limit_value)s letters. You have %(show_value)s.")
LARGEST = 2**31 - 1
NOT_COMPLETE = dict.fromkeys(
    ["required", "invalid", "min_value", "max_value"], _("This page was not complete. Load it again.")
)
AS_A_CODE = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "class": "input-code"}
"""For a box in which somebody types a code from paper: the phone must not think that it is a word."""
LONGEST_REASON = 1000


def button(words: Any, *, look: str = "") -> FormHelper:
    """A form that ends in one button."""
    helper = FormHelper()
    helper.show_summary = False
    helper.add_input(Submit("save", words, css_class=look))
    return helper


def box(model: type[models.Model], name: str, rows: int, **attrs: str) -> forms.Textarea:
    """A box for the words of one column, which counts down to its end."""
    return forms.Textarea(attrs={"rows": rows, "data-maxlength": model._meta.get_field(name).max_length, **attrs})


def based_on_field(revision: int) -> forms.IntegerField:
    """The revision that the form was made from."""
    return forms.IntegerField(
        widget=forms.HiddenInput, min_value=0, max_value=LARGEST, initial=revision, error_messages=NOT_COMPLETE
    )


def reason_fields(label: Any, label_cy: Any, *, hint: Any, required: Any) -> dict[str, forms.Field]:
    """Why, in English and, if somebody has it, in Welsh. Everybody will read it."""
    area = {"rows": 4, "data-maxlength": LONGEST_REASON}
    return {
        "reason": forms.CharField(
            label=label,
            help_text=hint,
            max_length=LONGEST_REASON,
            widget=forms.Textarea(attrs=area),
            error_messages={"required": required, "max_length": TOO_LONG},
        ),
        "reason_cy": forms.CharField(
            label=label_cy,
            required=False,
            max_length=LONGEST_REASON,
            widget=forms.Textarea(attrs=area | {"lang": "cy"}),
            error_messages={"max_length": TOO_LONG},
        ),
    }
