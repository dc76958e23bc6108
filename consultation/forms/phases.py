"""What staff type about the phases of the process: words in both languages, planned days and why they moved, real days."""

import datetime as dt
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from commons.people.forms.roles import DayField
from consultation.actions.phases import PhaseWords
from consultation.forms.fields import box, button, reason_fields
from consultation.models import Act, Phase


class PhaseDayField(DayField):
    """A day of a process that people now living take part in. A slip of the pen by a thousand years would stretch the timeline
    until nothing could be seen on it."""

    EARLIEST, LATEST = dt.date(2000, 1, 1), dt.date(2099, 12, 31)

    def __init__(self, **kwargs: Any) -> None:
        said = _("Choose a day between 2000 and 2099.")
        bounds = [MinValueValidator(self.EARLIEST, said), MaxValueValidator(self.LATEST, said)]
        super().__init__(validators=bounds, **kwargs)


class BasedOnForm(forms.Form):
    """A form that knows which revision of the phase it was made from."""

    based_on = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, phase: Phase, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.phase = phase
        self.fields["based_on"].initial = phase.revision


class PhaseWordsForm(forms.ModelForm):
    """What is said of a phase. Readers of Welsh are shown the English of what has no Welsh yet."""

    opens = forms.MultipleChoiceField(
        label=_("What can be done only while this phase is under way?"),
        help_text=_("Choose nothing if it makes no difference. What no phase opens is always open"),
        choices=Act.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Choose from the list.")},
    )

    class Meta:
        model = Phase
        fields = ["name", "purpose", "todo", "name_cy", "purpose_cy", "todo_cy", "opens"]
        labels = {
            "purpose": _("What is it for?"),
            "todo": _("What can people do in it?"),
            "name_cy": _("Name in Welsh"),
            "purpose_cy": _("What is it for, in Welsh?"),
            "todo_cy": _("What can people do in it, in Welsh?"),
        }
        help_texts = {
            "name": _("A few words that begin with a verb, such as “Comment on the draft”"),
            "purpose": _("One or two sentences for people who hear of it for the first time"),
            "todo": _(
                "A line that begins with - makes a list. A link is written [About the census](/census/), with its address in "
                "round brackets"
            ),
        }
        widgets = {
            "purpose": box(Phase, "purpose", 4),
            "todo": box(Phase, "todo", 6),
            "name_cy": forms.TextInput(attrs={"lang": "cy"}),
            "purpose_cy": box(Phase, "purpose_cy", 4, lang="cy"),
            "todo_cy": box(Phase, "todo_cy", 6, lang="cy"),
        }
        error_messages = {
            "name": {"required": _("Give the phase a name.")},
            "purpose": {"required": _("Say what the phase is for.")},
        }

    @property
    def words(self) -> PhaseWords:
        """After `is_valid()`."""
        given = {name: self.cleaned_data[name] for name in PhaseWordsForm.base_fields}
        return PhaseWords(**given | {"opens": tuple(given["opens"])})


class PhaseAddForm(PhaseWordsForm):
    begins_on = PhaseDayField(label=_("Planned first day"))
    ends_on = PhaseDayField(label=_("Planned last day"), help_text=_("The phase lasts until midnight of this day"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["name", "begins_on", "ends_on"])
        self.helper = button(_("Add the phase"))


class PhaseChangeForm(PhaseWordsForm):
    based_on = forms.IntegerField(widget=forms.HiddenInput)
    place = forms.IntegerField(
        label=_("Place in the list"),
        help_text=_("The phase with the lowest number stands first"),
        min_value=0,
        max_value=1000,
        widget=forms.NumberInput(attrs={"class": "input-short"}),
        error_messages={"required": _("Give it a place: a whole number."), "invalid": _("Write a whole number.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].initial = self.instance.place
        self.fields["based_on"].initial = self.instance.revision
        self.helper = button(_("Save and publish"))


class PhaseMoveForm(BasedOnForm):
    """Both planned days, and why. A day that has come true already is shown and not asked for."""

    begins_on = PhaseDayField(label=_("Planned first day"))
    ends_on = PhaseDayField(label=_("Planned last day"), help_text=_("The phase lasts until midnight of this day"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["begins_on"].initial = self.phase.begins_on
        self.fields["ends_on"].initial = self.phase.ends_on
        if self.phase.began_on:
            # `disabled` makes Django take the initial value, whatever is sent.
            self.fields["begins_on"].disabled = True
        self.fields |= reason_fields(
            _("Why does it move?"),
            _("Why does it move, in Welsh?"),
            hint=_("In plain words, for people who made plans by the old days. Everybody can read it"),
            required=_("Say why it moves. Everybody who counted on these days will read it."),
        )
        self.helper = button(_("Move it and tell why"))


class PhaseCallOffForm(BasedOnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields |= reason_fields(
            _("Why is it called off?"),
            _("Why is it called off, in Welsh?"),
            hint=_("In plain words, for people who counted on it. Everybody can read it"),
            required=_("Say why it is called off. Everybody who counted on it will read it."),
        )
        self.helper = button(_("Call it off and tell why"))


class PhaseBeginForm(BasedOnForm):
    on = PhaseDayField(
        label=_("On which day did it begin?"),
        help_text=_("Leave it empty if it has not begun after all"),
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = self.phase.began_on or min(self.phase.begins_on, timezone.localdate())
        self.fields["on"].say_optional = False
        self.helper = button(_("Save"))


class PhaseEndForm(BasedOnForm):
    on = PhaseDayField(
        label=_("Which day was its last?"),
        help_text=_("It lasts until midnight of that day. Leave it empty if it goes on after all"),
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = self.phase.ended_on or min(self.phase.ends_on, timezone.localdate())
        self.fields["on"].say_optional = False
        self.helper = button(_("Save"))
