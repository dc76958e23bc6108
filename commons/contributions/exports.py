"""How files name whoever said something: the same as the pages do, written again in SQL. `Contribution.name_shown` and
`organisation_shown` say it there, and a test holds the two together. And the file of those who have said nothing yet."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from psycopg import sql

from commons.exports.reports import TableReport, in_words, keys_of, register, typed
from commons.people.models import Ownership, Region, Sector
from commons.people.reports.heard import never_heard

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


@register
class MissingReport(TableReport):
    """The co-ops that have not been heard. Not a public table: it tells who has not answered the census."""

    name = "people-missing"
    title = gettext_lazy("Co-ops that have not been heard")
    description = gettext_lazy(
        "Every co-op that trades and has not been heard yet, one row each: name, number, kind and place. It tells who has not "
        "answered the census, so keep it to those who write or call."
    )
    permission = "people.see_missing"

    def source(self, params: dict[str, Any]) -> sql.Composed:
        return sql.SQL(
            "SELECT o.id AS number, o.name, o.trading_name, o.registered_number, o.city, o.postcode, o.region, o.sector,"
            " o.ownership FROM people_organisation o JOIN ({}) known(id) ON known.id = o.id"
        ).format(keys_of(never_heard()))

    def columns(self) -> dict[str, sql.Composable]:
        return {
            _("Number"): sql.Identifier("number"),
            _("Registered name"): typed("name"),
            _("Trading name"): typed("trading_name"),
            _("Registered number"): typed("registered_number"),
            _("Town or city"): typed("city"),
            _("Postcode"): typed("postcode"),
            _("Nation or region"): in_words("region", Region.choices),
            _("Kind of co-op"): in_words("sector", Sector.choices),
            _("Owned by"): in_words("ownership", Ownership.choices),
        }
