"""What an event marked, as two tables: the counts of each idea, and the ballots without anything that leads to a person."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from psycopg import sql

from commons.exports.reports import BETWEEN, TableReport, keys_of, register, typed
from consultation.models import Event, MarkKind

MARKS = """
SELECT i.id AS number, e.title AS event, t.name AS theme, i.issue, i.title, i.text, i.desirable_count, i.achievable_count,
    ballots.given, ballots.cast_ones, {site} || '/contributions/' || i.proposal_id || '/' AS proposal
FROM consultation_eventidea i
JOIN ({known}) known(id) ON known.id = i.event_id
JOIN consultation_event e ON e.id = i.event_id
JOIN themes_theme t ON t.id = i.theme_id
CROSS JOIN LATERAL (
    SELECT count(*) AS given, count(b.cast_at) AS cast_ones FROM consultation_ballot b WHERE b.event_id = i.event_id
) ballots
WHERE i.merged_into_id IS NULL
"""
# In the order of what stands on them, which says nothing of when they were cast.
BALLOTS = """
SELECT row_number() OVER (ORDER BY e.id, desirable.ideas, achievable.ideas) AS number, e.title AS event,
    desirable.ideas AS desirable, achievable.ideas AS achievable
FROM consultation_ballot b
JOIN ({known}) known(id) ON known.id = b.event_id
JOIN consultation_event e ON e.id = b.event_id
CROSS JOIN LATERAL ({desirable}) desirable
CROSS JOIN LATERAL ({achievable}) achievable
WHERE b.cast_at IS NOT NULL
"""
MARKED = """
SELECT string_agg(i.title, {between} ORDER BY i.place, i.id) AS ideas
FROM consultation_mark m JOIN consultation_eventidea i ON i.id = m.idea_id
WHERE m.ballot_id = b.id AND m.kind = {kind}
"""


class MarksFile(TableReport):
    permission = "consultation.export_marks"
    asks_purpose = False

    @staticmethod
    def known() -> sql.Composed:
        """The events whose results are public."""
        return keys_of(Event.objects.public().filter(marks_published_at__isnull=False))


@register
class MarksReport(MarksFile):
    """Every idea that was put to the marks."""

    name = "consultation-marks"
    title = gettext_lazy("Marks at events")
    description = gettext_lazy(
        "Every idea of every event whose results are public, one row each, with how many found it most desirable and how many "
        "most achievable, and how many ballots were given and cast."
    )

    def source(self, params: dict[str, Any]) -> sql.Composed:
        return sql.SQL(MARKS).format(site=sql.Literal(settings.SITE_ADDRESS), known=self.known())

    def columns(self) -> dict[str, sql.Composable]:
        plain = sql.Identifier
        return {
            _("Number"): plain("number"),
            _("Event"): typed("event"),
            _("Theme"): typed("theme"),
            _("Issue"): typed("issue"),
            _("Idea"): typed("title"),
            _("Text"): typed("text"),
            _("Desirable"): plain("desirable_count"),
            _("Achievable"): plain("achievable_count"),
            _("Ballots given"): plain("given"),
            _("Ballots cast"): plain("cast_ones"),
            _("Proposal"): plain("proposal"),
        }


@register
class BallotsReport(MarksFile):
    """Every ballot that was cast, without anything that leads to who cast it. Staff alone have it: whoever remembers an unusual
    ballot could know it again."""

    name = "consultation-ballots"
    title = gettext_lazy("Ballots at events")
    description = gettext_lazy(
        "Every ballot that was cast at an event whose results are public, one row each: which ideas it marks. No codes, no "
        "times, and in no order that tells anything."
    )

    def source(self, params: dict[str, Any]) -> sql.Composed:
        marked = {
            kind.value: sql.SQL(MARKED).format(between=sql.Literal(BETWEEN), kind=sql.Literal(kind.value))
            for kind in MarkKind
        }
        return sql.SQL(BALLOTS).format(known=self.known(), **marked)

    def columns(self) -> dict[str, sql.Composable]:
        return {
            _("Number"): sql.Identifier("number"),
            _("Event"): typed("event"),
            _("Most desirable"): typed("desirable"),
            _("Most achievable"): typed("achievable"),
        }
