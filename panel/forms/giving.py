"""What people type when they speak of a section: at which words they point, what they say, and what they would have instead."""

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _

from commons.contributions.forms import KeyInForm, SayForm, words_field
from commons.contributions.models import LONGEST
from panel.actions.pointing import Pointing


class PointingForm(forms.Form):
    """The version that was read, the paragraph, and the words in it; without a paragraph it is the whole section."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    paragraph = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)
    words = forms.CharField(
        label=_("The words you mean"),
        help_text=_("A copy of the words. Take away what you do not mean, but change nothing"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    @property
    def pointing(self) -> Pointing:
        """After `is_valid()`."""
        given = self.cleaned_data
        return Pointing(version=given["version"], paragraph=given["paragraph"], words=given["words"])


class CommentForm(PointingForm, SayForm):
    field_order = ["words", "body"]


class SuggestForm(PointingForm, SayForm):
    """Other words for the ones that stand there, and why. The box begins as a copy of them."""

    body = words_field(
        _("Why?"),
        required=_("Say why your words are better. The panel gives reasons too."),
        help_text=_(
            "Anyone can read this. Moderators look at first contributions before they appear, usually the same day"
        ),
        rows=4,
    )
    replacement = forms.CharField(
        label=_("Your words instead"),
        help_text=_("A copy of the words: change it. Leave it empty to have the words taken out"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4, "data-maxlength": LONGEST}),
    )
    field_order = ["words", "replacement", "body"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["words"].required = True
        self.fields["words"].error_messages["required"] = _("Say which words you would have otherwise.")
        self.fields["paragraph"].required = True


class KeyInSectionForm(PointingForm, KeyInForm):
    field_order = ["body", "said_by", "channel"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["paragraph"] = forms.IntegerField(
            label=_("Which paragraph do they speak of?"),
            help_text=_("The last part of its number: 2 for 4.2. Leave it empty for the whole section"),
            required=False,
            min_value=1,
        )
        self.fields["words"].help_text = _("Copied exactly. Leave it empty for the whole paragraph")
        self.order_fields(["body", "said_by", "channel", "paragraph", "words"])


class StillAppliesForm(forms.Form):
    applies = forms.ChoiceField(
        label=_("Does what you said still apply?"),
        choices=[("yes", _("Yes, it still applies")), ("no", _("No, it is settled"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose yes or no.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.show_summary = False
