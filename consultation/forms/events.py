"""What staff type about events: words, days and times, why one moves or is called off, and who helps."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from commons.people.forms.moments import MomentField
from consultation.actions.events import EventWords, When
from consultation.forms.fields import TOO_LONG, based_on_field, box, button, reason_fields
from consultation.models import Event, EventHelper

MOST_PLACES = 100_000


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
            "summary": box(Event, "summary", 3),
            "body": box(Event, "body", 8),
            "access": box(Event, "access", 4),
            "joining": box(Event, "joining", 3),
            "title_cy": forms.TextInput(attrs={"lang": "cy"}),
            "summary_cy": box(Event, "summary_cy", 3, lang="cy"),
            "body_cy": box(Event, "body_cy", 8, lang="cy"),
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
            hint=_("In plain words, for people who planned to come. Everybody can read it"),
            required=_("Say why it moves. Everybody who planned to come will read it."),
        )
        self.fields["based_on"] = based_on_field(event.revision)
        self.helper = button(_("Move it and tell everybody"))


class EventCancelForm(forms.Form):
    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields |= reason_fields(
            _("Why is it called off?"),
            _("Why is it called off, in Welsh?"),
            hint=_("In plain words, for people who planned to come. Everybody can read it"),
            required=_("Say why it is called off. Everybody who planned to come will read it."),
        )
        self.fields["based_on"] = based_on_field(event.revision)
        self.helper = button(_("Call it off and tell everybody"), look="button-danger")


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
