"""What comes in at an event: parcels that a phone sends, checked piece by piece, and the same as plain forms; and what staff and
facilitators type about tables and ideas."""

import datetime as dt
import re
import uuid
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from commons.contributions.forms import SpeakingForm
from commons.themes.models import Theme
from consultation.actions.capture import MOST_TABLES, Agreed, Struck, Written
from consultation.forms.fields import AS_A_CODE, TOO_LONG, button
from consultation.models import Event, EventIdea, EventNote, EventSession, EventTable
from consultation.models.capture import LONGEST_NAME, LONGEST_NOTE

MOST_PIECES = 100
"""Notes, strikes and agreements in one parcel."""
LARGEST = 2**62

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
AT_TABLE = frozenset({EventNote.Kind.ISSUE.value, EventNote.Kind.IDEA.value})
# A clock may be wrong by years, but a year that no calendar shows is no clock's.
YEARS = range(1970, 2200)


class PieceRefused(Exception):
    """One piece of a parcel makes no sense. Its words are for whoever wrote it."""


def number_of(value: Any) -> uuid.UUID | None:
    """A number as phones make them; None where it is nothing of the kind."""
    return uuid.UUID(value) if isinstance(value, str) and UUID.fullmatch(value) else None


def plain_words(value: Any) -> str:
    """Words without what no page could show: halves of signs, and the sign of nothing."""
    if not isinstance(value, str):
        raise PieceRefused(_("There are no words in it."))
    words = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return words.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n").strip()


def clock_of(value: Any) -> dt.datetime:
    """What a phone's clock said, be it wrong. Ours where it said nothing that is a moment."""
    try:
        moment = parse_datetime(value) if isinstance(value, str) else None
        if moment is not None and timezone.is_naive(moment):
            moment = moment.replace(tzinfo=dt.UTC)
        return moment.astimezone(dt.UTC) if moment is not None and moment.year in YEARS else timezone.now()
    except (ValueError, OverflowError):
        return timezone.now()


def _note_words(given: dict[str, Any]) -> str:
    words = plain_words(given.get("text"))
    if not words:
        raise PieceRefused(_("There are no words in it."))
    if len(words) > LONGEST_NOTE:
        raise PieceRefused(
            ngettext(
                "It is too long: at most %(most)d letter.", "It is too long: at most %(most)d letters.", LONGEST_NOTE
            )
            % {"most": LONGEST_NOTE}
        )
    return words


def table_piece(number: uuid.UUID, given: dict[str, Any]) -> Written | Struck | Agreed:
    """One piece from a table. Raises `PieceRefused`."""
    match given.get("kind"):
        case "strike":
            note = number_of(given.get("note"))
            if note is None:
                raise PieceRefused(_("It does not say which note to strike out."))
            return Struck(number, note)
        case "agree":
            notes = given.get("notes")
            if not isinstance(notes, list) or not notes or len(notes) > LONGEST_NOTE:
                raise PieceRefused(_("It does not say on which notes the table agreed."))
            known = [number_of(one) for one in notes]
            if None in known:
                raise PieceRefused(_("It does not say on which notes the table agreed."))
            return Agreed(number, tuple(known))
        case str() as kind if kind in AT_TABLE:
            under = given.get("under") or None
            if under is not None and number_of(under) is None:
                raise PieceRefused(_("It does not say which issue it is about."))
            return Written(
                number, kind, _note_words(given), clock_of(given.get("made_at")), under=under and number_of(under)
            )
    raise PieceRefused(_("It does not say whether it is an issue or an idea."))


def room_piece(number: uuid.UUID, given: dict[str, Any]) -> Written:
    """Words from the room. Raises `PieceRefused`."""
    session = given.get("session")
    if isinstance(session, bool) or not isinstance(session, int) or not 0 < session < LARGEST:
        raise PieceRefused(_("Choose a session of this event."))
    name = " ".join(plain_words(given.get("name") or "").split())
    if len(name) > LONGEST_NAME:
        raise PieceRefused(_("The name is too long."))
    words = _note_words(given)
    return Written(number, EventNote.Kind.WORDS, words, clock_of(given.get("made_at")), session=session, name=name)


# --- The same as plain forms --------------------------------------------------------------------------------------------------


