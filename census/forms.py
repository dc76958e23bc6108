"""Forms of the census. A page's form is built from its questions; `census.instrument.parse` is what decides what is an answer."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from census.instrument import Field, Filled, Page, Question, Route, fields, form_data, parse_page, shown_options, text
from census.models import Case, Response, Wave
from census.models.cases import CaseQuerySet
from commons.people.models import Region, Sector

# A list of options longer than this becomes a field in which one can type.
LONG_LIST = 30


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Your census code"),
        help_text=_("Twelve letters and numbers, from your letter. Capitals, spaces and hyphens do not matter"),
        max_length=60,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "class": "input-code"}
        ),
        error_messages={"required": _("Type the code from your letter.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.show_summary = False
        self.helper.add_input(Submit("go", _("Continue")))


class AnswerField(forms.Field):
    """A field that takes what was typed as it is: `PageForm.clean` has it judged by the questionnaire, with its own words."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)


class _Hinted:
    """Options may carry a hint of their own, which the template shows beside the label."""

    def __init__(self, *args: Any, hints: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hints = hints

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return {**super().create_option(name, value, *args, **kwargs), "hint": self.hints.get(value, "")}


class Radios(_Hinted, forms.RadioSelect):
    pass


class Checkboxes(_Hinted, forms.CheckboxSelectMultiple):
    pass


class PageForm(forms.Form):
    """One page of the questionnaire. After `is_valid()`: `state` to store, `based_on`, and what was chosen in a conflict.

    `order` seeds the order of shuffled options, so that one reply always shows the same order.
    """

    def __init__(
        self,
        data: Any = None,
        *,
        page: Page,
        route: Route,
        answers: Mapping[str, Any],
        marks: Mapping[str, str],
        based_on: int,
        case_token: str,
        suggestions_url: str,
        order: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        self.page, self.questions = page, route.questions_on(page)
        self.language = get_language() or "en"
        self.suggestions_url, self.order = suggestions_url, order
        self.fields["case"] = forms.CharField(widget=forms.HiddenInput, initial=case_token, required=False)
        self.fields["based_on"] = forms.IntegerField(
            widget=forms.HiddenInput, initial=based_on, required=False, min_value=0
        )
        self.groups = [self._group(question, form_data(question, answers, marks)) for question in self.questions]
        self.state = Filled({}, {})

    # --- building ---

    def _words(self, words: Any) -> str:
        return text(words, self.language)

    def _group(self, question: Question, given: Mapping[str, Any]) -> dict[str, Any]:
        """The fields of one question; several stand under one legend, the label of a single one may be the page's heading."""
        heading = len(self.questions) == 1
        together = question.type in {"grid", "rank"}
        parts = fields(question)
        for part in parts:
            field = self._add(question, part, given.get(part.name))
            field.heading = heading and not together and part is parts[0]
            field.confidential = part is parts[0] and not together
        return {
            "code": question.code,
            "together": together,
            "kind": question.type,
            "heading": heading,
            "label": self._words(question.label),
            "hint": self._words(question.hint),
            "why": self._words(question.why),
            "fields": [self[part.name] for part in parts],
            "optional": question.required != "hard",
        }

    def _add(self, question: Question, part: Field, given: Any) -> AnswerField:
        first = part.name == question.field
        if part.label:
            label = self._words(part.label)
        elif part.place:
            label = gettext("Choice %(place)s") % {"place": part.place}
        elif first:
            label = self._words(question.label)
        else:
            label = gettext("Or, instead of an answer")
        field = self.fields[part.name] = AnswerField(
            widget=self._widget(question, part),
            label=label,
            help_text=self._words(question.hint) if first else "",
            initial=given,
        )
        field.say_optional = first and question.required != "hard"
        field.exclusive = [option.code for option in part.options if option.exclusive]
        field.suffix = self._words(question.unit) if first else ""
        return field

    def _widget(self, question: Question, part: Field) -> forms.Widget:
        options = part.options
        if question.shuffle and part.control in {"radios", "checkboxes"} and part.name == question.field:
            options = shown_options(question, self.order) + question.marks
        # Those that exclude the others stand last, after an "or".
        options = tuple(sorted(options, key=lambda option: option.exclusive))
        choices = [(option.code, self._words(option.label)) for option in options]
        hints = {option.code: self._words(option.hint) for option in options}
        match part.control:
            case "radios":
                return Radios(choices=choices, hints=hints)
            case "checkboxes":
                return Checkboxes(choices=choices, hints=hints)
            case "select":
                attrs = {"data-autocomplete": ""} if len(choices) > LONG_LIST else {}
                return forms.Select(choices=[("", gettext("Choose one")), *choices], attrs=attrs)
            case "area":
                return forms.Textarea(attrs={"rows": 6, "data-maxlength": part.max_length})
            case "figures":
                return forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "input-short"})
        attrs: dict[str, Any] = {"data-maxlength": part.max_length} if part.max_length else {}
        if question.type == "lookup" and part.name == question.field:
            attrs |= {"data-suggestions": self.suggestions_url, "autocomplete": "off"}
        return forms.TextInput(attrs=attrs)

    # --- judging ---

    def clean(self) -> dict[str, Any]:
        given = parse_page(self.questions, self.data)
        for problem in given.problems:
            name = problem.field if problem.field in self.fields else None
            self.add_error(name, ValidationError(problem.text(self.language, gettext)))
        self.state = Filled(given.answers, given.marks)
        return self.cleaned_data

    @property
    def based_on(self) -> int:
        return self.cleaned_data.get("based_on") or 0

    @property
    def seen(self) -> int | None:
        typed = self.data.get("seen", "")
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None

    @property
    def choices(self) -> dict[str, str]:
        """What was chosen where two people changed the same question: {question code: "mine" or "theirs"}."""
        chosen = {question.code: self.data.get(f"choice__{question.code}", "") for question in self.questions}
        return {code: side for code, side in chosen.items() if side in {"mine", "theirs"}}


