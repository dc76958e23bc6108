"""What authors type: a post, which of two wordings to keep, its pictures, who writes along, and a note to the editors."""

import uuid
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from blog.models import Author, Draft, Language, Note, Picture
from blog.models.writing import LONGEST_INTEREST, LONGEST_SUMMARY, LONGEST_TEXT, LONGEST_TITLE, MANDATES
from commons.contributions.models import Mandate
from commons.contributions.reports import choices
from commons.imaging import MOST_BYTES
from commons.moderation.forms import plain_lines
from commons.people.models import Organisation, User
from commons.themes.models import Theme

LARGEST = 2**31 - 1
LONGEST_CORRECTION = 300
TOO_LONG = _("Write at most %(limit_value)s letters. You have %(show_value)s.")


class AuthorsForm(forms.Form):
    """Drawn by the page inside its own form element, with its errors at the top of the page."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.show_summary = False


class WholeText(forms.CharField):
    """A long text. A line break is one character, whatever the browser makes of it."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        return plain_lines(super().to_python(value))


class Unfinished(forms.IntegerField):
    """A number that the page itself sends. What is no number counts as none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, widget=forms.HiddenInput, min_value=0, max_value=LARGEST, **kwargs)

    def clean(self, value: Any) -> int:
        try:
            return super().clean(value) or 0
        except forms.ValidationError:
            return 0


class PageField(forms.UUIDField):
    """The name of one open page. What is no name counts as none."""

    widget = forms.HiddenInput

    def clean(self, value: Any) -> uuid.UUID | None:
        try:
            return super().clean(value)
        except forms.ValidationError:
            return None


class PostForm(AuthorsForm):
    """A post, as far as it is written. Nothing is asked for yet; what is missing is told where it is handed in. `based_on`,
    `page` and `turn` are the page's own: which revision it shows, its name, and how often it has sent something."""

    title = forms.CharField(
        label=_("Title"),
        required=False,
        max_length=LONGEST_TITLE,
        error_messages={"max_length": TOO_LONG},
    )
    summary = forms.CharField(
        label=_("Summary"),
        help_text=_("One or two sentences. They stand in lists and feeds"),
        required=False,
        max_length=LONGEST_SUMMARY,
        widget=forms.Textarea(attrs={"rows": 2, "data-maxlength": LONGEST_SUMMARY}),
        error_messages={"max_length": TOO_LONG},
    )
    body = WholeText(
        label=_("Text"),
        help_text=_(
            "Leave an empty line between paragraphs. ## makes a heading, - an item of a list, **two stars** make bold"
        ),
        required=False,
        strip=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 20, "data-maxlength": LONGEST_TEXT, "spellcheck": "true"}),
        error_messages={
            "max_length": _(
                "This is too long: write at most %(limit_value)s letters. You have %(show_value)s. All of it is still in "
                "the box. Make two posts of it, or shorten it."
            )
        },
    )
    language = forms.ChoiceField(
        label=_("Which language do you write in?"),
        choices=Language.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Say which language you write in."),
            "invalid_choice": _("Choose one from the list."),
        },
    )
    mandate = forms.ChoiceField(
        label=_("Who are you writing for?"),
        choices=MANDATES,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Say who you are writing for."),
            "invalid_choice": _("Choose one from the list."),
        },
    )
    organisation = forms.ModelChoiceField(
        label=_("Which organisation?"),
        queryset=Organisation.objects.none(),
        required=False,
        empty_label=_("None"),
        error_messages={"invalid_choice": _("Choose one from the list.")},
    )
    interest = forms.CharField(
        label=_("What should readers know about you?"),
        help_text=_("If you gain or lose by what you write about, say so. For example: I work for a lender"),
        required=False,
        max_length=LONGEST_INTEREST,
        widget=forms.Textarea(attrs={"rows": 2, "data-maxlength": LONGEST_INTEREST}),
        error_messages={"max_length": TOO_LONG},
    )
    themes = forms.ModelMultipleChoiceField(
        label=_("What is it about?"),
        queryset=Theme.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "invalid_choice": _("A theme you chose is not offered any more. Choose from the list."),
            "invalid_pk_value": _("Choose from the list."),
        },
    )
    threads = forms.TypedMultipleChoiceField(
        label=_("Which parts of the strategy does it speak to?"),
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Choose from the list.")},
    )
    based_on = Unfinished()
    page = PageField(required=False, initial=uuid.uuid4)
    turn = Unfinished(initial=0)

    SPEAKING = ("mandate", "organisation")
    WORDS = ("title", "summary", "body")

    def __init__(self, *args: Any, user: User, draft: Draft, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # An organisation that a co-author chose stays, though one has not joined it oneself.
        own = Organisation.objects.of_member(user).values("pk")
        organisations = Organisation.objects.filter(Q(pk__in=own) | Q(pk=draft.organisation_id)).in_name_order()
        self.fields["organisation"].queryset = organisations
        self.has_organisations = organisations.exists()
        if not self.has_organisations:
            for name in self.SPEAKING:
                del self.fields[name]
        # One that was taken out of use can be kept by who chose it before.
        self.fields["themes"].queryset = Theme.objects.offered_beside(draft.theme_ids)
        self.offered = choices()
        self.fields["threads"].choices = [(one.thread_id, one.label) for one in self.offered]
        if not self.offered:
            del self.fields["threads"]
        self.fields["body"].say_optional = self.fields["title"].say_optional = False
        self.fields["summary"].say_optional = False

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        speaks_for_another = given.get("mandate", Mandate.SELF) != Mandate.SELF
        if speaks_for_another and "organisation" not in self.errors and given.get("organisation") is None:
            self.add_error("organisation", _("Say which organisation you write for."))
        return given

    @property
    def written(self) -> dict[str, Any]:
        """What was typed, for the actions, less what cannot be kept as it is. After `is_valid()`."""
        given = dict(self.cleaned_data)
        if self.has_organisations and set(self.SPEAKING) & set(self.errors):
            for name in self.SPEAKING:
                given.pop(name, None)
        plain = (*self.WORDS, "language", "interest", *self.SPEAKING)
        written = {name: given[name] for name in plain if name in given}
        if "themes" in given:
            written["theme_ids"] = sorted(theme.pk for theme in given["themes"])
        if "threads" in given:
            written["thread_ids"] = sorted(given["threads"])
        return written

    @property
    def sending(self) -> dict[str, Any]:
        """What the page says of itself, for `keep_draft`."""
        return {name: self.cleaned_data[name] for name in ("based_on", "page", "turn")}

    @staticmethod
    def initial_of(draft: Draft) -> dict[str, Any]:
        """A draft as the form shows it."""
        written = draft.written()
        written["themes"], written["threads"] = written.pop("theme_ids"), written.pop("thread_ids")
        return written | {"based_on": draft.revision}


class HandInForm(AuthorsForm):
    """What is handed in, and the line that tells readers what changed in a public post."""

    kind = forms.ChoiceField(
        label=_("What are you handing in?"),
        choices=[
            ("pitch", _("Only the idea, to hear whether the editors like it")),
            ("post", _("The whole post, to be published")),
        ],
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Say what you are handing in."),
            "invalid_choice": _("Choose one from the list."),
        },
    )
    correction = forms.CharField(
        label=_("What did you change?"),
        help_text=_("One line. Readers see it under the post"),
        required=False,
        max_length=LONGEST_CORRECTION,
        error_messages={"max_length": TOO_LONG},
    )
    based_on = Unfinished()

    def __init__(self, *args: Any, is_public: bool, is_approved: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_approved:
            del self.fields["kind"]
        if is_public:
            self.fields["correction"].required = True
            self.fields["correction"].error_messages["required"] = _("Say in a line what you changed.")
        else:
            del self.fields["correction"]

    @property
    def is_pitch(self) -> bool:
        return self.cleaned_data.get("kind") == "pitch"


class NoteForm(AuthorsForm):
    body = WholeText(
        label=_("Write a note to the editors"),
        help_text=_("Only the authors and the editors read notes"),
        max_length=Note._meta.get_field("body").max_length,
        widget=forms.Textarea(attrs={"rows": 3, "data-maxlength": Note._meta.get_field("body").max_length}),
        error_messages={"required": _("Write something first."), "max_length": TOO_LONG},
    )


class CoauthorForm(AuthorsForm):
    """Asking somebody along by their address."""

    prefix = "along"

    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("They are named, and can change the text, only once they agree"),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": _("Write their e-mail address."),
            "invalid": _("Write an e-mail address, like name@example.coop."),
            "max_length": TOO_LONG,
        },
    )