class CodeForm(forms.Form):
    """The code of a table or of a room."""

    code = forms.CharField(
        max_length=60,
        help_text=gettext_lazy("Capitals, spaces and hyphens do not matter"),
        widget=forms.TextInput(attrs=AS_A_CODE),
        error_messages={"required": gettext_lazy("Type the code.")},
    )

    def __init__(self, *args: Any, label: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = label
        self.helper = FormHelper()
        self.helper.show_summary = False
        self.helper.add_input(Submit("go", _("Continue")))


def note_field(label: Any, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 4, "data-maxlength": LONGEST_NOTE}),
        error_messages={
            "required": gettext_lazy("Write the words first."),
            "max_length": TOO_LONG,
        },
    )


class NoteForm(forms.Form):
    """One note at a table. `id` is the same on each click of one shown form, so that two clicks are one note."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What is it?"),
        choices=[
            (EventNote.Kind.ISSUE, gettext_lazy("An issue: something that stands in the way")),
            (EventNote.Kind.IDEA, gettext_lazy("An idea: something that could be done")),
        ],
        initial=EventNote.Kind.ISSUE,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Say whether it is an issue or an idea.")},
    )
    under = forms.ChoiceField(label=gettext_lazy("If it is an idea: which issue is it about?"), required=False)
    text = note_field(gettext_lazy("What was said"), gettext_lazy("In the words of your table. Everybody can read it"))
    id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(self, *args: Any, table: EventTable, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        issues = table.notes.filter(kind=EventNote.Kind.ISSUE, struck_at=None).select_related("contribution").in_order()
        self.fields["under"].choices = [
            ("", _("None of these")),
            *((str(note.pk), note.contribution.body_text[:80]) for note in issues),
        ]
        self.fields["under"].say_optional = False
        self.helper = FormHelper()
        self.helper.form_tag = False

    @property
    def piece(self) -> Written:
        """For the action. After `is_valid()`."""
        given = self.cleaned_data
        under = number_of(given["under"]) if given["kind"] == EventNote.Kind.IDEA else None
        return Written(given["id"], given["kind"], given["text"], timezone.now(), under=under)


class PhotoForm(forms.Form):
    """A photograph of a flipchart. `token` is the table's, and `id` the same on each click."""

    file = forms.FileField(
        label=gettext_lazy("A photograph of your flipchart"),
        help_text=gettext_lazy("Staff and facilitators look at it. They publish it only if nobody can be recognised"),
        widget=forms.FileInput(attrs={"accept": "image/*"}),
        error_messages={
            "required": gettext_lazy("Choose a photograph."),
            "empty": gettext_lazy("This file is empty. Choose another one."),
        },
    )
    id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    token = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False


class InSessionForm(forms.Form):
    """Words to a session of one event. `id` is the same on each click of one shown form."""

    session = forms.ModelChoiceField(
        label=gettext_lazy("In which session?"),
        queryset=EventSession.objects.none(),
        empty_label=None,
        error_messages={
            "required": gettext_lazy("Choose a session."),
            "invalid_choice": gettext_lazy("Choose a session of this event."),
        },
    )
    id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    field_order = ["session", "text", "name"]

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["session"].queryset = event.sessions.all()
        self.fields["session"].choices = [(row.pk, str(row.title_told)) for row in today_first(event)]
        self.helper = FormHelper()
        self.helper.form_tag = False


