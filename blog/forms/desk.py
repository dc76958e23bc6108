"""What editors type at their desk: decisions about what was handed in, other words, corrections, dates, notes, and how fast and
how long a discussion runs. `number` is the submission that the page showed."""

import datetime as dt
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from blog.models import Note, Post, Proposal, Reason, Submission
from blog.models.writing import LONGEST_SUMMARY, LONGEST_TEXT, LONGEST_TITLE
from commons.moderation.forms import plain_lines
from commons.people.forms.moments import MomentField

LARGEST = 2**31 - 1
FURTHEST = dt.timedelta(days=2 * 365)
"""How far ahead something can be set."""
LONGEST_LINE = 300
TOO_LONG = _("Write at most %(limit_value)s letters. You have %(show_value)s.")
NOT_COMPLETE = dict.fromkeys(
    ["required", "invalid", "min_value", "max_value"], _("This page was not complete. Load it again.")
)
WAITS = [(0, _("No wait")), (5, _("5 minutes")), (30, _("Half an hour")), (120, _("2 hours"))]


def must_come(moment: dt.datetime) -> None:
    """Whatever waits, waits for a moment that is to come, and not for ever."""
    if moment > timezone.now() + FURTHEST:
        raise forms.ValidationError(_("This is too far away. Choose a day within two years."))
    if moment <= timezone.now():
        raise forms.ValidationError(_("This moment is over. Choose a later one."))


class ComingMomentField(MomentField):
    """Some moment that is to come."""

    default_validators = [must_come]
    say_optional = False


def seen_field() -> forms.IntegerField:
    """The number of what the page showed."""
    return forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=LARGEST, error_messages=NOT_COMPLETE)


def line_field(label: Any, *, help_text: Any = "", required: str = "", longest: int = LONGEST_LINE) -> forms.CharField:
    """A line or two that others will read."""
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=bool(required),
        max_length=longest,
        widget=forms.Textarea(attrs={"rows": 2, "data-maxlength": longest}),
        error_messages={"max_length": TOO_LONG} | ({"required": required} if required else {}),
    )


def text_field(label: Any, *, required: Any, rows: int = 5, longest: int, help_text: Any = "") -> forms.CharField:
    """A box for more than a line."""
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=longest,
        widget=forms.Textarea(attrs={"rows": rows, "data-maxlength": longest}),
        error_messages={"required": required, "max_length": TOO_LONG},
    )


