"""What the panel types while it writes: the text of a section, what to look for beside it, its own talk, and dissent."""

import datetime as dt
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from commons.contributions.forms import SayForm, SpeakingForm, words_field
from panel.actions.drafting import LONGEST_TITLE
from panel.models.framework import LONGEST_TEXT
from panel.paragraphs import Paragraph
from panel.reports import DeskState

SIDES = {"mine", "theirs", "both", "woven"}
MOST_CLASHES = 2_000


class WholeText(forms.CharField):
    """A long text. A line break is one character, whatever the browser makes of it."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        return super().to_python(value).replace("\r\n", "\n").replace("\r", "\n")


class KeepForm(forms.Form):
    """What an open page sends on the way: nothing is refused for its length."""

    title = forms.CharField(label=_("Title"), required=False)
    body = WholeText(label=_("Text"), required=False, strip=False)
    based_on = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)
    kept = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean_kept(self) -> dt.datetime | None:
        """When this page last kept something; None for not yet, or for what is no time."""
        try:
            moment = parse_datetime(self.cleaned_data["kept"])
        except ValueError:
            return None
        return moment if moment is not None and moment.tzinfo is not None else None


class EditForm(KeepForm):
    """The text of a section. `kept` and `seen` are the page's own: when it last kept something, and which wording was seen on
    the page that asks between two."""

    title = forms.CharField(
        label=_("Title"),
        max_length=LONGEST_TITLE,
        error_messages={
            "required": _("Give the section a title."),
            "max_length": _("Write at most %(limit_value)s letters. You have %(show_value)s."),
        },
    )
    body = WholeText(
        label=_("Text"),
        help_text=_(
            "Leave an empty line between paragraphs: each gets a number. ## makes a heading, - an item of a list, **two stars** "
            "make bold"
        ),
        required=False,
        strip=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 24, "data-maxlength": LONGEST_TEXT, "spellcheck": "true"}),
        error_messages={
            "max_length": _(
                "This is too long: write at most %(limit_value)s letters. You have %(show_value)s. All of it is still in the "
                "box. Split the section, or shorten it."
            )
        },
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1, max_value=2**31 - 1)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].say_optional = False
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.show_summary = False

    @property
    def choices(self) -> dict[int, str]:
        """What was chosen where two people changed the same words: {place: "mine", "theirs", "both" or "woven"}."""
        chosen = {number: self.data.get(f"clash-{number}") for number in range(MOST_CLASHES)}
        return {number: side for number, side in chosen.items() if side in SIDES}


class FindForm(forms.Form):
    """Which of the section's voices stand beside the text. What it does not know is as if it had not been asked."""

    prefix = "find"

    words = forms.CharField(label=_("Words"), required=False, max_length=200)
    paragraph = forms.TypedChoiceField(label=_("Paragraph"), required=False, coerce=int, empty_value=None)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            (DeskState.WAITING, _("Waiting")),
            (DeskState.ANSWERED, _("Answered")),
            (DeskState.ALL, _("All")),
        ],
    )

    def __init__(self, *args: Any, section_number: int, paragraphs: list[Paragraph], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        numbered = [(one.number, f"{section_number}.{one.number}") for one in paragraphs if one.number is not None]
        self.fields["paragraph"].choices = [("", _("Any")), *numbered]
        for name in self.fields:
            # They stand outside the form of the text, and are sent with it where there is no script.
            self.fields[name].widget.attrs["form"] = "edit-form"
            self.fields[name].say_optional = False

    @property
    def asked(self) -> dict[str, Any]:
        """What was asked for, without what made no sense."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class InsideForm(SayForm):
    """What a member says to the panel alone. Everybody there speaks for themselves, by name."""

    body = words_field(
        _("To the panel"),
        required=_("Write what you want to say to the panel."),
        help_text=_("Only the panel reads this"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in SpeakingForm.base_fields:
            self.fields.pop(name, None)


class DissentForm(forms.Form):
    """What a member does not agree with."""

    paragraph = forms.TypedChoiceField(label=_("Which paragraph?"), required=False, coerce=int, empty_value=None)
    body = forms.CharField(
        label=_("What do you not agree with, and why?"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 8, "data-maxlength": 5000}),
        error_messages={
            "required": _("Write what you do not agree with."),
            "max_length": _("Write at most %(limit_value)s letters. You have %(show_value)s."),
        },
    )
    is_public = forms.BooleanField(
        label=_("Publish this beside the text"),
        help_text=_("Everybody can then read it with your name. Without a tick only the panel can"),
        required=False,
    )
    # The number of the version that was read.
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)

    def __init__(self, *args: Any, section_number: int, paragraphs: list[Paragraph], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        numbered = [
            (one.number, f"{section_number}.{one.number} {one.text[:60]}")
            for one in paragraphs
            if one.number is not None
        ]
        self.fields["paragraph"].choices = [("", _("The whole section")), *numbered]
        self.fields["paragraph"].say_optional = False
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.show_summary = False
