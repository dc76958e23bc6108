"""What readers ask of the big ideas, and what people type when they have one."""

import uuid
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _

from commons.contributions.forms import EditForm, SpeakingForm, title_field, words_field
from commons.people.models import Sector
from commons.themes.forms import FindForm
from commons.themes.models import Theme
from consultation.models import Idea, IdeaOrder, Need

LARGEST = 2**62


class FindIdeaForm(FindForm):
    """Which ideas to list."""

    q = forms.CharField(label=_("Search the ideas"), required=False, max_length=200)
    need = forms.ChoiceField(label=_("It needs"), choices=[("", _("Anything")), *Need.choices], required=False)
    order = forms.ChoiceField(choices=IdeaOrder.choices, required=False)
    after = forms.IntegerField(required=False, min_value=1, max_value=LARGEST)


def place_fields() -> dict[str, forms.Field]:
    """Where an idea belongs: themes, whom it helps, what it needs. None of them must be said."""
    return {
        "themes": forms.ModelMultipleChoiceField(
            label=_("What is it about?"),
            queryset=Theme.objects.offered(),
            required=False,
            widget=forms.CheckboxSelectMultiple,
        ),
        "helps": forms.MultipleChoiceField(
            label=_("Whom would it help?"),
            help_text=_("Leave this empty if it helps every kind of co-op"),
            choices=Sector.choices,
            required=False,
            widget=forms.CheckboxSelectMultiple,
        ),
        "needs": forms.MultipleChoiceField(
            label=_("What does it need?"),
            choices=Need.choices,
            required=False,
            widget=forms.CheckboxSelectMultiple,
        ),
    }


class IdeaForm(SpeakingForm):
    """A new idea. `key` is the same on each click of one shown form, so that two clicks give one idea."""

    title = title_field()
    body = words_field(
        _("What is the idea, and what would change?"),
        required=_("Say what the idea is."),
        help_text=_("Anyone can read this. Moderators look at first ideas before they appear, usually the same day"),
        rows=8,
    )
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields |= place_fields()
        self.order_fields(["title", "body", "themes", "helps", "needs"])
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.show_summary = False


class IdeaChangeForm(EditForm):
    """Other words for one's idea, or another place for it."""

    def __init__(self, *args: Any, idea: Idea, **kwargs: Any) -> None:
        super().__init__(*args, contribution=idea.contribution, **kwargs)
        self.fields |= place_fields()
        # A theme that was taken out of use since may stay.
        self.fields["themes"].queryset = Theme.objects.offered() | Theme.objects.filter(pk__in=idea.themes.all())
        self.initial |= {"themes": idea.themes.all(), "helps": idea.helps, "needs": idea.needs}
