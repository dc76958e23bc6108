"""What people type who come to an event, what is typed at the door, and what those who came say about it."""

import uuid
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _

from commons.people.models import Organisation
from consultation.forms.fields import TOO_LONG, button
from consultation.models import EventFeedback, Registration

WORTH = {"required": _("Choose the answer that comes nearest."), "invalid_choice": _("Choose from the list.")}


class RegisterForm(forms.Form):
    """Registering, or changing what one said when one did."""

    organisation = forms.ModelChoiceField(
        label=_("Do you come for a co-op?"),
        help_text=_("Those who help at the door see its name beside yours"),
        queryset=Organisation.objects.none(),
        required=False,
        empty_label=_("No, for myself"),
        error_messages={"invalid_choice": _("Choose a co-op that you belong to.")},
    )
    access_needs = forms.CharField(
        label=_("What do you need, so that you can take part?"),
        help_text=_(
            "For example step-free ways, an interpreter, large print, food without nuts. Only staff and you can read this. It "
            "is erased 30 days after the event"
        ),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4, "data-maxlength": 1000}),
        error_messages={"max_length": TOO_LONG},
    )

    def __init__(self, *args: Any, user: Any, own: Registration | None, words: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        organisations = Organisation.objects.of_member(user).in_name_order()
        self.fields["organisation"].queryset = organisations
        self.fields["organisation"].say_optional = False
        if own is not None:
            self.initial |= {"organisation": own.organisation_id, "access_needs": own.access_needs}
        if not organisations.exists():
            del self.fields["organisation"]
        self.helper = button(words)

    @property
    def given(self) -> dict[str, Any]:
        """After `is_valid()`."""
        return {
            "organisation": self.cleaned_data.get("organisation"),
            "access_needs": self.cleaned_data["access_needs"],
        }


class FindPersonForm(forms.Form):
    """Whom to show on a list; sent by GET. What makes no sense is as if it had not been asked."""

    q = forms.CharField(label=_("Name, co-op or code of the ticket"), required=False, max_length=100)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["q"].say_optional = False
        self.fields["q"].widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}
        self.helper = FormHelper()
        self.helper.form_tag = False

    @property
    def words(self) -> str:
        self.is_valid()
        return self.cleaned_data.get("q", "")


class WalkInForm(forms.Form):
    """Somebody who simply came. `key` is the same on each click of one shown form, so that two clicks give one person."""

    name = forms.CharField(
        label=_("Their name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Write the name of the person."), "max_length": TOO_LONG},
    )
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = button(_("Register and check in"))


class FeedbackForm(forms.ModelForm):
    is_anonymous = forms.TypedChoiceField(
        label=_("May we know that this is from you?"),
        choices=[("yes", _("No, leave my name out")), ("no", _("Yes, staff may see my name beside it"))],
        coerce=lambda value: value == "yes",
        initial="yes",
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Say whether staff may see your name."),
            "invalid_choice": WORTH["invalid_choice"],
        },
    )

    class Meta:
        model = EventFeedback
        fields = ["worth", "heard", "best", "better"]
        labels = {
            "worth": _("Was it worth your time?"),
            "heard": _("Did you feel heard?"),
            "best": _("What was best?"),
            "better": _("What should be better next time?"),
        }
        error_messages = {
            "worth": WORTH,
            "heard": WORTH,
            "best": {"max_length": TOO_LONG},
            "better": {"max_length": TOO_LONG},
        }
        widgets = {
            "worth": forms.RadioSelect,
            "heard": forms.RadioSelect,
            "best": forms.Textarea(attrs={"rows": 4, "data-maxlength": 2000}),
            "better": forms.Textarea(attrs={"rows": 4, "data-maxlength": 2000}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("worth", "heard"):
            # No empty choice among the buttons.
            self.fields[name].choices = EventFeedback.Worth.choices
        self.helper = button(_("Send"))
