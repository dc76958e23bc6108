"""What moderators decide and authors answer, checked."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.utils.translation import gettext_lazy as _

from commons.moderation.models import Appeal, Moderated, Reason, Verdict
from commons.moderation.reports import label_of
from commons.people.forms.choices import ChoicesWithHints

Outcome = Verdict.Outcome

LONGEST_EXPLANATION = 2000
WORDS = "words_"
"""Goes before the name of each text of the thing, so that no text of any kind of thing meets another field."""

LARGEST = 2**31 - 1
FEW = 150
"""So many letters need no large box."""


def plain_lines(text: str) -> str:
    """A text with its line ends as we keep them: a browser sends others."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def explanation_field(label: Any, *, help_text: Any = "", required: str = "") -> forms.CharField:
    """A box for what the author will read."""
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=bool(required),
        max_length=LONGEST_EXPLANATION,
        widget=forms.Textarea(attrs={"rows": 5, "data-maxlength": LONGEST_EXPLANATION}),
        error_messages={
            "max_length": _("Write at most %(limit_value)s letters. You have %(show_value)s."),
            **({"required": required} if required else {}),
        },
    )


class OutcomeField(forms.ChoiceField):
    """Takes every outcome, also one that is not offered any more: whether it fits is for the action to say, which knows what has
    happened since the page was shown."""

    def valid_value(self, value: str) -> bool:
        return value in Outcome.values


class DecideForm(forms.Form):
    """A verdict. Of a thing that is held the question is whether to publish it, else whether it may stay. The page draws the
    texts apart from the rest, for they are needed seldom."""

    outcome = OutcomeField(
        label=_("What do you decide?"),
        widget=ChoicesWithHints,
        error_messages={
            "required": _("Choose what to do."),
            "invalid_choice": _("Choose one of the decisions in the list."),
        },
    )
    reason = forms.ChoiceField(
        label=_("Reason"),
        help_text=_("Only when you shorten or refuse it. The public ledger counts reasons"),
        choices=[("", _("Choose a reason")), *Reason.choices],
        required=False,
        error_messages={"invalid_choice": _("Choose one of the reasons in the list.")},
    )
    explanation = explanation_field(
        _("Explain it to the author"),
        help_text=_(
            "Only when you shorten or refuse it. Say what breaks the rules, so that they can write it differently"
        ),
    )
    seen = forms.IntegerField(
        widget=forms.HiddenInput,
        min_value=0,
        max_value=LARGEST,
        error_messages=dict.fromkeys(
            ["required", "invalid", "min_value", "max_value"], _("This page was not complete. Load it again.")
        ),
    )

    def __init__(self, *args: Any, subject: Moderated, **kwargs: Any) -> None:
        self.texts, self.revision = subject.words(), subject.revision
        kwargs["initial"] = {"seen": subject.revision} | {WORDS + name: text for name, text in self.texts.items()}
        super().__init__(*args, **kwargs)
        self._ask(subject)
        for name in self.texts:
            longest = subject._meta.get_field(name).max_length
            box = {"rows": 8 if len(self.texts[name]) > FEW else 3} | ({"data-maxlength": longest} if longest else {})
            self.fields[WORDS + name] = forms.CharField(
                label=label_of(subject, name),
                help_text=_("Take out what cannot stay. The author sees what you took out"),
                required=False,
                strip=False,
                max_length=longest,
                widget=forms.Textarea(attrs=box),
                error_messages={"max_length": _("Write at most %(limit_value)s letters. You have %(show_value)s.")},
            )
        self.order_fields(["outcome", *self.word_names, "reason", "explanation"])
        for name in ("reason", "explanation", *self.word_names):
            self.fields[name].say_optional = False
        self.helper = FormHelper()
        self.helper.show_summary = False
        self.helper.form_tag = False

    def _ask(self, subject: Moderated) -> None:
        question = self.fields["outcome"]
        redact = (Outcome.REDACT, _("Shorten it"))
        hints = {
            Outcome.REDACT: _("Open “Shorten the text” below. The author is told and can appeal"),
            Outcome.DECLINE: _("The author is told and can appeal"),
        }
        if subject.is_published:
            question.choices = [
                (Outcome.KEEP, _("Leave it as it is")),
                redact,
                (Outcome.DECLINE, _("Take it off the site")),
            ]
            hints[Outcome.KEEP] = _("Whoever reported it is told that it stays")
        else:
            question.choices = [(Outcome.PUBLISH, _("Publish it")), redact, (Outcome.DECLINE, _("Do not publish it"))]
            hints[Outcome.PUBLISH] = _("Everybody can read it at once, and the author is told")
        question.widget.hints = hints

    @property
    def word_names(self) -> list[str]:
        """The names of the fields that hold the texts."""
        return [WORDS + name for name in self.texts]

    @property
    def word_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.word_names]

    @property
    def is_shortening(self) -> bool:
        """Whether the texts should lie open: somebody has begun, or something about them has to be put right."""
        return self.is_bound and (
            self["outcome"].value() == Outcome.REDACT
            or any(name in self.errors for name in self.word_names)
            or bool(self._changed())
        )

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        for name in self.word_names:
            if name in given:
                given[name] = plain_lines(given[name])
        # Of a text that was edited since, the action says so: what was typed about it is not judged.
        outcome = given.get("outcome") if given.get("seen") == self.revision else None
        if outcome in {Outcome.REDACT, Outcome.DECLINE}:
            if not given.get("reason") and "reason" not in self.errors:
                self.add_error("reason", _("Choose a reason."))
            if not given.get("explanation") and "explanation" not in self.errors:
                self.add_error("explanation", _("Explain your decision to the author."))
        if outcome == Outcome.REDACT:
            self._check_shortened(given)
        elif outcome and self._changed():
            self.add_error("outcome", _("You changed the text. Choose “Shorten it”, or put the text back as it was."))
        return given

    def _check_shortened(self, given: dict[str, Any]) -> None:
        for name in self.word_names:
            if name in given and not given[name].strip():
                self.add_error(name, _("Leave some of the text. If nothing can stay, refuse it as a whole."))
        if not self._changed() and not any(name in self.errors for name in self.word_names) and self.texts:
            self.add_error(self.word_names[0], _("Take something out of the text, or decide otherwise."))

    def _changed(self) -> dict[str, str]:
        """The texts that do not read as they did, by field of the thing."""
        typed = {name: self[WORDS + name].value() for name in self.texts}
        return {
            name: plain_lines(text)
            for name, text in typed.items()
            if text is not None and plain_lines(text).strip() != plain_lines(self.texts[name]).strip()
        }

    def verdict(self) -> dict[str, Any]:
        """What `decide_moderation` wants to know. A reason and an explanation go with words that are taken away, only then."""
        given = self.cleaned_data
        verdict = {"outcome": given["outcome"], "seen": given["seen"]}
        if given["outcome"] in {Outcome.REDACT, Outcome.DECLINE}:
            verdict |= {"reason": given["reason"], "explanation": given["explanation"]}
        if given["outcome"] == Outcome.REDACT:
            verdict["words"] = {name: given[WORDS + name] for name in self.texts}
        return verdict


