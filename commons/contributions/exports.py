"""How files name whoever said something: the same as the pages do, written again in SQL. `Contribution.name_shown` and
`organisation_shown` say it there, and a test holds the two together."""

from django.utils.translation import gettext as _
from psycopg import sql

# For a SELECT from contributions_contribution called `c`. The organisation is joined only where it is shown, beside the name
# or in its place.
SPEAKER_JOINS = sql.SQL("""
LEFT JOIN people_user u ON u.id = c.author_id
LEFT JOIN people_organisation o ON o.id = c.organisation_id AND c.shown_as IN ('name', 'organisation')
""")


def speaker_columns() -> dict[str, sql.Composable]:
    """`who` and `organisation`, as readers see them."""
    told_by_name = sql.SQL("coalesce(CASE WHEN u.name = '' THEN {} ELSE u.name END, nullif(c.said_by, ''), {})").format(
        sql.Literal(_("Somebody who gave no name")), sql.Literal(_("Somebody who has closed their account"))
    )
    organisation = sql.SQL("coalesce(nullif(o.trading_name, ''), o.name)")
    return {
        "who": sql.SQL("CASE c.shown_as WHEN 'name' THEN {} ELSE coalesce({}, {}) END").format(
            told_by_name, organisation, sql.Literal(_("Name withheld"))
        ),
        "organisation": sql.SQL("CASE c.shown_as WHEN 'name' THEN {} END").format(organisation),
    }