class DeskForm(forms.Form):
    """What all of them share: the page draws the summary of errors and the form itself."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.show_summary = False

    @classmethod
    def written(cls) -> dict[str, Any]:
        """The fields in which somebody writes, with their labels: what stands there is shown where it cannot be sent any more."""
        return {
            name: field.label
            for name, field in cls.base_fields.items()
            if isinstance(field.widget, forms.Textarea | forms.TextInput)
        }


def when_field(*, now: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("When?"),
        choices=[("now", now), ("later", _("On the day and at the time below"))],
        initial="now",
        widget=forms.RadioSelect,
        error_messages={"required": _("Say when."), "invalid_choice": _("Choose one of the two.")},
    )


class MomentForm(DeskForm):
    """Now or later. `moment` is None for now."""

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if "moment" not in self.fields or "when" in self.errors:
            return given
        if given["when"] == "later":
            if not given.get("moment") and "moment" not in self.errors:
                self.add_error("moment", _("Say on which day and at what time."))
        elif self.fields["moment"].initial is None and any(self["moment"].value() or ()):
            self.add_error("when", _("You wrote a day or a time. Choose that it should wait, or take them out."))
        else:
            # The day that the form itself had written there.
            self.errors.pop("moment", None)
            given["moment"] = None
        return given


class ApproveForm(MomentForm):
    """Of a post that readers know already it is asked what they are told of the change, of others when they may read it, and of
    an idea nothing."""

    when = when_field(now=_("Now"))
    moment = ComingMomentField(label=_("Day and time"), help_text=_("UK time. Only if readers should wait"))
    correction = line_field(
        _("What changed, in a line for readers"),
        help_text=_("The author wrote this. It stands under the post"),
        required=_("Say in a line what changed. Readers will see it under the post."),
    )
    number = seen_field()
    revision = seen_field()

    def __init__(self, *args: Any, post: Post, submission: Submission, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["number"].initial, self.fields["revision"].initial = submission.number, post.revision
        if post.is_public:
            self.fields["correction"].initial = submission.correction
        if post.is_public or submission.is_pitch:
            del self.fields["when"], self.fields["moment"]
        elif post.is_scheduled:
            # It keeps its date unless the editor chooses another.
            self.fields["when"].initial, self.fields["moment"].initial = "later", post.public_from
        if not post.is_public or submission.is_pitch:
            del self.fields["correction"]
        if not post.body:
            # There are no words yet that it would change.
            del self.fields["revision"]


class ReasonForm(DeskForm):
    """A decision that says why: to the author in words, and to everybody by a class."""

    reason = forms.ChoiceField(
        label=_("Reason"),
        help_text=_("The public ledger counts reasons"),
        choices=[("", _("Choose a reason")), *Reason.choices],
        error_messages={
            "required": _("Choose a reason."),
            "invalid_choice": _("Choose one of the reasons in the list."),
        },
    )
    explanation = text_field(
        _("Explain it to the author"),
        required=_("Explain your decision to the author."),
        longest=Submission._meta.get_field("explanation").max_length,
        help_text=_("Say what they can do better. Only they and the editors read this"),
    )
    number = seen_field()

    def __init__(self, *args: Any, submission: Submission, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["number"].initial = submission.number


class WordsForm(DeskForm):
    """A title, a summary and a text, other than those that are there."""

    title = forms.CharField(
        label=_("Title"),
        max_length=LONGEST_TITLE,
        error_messages={"required": _("Write a title."), "max_length": TOO_LONG},
    )
    summary = line_field(_("Summary"), longest=LONGEST_SUMMARY)
    body = text_field(
        _("Text"),
        required=_("Write the text."),
        rows=18,
        longest=LONGEST_TEXT,
        help_text=_("In Markdown, as it was typed"),
    )

    def __init__(self, *args: Any, words: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.words = words
        for name in words.WORDS:
            self.fields[name].initial = getattr(words, name)

    def clean_summary(self) -> str:
        return plain_lines(self.cleaned_data["summary"])

    def clean_body(self) -> str:
        return plain_lines(self.cleaned_data["body"])

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        names = self.words.WORDS
        if not set(names) & set(self.errors) and all(
            given[name] == plain_lines(getattr(self.words, name)).strip() for name in names
        ):
            self.add_error("body", _("This is how it reads already. Change something first."))
        return given


class ProposeForm(WordsForm):
    note = line_field(_("Why, in a line for the author"), longest=Proposal._meta.get_field("note").max_length)
    number = seen_field()

    def __init__(self, *args: Any, submission: Submission, **kwargs: Any) -> None:
        super().__init__(*args, words=submission, **kwargs)
        self.fields["number"].initial = submission.number


class CorrectForm(WordsForm):
    correction = line_field(
        _("What you put right, in a line for readers"),
        help_text=_("It stands under the post, and readers can compare both wordings"),
        required=_("Say in a line what changed. Readers will see it under the post."),
    )
    seen = seen_field()

    def __init__(self, *args: Any, post: Post, **kwargs: Any) -> None:
        super().__init__(*args, words=post, **kwargs)
        self.fields["summary"].required = True
        self.fields["summary"].error_messages["required"] = _("Write a summary.")
        self.fields["seen"].initial = post.revision


class RescheduleForm(MomentForm):
    when = when_field(now=_("Publish it now"))
    moment = ComingMomentField(label=_("Day and time"), help_text=_("UK time"))

    def __init__(self, *args: Any, post: Post, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["when"].initial, self.fields["moment"].initial = "later", post.public_from


class NoteForm(DeskForm):
    body = text_field(
        _("Write a note to the author"),
        required=_("Write something first."),
        rows=3,
        longest=Note._meta.get_field("body").max_length,
        help_text=_("Only the authors and the editors read notes"),
    )


class PinForm(forms.Form):
    """One button: to the top of the list, or not any more."""

    pinned = forms.ChoiceField(choices=[("yes", ""), ("no", "")])


class SlowForm(DeskForm):
    minutes = forms.TypedChoiceField(
        label=_("How long must a person wait between two comments?"),
        choices=WAITS,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how long."), "invalid_choice": _("Choose one from the list.")},
    )


class CloseForm(MomentForm):
    when = when_field(now=_("Now"))
    moment = ComingMomentField(
        label=_("Day and time"), help_text=_("UK time. Only if people may still speak until then")
    )
    reason = line_field(
        _("Why it closes, in a line for readers"),
        help_text=_("It stands where the form for comments was"),
        required=_("Say why it closes. Readers will see it."),
    )