class AppealForm(forms.Form):
    """Why the author thinks that a verdict is wrong."""

    text = explanation_field(
        _("Why is the decision wrong?"),
        help_text=_("Somebody else will read this, not the person who decided"),
        required=_("Say why the decision is wrong."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.show_summary = False
        self.helper.add_input(Submit("appeal", _("Send the appeal")))


class AppealDecideForm(forms.Form):
    """What the second person says."""

    outcome = forms.ChoiceField(
        label=_("Was the decision right?"),
        choices=[
            (Appeal.Outcome.UPHELD, _("Yes, it stands")),
            (Appeal.Outcome.OVERTURNED, _("No, it was wrong")),
        ],
        widget=ChoicesWithHints,
        error_messages={
            "required": _("Say whether the decision was right."),
            "invalid_choice": _("Choose one of the two answers."),
        },
    )
    explanation = explanation_field(_("Explain it to the author"), required=_("Explain your decision to the author."))

    def __init__(self, *args: Any, verdict: Verdict, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["outcome"].widget.hints = {
            Appeal.Outcome.UPHELD: _("All stays as it is"),
            Appeal.Outcome.OVERTURNED: _("Everybody can read it at once")
            if verdict.outcome == Outcome.DECLINE
            else _("The words come back, unless the author has changed the text since"),
        }
        self.helper = FormHelper()
        self.helper.show_summary = False
        self.helper.add_input(Submit("decide", _("Send the answer")))


class LedgerPlaceForm(forms.Form):
    """From which verdict on the ledger is read; sent by GET. What makes no sense is left out."""

    before = forms.IntegerField(required=False, min_value=1, max_value=2**62)
