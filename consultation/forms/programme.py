"""What staff type about the sessions of an event, and afterwards about what was said in them."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from commons.contributions.models import Thread
from commons.contributions.reports import choices
from commons.people.forms.moments import MomentField
from commons.themes.models import Theme
from consultation.actions.programme import SessionWords
from consultation.forms.fields import TOO_LONG, based_on_field, box, button
from consultation.models import Event, EventSession


class SessionForm(forms.ModelForm):
    """One session. Without a `session` it is new, and begins where the event does."""

    starts_at = MomentField(label=_("Starts"), help_text=_("UK time"), required_words=_("Say when it starts."))
    ends_at = MomentField(label=_("Ends"), help_text=_("UK time"), required_words=_("Say when it ends."))
    theme = forms.ModelChoiceField(
        label=_("Theme"),
        queryset=Theme.objects.all(),
        required=False,
        empty_label=_("No theme"),
        error_messages={"invalid_choice": _("Choose from the list.")},
    )
    about = forms.MultipleChoiceField(
        label=_("Which sections of the draft strategy is it about?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Choose from the list."), "invalid_list": _("Choose from the list.")},
    )

    class Meta:
        model = EventSession
        fields = ["title", "room", "speakers", "summary", "title_cy", "summary_cy"]
        labels = {
            "title": _("What is it called?"),
            "room": _("In which room?"),
            "speakers": _("Who speaks?"),
            "summary": _("What is it about?"),
            "title_cy": _("Title in Welsh"),
            "summary_cy": _("What is it about, in Welsh?"),
        }
        help_texts = {"room": _("Leave it empty if everybody is there, as at lunch")}
        widgets = {
            "summary": box(EventSession, "summary", 4),
            "title_cy": forms.TextInput(attrs={"lang": "cy"}),
            "summary_cy": box(EventSession, "summary_cy", 4, lang="cy"),
        }
        error_messages = {name: {"max_length": TOO_LONG} for name in fields} | {
            "title": {"required": _("Give the session a title."), "max_length": TOO_LONG}
        }

    field_order = ["title", "starts_at", "ends_at", "room", "speakers", "summary", "theme", "about"]

    def __init__(self, *args: Any, event: Event, session: EventSession | None = None, **kwargs: Any) -> None:
        super().__init__(*args, instance=session, **kwargs)
        offered = choices()
        self.fields["about"].choices = grouped(offered)
        if not offered:
            del self.fields["about"]
        if session is None:
            self.initial["starts_at"] = event.starts_at
        else:
            self.fields["based_on"] = based_on_field(session.revision)
            given = {name: getattr(session, name) for name in ("starts_at", "ends_at", "theme")}
            self.initial |= given | {"about": [str(pk) for pk in session.about.values_list("pk", flat=True)]}
        self.helper = button(_("Add the session") if session is None else _("Save"))

    @property
    def given(self) -> dict[str, Any]:
        """What was typed, for the actions. After `is_valid()`."""
        data = self.cleaned_data
        words = SessionWords(**{name: data[name] for name in SessionWords.__dataclass_fields__})
        about = Thread.objects.filter(pk__in=data.get("about", ()))
        return {"words": words, "theme": data["theme"], "about": about}


class MinutesForm(forms.Form):
    minutes = forms.CharField(
        label=_("What was said?"),
        help_text=_("Who said what is not needed; what was said is. A line that begins with - makes a list"),
        required=False,
        max_length=50_000,
        widget=forms.Textarea(attrs={"rows": 16, "data-maxlength": 50_000}),
        error_messages={"max_length": TOO_LONG},
    )

    def __init__(self, *args: Any, session: EventSession, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["minutes"] = session.minutes
        self.fields["minutes"].say_optional = False
        self.fields["based_on"] = based_on_field(session.revision)
        self.helper = button(_("Save and publish"))


def grouped(found: Sequence[Any]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Threads that others may point to, under their headings, as choices of a field."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for choice in found:
        groups.setdefault(choice.group, []).append((str(choice.thread_id), choice.label))
    return list(groups.items())
