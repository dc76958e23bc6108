"""What everybody may read of what was said to the sections, with the answer that stands and the words that changed: one SELECT.

The tables, the strategy pack and the mark by which a made pack is known again all read this, so that they never disagree on what
is public. Which contributions those are is said by `Contribution.objects.public()` alone. How somebody wishes to be shown is
written again in SQL, as `Contribution.name_shown` and `organisation_shown` say it, and a test holds the two together.
"""

from collections.abc import Iterable

from django.conf import settings
from django.utils.translation import gettext as _
from psycopg import sql

from commons.contributions.models import Contribution

# What a column is called: how it is computed. Codes stay codes here; whoever shows them finds the words.
COLUMNS = {
    "number": "c.id",
    "made_at": "c.made_at",
    "kind": "c.kind",
    "section_number": "s.number",
    "section_title": "s.title",
    "section_slug": "s.slug",
    "paragraph": "a.paragraph",
    "version": "av.number",
    "paragraph_then": "a.paragraph_then",
    "quote": "a.exact",
    "state": "CASE WHEN a.reach <> 'section' THEN a.state END",
    "words_now": "a.words_now",
    "body": "c.body",
    "replacement": "c.replacement",
    "mandate": "c.mandate",
    # A day and the figures of a vote could tell which organisation wished not to be shown.
    "agreed_on": "CASE WHEN c.shown_as <> 'withheld' THEN c.agreed_on END",
    "votes_for": "CASE WHEN c.shown_as <> 'withheld' THEN c.votes_for END",
    "votes_against": "CASE WHEN c.shown_as <> 'withheld' THEN c.votes_against END",
    "votes_entitled": "CASE WHEN c.shown_as <> 'withheld' THEN c.votes_entitled END",
    "channel": "c.channel",
    "support_count": "c.support_count",
    "reply_by": "c.reply_by",
    "outcome": "d.outcome",
    "reason": "d.reason",
    "decided_at": "d.made_at",
    "decided_for": "d.votes_for",
    "decided_against": "d.votes_against",
    "before": "ch.before",
    "after": "ch.after",
    "changed_in": "ch.changed_in",
    "changes": "ch.changes::text",
    # Where it stands in the framework.
    "part_place": "pt.place",
    "section_place": "s.place",
    "start": "a.start",
}
SOURCE = """
FROM contributions_contribution c
JOIN ({public}) known(id) ON known.id = c.id
JOIN panel_section s ON s.thread_id = c.thread_id
JOIN panel_part pt ON pt.id = s.part_id
LEFT JOIN panel_anchor a ON a.contribution_id = c.id
LEFT JOIN panel_version av ON av.id = a.version_id
LEFT JOIN people_user u ON u.id = c.author_id
LEFT JOIN people_organisation o ON o.id = c.organisation_id AND c.shown_as IN ('name', 'organisation')
"""
ANSWERED = """
LEFT JOIN LATERAL (
    SELECT one.* FROM panel_voice v JOIN panel_decision one ON one.id = v.decision_id
    WHERE v.contribution_id = c.id AND one.undone_at IS NULL ORDER BY one.made_at DESC, one.id DESC LIMIT 1
) d ON true
LEFT JOIN LATERAL (
    SELECT string_agg(change.before, ' | ' ORDER BY change.id) AS before,
        string_agg(change.after, ' | ' ORDER BY change.id) AS after,
        string_agg(coalesce({version}, {pending}), ' | ' ORDER BY change.id) AS changed_in,
        json_agg(json_build_array(change.before, change.after, {version}) ORDER BY change.id) AS changes
    FROM panel_change change LEFT JOIN panel_version cv ON cv.id = change.version_id
    WHERE change.decision_id = d.id AND change.dropped_at IS NULL
) ch ON true
"""


def spoken(columns: Iterable[str], *, section: int | None = None, answerable: bool = False) -> sql.Composed:
    """A SELECT of some of these columns, a row for each public contribution, in no order.

    With `section` (its key) only what was said to that one. With `answerable` only what the panel answers: not the replies.
    """
    named = {**{name: sql.SQL(text) for name, text in COLUMNS.items()}, **_who()}
    chosen = sql.SQL(", ").join(sql.SQL("{} AS {}").format(named[name], sql.Identifier(name)) for name in columns)
    return sql.SQL("SELECT {} {} {} {}").format(chosen, _source(), _answered(), _wanted(section, answerable=answerable))


def spoken_count(*, section: int | None = None, answerable: bool = False) -> sql.Composed:
    """A SELECT of how many rows the other will give."""
    return sql.SQL("SELECT count(*) {} {}").format(_source(), _wanted(section, answerable=answerable))


def _who() -> dict[str, sql.Composable]:
    """Columns about who said it. `o` is joined only where the organisation is shown, beside the name or in its place."""
    told_by_name = sql.SQL("coalesce(CASE WHEN u.name = '' THEN {} ELSE u.name END, nullif(c.said_by, ''), {})").format(
        sql.Literal(_("Somebody who gave no name")), sql.Literal(_("Somebody who has closed their account"))
    )
    organisation = sql.SQL("coalesce(nullif(o.trading_name, ''), o.name)")
    return {
        "who": sql.SQL("CASE c.shown_as WHEN 'name' THEN {} ELSE coalesce({}, {}) END").format(
            told_by_name, organisation, sql.Literal(_("Name withheld"))
        ),
        "organisation": sql.SQL("CASE c.shown_as WHEN 'name' THEN {} END").format(organisation),
        "sector": sql.SQL("o.sector"),
        "nation": sql.SQL("o.nation"),
        # Which reply it answers, unless that is not public.
        "replies_to": sql.SQL(
            "CASE WHEN c.parent_id IN ({public}) THEN c.parent_id::text WHEN c.parent_id IS NOT NULL THEN {gone} END"
        ).format(public=_public(), gone=sql.Literal(_("Something that is not public any more"))),
    }


def _public() -> sql.Composed:
    """The keys of what everybody may read."""
    text, arguments = Contribution.objects.public().order_by().values("pk").query.sql_with_params()
    pieces = text.split("%s")
    values = [sql.Literal(value) for value in arguments]
    filled = [sql.SQL(pieces[0])]
    for value, piece in zip(values, pieces[1:], strict=True):
        filled += [value, sql.SQL(piece)]
    return sql.Composed(filled)


def _source() -> sql.Composed:
    return sql.SQL(SOURCE).format(public=_public())


def _answered() -> sql.Composed:
    version = sql.SQL("cv.section_number || ' ' || cv.title || {} || cv.number").format(
        sql.Literal(", " + _("version") + " ")
    )
    return sql.SQL(ANSWERED).format(version=version, pending=sql.Literal(_("The next version")))


def _wanted(section: int | None, *, answerable: bool) -> sql.Composed:
    wanted = [sql.SQL("true")]
    if section is not None:
        wanted.append(sql.SQL("s.id = {}").format(sql.Literal(section)))
    if answerable:
        wanted.append(sql.SQL("a.id IS NOT NULL"))
    return sql.SQL("WHERE {}").format(sql.SQL(" AND ").join(wanted))


def local(column: str, form: str) -> sql.Composed:
    """A moment as the clocks here show it."""
    return sql.SQL("to_char({} AT TIME ZONE {}, {})").format(
        sql.Identifier(column), sql.Literal(settings.TIME_ZONE), sql.Literal(form)
    )
