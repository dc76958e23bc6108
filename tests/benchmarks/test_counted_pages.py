"""Pages that count a whole wave, against the one SQL aggregate behind them and against a page without a query."""

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from census.actions.codes import issue_codes
from census.models import Case
from census.reports import board_of, coverage_of
from tests.benchmarks.crowd import make_wave
from tests.benchmarks.measure import seconds_of, tell
from tests.factories.people import UserFactory

ASKED, SENT, ROUNDS = 7_000, 500, 15
AGGREGATE = (
    "SELECT s.sector, s.region, count(*), count(r.id) FILTER (WHERE r.state = 'submitted') FROM census_case c"
    " JOIN census_stratum s ON s.id = c.stratum_id LEFT JOIN census_response r ON r.case_id = c.id"
    " WHERE c.wave_id = %s GROUP BY s.sector, s.region"
)


def aggregate(wave) -> list:
    with connection.cursor() as cursor:
        cursor.execute(AGGREGATE, [wave.pk])
        return cursor.fetchall()


@pytest.mark.django_db
def test_pages_with_7000_cases_against_the_aggregate_behind_them():
    wave = make_wave(ASKED, SENT)
    visitor, staff, secretary = Client(), Client(), Client()
    staff.force_login(UserFactory(roles=["staff"]))
    code = issue_codes(wave, [Case.objects.order_by("pk").last()], by=None, label="One").codes.get()
    secretary.post(reverse("census:code"), {"code": code.plain()})
    floor = seconds_of(lambda: aggregate(wave), ROUNDS)
    plain = seconds_of(lambda: visitor.get("/about/"), ROUNDS)
    tell(f"one aggregate over {ASKED:,} cases", floor * 1000, "ms")
    tell("a text page (one query)", plain * 1000, "ms")
    for name, count in (("public coverage", coverage_of), ("staff's board", board_of)):
        tell(
            f"{name}: counts against the aggregate",
            seconds_of(lambda count=count: count(wave), ROUNDS) / floor,
            goal="at most 2",
        )
    for name, client, address in (
        ("home page", visitor, "/"),
        ("staff's board", staff, reverse("census:wave", args=[wave.slug])),
        ("hub", secretary, reverse("census:hub", args=[wave.slug])),
    ):
        assert client.get(address).status_code == 200
        seconds = seconds_of(lambda client=client, address=address: client.get(address), ROUNDS)
        tell(f"{name}: whole page", seconds * 1000, "ms")
        tell(f"{name}: against the aggregate and a text page together", seconds / (floor + plain))