class GuestForm(AuthorsForm):
    """Naming somebody who has no account."""

    prefix = "guest"

    name = forms.CharField(
        label=_("Name"),
        help_text=_("As readers will see it"),
        max_length=Author._meta.get_field("name").max_length,
        error_messages={"required": _("Write the name of the guest."), "max_length": TOO_LONG},
    )
    about = forms.CharField(
        label=_("About them"),
        help_text=_("One or two sentences for readers"),
        required=False,
        max_length=Author._meta.get_field("about").max_length,
        widget=forms.Textarea(attrs={"rows": 2, "data-maxlength": Author._meta.get_field("about").max_length}),
        error_messages={"max_length": TOO_LONG},
    )
    agrees = forms.BooleanField(
        label=_("They know that I name them, and agree"),
        error_messages={"required": _("Ask them first, then tick this.")},
    )


def alt_field() -> forms.CharField:
    longest = Picture._meta.get_field("alt").max_length
    return forms.CharField(
        label=_("What does the picture show?"),
        help_text=_("For people who cannot see it. Say what matters in it, as you would on the telephone"),
        max_length=longest,
        widget=forms.Textarea(attrs={"rows": 2, "data-maxlength": longest}),
        error_messages={"required": _("Say what the picture shows."), "max_length": TOO_LONG},
    )


class PictureForm(AuthorsForm):
    """One picture, and what it shows."""

    file = forms.FileField(
        label=_("Picture"),
        help_text=format_lazy(
            _("JPEG, PNG, WebP or GIF, at most {most} MB. Where and when it was taken is removed"),
            most=MOST_BYTES // 1_000_000,
        ),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/gif"}),
        # A name is never looked at or kept.
        max_length=None,
        allow_empty_file=True,
        error_messages={"required": _("Choose a picture."), "invalid": _("Choose a picture.")},
    )
    alt = alt_field()


class AltForm(AuthorsForm):
    alt = alt_field()
