"""What members of the panel say of themselves, and the chair's welcome."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _

from panel.models import Seat, Welcome


class SeatForm(forms.ModelForm):
    """Interests must be said, be it that there are none: an empty box would leave readers guessing."""

    class Meta:
        model = Seat
        fields = ["represents", "about", "interests"]
        labels = {
            "represents": _("For whom do you sit on the panel?"),
            "about": _("Who are you?"),
            "interests": _("Which interests do you declare?"),
        }
        help_texts = {
            "represents": _("A federation, a kind of co-op or a place, such as “community energy”"),
            "about": _("Two or three sentences that everybody may read"),
            "interests": _(
                "Paid work, offices, and what you or those close to you may gain or lose. If there is none, write “None”"
            ),
        }
        widgets = {
            "represents": forms.TextInput(),
            "about": forms.Textarea(attrs={"rows": 5, "data-maxlength": 1000}),
            "interests": forms.Textarea(attrs={"rows": 6, "data-maxlength": 2000}),
        }

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        interests = self.fields["interests"]
        interests.required = True
        interests.error_messages["required"] = _("Say which interests you declare. If there are none, write “None”.")
        self.helper = FormHelper()
        self.helper.show_summary = False
        self.helper.add_input(Submit("save", _("Save and publish")))


class WelcomeForm(forms.ModelForm):
    based_on = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    video_url = forms.CharField(
        label=_("Address of a film"),
        help_text=_("We only link to it, so that readers are not followed by another site"),
        required=False,
        max_length=200,
        widget=forms.URLInput(),
        validators=[
            URLValidator(schemes=["https"], message=_("Give the whole address of the film. It begins with https://"))
        ],
    )

    class Meta:
        model = Welcome
        fields = ["title", "body", "video_url", "transcript"]
        help_texts = {
            "body": _("Plain text. An empty line begins a new paragraph"),
            "transcript": _("Every word that is said, for those who cannot hear or play the film"),
        }
        widgets = {
            "body": forms.Textarea(attrs={"rows": 12, "data-maxlength": 5000}),
            "transcript": forms.Textarea(attrs={"rows": 12, "data-maxlength": 20_000}),
        }
        error_messages = {
            "title": {"required": _("Give the welcome a title.")},
            "body": {"required": _("Write the welcome. It cannot be empty.")},
        }

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["based_on"].initial = self.instance.revision if self.instance.pk else 0
        self.helper = FormHelper()
        self.helper.show_summary = False
        self.helper.add_input(Submit("save", _("Save and publish")))

    def clean(self) -> None:
        super().clean()
        data = self.cleaned_data
        if data.get("video_url") and not data.get("transcript", "").strip() and "transcript" not in self.errors:
            self.add_error("transcript", _("Write out what is said in the film: not everybody can hear or play it."))
