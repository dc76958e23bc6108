"""What everybody may read of what was said to the sections, as big ideas and at events, with the answers that stand and the words
that changed: one SELECT.

The tables, the strategy pack and the mark by which a made pack is known again all read this, so that they never disagree on what
is public. Which contributions those are is said by `Contribution.objects.public()` alone.
"""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from psycopg import sql

from commons.contributions.exports import SPEAKER_JOINS, speaker_columns
from commons.contributions.models import Contribution
from commons.exports.reports import keys_of

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
    "title": "c.title",
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
    "answer": "d.id",
    # Where it stands in the framework.
    "part_place": "pt.place",
    "section_place": "s.place",
    "start": "a.start",
    # Of a blog post or a source that is cited; see `cited`.
    "voice": "NULL::bigint",
    "cited_title": "NULL::text",
    "cited_url": "NULL::text",
}
# What was said to a section has one answer at most; what points at none, one in each section that answers it. It then stands in
# those sections, and else in none.
SOURCE = """
FROM contributions_contribution c
JOIN ({public}) known(id) ON known.id = c.id
LEFT JOIN panel_section own ON own.thread_id = c.thread_id
LEFT JOIN panel_anchor a ON a.contribution_id = c.id
LEFT JOIN consultation_idea idea ON idea.contribution_id = c.id
LEFT JOIN consultation_eventnote note ON note.contribution_id = c.id
LEFT JOIN consultation_eventidea proposed ON proposed.proposal_id = c.id
LEFT JOIN (panel_voice v JOIN panel_decision d ON d.id = v.decision_id AND d.undone_at IS NULL) ON v.contribution_id = c.id
LEFT JOIN panel_section s ON s.id = coalesce(own.id, d.section_id)
"""
TOLD = """
LEFT JOIN panel_part pt ON pt.id = s.part_id
LEFT JOIN panel_version av ON av.id = a.version_id
LEFT JOIN consultation_eventsession es ON es.id = note.session_id
LEFT JOIN consultation_event e ON e.id = coalesce(es.event_id, proposed.event_id)
{speaker}
"""
STANDS_ALONE = "coalesce(idea.contribution_id, note.contribution_id, proposed.proposal_id) IS NOT NULL"
PLACE = """
CASE WHEN own.id IS NOT NULL THEN {strategy} WHEN idea.contribution_id IS NOT NULL THEN {idea}
    WHEN es.id IS NOT NULL THEN e.title || ': ' || es.title ELSE e.title END
"""
CHANGED = """
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
    """A SELECT of some of these columns, in no order: a row for each public contribution, and where it points at no section one
    for each of its answers.

    With `section` (its key) only what was said to that one, or answered there. With `answerable` only what the panel answers:
    not the replies.
    """
    named = {**{name: sql.SQL(text) for name, text in COLUMNS.items()}, **_who(), "said_in": _place()}
    chosen = sql.SQL(", ").join(sql.SQL("{} AS {}").format(named[name], sql.Identifier(name)) for name in columns)
    told = sql.SQL(TOLD).format(speaker=SPEAKER_JOINS)
    return sql.SQL("SELECT {} {} {} {} {}").format(
        chosen, _source(), told, changed(), _wanted(section, answerable=answerable)
    )


def spoken_count(*, section: int | None = None, answerable: bool = False) -> sql.Composed:
    """A SELECT of how many rows the other will give."""
    return sql.SQL("SELECT count(*) {} {}").format(_source(), _wanted(section, answerable=answerable))


def _who() -> dict[str, sql.Composable]:
    """Columns about who said it, and what it answers."""
    return {
        **speaker_columns(),
        "sector": sql.SQL("o.sector"),
        "nation": sql.SQL("o.nation"),
        # Which reply it answers, unless that is not public.
        "replies_to": sql.SQL(
            "CASE WHEN c.parent_id IN ({public}) THEN c.parent_id::text WHEN c.parent_id IS NOT NULL THEN {gone} END"
        ).format(public=_public(), gone=sql.Literal(_("Something that is not public any more"))),
    }


def _public() -> sql.Composed:
    """The keys of what everybody may read."""
    return keys_of(Contribution.objects.public())


def _source() -> sql.Composed:
    return sql.SQL(SOURCE).format(public=_public())


def _place() -> sql.Composed:
    """Where it was said, in words."""
    return sql.SQL(PLACE).format(strategy=sql.Literal(_("The draft strategy")), idea=sql.Literal(_("Big ideas")))


def changed() -> sql.Composed:
    """Joins as `ch` the words that changed because of the decision `d`."""
    version = sql.SQL("cv.section_number || ' ' || cv.title || {} || cv.number").format(
        sql.Literal(", " + _("version") + " ")
    )
    return sql.SQL(CHANGED).format(version=version, pending=sql.Literal(_("The next version")))


def _wanted(section: int | None, *, answerable: bool) -> sql.Composed:
    alone = sql.SQL(STANDS_ALONE)
    wanted = [sql.SQL("({} OR {})").format(sql.SQL("a.id IS NOT NULL" if answerable else "own.id IS NOT NULL"), alone)]
    if section is not None:
        wanted.append(sql.SQL("s.id = {}").format(sql.Literal(section)))
    return sql.SQL("WHERE {}").format(sql.SQL(" AND ").join(wanted))
