"""What a phone sends is there once, whatever else comes with it, and nothing is lost by something that is wrong."""

import datetime as dt
import json
import uuid

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from commons.audit.models import Entry
from commons.contributions.models import Channel, Contribution, Kind
from commons.contributions.reports import told_of
from commons.moderation.models import Standing
from consultation.actions.capture import MOST_NOTES, Written, take_parcel, take_words
from consultation.models import EventNote
from consultation.models.capture import LONGEST_NOTE
from consultation.views.capture.doors import TABLE_SALT
from consultation.views.capture.sending import MOST_BYTES
from tests.at_once import together
from tests.consultation.capture.phone import Phone, a_line, an_id
from tests.factories.events import a_table, an_event
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


def test_a_note_is_a_contribution_of_its_session_said_by_its_table(phone, table, session):
    issue = a_line("Nobody lends.")
    idea = a_line("  A bank of looms.\r\n", "idea", under=issue["id"])
    status, told = phone.send(issue, idea)
    assert (status, told["held"], told["refused"]) == (200, [issue["id"], idea["id"]], {})
    notes = list(EventNote.objects.in_order())
    assert [(str(note.pk), note.kind, note.table, note.session) for note in notes] == [
        (issue["id"], "issue", table, session),
        (idea["id"], "idea", table, session),
    ]
    assert str(notes[1].under) == issue["id"]
    said = notes[1].contribution
    assert (said.body, said.kind, said.channel, said.said_by, said.thread, said.standing, said.author) == (
        "A bank of looms.",
        Kind.NOTE,
        Channel.TABLE,
        "Table 4",
        session.thread,
        Standing.PUBLISHED,
        None,
    )
    assert Entry.objects.filter(verb="take_down_words", actor=None).count() == 2
    assert told_of([said])[said.pk].place.label == "Congress: Money"


def test_what_comes_again_is_there_once_and_is_named_again(phone):
    first, second = a_line("One"), a_line("Two")
    phone.send(first)
    status, told = phone.send(first | {"text": "Other words"}, second, second)
    assert (status, told["held"]) == (200, [first["id"], second["id"], second["id"]])
    assert [note.contribution.body for note in EventNote.objects.in_order()] == ["One", "Two"]
    assert Contribution.objects.count() == 2


