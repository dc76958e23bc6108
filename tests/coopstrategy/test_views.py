"""The home page, the staff's front page, health, and refusals."""

import re
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection
from django.urls import reverse
from django.utils import timezone

from commons.exports.models import ExportJob
from tests.census.conftest import case, code, register, wave  # noqa: F401 - fixtures
from tests.census.replies import send_reply
from tests.factories.people import UserFactory


def test_the_home_page_stands_before_the_first_census(client, db):
    shown = client.get("/")
    assert (shown.status_code, shown.context["wave"], shown.context["coverage"]) == (200, None, None)


def test_the_home_page_hides_how_few_have_answered(client, case, code):  # noqa: F811
    send_reply(case, code, form="short")
    shown = client.get("/")
    assert shown.context["coverage"].answered is None
    assert "fewer than 5" in shown.content.decode()


def test_staff_see_only_the_doors_that_open_for_them(client, wave):  # noqa: F811
    analyst = UserFactory(roles=["analyst"])
    client.force_login(analyst)
    shown = client.get(reverse("staff-home"))
    urls = [door["url"] for door in shown.context["doors"]]
    assert urls == [reverse("exports:job-list"), reverse("people:missing-list")]
    assert [client.get(url).status_code for url in urls] == [200, 200]


def test_every_door_opens_for_staff_who_may_ask_for_no_file(client, wave):  # noqa: F811
    client.force_login(UserFactory(roles=["staff"]))
    doors = client.get(reverse("staff-home")).context["doors"]
    assert {door["url"]: client.get(door["url"]).status_code for door in doors} == {
        reverse(name): 200
        for name in (
            "exports:job-list",
            "people:register-import",
            "people:membership-list",
            "people:person-list",
            "people:door-list",
            "people:missing-list",
            "consultation:phase-list",
            "consultation:text-list",
            "themes:theme-list",
            "consultation:source-staff-list",
            "consultation:event-staff-list",
            "queues",
            "audit:entry-list",
        )
    }


def test_a_refusal_and_a_missing_page_look_the_same(client, db):
    client.force_login(UserFactory())
    refused, missing = client.get(reverse("staff-home")), client.get("/nowhere/")
    assert (refused.status_code, missing.status_code) == (404, 404)
    token = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')
    refused_page, missing_page = (token.sub("", page.content.decode()) for page in (refused, missing))
    assert refused_page == missing_page


def test_the_process_is_alive_without_a_question_to_the_database(client):
    assert client.get("/health/live/").json() == {"live": True}


def test_the_site_is_ready_when_nothing_waits(client, db):
    shown = client.get("/health/ready/")
    assert (shown.status_code, shown.json()) == (
        200,
        {"ready": True, "database": True, "cache": True, "oldest_waiting_seconds": 0},
    )


def test_a_row_that_waits_too_long_makes_the_site_unready(client, db):
    ExportJob.objects.create(
        asked_by=UserFactory(), report="census-responses", key="k", asked_at=timezone.now() - timedelta(minutes=6)
    )
    shown = client.get("/health/ready/")
    assert (shown.status_code, shown.json()["ready"]) == (503, False)
    assert shown.json()["oldest_waiting_seconds"] == pytest.approx(360, abs=5)


def test_a_database_that_does_not_answer_makes_the_site_unready(client, db, monkeypatch):
    def broken(*args, **kwargs):
        raise DatabaseError

    with monkeypatch.context() as patch:
        patch.setattr(connection, "cursor", broken)
        shown = client.get("/health/ready/")
    assert (shown.status_code, shown.json()["database"]) == (503, False)
