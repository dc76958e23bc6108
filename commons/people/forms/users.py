"""A person's own details."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from commons.people.models import User


class ProfileForm(forms.ModelForm):
    """Name, and the language in which we write to them. What is offered has been checked; who has another one keeps it."""

    class Meta:
        model = User
        fields = ["name", "language"]
        labels = {"name": _("Your name")}
        help_texts = {"name": _("As you want others on this site to see it")}
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}
        error_messages = {"name": {"required": _("Type your name.")}}

    language = forms.ChoiceField(
        label=_("Language"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a language."), "invalid_choice": _("Choose a language in the list.")},
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        offered = {*settings.OFFERED_LANGUAGES, self.instance.language}
        self.fields["language"].choices = [(code, label) for code, label in settings.LANGUAGES if code in offered]
        self.helper = FormHelper()
        self.helper.show_summary = False
        self.helper.add_input(Submit("save", _("Save")))
