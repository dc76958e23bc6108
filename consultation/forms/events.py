"""What staff type about events: words, days and times, why one moves or is called off, and who helps.

A time of day is the site's own. In the night in which the clocks change one hour comes twice or not at all: such a time is not
taken, and the message says why.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consultation.actions.events import EventWords, When
from consultation.models import Event, EventHelper

TOO_LONG = _("Write at most %(limit_value)s letters. You have %(show_value)s.")
LARGEST = 2**31 - 1
MOST_PLACES = 100_000
NOT_COMPLETE = dict.fromkeys(
    ["required", "invalid", "min_value", "max_value"], _("This page was not complete. Load it again.")
)


class MomentField(forms.SplitDateTimeField):
    """A day and a time of day between 2000 and 2099, in the time zone of the site."""

    EARLIEST, LATEST = dt.datetime(2000, 1, 1, tzinfo=dt.UTC), dt.datetime(2100, 1, 1, tzinfo=dt.UTC)

    def __init__(self, *, required_words: Any = "", **kwargs: Any) -> None:
        said = _("Choose a day between 2000 and 2099.")
        super().__init__(
            required=bool(required_words),
            input_date_formats=["%Y-%m-%d", "%d/%m/%Y"],
            input_time_formats=["%H:%M", "%H:%M:%S"],
            widget=forms.SplitDateTimeWidget(
                date_attrs={"type": "date"}, time_attrs={"type": "time"}, date_format="%Y-%m-%d", time_format="%H:%M"
            ),
            error_messages={
                "required": required_words,
                "invalid_date": _("Write a day that exists, like 2027-01-29."),
                "invalid_time": _("Write a time like 17:00."),
            },
            validators=[MinValueValidator(self.EARLIEST, said), MaxValueValidator(self.LATEST, said)],
            **kwargs,
        )

    def clean(self, value: Any) -> dt.datetime | None:
        try:
            return super().clean(value)
        except forms.ValidationError as why:
            if getattr(why, "code", None) != "ambiguous_timezone":
                raise
            raise forms.ValidationError(
                _("The clocks change in that night, so this time comes twice or not at all. Choose another time.")
            ) from None
        except OverflowError:
            # A day at the very edge of the calendar has no moment in another time zone.
            raise forms.ValidationError(_("Choose a day between 2000 and 2099.")) from None

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(initial and timezone.localtime(initial), data)


def based_on_field(revision: int) -> forms.IntegerField:
    """The revision that the form was made from."""
    return forms.IntegerField(
        widget=forms.HiddenInput, min_value=0, max_value=LARGEST, initial=revision, error_messages=NOT_COMPLETE
    )


def box(name: str, rows: int, model: Any = Event, **attrs: str) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "data-maxlength": model._meta.get_field(name).max_length, **attrs})


def reason_fields(label: Any, label_cy: Any, required: Any) -> dict[str, forms.Field]:
    """Why, in English and, if somebody has it, in Welsh."""
    area = {"rows": 4, "data-maxlength": 1000}
    return {
        "reason": forms.CharField(
            label=label,
            help_text=_("In plain words, for people who planned to come. Everybody can read it"),
            max_length=1000,
            widget=forms.Textarea(attrs=area),
            error_messages={"required": required, "max_length": TOO_LONG},
        ),
        "reason_cy": forms.CharField(
            label=label_cy,
            required=False,
            max_length=1000,
            widget=forms.Textarea(attrs=area | {"lang": "cy"}),
            error_messages={"max_length": TOO_LONG},
        ),
    }


def button(words: Any) -> FormHelper:
    helper = FormHelper()
    helper.show_summary = False
    helper.add_input(Submit("save", words))
    return helper


class WhenForm(forms.Form):
    """When and where."""

    starts_at = MomentField(label=_("Starts"), help_text=_("UK time"), required_words=_("Say when it starts."))
    ends_at = MomentField(label=_("Ends"), help_text=_("UK time"), required_words=_("Say when it ends."))
    venue = forms.CharField(
        label=_("Where?"),
        help_text=_("The house and the town, or “Online”"),
        max_length=200,
        error_messages={"required": _("Say where it is."), "max_length": TOO_LONG},
    )

    @property
    def when(self) -> When:
        """After `is_valid()`."""
        return When(**{name: self.cleaned_data[name] for name in When.__dataclass_fields__})


class EventWordsForm(forms.ModelForm):
    """What is said of an event. Readers of Welsh are shown the English of what has no Welsh yet."""

    registration_opens_at = MomentField(
        label=_("Registration opens"), help_text=_("UK time. Leave it empty if it opens as soon as you publish")
    )
    registration_closes_at = MomentField(
        label=_("Registration closes"), help_text=_("UK time. Leave it empty if it closes when the event ends")
    )
    capacity = forms.IntegerField(
        label=_("How many places?"),
        help_text=_("Leave it empty if there is room for all. When all are taken there is a waiting list"),
        required=False,
        min_value=1,
        max_value=MOST_PLACES,
        widget=forms.NumberInput(attrs={"class": "input-short", "inputmode": "numeric"}),
        error_messages={
            "invalid": _("Write a whole number."),
            "min_value": _("There must be at least one place."),
            "max_value": _("This is more than any hall holds. Leave it empty if there is room for all."),
        },
    )

    class Meta:
        model = Event
        fields = [
            "title",
            "summary",
            "body",
            "access",
            "joining",
            "capacity",
            "registration_opens_at",
            "registration_closes_at",
            "title_cy",
            "summary_cy",
            "body_cy",
        ]
        labels = {
            "title": _("What is it called?"),
            "summary": _("What is it, in two sentences?"),
            "body": _("What can people expect?"),
            "access": _("How do people get there and get in?"),
            "joining": _("Only for those who have a place"),
            "title_cy": _("Name in Welsh"),
            "summary_cy": _("What is it, in Welsh?"),
            "body_cy": _("What can people expect, in Welsh?"),
        }
        help_texts = {
            "title": _("A few words, with the year or the place if there may be another of the kind"),
            "body": _("What happens, what to bring, what it costs. A line that begins with - makes a list"),
            "access": _("Steps, lifts, toilets, hearing loops, quiet rooms, food, money for the journey"),
            "joining": _("A door, a telephone number for the day, or the link of an online meeting"),
        }
        widgets = {
            "summary": box("summary", 3),
            "body": box("body", 8),
            "access": box("access", 4),
            "joining": box("joining", 3),
            "title_cy": forms.TextInput(attrs={"lang": "cy"}),
            "summary_cy": box("summary_cy", 3, lang="cy"),
            "body_cy": box("body_cy", 8, lang="cy"),
        }
        error_messages = {name: {"max_length": TOO_LONG} for name in fields} | {
            "title": {"required": _("Give the event a name."), "max_length": TOO_LONG},
            "summary": {"required": _("Say in two sentences what it is."), "max_length": TOO_LONG},
        }

    @property
    def words(self) -> EventWords:
        """After `is_valid()`."""
        return EventWords(**{name: self.cleaned_data[name] for name in EventWords.__dataclass_fields__})


class EventAddForm(EventWordsForm, WhenForm):
    field_order = ["title", "summary", "starts_at", "ends_at", "venue", "capacity"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = button(_("Add the event"))


class EventChangeForm(EventWordsForm, WhenForm):
    """Words, and while nobody has read them, the day and the place."""

    field_order = EventAddForm.field_order

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        super().__init__(*args, instance=event, **kwargs)
        self.fields["based_on"] = based_on_field(event.revision)
        for name in When.__dataclass_fields__:
            if event.is_public:
                del self.fields[name]
            else:
                self.initial[name] = getattr(event, name)
        self.is_public = event.is_public
        self.helper = button(_("Save and publish") if event.is_public else _("Save"))

    @property
    def when_given(self) -> When | None:
        return None if self.is_public else self.when


class EventMoveForm(WhenForm):
    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in When.__dataclass_fields__:
            self.initial[name] = getattr(event, name)
        self.fields |= reason_fields(
            _("Why does it move?"),
            _("Why does it move, in Welsh?"),
            _("Say why it moves. Everybody who planned to come will read it."),
        )
        self.fields["based_on"] = based_on_field(event.revision)
        self.helper = button(_("Move it and tell everybody"))


class EventCancelForm(forms.Form):
    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields |= reason_fields(
            _("Why is it called off?"),
            _("Why is it called off, in Welsh?"),
            _("Say why it is called off. Everybody who planned to come will read it."),
        )
        self.fields["based_on"] = based_on_field(event.revision)
        self.helper = FormHelper()
        self.helper.show_summary = False
        self.helper.add_input(Submit("save", _("Call it off and tell everybody"), css_class="button-danger"))


class HelperForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail address of their account"),
        max_length=254,
        error_messages={
            "required": _("Write the e-mail address of somebody who has an account."),
            "invalid": _("Write an e-mail address, such as name@example.coop."),
        },
    )
    part = forms.ChoiceField(
        label=_("What do they do?"),
        choices=EventHelper.Part.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Say what they do."), "invalid_choice": _("Choose from the list.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = button(_("Name them"))


def grouped(found: Sequence[Any]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Threads that others may point to, under their headings, as choices of a field."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for choice in found:
        groups.setdefault(choice.group, []).append((str(choice.thread_id), choice.label))
    return list(groups.items())
