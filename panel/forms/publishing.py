"""What is asked before a section is published: why each paragraph changed, what readers are told, and when."""

from collections.abc import Mapping, Sequence
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from panel.actions.publishing import Because

LONGEST_NOTE = 300


class PublishForm(forms.Form):
    """`places` are the changed paragraphs that no answer explains yet: what names each, and how it is called.

    For each there are two fields, `because-…` for answers and `words-…` for the panel's own words; one of them must be filled.
    `explained` are those with an answer already, where the fields are for a further reason.
    """

    note = forms.CharField(
        label=_("What changed, in a sentence for readers"),
        help_text=_("Stands above the new version"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "data-maxlength": 500}),
        error_messages={"max_length": _("Write at most %(limit_value)s letters. You have %(show_value)s.")},
    )
    when = forms.ChoiceField(
        label=_("When?"),
        choices=[("now", _("Now")), ("later", _("At the time below"))],
        initial="now",
        widget=forms.RadioSelect,
        error_messages={"required": _("Say when it should be published.")},
    )
    publish_at = forms.SplitDateTimeField(
        label=_("Day and time"),
        help_text=_("Only if it should wait. What is saved from now on waits for the version after it"),
        required=False,
        input_time_formats=["%H:%M", "%H:%M:%S"],
        widget=forms.SplitDateTimeWidget(
            date_attrs={"type": "date"}, time_attrs={"type": "time"}, date_format="%Y-%m-%d", time_format="%H:%M"
        ),
        error_messages={
            "invalid_date": _("Write a day that exists, like 2027-01-29."),
            "invalid_time": _("Write a time like 17:00."),
        },
    )
    based_on = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)

    def __init__(
        self,
        *args: Any,
        places: Mapping[str, str],
        explained: Mapping[str, str],
        answers: Sequence[tuple[int, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.places, self.explained = places, explained
        for place, label in {**places, **explained}.items():
            if answers:
                self.fields[f"because-{place}"] = forms.TypedMultipleChoiceField(
                    label=gettext("Because of these answers"),
                    required=False,
                    coerce=int,
                    choices=answers,
                    widget=forms.CheckboxSelectMultiple,
                    error_messages={"invalid_choice": _("One of these answers has been taken back. Choose again.")},
                )
                self.fields[f"because-{place}"].say_optional = False
            self.fields[f"words-{place}"] = forms.CharField(
                label=gettext("Or say why %(label)s changed, in your own words") % {"label": label}
                if answers
                else gettext("Say why %(label)s changed, in your own words") % {"label": label},
                help_text=_("Spelling, order, plainer words"),
                required=False,
                max_length=LONGEST_NOTE,
                error_messages={"max_length": _("Write at most %(limit_value)s letters. You have %(show_value)s.")},
            )
            self.fields[f"words-{place}"].say_optional = False
        self.order_fields([*self._reason_names(), "note", "when", "publish_at", "based_on"])
        self.fields["publish_at"].say_optional = False
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.show_summary = False

    def _reason_names(self) -> list[str]:
        return [name for place in [*self.places, *self.explained] for name in (f"because-{place}", f"words-{place}")]

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        for place, label in self.places.items():
            is_wrong = {f"because-{place}", f"words-{place}"} & set(self.errors)
            if not is_wrong and not self._because(given, place):
                self.ask_why(place, label)
        if given.get("when") == "later" and not given.get("publish_at") and "publish_at" not in self.errors:
            self.add_error("publish_at", _("Say on which day and at what time it should be published."))
        return given

    def ask_why(self, place: str, label: str) -> None:
        """The error where a paragraph has no reason."""
        first = f"because-{place}" if f"because-{place}" in self.fields else f"words-{place}"
        self.add_error(
            first,
            gettext("Say why %(label)s changed: because of which answer, or in your own words.") % {"label": label}
            if first.startswith("because")
            else gettext("Say why %(label)s changed.") % {"label": label},
        )

    @staticmethod
    def _because(given: Mapping[str, Any], place: str) -> Because:
        return Because(tuple(given.get(f"because-{place}") or ()), given.get(f"words-{place}") or "")

    @property
    def reasons(self) -> dict[str, Because]:
        """Why each paragraph changed, by what names it. After `is_valid()`."""
        found = {place: self._because(self.cleaned_data, place) for place in [*self.places, *self.explained]}
        return {place: because for place, because in found.items() if because}


class BasedOnForm(forms.Form):
    """One button about one wording."""

    based_on = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)
