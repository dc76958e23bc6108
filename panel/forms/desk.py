"""What the panel types at its desk: which voices to look at, what to cite, the answer, and why an answer is taken
back."""

import uuid
from collections.abc import Sequence
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _

from blog.models import Post
from commons.contributions.models import LONGEST, Kind
from commons.themes.models import Theme
from consultation.models import Source
from panel.models import LONGEST_PASSAGE, Decision, Part, Section
from panel.reports import DeskState, desk_places, passage_in


class DeskForm(forms.Form):
    """Which contributions the desk lists. Anything it does not know is as if it had not been asked."""

    q = forms.CharField(label=_("Words"), required=False, max_length=200)
    state = forms.ChoiceField(label=_("State"), choices=DeskState.choices, required=False)
    place = forms.ChoiceField(label=_("Where it was said"), required=False)
    theme = forms.ModelChoiceField(
        label=_("Theme of an idea or a table"),
        queryset=Theme.objects.all(),
        to_field_name="slug",
        required=False,
        empty_label=_("All themes"),
    )
    part = forms.ModelChoiceField(
        label=_("Part of the strategy"),
        queryset=Part.objects.all(),
        to_field_name="slug",
        required=False,
        empty_label=_("All parts"),
    )
    section = forms.ModelChoiceField(
        label=_("Section"),
        queryset=Section.objects.none(),
        to_field_name="slug",
        required=False,
        empty_label=_("All sections"),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=[("", _("All kinds")), *Kind.choices], required=False)
    mine = forms.BooleanField(label=_("Only those I am to answer"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["section"].queryset = Section.objects.published().in_order()
        self.fields["place"].choices = [("", _("Anywhere")), *desk_places()]
        for field in self.fields.values():
            field.say_optional = False


class PickForm(forms.Form):
    """Which blog posts or sources are listed to be cited. Anything it does not know is as if it had not been asked."""

    section = forms.ModelChoiceField(
        label=_("Section"),
        queryset=Section.objects.none(),
        to_field_name="slug",
        required=False,
        empty_label=_("Choose a section"),
    )
    q = forms.CharField(label=_("Words in it"), required=False, max_length=200)
    scope = forms.ChoiceField(
        label=_("Look in"),
        choices=[("about", _("Posts about this section")), ("all", _("All posts")), ("sources", _("The library"))],
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["section"].queryset = Section.objects.published().in_order()
        for field in self.fields.values():
            field.say_optional = False


def quote_field(thing: Post | Source) -> str:
    """The name of the field for the passage of a post or a source."""
    return f"{'quote' if isinstance(thing, Post) else 'source_quote'}_{thing.pk}"


class DecisionForm(forms.Form):
    """One answer to one or many voices, or because of blog posts and sources. `words` are taken into the draft where a single
    suggestion is accepted. For each of `things` there is a field for the passage that is cited. Which `section` it belongs to is
    asked where the voices point at none."""

    section = forms.ModelChoiceField(
        label=_("In which section do you answer?"),
        help_text=_("This points at no section. Choose the one that your answer belongs to"),
        queryset=Section.objects.none(),
        to_field_name="slug",
        empty_label=_("Choose a section"),
        error_messages={
            "required": _("Choose the section that your answer belongs to."),
            "invalid_choice": _("Choose a section in the list."),
        },
    )
    outcome = forms.ChoiceField(
        label=_("What does the panel decide?"),
        choices=Decision.Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Say what the panel decides.")},
    )
    words = forms.CharField(
        label=_("The words that go into the draft"),
        help_text=_("A copy of the suggested words. Change them to accept in part"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    reason = forms.CharField(
        label=_("Why?"),
        help_text=_("Everybody can read this, and each author is told"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 5, "data-maxlength": 5000}),
        error_messages={"required": _("Give a reason. People should see why.")},
    )
    votes_for = forms.IntegerField(label=_("Votes for"), required=False, min_value=0, max_value=1000)
    votes_against = forms.IntegerField(label=_("Votes against"), required=False, min_value=0, max_value=1000)
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(
        self,
        *args: Any,
        suggestion: Any = None,
        things: Sequence[Post | Source] = (),
        asks_section: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if asks_section:
            self.fields["section"].queryset = Section.objects.published().in_order()
        else:
            del self.fields["section"]
        self.things = things
        for thing in things:
            self.fields[quote_field(thing)] = forms.CharField(
                label=_("The passage you cite from “%(title)s”") % {"title": thing.title},
                help_text=_("Copy it word for word. Leave this empty to cite the whole"),
                required=False,
                max_length=LONGEST_PASSAGE,
                widget=forms.Textarea(attrs={"rows": 3, "data-maxlength": LONGEST_PASSAGE}),
            )
        if suggestion is None:
            del self.fields["words"]
        else:
            self.fields["words"].initial = suggestion.replacement
        self.suggestion = suggestion
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.show_summary = False

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if (given.get("votes_for") is None) != (given.get("votes_against") is None):
            missing = "votes_for" if given.get("votes_for") is None else "votes_against"
            self.add_error(missing, _("Write both figures of the vote, or neither."))
        if self.suggestion is not None and given.get("outcome") == Decision.Outcome.IN_PART:
            words = " ".join((given.get("words") or "").split())
            if words == " ".join(self.suggestion.replacement.split()):
                self.add_error("words", _("To accept in part, change the words. These are the suggested ones."))
        for thing in self.things:
            words = given.get(quote_field(thing)) or ""
            if words.strip() and passage_in(thing, words) is None:
                self.add_error(
                    quote_field(thing),
                    _("These words do not stand there. Copy them as they stand there, in one piece."),
                )
        return given


class UndoForm(forms.Form):
    reason = forms.CharField(
        label=_("Why is this answer taken back?"),
        help_text=_("Everybody can read this"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4, "data-maxlength": 1000}),
        error_messages={"required": _("Say why it is taken back.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.show_summary = False
