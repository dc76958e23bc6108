"""Blog posts and sources that the panel cites, as rows beside what was said to the sections: one SELECT with the columns of
`spoken`.

Which of them are public, and which passages, is said by `Voice.objects.cited()` alone. Of what is not public any more nothing is
told but that there was something. They have no number; `voice` tells their rows apart.
"""

from collections.abc import Iterable

from django.db.models import Q
from django.utils.translation import gettext as _
from psycopg import sql

from commons.exports.reports import keys_of
from panel.exports.spoken import changed, spoken, spoken_count
from panel.models import Voice

PUBLIC = Q(post_is_public=True) | Q(source_is_public=True)
OWN = {
    "voice": "v.id",
    "kind": "CASE WHEN v.source_id IS NULL THEN 'post' ELSE 'source' END",
    # Of a source only the year is known.
    "made_at": "p.public_from",
    "section_number": "s.number",
    "section_title": "s.title",
    "section_slug": "s.slug",
    "answer": "d.id",
    "title": "''",
    "said_in": "''",
    "body": "CASE WHEN v.id IN ({quotable}) THEN v.quote ELSE '' END",
    "replacement": "''",
    "who": "coalesce(names.names, src.made_by || ', ' || src.year, CASE WHEN p.id IS NOT NULL THEN {nobody} ELSE '' END)",
    "organisation": "coalesce(nullif(o.trading_name, ''), o.name)",
    "mandate": "p.mandate",
    "channel": "'web'",
    "outcome": "d.outcome",
    "reason": "d.reason",
    "decided_at": "d.made_at",
    "decided_for": "d.votes_for",
    "decided_against": "d.votes_against",
    "before": "ch.before",
    "after": "ch.after",
    "changed_in": "ch.changed_in",
    "changes": "ch.changes::text",
    "part_place": "pt.place",
    "section_place": "s.place",
    "cited_title": "coalesce(p.title, src.title, CASE WHEN v.source_id IS NULL THEN {gone} ELSE {source_gone} END)",
    "cited_url": "coalesce('/blog/' || p.year || '/' || p.slug || '/', '/sources/' || src.slug || '/')",
}
# `p` and `src` are joined only where they may be read.
SOURCE = """
FROM panel_voice v
JOIN panel_decision d ON d.id = v.decision_id AND d.undone_at IS NULL
JOIN panel_section s ON s.id = d.section_id
JOIN panel_part pt ON pt.id = s.part_id
LEFT JOIN blog_post p ON p.id = v.post_id AND v.id IN ({public})
LEFT JOIN consultation_source src ON src.id = v.source_id AND v.id IN ({public})
LEFT JOIN people_organisation o ON o.id = p.organisation_id AND p.mandate <> 'self'
LEFT JOIN LATERAL (
    SELECT string_agg(author.name, ', ' ORDER BY byline.place, byline.id) AS names
    FROM blog_byline byline JOIN blog_author author ON author.id = byline.author_id
    WHERE byline.post_id = p.id AND byline.joined_at IS NOT NULL
) names ON true
"""


def spoken_and_cited(columns: Iterable[str], *, section: int | None = None) -> sql.Composed:
    """A SELECT of some of these columns: a row for each public contribution that the panel answers, and one for each citation
    of a blog post or a source by a decision that stands."""
    columns = list(columns)
    both = spoken(columns, section=section, answerable=True), _cited(columns, section)
    return sql.SQL("SELECT * FROM ({} UNION ALL {}) rows").format(*both)


def spoken_and_cited_count(*, section: int | None = None) -> sql.Composed:
    """A SELECT of how many rows the other will give."""
    cited = sql.SQL("SELECT count(*) {} {}").format(_source(), _wanted(section))
    return sql.SQL("SELECT ({}) + ({}) AS count").format(spoken_count(section=section, answerable=True), cited)


def _cited(columns: Iterable[str], section: int | None) -> sql.Composed:
    values = {
        "quotable": keys_of(
            Voice.objects.cited().filter(PUBLIC & (Q(passage_is_public=True) | Q(source_is_public=True)))
        ),
        "nobody": sql.Literal(_("Somebody who has closed their account")),
        "gone": sql.Literal(_("A blog post that was taken back")),
        "source_gone": sql.Literal(_("A source that was withdrawn")),
    }
    chosen = sql.SQL(", ").join(
        sql.SQL("{} AS {}").format(sql.SQL(OWN.get(name, "NULL")).format(**values), sql.Identifier(name))
        for name in columns
    )
    return sql.SQL("SELECT {} {} {} {}").format(chosen, _source(), changed(), _wanted(section))


def _source() -> sql.Composed:
    return sql.SQL(SOURCE).format(public=keys_of(Voice.objects.cited().filter(PUBLIC)))


def _wanted(section: int | None) -> sql.Composed:
    wanted = sql.SQL("WHERE v.contribution_id IS NULL")
    return wanted if section is None else sql.SQL("{} AND s.id = {}").format(wanted, sql.Literal(section))
