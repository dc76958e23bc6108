"""The calendar, read back by a parser: whole days, the same UID for good, and a higher SEQUENCE after each change."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse
from icalendar import Calendar

from tests.factories.phases import a_phase, call_off, day, move, write_down

pytestmark = pytest.mark.django_db
ADDRESS = "/timeline/calendar.ics"


@pytest.fixture(autouse=True)
def site(settings):
    settings.SITE_ADDRESS = "https://strategy.example"


def entries(client) -> list:
    return Calendar.from_ical(client.get(ADDRESS).content).walk("VEVENT")


def test_an_empty_calendar_is_a_calendar(client):
    shown = client.get(ADDRESS)
    assert (shown.status_code, shown["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert (reverse("consultation:calendar"), entries(client)) == (ADDRESS, [])


def test_a_phase_is_whole_days_the_last_one_included_and_blocks_nobodys_time(client):
    a_phase("Weave", 3, 9, purpose="To see.", todo="- [Weave](/weave/)")
    [entry] = entries(client)
    assert (entry.decoded("dtstart"), entry.decoded("dtend")) == (day(3), day(10))
    assert (str(entry["uid"]), str(entry["summary"]), entry["transp"]) == (
        "phase-weave@strategy.example",
        "Weave",
        "TRANSPARENT",
    )
    assert str(entry["url"]) == "https://strategy.example/timeline/#weave"
    assert str(entry["description"]).startswith("To see.\n\n")


def test_the_days_in_fact_count_where_they_are_known(client):
    write_down(a_phase("Weave", -9, 9), began=-7, ended=-2)
    [entry] = entries(client)
    assert (entry.decoded("dtstart"), entry.decoded("dtend")) == (day(-7), day(-1))


def test_a_move_raises_the_sequence_and_keeps_the_uid_and_says_why(client):
    with time_machine.travel(dt.datetime(2027, 6, 1, 12, tzinfo=dt.UTC), tick=False):
        phase = a_phase("Weave", 3, 9)
        [before] = entries(client)
    with time_machine.travel(dt.datetime(2027, 6, 2, 12, tzinfo=dt.UTC), tick=False):
        move(phase, 2, 19, "The loom broke.")
        [after] = entries(client)
    assert (before["sequence"], after["sequence"], before["uid"] == after["uid"]) == (0, 1, True)
    assert (before.decoded("last-modified"), after.decoded("last-modified")) == (
        dt.datetime(2027, 6, 1, 12, tzinfo=dt.UTC),
        dt.datetime(2027, 6, 2, 12, tzinfo=dt.UTC),
    )
    told = str(after["description"]).split("\n\n")[-1]
    assert told == "Moved on 2 June 2027. Before, it was planned from 4 June 2027 to 10 June 2027. Why: The loom broke."


def test_what_is_called_off_is_cancelled_in_every_calendar_that_has_it_and_says_why(client):
    with time_machine.travel(dt.datetime(2027, 6, 1, 12, tzinfo=dt.UTC), tick=False):
        phase = a_phase("Weave", 3, 9, purpose="To see.")
        [before] = entries(client)
        call_off(phase)
        [after] = entries(client)
    assert ("status" in before, after["status"], after["sequence"], before["uid"] == after["uid"]) == (
        False,
        "CANCELLED",
        1,
        True,
    )
    assert str(after["description"]).split("\n\n")[:2] == ["Called off on 1 June 2027. Why: No money came.", "To see."]


def test_hostile_words_stay_words_and_no_line_is_too_long(client):
    name = "Weave; dye, spin\\BEGIN:VEVENT ŵŷ"
    said = "One\r\nEND:VEVENT\nBEGIN:VALARM" + " gwŷdd" * 90
    a_phase(name, 0, 1, purpose=said)
    lines = client.get(ADDRESS).content.split(b"\r\n")
    [entry] = entries(client)
    assert (str(entry["summary"]), str(entry["description"])) == (name, said.replace("\r\n", "\n"))
    assert (max(map(len, lines)) <= 75, lines.count(b"BEGIN:VEVENT"), lines.count(b"BEGIN:VALARM")) == (True, 1, 0)


def test_a_calendar_that_has_the_latest_state_is_told_so(client):
    phase = a_phase("Weave", 3, 9)
    tag = client.get(ADDRESS)["ETag"]
    again = client.get(ADDRESS, headers={"If-None-Match": tag})
    move(phase, 3, 12, "Storm.")
    after = client.get(ADDRESS, headers={"If-None-Match": tag})
    assert (again.status_code, after.status_code) == (304, 200)
