"""The library, the big ideas and the marks as tables, written by Postgres itself: what everybody may read when the file is made,
and nothing else. Which rows those are is said by the words of their querysets alone. Whatever people typed is guarded against
being run as a formula."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from psycopg import sql

from commons.contributions.exports import SPEAKER_JOINS, speaker_columns
from commons.contributions.models import Mandate
from commons.exports.reports import BETWEEN, MINUTE, TableReport, in_words, keys_of, local, register, typed
from commons.people.models import Sector
from consultation.models import Idea, Need, Source, SourceKind
from consultation.reports import said_to_ideas

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


class LibraryReport(TableReport):
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

    def source(self, params: dict[str, Any]) -> sql.Composed:
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

    def source(self, params: dict[str, Any]) -> sql.Composed:
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