class SayForm(InSessionForm):
    """Words from the room, from somebody without an account."""

    text = note_field(
        gettext_lazy("What do you want to say?"),
        gettext_lazy("A moderator reads it first. Then everybody can read it"),
    )
    name = forms.CharField(
        label=gettext_lazy("Your name"),
        help_text=gettext_lazy("Everybody can read it. Leave it empty if you wish"),
        max_length=LONGEST_NAME,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    @property
    def piece(self) -> Written:
        """For the action. After `is_valid()`."""
        given = self.cleaned_data
        name = " ".join(given["name"].split())
        return Written(
            given["id"], EventNote.Kind.WORDS, given["text"], timezone.now(), session=given["session"].pk, name=name
        )


class SaySignedInForm(InSessionForm, SpeakingForm):
    """The same from somebody who is signed in: they speak as themselves."""

    text = note_field(gettext_lazy("What do you want to say?"), gettext_lazy("Everybody can read it"))


def today_first(event: Event) -> list[EventSession]:
    """The sessions of today before the others, each in the order of the programme."""
    today = timezone.localdate()
    return sorted(event.sessions.all(), key=lambda row: (timezone.localdate(row.starts_at) != today, row.starts_at))


# --- Staff and facilitators ---------------------------------------------------------------------------------------------------


class TablesForm(forms.Form):
    """So many tables for one session and one theme."""

    session = forms.ModelChoiceField(
        label=gettext_lazy("For which session?"),
        queryset=EventSession.objects.none(),
        empty_label=None,
        error_messages={
            "required": gettext_lazy("Choose a session."),
            "invalid_choice": gettext_lazy("Choose a session."),
        },
    )
    theme = forms.ModelChoiceField(
        label=gettext_lazy("Which theme do these tables talk about?"),
        queryset=Theme.objects.all(),
        empty_label=None,
        error_messages={"required": gettext_lazy("Choose a theme."), "invalid_choice": gettext_lazy("Choose a theme.")},
    )
    count = forms.IntegerField(
        label=gettext_lazy("How many tables?"),
        min_value=1,
        max_value=MOST_TABLES,
        initial=10,
        error_messages={"required": gettext_lazy("Say how many tables.")},
    )

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["session"].queryset = event.sessions.order_by("starts_at", "pk")
        self.helper = button(_("Open the tables"))


def idea_fields() -> dict[str, forms.Field]:
    lines = {
        "issue": (gettext_lazy("Issue in one line"), gettext_lazy("Say in one line which issue it is about.")),
        "title": (gettext_lazy("Idea in one line"), gettext_lazy("Say in one line what the idea is.")),
    }
    return {
        "theme": forms.ModelChoiceField(
            label=gettext_lazy("Theme"),
            queryset=Theme.objects.all(),
            empty_label=None,
            error_messages={
                "required": gettext_lazy("Choose a theme."),
                "invalid_choice": gettext_lazy("Choose a theme."),
            },
        ),
        **{
            name: forms.CharField(
                label=label,
                max_length=EventIdea._meta.get_field(name).max_length,
                error_messages={"required": missing},
            )
            for name, (label, missing) in lines.items()
        },
        "text": forms.CharField(
            label=gettext_lazy("More about it"),
            max_length=LONGEST_NOTE,
            required=False,
            widget=forms.Textarea(attrs={"rows": 4, "data-maxlength": LONGEST_NOTE}),
        ),
    }


class ChosenNotesForm(forms.Form):
    """Which notes a facilitator ticked."""

    notes = forms.ModelMultipleChoiceField(
        queryset=EventNote.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": gettext_lazy("Tick the notes first."),
            "invalid_choice": gettext_lazy("One of these notes is not public any more. Look at the list again."),
            "invalid_pk_value": gettext_lazy("One of these notes is not public any more. Look at the list again."),
        },
    )

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["notes"].label = _("Notes")
        self.fields["notes"].queryset = EventNote.objects.public().filter(session__event=event)
        self.helper = FormHelper()
        self.helper.form_tag = False


class IdeaFromNotesForm(ChosenNotesForm):
    """A new idea of the notes that were ticked."""

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        super().__init__(*args, event=event, **kwargs)
        self.fields |= idea_fields()
        self.fields["notes"].required = False
        del self.fields["text"]


class IdeaChoiceForm(ChosenNotesForm):
    """An idea in which the ticked notes are put."""

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        super().__init__(*args, event=event, **kwargs)
        self.fields["idea"] = _idea_choice(event, _("Which idea?"))


class MergeForm(forms.Form):
    """Which idea goes, and into which."""

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["goes"] = _idea_choice(event, _("This idea goes"))
        self.fields["stays"] = _idea_choice(event, _("into this one, which stays"))
        self.helper = FormHelper()
        self.helper.form_tag = False


def _idea_choice(event: Event, label: str) -> forms.ModelChoiceField:
    return forms.ModelChoiceField(
        label=label,
        queryset=event.ideas.filter(merged_into=None),
        empty_label=_("Choose an idea"),
        error_messages={"required": _("Choose an idea."), "invalid_choice": _("Choose an idea that is not merged.")},
    )


class EventIdeaForm(forms.Form):
    """Other words for an idea."""

    based_on = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=LARGEST)

    def __init__(self, *args: Any, idea: EventIdea, **kwargs: Any) -> None:
        initial = {"theme": idea.theme_id, "based_on": idea.revision}
        initial |= {name: getattr(idea, name) for name in ("issue", "title", "text")}
        super().__init__(*args, **{**kwargs, "initial": initial})
        self.fields |= idea_fields()
        self.helper = button(_("Save"))
