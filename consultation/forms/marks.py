"""A ballot as a form, the code that opens it, and what staff fill in on the day."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from commons.people.forms.moments import MomentField
from consultation.actions.marks import MOST_AT_ONCE, TooManyMarks, too_many
from consultation.forms.fields import AS_A_CODE
from consultation.models import Event, MarkKind
from consultation.reports.marks import Band, Board, Marked


class BallotCodeForm(forms.Form):
    code = forms.CharField(
        label=_("The code on your card"),
        help_text=_("Sixteen letters and numbers. Capitals, spaces and hyphens do not matter"),
        max_length=80,
        widget=forms.TextInput(attrs=AS_A_CODE),
        error_messages={"required": _("Type the code from your card.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.show_summary = False
        self.helper.add_input(Submit("open", _("Open my ballot")))


class IdeaBoxes(forms.CheckboxSelectMultiple):
    """Boxes beside ideas, with the issue that each belongs to as its hint."""

    def __init__(self, *, issues: dict[str, str]) -> None:
        super().__init__()
        self.issues = issues

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return {**super().create_option(name, value, *args, **kwargs), "hint": self.issues.get(str(value), "")}


class IdeasField(forms.TypedMultipleChoiceField):
    """Marks of one kind in one theme."""

    def __init__(self, band: Band, ideas: list[Marked], most: int, **kwargs: Any) -> None:
        self.band, self.ideas, self.most = band, ideas, most
        super().__init__(
            choices=[(str(idea.pk), idea.title) for idea in ideas],
            coerce=int,
            required=False,
            widget=forms.CheckboxSelectMultiple,
            error_messages={
                "invalid_choice": _("One of the ideas is not on this ballot any more. Look at it again, then save.")
            },
            **kwargs,
        )

    def clean(self, value: Any) -> list[int]:
        chosen = sorted(set(super().clean(value)))
        if len(chosen) > self.most:
            raise ValidationError(self.placed(too_many(len(chosen), self.most)))
        return chosen

    def placed(self, problem: str) -> str:
        """A ballot has many groups of boxes, so the list of what is wrong says where it is."""
        return _now("%(theme)s, %(kind)s: %(problem)s") % {"theme": self.band, "kind": self.label, "problem": problem}


@dataclass(frozen=True)
class Group:
    """The boxes of one field, as the template draws them. It draws them itself: a ballot has dozens, six hundred phones open it
    in the same minutes, and drawn one by one through the templates of widgets the page takes twice as long."""

    field: forms.BoundField
    boxes: list[tuple[Marked, bool]]
    hint: str

    @classmethod
    def of(cls, field: forms.BoundField) -> Self:
        asked: IdeasField = field.field
        ticked = set(map(str, field.value() or []))
        boxes = [(idea, str(idea.pk) in ticked) for idea in asked.ideas]
        left = asked.most - sum(is_ticked for _idea, is_ticked in boxes)
        # Without script it stays as it was when the page was made.
        hint = _now("%(left)d of %(most)d marks left") % {"left": max(0, left), "most": asked.most}
        return cls(field, boxes, hint)


class BallotForm(forms.Form):
    """Two groups of boxes for each theme. `ballot` names the ballot, signed: what was chosen on one is never saved to another,
    and a session that has ended meanwhile loses nothing."""

    ballot = forms.CharField(widget=forms.HiddenInput, required=False)
    based_on = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)

    def __init__(
        self,
        *args: Any,
        event: Event,
        board: Board,
        marks: Iterable[tuple[str, int]] = (),
        must_choose: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.board, self.must_choose = board, must_choose
        saved = set(marks)
        for band, ideas in board.in_ballot_order:
            for kind in MarkKind:
                self.fields[self.name_of(kind, band.pk)] = IdeasField(
                    band,
                    ideas,
                    event.marks_each,
                    label=kind.label,
                    initial=[str(idea.pk) for idea in ideas if (kind.value, idea.pk) in saved],
                )

    @staticmethod
    def name_of(kind: str, theme: int) -> str:
        return f"{MarkKind(kind).value}_{theme}"

    def sections(self) -> list[tuple[Band, list[Group]]]:
        return [(band, [Group.of(self[self.name_of(kind, band.pk)]) for kind in MarkKind]) for band in self.board.bands]

    def chosen(self, kind: MarkKind) -> list[int]:
        names = [self.name_of(kind, band.pk) for band in self.board.bands]
        return [idea for name in names for idea in self.cleaned_data.get(name, [])]

    def clean(self) -> dict[str, Any]:
        chosen = any(self.data.getlist(name) for name in self.fields if isinstance(self.fields[name], IdeasField))
        if self.must_choose and not chosen:
            raise ValidationError(_now("Choose at least one idea, then save."))
        return self.cleaned_data

    def say_too_many(self, refusal: TooManyMarks) -> None:
        name = self.name_of(refusal.kind, refusal.theme)
        self.add_error(name, self.fields[name].placed(str(refusal)))


class GiveBallotsForm(forms.Form):
    """How many cards to print. `key` is the same on each click of one shown form, so that two clicks give one set."""

    number = forms.IntegerField(
        label=_("How many cards?"),
        help_text=_("One for each person in the room, and a few to spare"),
        min_value=1,
        max_value=MOST_AT_ONCE,
        error_messages={
            "required": _("Say how many cards you need."),
            "invalid": _("Write a whole number."),
            "min_value": _("Write a number from 1 to 2000."),
            "max_value": _("Write a number from 1 to 2000. You can make more cards afterwards."),
        },
    )
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)


class OpenMarksForm(forms.Form):
    closes_at = MomentField(
        label=_("Until when?"), help_text=_("UK time"), required_words=_("Say when marking closes.")
    )
    opens_at = MomentField(label=_("From when?"), help_text=_("Leave it empty to open it now"))

    def __init__(self, *args: Any, event: Event, has_begun: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if has_begun:
            del self.fields["opens_at"]
        elif event.marks_open_at is not None:
            self.fields["opens_at"].initial = event.marks_open_at
        self.fields["closes_at"].initial = event.marks_close_at


class ProposalsForm(forms.Form):
    """Which ideas become proposals. The best idea of each big issue is ticked already."""

    def __init__(self, *args: Any, board: Board, suggested: Iterable[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = {str(pk) for pk in suggested}
        for band, ideas in board.by_band:
            open_ones = [idea for idea in ideas if idea.proposal is None]
            if not open_ones:
                continue
            self.fields[f"ideas_{band.pk}"] = forms.TypedMultipleChoiceField(
                label=str(band),
                choices=[(str(idea.pk), f"{idea.number}. {idea.title}") for idea in open_ones],
                coerce=int,
                required=False,
                initial=[str(idea.pk) for idea in open_ones if str(idea.pk) in chosen],
                widget=IdeaBoxes(issues={str(idea.pk): _said_of(idea) for idea in open_ones}),
                error_messages={"invalid_choice": _("Choose only ideas of this event.")},
            )
            self.fields[f"ideas_{band.pk}"].say_optional = False

    def chosen(self) -> list[int]:
        return [idea for name in self.fields for idea in self.cleaned_data.get(name, [])]


def _said_of(idea: Marked) -> str:
    marks = ngettext("%(n)d mark", "%(n)d marks", idea.total) % {"n": idea.total}
    return f"{idea.issue} · {marks}"