class CloseForm(forms.Form):
    closes_at = forms.DateTimeField(
        label=_("New close"),
        help_text=_("For example 29 January 2027 at 5pm is 2027-01-29 17:00"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        error_messages={
            "required": _("Say when it should close."),
            "invalid": _("Write the time like this: 2027-01-29 17:00."),
        },
    )
    reason = forms.CharField(
        label=_("Why is it moved?"),
        help_text=_("Goes on record"),
        max_length=500,
        error_messages={"required": _("Say why, so that the record makes sense later.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.show_summary = False
        self.helper.add_input(Submit("extend", _("Move the close")))

    def clean_closes_at(self) -> datetime:
        moment = self.cleaned_data["closes_at"]
        if moment.year > timezone.now().year + 5:
            raise ValidationError(_("That is more than five years away. Check the year."))
        return moment


class WhereForm(forms.Form):
    """A choice of kind and place. `narrow` keeps the cases that match it."""

    sector = forms.ChoiceField(
        label=_("Kind of co-op"), required=False, choices=[("", _("All kinds")), *Sector.choices]
    )
    region = forms.ChoiceField(
        label=_("Nation or region"), required=False, choices=[("", _("Everywhere")), *Region.choices]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.say_optional = False

    def narrow(self, cases: CaseQuerySet) -> CaseQuerySet:
        """The cases of the chosen kind and place. Call it on a valid form."""
        wanted = {"stratum__sector": self.cleaned_data["sector"], "stratum__region": self.cleaned_data["region"]}
        return cases.filter(**{field: code for field, code in wanted.items() if code})


class CaseFilterForm(WhereForm):
    """Finding cases on the staff's list; sent by GET. `narrow` needs cases `with_reply_state()`."""

    NOT_BEGUN, REFUSED = "none", "refused"

    q = forms.CharField(label=_("Name, number or postcode"), required=False, max_length=100)
    state = forms.ChoiceField(
        label=_("How far"),
        required=False,
        choices=[
            ("", _("All")),
            (NOT_BEGUN, _("Not begun")),
            (Response.State.DRAFT, _("Begun")),
            (Response.State.SUBMITTED, _("Sent")),
            (REFUSED, _("Does not wish to answer")),
        ],
    )
    field_order = ["q", "sector", "region", "state"]

    def narrow(self, cases: CaseQuerySet) -> CaseQuerySet:
        cases, wanted = super().narrow(cases), self.cleaned_data
        if wanted["q"]:
            cases = cases.matching(wanted["q"])
        match wanted["state"]:
            case self.REFUSED:
                return cases.refused()
            case Response.State.SUBMITTED:
                return cases.filter(reply_state=Response.State.SUBMITTED)
            case self.NOT_BEGUN | Response.State.DRAFT as state:
                # Whoever looks for these wants to ask them again.
                return cases.filter(reply_state=None if state == self.NOT_BEGUN else state, refused_at=None)
        return cases


class CodesForm(WhereForm):
    label = forms.CharField(
        label=_("What are these codes for?"),
        help_text=_("For example: first letters, or reminders to clubs in Wales"),
        max_length=120,
        error_messages={"required": _("Say what the codes are for, so that you find them again.")},
    )
    unheard = forms.BooleanField(
        label=_("Only organisations that have not sent a reply"),
        help_text=_("Those that do not wish to answer are left out as well"),
        required=False,
        initial=True,
    )
    field_order = ["label", "sector", "region", "unheard"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.show_summary = False
        self.helper.add_input(Submit("make", _("Make codes")))

    def cases_of(self, wave: Wave) -> CaseQuerySet:
        """The cases for which codes are to be made."""
        cases = Case.objects.in_wave(wave)
        cases = cases.unfinished() if self.cleaned_data["unheard"] else cases.eligible()
        return self.narrow(cases.order_by("pk"))


class RevokeForm(forms.Form):
    reason = forms.CharField(
        label=_("Why is it withdrawn?"),
        max_length=500,
        error_messages={"required": _("Say why, so that the record makes sense later.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.show_summary = False
        self.helper.add_input(Submit("revoke", _("Withdraw the code")))


class OpenAnswersForm(forms.Form):
    purpose = forms.CharField(
        label=_("Why do you need to read this reply?"),
        help_text=_("Your name, the time and this reason go on record"),
        max_length=500,
        error_messages={"required": _("Say why. Answers are confidential, and each reading is on record.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.show_summary = False
        self.helper.add_input(Submit("open", _("Open the answers")))
