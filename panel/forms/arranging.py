"""What the chair types to open sections, and to move, split and merge them."""

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from commons.contributions.models import PANEL_ROLES
from commons.people.models import Appointment, User
from panel.actions.drafting import LONGEST_TITLE
from panel.models import Part, Section
from panel.paragraphs import Paragraph

RESERVED = frozenset({"document", "changes", "pack"})
LONGEST_SLUG = 60
TITLE_ERRORS = {
    "required": _("Give the section a title."),
    "max_length": _("Write at most %(limit_value)s letters. You have %(show_value)s."),
}


class ArrangeForm(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.show_summary = False


class NamedForm(ArrangeForm):
    """A title, and the name in the address, which is made of the title where it is left empty."""

    title = forms.CharField(label=_("Title"), max_length=LONGEST_TITLE, error_messages=TITLE_ERRORS)
    slug = forms.CharField(
        label=_("Name in the address"),
        help_text=_(
            "Small letters, figures and hyphens. It can never be changed. Leave it empty and we make it of the title"
        ),
        required=False,
        max_length=LONGEST_SLUG,
        validators=[forms.SlugField.default_validators[0]],
        error_messages={
            "invalid": _("Use only letters without accents, figures and hyphens."),
            "max_length": _("Write at most %(limit_value)s letters. You have %(show_value)s."),
        },
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if "slug" in self.errors or "title" not in given:
            return given
        slug = (given.get("slug") or slugify(given["title"])[:LONGEST_SLUG]).strip("-").lower()
        if not slug:
            self.add_error("slug", _("Write a name for the address: the title holds no letters it could be made of."))
        elif slug in RESERVED:
            self.add_error("slug", _("This name leads to another page. Choose another one."))
        elif Section.objects.filter(slug=slug).exists():
            self.add_error("slug", _("Another section has this name. Choose another one."))
        return given | {"slug": slug}


class SectionOpenForm(NamedForm):
    """A new section, in a part that is there or in a new one."""

    part = forms.ModelChoiceField(
        label=_("Part"), queryset=Part.objects.all(), required=False, empty_label=_("A new part, named below")
    )
    part_title = forms.CharField(
        label=_("Title of the new part"),
        help_text=_("Only if you open a new part"),
        required=False,
        max_length=LONGEST_TITLE,
        error_messages={"max_length": TITLE_ERRORS["max_length"]},
    )
    owner = forms.ModelChoiceField(
        label=_("Who answers for it"),
        help_text=_("What people say to the section comes to them first"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Nobody yet"),
    )
    field_order = ["part", "part_title", "title", "slug", "owner"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["title"].label = _("Title of the section")
        seated = Appointment.objects.in_force(timezone.localdate()).filter(role__in=PANEL_ROLES)
        self.fields["owner"].queryset = User.objects.filter(pk__in=seated.values("user")).in_name_order()
        for name in ("part", "part_title"):
            self.fields[name].say_optional = False

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        title = given.get("part_title")
        if "part" in self.errors or "part_title" in self.errors:
            return given
        if not given.get("part") and not title:
            self.add_error("part", _("Choose a part, or write the title of a new one."))
        elif given.get("part") and title:
            self.add_error("part_title", _("Either choose a part, or write the title of a new one."))
        elif title:
            given["part_slug"] = slugify(title)[:LONGEST_SLUG].strip("-")
            if not given["part_slug"]:
                self.add_error("part_title", _("Use at least one letter without accents, or a figure."))
            elif Part.objects.filter(slug=given["part_slug"]).exists():
                self.add_error("part_title", _("There is a part of this name already. Choose it above."))
        return given


class MoveForm(ArrangeForm):
    """Where a section shall stand: at the beginning of a part, or behind another section."""

    prefix = "move"

    to = forms.ChoiceField(
        label=_("Put it"),
        error_messages={
            "required": _("Say where it should stand."),
            "invalid_choice": _("The sections have changed places meanwhile. Choose again."),
        },
    )

    def __init__(self, *args: Any, section: Section, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = list(Section.objects.live().exclude(pk=section.pk).in_order().select_related("part"))
        groups, self._places = [], {}
        for part in Part.objects.all():
            inside = [row for row in rows if row.part_id == part.pk]
            places = [(f"{part.pk}-0", _("At the beginning of “%(part)s”") % {"part": part.title})]
            places += [(f"{part.pk}-{row.pk}", _("After “%(title)s”") % {"title": row}) for row in inside]
            groups.append((part.title, places))
            for at, (code, _words) in enumerate(places, start=1):
                self._places[code] = (part, at)
        self.fields["to"].choices = groups
        before = [row.pk for row in rows if row.part_id == section.part_id and row.place < section.place]
        self.fields["to"].initial = f"{section.part_id}-{before[-1] if before else 0}"

    @property
    def place(self) -> tuple[Part, int]:
        """The part and the place in it, from 1. After `is_valid()`."""
        return self._places[self.cleaned_data["to"]]


class SplitForm(NamedForm):
    """From which paragraph on a section becomes one of its own."""

    prefix = "split"

    paragraph = forms.TypedChoiceField(
        label=_("The new section begins with"),
        coerce=int,
        error_messages={
            "required": _("Choose the paragraph with which the new section begins."),
            "invalid_choice": _("That paragraph is not there any more. Choose again."),
        },
    )
    note = forms.CharField(
        label=_("A sentence for readers"), help_text=_("Stands above both new versions"), required=False, max_length=500
    )
    field_order = ["paragraph", "title", "slug", "note"]

    def __init__(self, *args: Any, section: Section, paragraphs: list[Paragraph], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        numbered = [one for one in paragraphs if one.number is not None]
        self.fields["paragraph"].choices = [
            ("", _("Choose a paragraph")),
            *((one.number, f"{section.number}.{one.number} {one.text[:70]}") for one in numbered[1:]),
        ]
        self.fields["title"].label = _("Title of the new section")


class MergeForm(ArrangeForm):
    """Into which section another one goes."""

    prefix = "merge"

    into = forms.ModelChoiceField(
        label=_("Merge it into"),
        queryset=Section.objects.none(),
        empty_label=_("Choose a section"),
        error_messages={
            "required": _("Choose the section that takes the text."),
            "invalid_choice": _("That section cannot take the text. Choose another one."),
        },
    )
    note = forms.CharField(
        label=_("A sentence for readers"), help_text=_("Stands above the new version"), required=False, max_length=500
    )
    sure = forms.BooleanField(
        label=_("Yes, merge them. I know that this cannot be undone"),
        error_messages={"required": _("Tick the box if you are sure. It cannot be undone.")},
    )

    def __init__(self, *args: Any, section: Section, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["into"].queryset = Section.objects.published().exclude(pk=section.pk).in_order()
