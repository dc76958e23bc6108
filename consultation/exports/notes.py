"""The notes of events as a table: what everybody may read when the file is made."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from psycopg import sql

from commons.contributions.exports import SPEAKER_JOINS, speaker_columns
from commons.exports.reports import MINUTE, in_words, keys_of, local, register, typed
from consultation.exports.library import LibraryReport
from consultation.models import Event, EventNote

# Whose number stands first is what the file is sorted by. The issue is told only where everybody may read it, too.
NOTES = """
SELECT n.contribution_id AS number, {site} || '/contributions/' || n.contribution_id || '/' AS address, e.title AS event,
    s.title AS session, t.name AS theme, tables.number AS table_number, n.kind, c.body, {who} AS who, issue.body AS issue,
    idea.title AS idea, n.confirmed_at IS NOT NULL AS is_confirmed, n.received_at
FROM consultation_eventnote n
JOIN ({known}) known(id) ON known.id = n.id
JOIN contributions_contribution c ON c.id = n.contribution_id
JOIN consultation_eventsession s ON s.id = n.session_id
JOIN consultation_event e ON e.id = s.event_id
LEFT JOIN consultation_eventtable tables ON tables.id = n.table_id
LEFT JOIN themes_theme t ON t.id = coalesce(tables.theme_id, s.theme_id)
LEFT JOIN consultation_eventidea idea ON idea.id = n.idea_id
LEFT JOIN LATERAL (
    SELECT above.body FROM consultation_eventnote other JOIN contributions_contribution above ON above.id = other.contribution_id
    WHERE other.id = n.under AND other.table_id = n.table_id AND other.id IN ({known})
) issue ON true
{speaker}
WHERE {event} = 0 OR e.id = {event}
"""


class EventForm(forms.Form):
    """Of which event; of all without one."""

    event = forms.ModelChoiceField(
        label=gettext_lazy("Which event?"),
        queryset=Event.objects.public(),
        required=False,
        empty_label=gettext_lazy("All events"),
        error_messages={"invalid_choice": gettext_lazy("Choose an event from the list.")},
    )


@register
class EventNotesReport(LibraryReport):
    """Every public note of an event, or of all."""

    name = "consultation-event-notes"
    title = gettext_lazy("Notes of events")
    description = gettext_lazy(
        "Every note that everybody can read now, one row each: the words, the session, the table, the issue it is about, the "
        "idea it was put in, and whether it was read back. Nothing that waits for a moderator or was struck out."
    )
    form_class = EventForm

    def source(self, params: dict[str, Any]) -> sql.Composed:
        return sql.SQL(NOTES).format(
            site=sql.Literal(settings.SITE_ADDRESS),
            known=keys_of(EventNote.objects.public()),
            speaker=SPEAKER_JOINS,
            who=speaker_columns()["who"],
            event=sql.Literal(int(params.get("event") or 0)),
        )

    def columns(self) -> dict[str, sql.Composable]:
        plain = sql.Identifier
        return {
            _("Number"): plain("number"),
            _("Address"): plain("address"),
            _("Event"): typed("event"),
            _("Session"): typed("session"),
            _("Theme"): typed("theme"),
            _("Table"): plain("table_number"),
            _("Kind"): in_words("kind", EventNote.Kind.choices),
            _("Text"): typed("body"),
            _("Who"): typed("who"),
            _("About the issue"): typed("issue"),
            _("In the idea"): typed("idea"),
            _("Read back and confirmed"): plain("is_confirmed"),
            _("Received at"): local("received_at", MINUTE),
        }