BAD = {
    "no words": {"text": "  \n "},
    "words that are none": {"text": ["x"]},
    "too long": {"text": "x" * (LONGEST_NOTE + 1)},
    "no kind": {"kind": "poem"},
    "a kind that is none": {"kind": {"a": 1}},
    "under nothing": {"under": "the table"},
    "strikes nothing": {"kind": "strike", "note": "x"},
    "agrees to nothing": {"kind": "agree", "notes": []},
    "agrees to nonsense": {"kind": "agree", "notes": ["x", 3]},
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_a_bad_piece_is_named_with_a_reason_and_the_good_ones_are_kept(phone, bad):
    wrong, good = a_line() | bad, a_line("Good")
    status, told = phone.send(wrong, good)
    assert (status, told["held"], list(told["refused"])) == (200, [good["id"]], [wrong["id"]])
    assert told["refused"][wrong["id"]].endswith(".")
    assert EventNote.objects.get().contribution.body == "Good"


@pytest.mark.parametrize(
    "number",
    [
        *(None, 7, "x", "' OR 1=1"),
        *("{38ba2efe-e0fd-4ce6-9be5-e903fef2c4e3}", "1806AA88-819A-40F6-AC41-9773BC2460EA"),
    ],
)
def test_what_has_no_number_of_ours_is_left_alone(phone, number):
    good = a_line("Good")
    assert phone.send(a_line() | {"id": number}, good, "words", None)[1]["held"] == [good["id"]]
    assert EventNote.objects.count() == 1


def test_words_that_no_page_could_show_lose_only_that(phone):
    note = a_line("Caf\u00e9 \x00 \ud83d loom \U0001f9f6")
    assert phone.send(note)[1]["held"] == [note["id"]]
    assert EventNote.objects.get().contribution.body == "Café  \ufffd loom \U0001f9f6"


@pytest.mark.parametrize(
    ("clock", "kept"),
    [
        ("2020-01-01T10:00:00.000Z", dt.datetime(2020, 1, 1, 10, tzinfo=dt.UTC)),
        ("2031-05-05T10:00:00+02:00", dt.datetime(2031, 5, 5, 8, tzinfo=dt.UTC)),
        ("yesterday", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("+275760-09-13T00:00:00.000Z", None),
        ("2026-13-45T99:00:00Z", None),
        (17, None),
        (None, None),
    ],
)
def test_a_clock_may_say_what_it_likes(phone, clock, kept):
    now = dt.datetime(2026, 11, 26, 12, tzinfo=dt.UTC)
    with time_machine.travel(timezone.now(), tick=False):
        now = timezone.now()
        phone.send(a_line(made_at=clock))
    note = EventNote.objects.get()
    assert (note.made_at, note.received_at, note.contribution.made_at) == (kept or now, now, now)


def test_a_number_of_another_table_is_refused_without_a_word_of_what_it_says(phone, session, event):
    other = Phone(event, a_table(session, 5).code)
    secret = a_line("What table five wrote")
    other.send(secret)
    status, told = phone.send(secret | {"text": "Overwritten"})
    assert (status, told["held"], list(told["refused"]), told["notes"]) == (200, [], [secret["id"]], [])
    assert "five" not in json.dumps(told)
    strike = {"id": an_id(), "kind": "strike", "note": secret["id"]}
    agree = {"id": an_id(), "kind": "agree", "notes": [secret["id"]]}
    assert phone.send(strike, agree)[1]["held"] == []
    note = EventNote.objects.get()
    assert (note.contribution.body, note.struck_at, note.confirmed_at) == ("What table five wrote", None, None)


def test_what_is_struck_out_is_kept_and_public_no_more(phone):
    note, strike = a_line("Not so."), {"id": an_id(), "kind": "strike"}
    strike["note"] = note["id"]
    # The strike may stand before its note, and come twice.
    assert phone.send(strike, note)[1]["held"] == [note["id"], strike["id"]]
    assert phone.send(strike)[1]["held"] == [strike["id"]]
    row = EventNote.objects.get()
    assert (row.struck_at is not None, row.contribution.standing, row.contribution.body) == (
        True,
        "withdrawn",
        "Not so.",
    )
    assert EventNote.objects.public().count() == 0
    assert Entry.objects.filter(verb="withdraw_contribution").count() == 1
    page = phone.client.get(f"{phone.url}?read").content.decode()
    assert "Not so." in page


def test_a_strike_of_a_note_that_is_not_here_yet_waits(phone):
    note = a_line()
    strike = {"id": an_id(), "kind": "strike", "note": note["id"]}
    status, told = phone.send(strike)
    assert (status, told["held"], told["refused"]) == (200, [], {})
    assert phone.send(note, strike)[1]["held"] == [note["id"], strike["id"]]


def test_the_table_agrees_to_what_was_read_back_and_to_nothing_else(phone, table):
    one, two, struck = a_line("One"), a_line("Two"), a_line("Three")
    agree = {"id": an_id(), "kind": "agree", "notes": [one["id"], struck["id"]]}
    strike = {"id": an_id(), "kind": "strike", "note": struck["id"]}
    assert len(phone.send(one, two, struck, strike, agree)[1]["held"]) == 5
    assert {str(note.pk): note.confirmed_at is not None for note in EventNote.objects.all()} == {
        one["id"]: True,
        two["id"]: False,
        struck["id"]: False,
    }
    table.refresh_from_db()
    first = table.confirmed_at
    assert first is not None
    assert phone.send(agree)[1]["held"] == [agree["id"]]
    table.refresh_from_db()
    assert (table.confirmed_at, Entry.objects.filter(verb="confirm_notes").count()) == (first, 1)
    later = {"id": an_id(), "kind": "agree", "notes": [an_id()]}
    assert phone.send(later)[1]["held"] == []


def test_a_table_that_has_very_many_notes_takes_no_more(phone, table, session, monkeypatch):
    monkeypatch.setattr("consultation.actions.capture.MOST_NOTES", 2)
    rows = [a_line(str(number)) for number in range(3)]
    told = phone.send(*rows)[1]
    assert told["held"] == [rows[0]["id"], rows[1]["id"]]
    assert told["refused"] == {rows[2]["id"]: "This table has as many notes as a table may have."}
    assert MOST_NOTES == 500


@pytest.mark.parametrize("change", [lambda token: token[:-1] + "x", lambda token: "", lambda token: "a:b:c"])
def test_a_token_that_is_none_is_refused_in_plain_words_and_nothing_is_kept(phone, change):
    status, told = phone.send(a_line(), token=change(phone.token))
    assert (status, told) == (
        403,
        {"says": "Type the code again to go on. Nothing is lost: your notes stay on this phone."},
    )
    assert EventNote.objects.count() == 0


def test_a_token_of_another_event_is_no_token(phone, event):
    other = an_event("Another", starts=dt.timedelta(hours=-1))
    assert phone.send(a_line(), event=other)[0] == 403
    room = Phone(event, event.say_code, "say")
    assert phone.send(a_line(), token=room.token)[0] == 403
    assert room.send(a_line(), token=phone.token)[0] == 403


def test_a_token_holds_until_a_week_after_the_event(phone, event):
    before, late = a_line("In time"), a_line("Too late")
    with time_machine.travel(event.ends_at + dt.timedelta(days=6)):
        assert phone.send(before)[1]["held"] == [before["id"]]
    with time_machine.travel(event.ends_at + dt.timedelta(days=8)):
        status, told = phone.send(late)
    assert (status, told["is_over"]) == (403, True)
    assert told["says"].startswith("This event is over, so it takes no more notes.")
    assert EventNote.objects.count() == 1


def test_a_parcel_has_bounds(phone, event):
    url = reverse("consultation:event-table-send", args=[event.slug])
    assert phone.send(*[a_line() for _one in range(101)])[0] == 400
    large = json.dumps({"token": phone.token, "items": [], "more": "x" * MOST_BYTES})
    assert Client().post(url, large, content_type="application/json").status_code == 413
    assert Client().get(url).status_code == 405
    for body in ("", "[]", "[" * 100_000, "\x00", '{"token": 1}', '{"token": {}}', "null"):
        assert Client().post(url, body, content_type="application/json").status_code == 403
    for items in ('"x"', "{}", "null", "7"):
        body = f'{{"token": "{phone.token}", "items": {items}}}'
        assert Client().post(url, body, content_type="application/json").status_code == 400
    assert EventNote.objects.count() == 0


def test_another_phone_of_the_table_is_told_what_stands_there(phone, event, table):
    note = a_line("From the first phone")
    phone.send(note)
    assert Phone(event, table.code).send()[1]["notes"] == [
        {
            "id": note["id"],
            "kind": "issue",
            "text": "From the first phone",
            "under": None,
            "is_struck": False,
            "is_confirmed": False,
        }
    ]


def test_the_token_is_asked_and_never_the_session(phone, table):
    """A signed-in organiser whose browser sends along its session is nobody here."""
    assert TABLE_SALT not in phone.token
    client = Client()
    client.force_login(UserFactory(roles=["staff"]))
    url = reverse("consultation:event-table-send", args=[table.event.slug])
    assert client.post(url, json.dumps({"items": [a_line()]}), content_type="application/json").status_code == 403


@pytest.mark.django_db(transaction=True)
def test_the_same_words_from_two_tabs_in_the_same_moment_are_there_once_and_refused_to_neither(event, session):
    one = Written(uuid.uuid4(), "words", "Looms.", timezone.now(), session=session.pk)
    receipts = []

    def bring() -> None:
        receipts.append(take_words(event, by=None, words=[one], phone="p", address="a"))

    assert together(*[bring] * 4) == {"done": 4}
    assert [(receipt.held, receipt.refused) for receipt in receipts] == [([one.id], {})] * 4
    assert (EventNote.objects.count(), Contribution.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_the_same_note_from_two_phones_of_a_table_in_the_same_moment_is_there_once(table):
    one = Written(uuid.uuid4(), "issue", "Looms.", timezone.now())
    receipts = []
    assert together(*[lambda: receipts.append(take_parcel(table, by=None, pieces=[one]))] * 4) == {"done": 4}
    assert [receipt.held for receipt in receipts] == [[one.id]] * 4
    assert (EventNote.objects.count(), Contribution.objects.count()) == (1, 1)
