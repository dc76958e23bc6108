"""The library, the big ideas and the marks as tables, written by Postgres itself: what everybody may read when the file is made,
and nothing else. Which rows those are is said by the words of their querysets alone. Whatever people typed is guarded against
being run as a formula."""

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from psycopg import sql

from commons.contributions.exports import SPEAKER_JOINS, speaker_columns
from commons.contributions.models import Mandate
from commons.exports.reports import PublicReport, guarded, in_words, keys_of, local, register
from commons.people.models import Sector
from consultation.models import Event, Idea, MarkKind, Need, Source, SourceKind
from consultation.reports import said_to_ideas

MINUTE = "YYYY-MM-DD HH24:MI"
BETWEEN = "; "

SOURCES = """
SELECT s.id AS number, {site} || '/sources/' || s.slug || '/' AS address, s.title, s.made_by, s.year, s.kind, s.language,
    s.summary, s.link, s.published_at, s.file_name <> '' AS has_file, s.body <> '' AS has_text, themes.names AS themes
FROM consultation_source s
JOIN ({known}) known(id) ON known.id = s.id
CROSS JOIN LATERAL (
    SELECT string_agg(t.name, {between} ORDER BY t.place, t.name) AS names
    FROM consultation_source_themes link JOIN themes_theme t ON t.id = link.theme_id WHERE link.source_id = s.id
) themes
"""
IDEAS = """
SELECT c.id AS number, {site} || '/ideas/' || c.id || '/' AS address, c.title, c.body, c.made_at, c.edited_at, c.mandate,
    c.support_count, {who} AS who, {organisation} AS organisation, themes.names AS themes, said.number AS comments,
    array_to_string(ARRAY(SELECT {sector} FROM unnest(i.helps) AS code), {between}) AS helps,
    array_to_string(ARRAY(SELECT {need} FROM unnest(i.needs) AS code), {between}) AS needs
FROM consultation_idea i
JOIN ({known}) known(id) ON known.id = i.contribution_id
JOIN contributions_contribution c ON c.id = i.contribution_id
{speaker}
CROSS JOIN LATERAL (
    SELECT string_agg(t.name, {between} ORDER BY t.place, t.name) AS names
    FROM consultation_idea_themes link JOIN themes_theme t ON t.id = link.theme_id WHERE link.idea_id = i.contribution_id
) themes
CROSS JOIN LATERAL (
    SELECT count(*) AS number FROM contributions_contribution below
    WHERE below.thread_id = i.thread_id AND below.id <> i.contribution_id AND below.id IN ({said})
) said
"""

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


def typed(column: str) -> sql.Composable:
    return guarded(sql.Identifier(column))


class LibraryReport(PublicReport):
    permission = "consultation.export_library"
    asks_purpose = False


@register
class SourcesReport(LibraryReport):
    """Every public source."""

    name = "consultation-sources"
    title = gettext_lazy("Sources in the library")
    description = gettext_lazy(
        "Every source that everybody can read now, one row each: who made it, when, what it says in plain words, and where it "
        "can be read. Nothing that is not published or was withdrawn."
    )

    def source(self) -> sql.Composed:
        return sql.SQL(SOURCES).format(
            site=sql.Literal(settings.SITE_ADDRESS),
            known=keys_of(Source.objects.public()),
            between=sql.Literal(BETWEEN),
        )

    def columns(self) -> dict[str, sql.Composable]:
        plain = sql.Identifier
        return {
            _("Number"): plain("number"),
            _("Address"): plain("address"),
            _("Title"): typed("title"),
            _("Who made it"): typed("made_by"),
            _("Year"): plain("year"),
            _("Kind"): in_words("kind", SourceKind.choices),
            _("Language"): in_words("language", settings.LANGUAGES),
            _("Themes"): typed("themes"),
            _("Summary"): typed("summary"),
            _("Where it was published"): typed("link"),
            _("Has a file"): plain("has_file"),
            _("Has its text here"): plain("has_text"),
            _("Public since"): local("published_at", MINUTE),
        }


@register
class IdeasReport(LibraryReport):
    """Every public idea."""

    name = "consultation-ideas"
    title = gettext_lazy("Big ideas")
    description = gettext_lazy(
        "Every idea that everybody can read now, one row each: the words, who says them as they wish to be shown, whom it helps, "
        "what it needs, and how many agree. Nothing that waits for a moderator, was refused or was taken back."
    )

    def source(self) -> sql.Composed:
        return sql.SQL(IDEAS).format(
            site=sql.Literal(settings.SITE_ADDRESS),
            known=keys_of(Idea.objects.public()),
            said=keys_of(said_to_ideas()),
            between=sql.Literal(BETWEEN),
            speaker=SPEAKER_JOINS,
            sector=in_words("code", Sector.choices),
            need=in_words("code", Need.choices),
            **speaker_columns(),
        )

    def columns(self) -> dict[str, sql.Composable]:
        plain = sql.Identifier
        return {
            _("Number"): plain("number"),
            _("Address"): plain("address"),
            _("Idea"): typed("title"),
            _("Text"): typed("body"),
            _("Who"): typed("who"),
            _("Organisation"): typed("organisation"),
            _("Speaking"): in_words("mandate", Mandate.choices),
            _("Said at"): local("made_at", MINUTE),
            _("Changed at"): local("edited_at", MINUTE),
            _("Themes"): typed("themes"),
            _("Helps"): plain("helps"),
            _("Needs"): plain("needs"),
            _("People who agree"): plain("support_count"),
            _("Comments"): plain("comments"),
        }


class MarksFile(PublicReport):
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

    def source(self) -> sql.Composed:
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

    def source(self) -> sql.Composed:
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
