"""What people type when they say something: the words, for whom they speak, and how they wish to be shown."""

import uuid
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _

from commons.contributions.actions import Speaking
from commons.contributions.models import LONGEST, LONGEST_TITLE, Channel, Mandate, ShownAs
from commons.moderation.models import Reason
from commons.people.models import Organisation


def words_field(label: Any, *, required: str, help_text: Any = "", rows: int = 6) -> forms.CharField:
    """A box for as many words as a contribution may have."""
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": rows, "data-maxlength": LONGEST}),
        error_messages={
            "required": required,
            "max_length": _("Write at most %(limit_value)s letters. You have %(show_value)s."),
        },
    )


class SpeakingForm(forms.Form):
    """For whom somebody speaks. Who has joined no organisation is asked nothing: they speak for themselves."""

    mandate = forms.ChoiceField(
        label=_("Who are you speaking for?"),
        choices=Mandate.choices,
        initial=Mandate.SELF,
        widget=forms.RadioSelect,
        error_messages={"required": _("Say who you are speaking for.")},
    )
    organisation = forms.ModelChoiceField(
        label=_("Which organisation?"), queryset=Organisation.objects.none(), required=False, empty_label=_("None")
    )
    agreed_on = forms.DateField(
        label=_("On which day was it agreed?"),
        help_text=_("For example 27 3 2026"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": _("Write a day, month and year that exist.")},
    )
    votes_for = forms.IntegerField(label=_("Votes for"), required=False, min_value=0, max_value=20_000_000)
    votes_against = forms.IntegerField(label=_("Votes against"), required=False, min_value=0, max_value=20_000_000)
    votes_entitled = forms.IntegerField(
        label=_("Members who could vote"), required=False, min_value=0, max_value=20_000_000
    )
    shown_as = forms.ChoiceField(
        label=_("How should we show you?"),
        choices=ShownAs.choices,
        initial=ShownAs.NAME,
        widget=forms.RadioSelect,
        error_messages={"required": _("Say how we should show you.")},
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        organisations = Organisation.objects.of_member(user).in_name_order()
        self.fields["organisation"].queryset = organisations
        self.has_organisations = organisations.exists()
        if not self.has_organisations:
            for name in ("mandate", "organisation", "agreed_on", "votes_for", "votes_against", "votes_entitled"):
                del self.fields[name]
            self.fields["shown_as"].choices = [
                (ShownAs.NAME, ShownAs.NAME.label),
                (ShownAs.WITHHELD, ShownAs.WITHHELD.label),
            ]

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        mandate = given.get("mandate", Mandate.SELF)
        if mandate != Mandate.SELF and not given.get("organisation") and "organisation" not in self.errors:
            self.add_error("organisation", _("Say which organisation you speak for."))
        if (
            mandate in {Mandate.BOARD, Mandate.MEMBERS}
            and not given.get("agreed_on")
            and "agreed_on" not in self.errors
        ):
            self.add_error("agreed_on", _("Say on which day it was agreed."))
        if mandate == Mandate.MEMBERS:
            for name, words in (
                ("votes_for", _("Say how many members voted for it.")),
                ("votes_against", _("Say how many members voted against it.")),
            ):
                if given.get(name) is None and name not in self.errors:
                    self.add_error(name, words)
        if given.get("shown_as") == ShownAs.ORGANISATION and not given.get("organisation"):
            self.add_error("shown_as", _("To be shown with your organisation only, choose an organisation."))
        return given

    @property
    def speaking(self) -> Speaking:
        """What was said, for the actions. After `is_valid()`."""
        names = Speaking.__dataclass_fields__
        return Speaking(**{name: self.cleaned_data[name] for name in names if name in self.cleaned_data})


class SayForm(SpeakingForm):
    """One comment. `key` is the same on each click of one shown form, so that two clicks give one row."""

    body = words_field(
        _("Your comment"),
        required=_("Write your comment."),
        help_text=_("Anyone can read this. Moderators look at first comments before they appear, usually the same day"),
    )
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    field_order = ["body"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.show_summary = False


class ReplyForm(SayForm):
    body = words_field(_("Your reply"), required=_("Write your reply."), help_text=_("Anyone can read this"))


def title_field() -> forms.CharField:
    """The title of an idea."""
    return forms.CharField(
        label=_("The idea in one line"),
        max_length=LONGEST_TITLE,
        widget=forms.TextInput(attrs={"data-maxlength": LONGEST_TITLE}),
        error_messages={
            "required": _("Say in one line what the idea is."),
            "max_length": _("Write at most %(limit_value)s letters. You have %(show_value)s."),
        },
    )


class EditForm(forms.Form):
    """Other words for what one said. What stood there before stays readable."""

    body = words_field(_("Your words"), required=_("Write your words, or take the whole contribution back."))
    based_on = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, contribution: Any, **kwargs: Any) -> None:
        initial = {
            "title": contribution.title,
            "body": contribution.body,
            "replacement": contribution.replacement,
            "based_on": contribution.revision,
        }
        super().__init__(*args, **{**kwargs, "initial": initial})
        if contribution.is_idea:
            self.fields = {"title": title_field(), **self.fields}
        if contribution.is_suggestion:
            self.fields["replacement"] = forms.CharField(
                label=_("Your words instead"),
                required=False,
                max_length=LONGEST,
                strip=False,
                widget=forms.Textarea(attrs={"rows": 4, "data-maxlength": LONGEST}),
            )
            self.fields["body"].label = _("Why")
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.show_summary = False


class ReportForm(forms.Form):
    """What is wrong with a contribution."""

    reason = forms.ChoiceField(
        label=_("What is wrong with it?"),
        choices=Reason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Say what is wrong with it.")},
    )
    note = forms.CharField(
        label=_("Anything the moderators should know"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3, "data-maxlength": 1000}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.show_summary = False


class KeyInForm(SayForm):
    """What somebody said on paper, by telephone or at an event, typed in for them."""

    body = words_field(_("What they said"), required=_("Write what they said, in their own words."))
    said_by = forms.CharField(
        label=_("Who said it, as they wish to be shown"),
        max_length=150,
        error_messages={"required": _("Say who said it. Write “Name withheld” if they wish.")},
    )
    channel = forms.ChoiceField(
        label=_("How did it come?"),
        choices=[choice for choice in Channel.choices if choice[0] != Channel.WEB],
        widget=forms.RadioSelect,
        error_messages={"required": _("Say how it came.")},
    )
    field_order = ["body", "said_by", "channel"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in SpeakingForm.base_fields:
            self.fields.pop(name, None)
