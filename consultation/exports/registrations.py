"""Who comes to an event and what they need, for staff: two files, because few need both."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from psycopg import sql

from commons.exports.reports import MINUTE, TableReport, in_words, local, register, typed
from consultation.models import Event, Registration

REGISTRATIONS = """
SELECT r.number, r.state, r.made_at, r.checked_in_at, coalesce(nullif(r.name, ''), p.name) AS name, p.email,
    coalesce(nullif(o.trading_name, ''), o.name) AS organisation, r.access_needs
FROM consultation_registration r
LEFT JOIN people_user p ON p.id = r.person_id
LEFT JOIN people_organisation o ON o.id = r.organisation_id
WHERE r.event_id = {event}
"""


class EventForm(forms.Form):
    event = forms.ModelChoiceField(
        queryset=Event.objects.order_by("-starts_at"),
        label=gettext_lazy("Event"),
        empty_label=None,
        error_messages={
            "required": gettext_lazy("Choose an event."),
            "invalid_choice": gettext_lazy("Choose an event in the list."),
        },
    )


class EventReport(TableReport):
    """A table about one event, which holds what people told us of themselves."""

    form_class = EventForm
    permission = "consultation.export_registrations"

    def title_for(self, params: dict[str, Any]) -> str:
        event = Event.objects.filter(pk=params["event"]).first()
        return f"{self.title}: {event}" if event else str(self.title)

    def source(self, params: dict[str, Any]) -> sql.Composed:
        return sql.SQL(REGISTRATIONS).format(event=sql.Literal(params["event"]))


@register
class RegistrationsReport(EventReport):
    """Who comes to one event."""

    name = "event-registrations"
    title = gettext_lazy("Registrations for an event")
    description = gettext_lazy(
        "Everybody who has a place, waits or gave it back: name, e-mail address, co-op, and when they came. Not what they need."
    )

    def columns(self) -> dict[str, sql.Composable]:
        return {
            _("Number"): sql.Identifier("number"),
            _("Name"): typed("name"),
            _("E-mail address"): typed("email"),
            _("Co-op"): typed("organisation"),
            _("State"): in_words("state", Registration.State.choices),
            _("Registered at"): local("made_at", MINUTE),
            _("Came at"): local("checked_in_at", MINUTE),
        }


@register
class AccessNeedsReport(EventReport):
    """What people need who come to one event."""

    name = "event-access-needs"
    title = gettext_lazy("What people need at an event")
    description = gettext_lazy(
        "Only for those who prepare the event: the name and the needs of everybody who told us of some. Delete the file when you "
        "have used it; here it is erased 30 days after the event."
    )

    def source(self, params: dict[str, Any]) -> sql.Composed:
        return sql.SQL("{} AND r.access_needs <> '' AND r.state <> 'cancelled'").format(super().source(params))

    def columns(self) -> dict[str, sql.Composable]:
        return {
            _("Number"): sql.Identifier("number"),
            _("Name"): typed("name"),
            _("State"): in_words("state", Registration.State.choices),
            _("What they need"): typed("access_needs"),
        }
