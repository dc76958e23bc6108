"""Who has been heard, counted over a whole register and many voices: against the plain aggregates behind it, and against one
query for each kind and place in each strand, which is how such a page is usually written."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.db.models import Exists, OuterRef
from django.test import Client

from commons.contributions.actions.fingerprints import take_fingerprints
from commons.contributions.reports.campaigns import find_campaigns
from commons.people.models import Organisation, Region, Sector
from commons.people.reports.heard import missing_cells, strands
from coopstrategy.heard.counting import count_heard
from tests.benchmarks.crowd import make_wave
from tests.benchmarks.measure import gauge, seconds_of, tell
from tests.factories.panel import a_section

ASKED, SENT, SAID, SECTIONS, COMPARED = 7_000, 500, 100_000, 12, 20_000


def say(number: int) -> None:
    """So many comments of twenty words each on the sections, one of ten for a co-op, by Postgres."""
    threads = [a_section(title=f"Section {n}").thread_id for n in range(SECTIONS)]
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(
            "INSERT INTO contributions_contribution (thread_id, depth, kind, title, body, replacement, key, organisation_id,"
            " mandate, shown_as, channel, said_by, made_at, support_count, standing, revision)"
            " SELECT (%s::bigint[])[1 + n %% %s], 0, 'comment', '', (SELECT string_agg(left(md5(n || '-' || i), 6), ' ')"
            " FROM generate_series(1, 20) i), '', gen_random_uuid(), CASE WHEN n %% 10 = 0 THEN o.first + n %% 3000 END,"
            " 'self', 'name', 'web', '', now(), 0, 'published', 1"
            " FROM generate_series(1, %s) n, (SELECT min(id) AS first FROM people_organisation) o",
            [threads, SECTIONS, number],
        )
        cursor.execute("ANALYZE")


def aggregates() -> None:
    """Each strand counted once by kind and place, as one would in SQL."""
    for strand in strands():
        for rows in strand.tell():
            list(rows.order_by().values_list("co").distinct())
    list(Organisation.objects.live().values_list("pk", "sector", "region", "ownership"))


def cell_by_cell() -> None:
    for strand in strands():
        for rows in strand.tell():
            heard = Organisation.objects.live().filter(Exists(rows.filter(co=OuterRef("pk"))))
            for dimension, choices in (("sector", Sector), ("region", Region)):
                for code in choices.values:
                    heard.filter(**{dimension: code}).count()


@pytest.mark.django_db
def test_a_register_of_7000_and_100000_voices():
    make_wave(ASKED, SENT)
    say(SAID)
    visitor = Client()
    floor, counted = seconds_of(aggregates), seconds_of(count_heard)
    plain = seconds_of(lambda: visitor.get("/about/"), 15)
    tell(f"the aggregates over {ASKED:,} co-ops and {SAID:,} voices", floor * 1000, "ms")
    tell("counting all tables with and without doors: against the aggregates", counted / floor, goal="at most 2")
    tell("one query for each kind and place, without doors: against all tables", seconds_of(cell_by_cell, 1) / counted)
    cache.clear()
    assert visitor.get("/heard/").status_code == 200
    tell(
        "the page, as kept: against a text page",
        seconds_of(lambda: visitor.get("/heard/"), 15) / plain,
        goal="at most 2",
    )
    tell("who is missing, by kind and place: against the aggregates", seconds_of(missing_cells) / floor)


@pytest.mark.django_db
def test_campaigns_among_20000_voices():
    make_wave(ASKED, 0)
    say(COMPARED)
    with gauge() as taking:
        while take_fingerprints(by=None):
            pass
    tell(f"fingerprints of {COMPARED:,} texts: each", taking.seconds / COMPARED * 1000, "ms")
    floor = seconds_of(lambda: list(strands()[1].tell()[0].values_list("pk", "body")))
    tell("finding campaigns among them: against reading all texts once", seconds_of(find_campaigns) / floor)
