"""What comes in at an event: codes, parcels, words from the room and photographs. Whatever came is there once, and nothing is
lost by something else that is wrong."""

import datetime as dt
import json
import uuid

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from commons.audit.models import Entry
from commons.contributions.models import Channel, Contribution, Kind
from commons.contributions.reports import told_of
from commons.moderation.models import Cause, Standing
from consultation.actions.capture import (
    MOST_NOTES,
    TRIES,
    WORDS_OF_A_PHONE,
    Written,
    open_tables,
    take_parcel,
    take_words,
)
from consultation.models import EventHelper, EventNote, EventPhoto, EventTable, Knock
from consultation.models.capture import CODE_ALPHABET, LONGEST_NOTE, code_as_kept
from consultation.views.capture import MOST_BYTES, TABLE_SALT
from tests.at_once import together
from tests.factories.blog import a_photo
from tests.factories.events import a_note, a_session, a_table, an_event
from tests.factories.people import UserFactory
from tests.factories.themes import a_theme

pytestmark = pytest.mark.django_db


class Phone:
    """A phone at a table or in the room, as the script behaves: it opens the page by a code and sends with its token."""

    def __init__(self, event, code: str, page: str = "table") -> None:
        self.client, self.event, self.page = Client(), event, page
        self.url = reverse(f"consultation:event-{page}", args=[event.slug])
        self.opened = self.client.get(self.url, {"code": code})
        cookie = self.client.cookies.get(f"event-{page}")
        self.token = cookie.value if cookie else ""

    def send(self, *items, token=None, event=None):
        """The status, and what the answer says."""
        url = reverse(f"consultation:event-{self.page}-send", args=[(event or self.event).slug])
        body = {"token": self.token if token is None else token, "items": list(items)}
        answer = Client().post(url, json.dumps(body), content_type="application/json")
        return answer.status_code, answer.json()


def an_id() -> str:
    return str(uuid.uuid4())


def a_line(text: str = "We need looms.", kind: str = "issue", **given) -> dict:
    return {"id": an_id(), "kind": kind, "text": text, "made_at": "2026-11-26T10:00:00.000Z"} | given


@pytest.fixture
def event():
    return an_event(starts=dt.timedelta(hours=-1))


@pytest.fixture
def session(event):
    return a_session(event, theme=a_theme("Finance"))


@pytest.fixture
def table(session):
    return a_table(session, 4)


@pytest.fixture
def phone(event, table):
    return Phone(event, table.code)


# --- Tables and codes ---------------------------------------------------------------------------------------------------------


def test_staff_open_tables_with_numbers_and_codes_that_nobody_misreads(event, session, client):
    a_table(session, 7)
    client.force_login(UserFactory(roles=["staff"]))
    url = reverse("consultation:event-tables", args=[event.slug])
    sent = {"session": session.pk, "theme": session.theme_id, "count": "3"}
    assert client.post(url, sent).status_code == 302
    rows = EventTable.objects.exclude(number=7)
    assert [row.number for row in rows] == [8, 9, 10]
    assert {len(row.code) for row in rows} == {8}
    assert {sign for row in rows for sign in row.code} <= set(CODE_ALPHABET)
    page = client.get(url).content.decode()
    assert [row.code_in_groups in page for row in rows] == [True, True, True]
    cards = client.get(reverse("consultation:event-cards", args=[event.slug])).content.decode()
    assert cards.count('class="qr"') == 5
    assert client.post(url, sent | {"count": "0"}).status_code == 422
    assert client.post(url, sent | {"session": a_session(an_event("Another")).pk}).status_code == 422


def test_tables_are_opened_on_record_and_by_staff_alone(event, session, client):
    staff = UserFactory(roles=["staff"])
    open_tables(event, by=staff, session=session, theme=session.theme, count=2)
    entry = Entry.objects.get(verb="open_tables")
    assert (entry.actor, entry.data["count"]) == (staff, 2)
    helper = UserFactory()
    EventHelper.objects.create(event=event, person=helper, part="facilitator")
    client.force_login(helper)
    for name in ("event-tables", "event-cards"):
        assert client.get(reverse(f"consultation:{name}", args=[event.slug])).status_code == 404


@pytest.mark.parametrize("typed", ["7H2K9QAB", "7h2k 9qab", "7h2k-9qab"])
def test_a_code_opens_the_table_however_it_is_written(event, table, typed):
    EventTable.objects.filter(pk=table.pk).update(code="7H2K9QAB")
    phone = Phone(event, typed)
    assert (phone.opened.status_code, phone.opened.headers["Location"]) == (302, phone.url)
    page = phone.client.get(phone.url)
    assert (page.status_code, page.headers["X-Keep"], page.headers["Cache-Control"]) == (
        200,
        "yes",
        "private, no-store",
    )
    assert "Table 4" in page.content.decode()
    cookie = phone.client.cookies["event-table"]
    assert (cookie["path"], bool(cookie["httponly"]), cookie["samesite"]) == (phone.url, True, "Lax")


def test_letters_that_look_like_figures_are_taken_for_them():
    assert code_as_kept(" o1-Il 0z ") == "0111 0Z".replace(" ", "")


def test_a_code_of_another_event_is_refused_in_the_same_words_as_a_wrong_one(event, table):
    other = a_table(a_session(an_event("Another", starts=dt.timedelta(hours=-1))), 1)
    said = [Phone(event, code).opened for code in (other.code, "WRONGONE")]
    assert [answer.status_code for answer in said] == [422, 422]
    words = [answer.context["form"].errors["code"] for answer in said]
    assert words[0] == words[1] == ["We do not know this code. Check it against the card on your table."]
    assert Knock.objects.filter(kind=Knock.Kind.CODE).count() == 2


def test_after_many_wrong_codes_from_one_place_even_the_right_one_waits(event, table):
    phone = Phone(event, "WRONGONE")
    Knock.objects.bulk_create(Knock(kind="code", source=Knock.source_of("127.0.0.1")) for _try in range(TRIES - 1))
    refused = phone.client.get(phone.url, {"code": table.code})
    assert refused.status_code == 422
    assert refused.context["form"].errors["code"] == [
        "Too many wrong codes came from your network. Wait 15 minutes, or ask somebody of the organisers."
    ]
    elsewhere = Client(REMOTE_ADDR="10.0.0.9").get(phone.url, {"code": table.code})
    assert elsewhere.status_code == 302
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=16)):
        assert phone.client.get(phone.url, {"code": table.code}).status_code == 302


@pytest.mark.parametrize(
    ("starts", "words"),
    [
        (dt.timedelta(days=2), "This opens one day before the event. Try again then."),
        (
            dt.timedelta(days=-9),
            "This event is over, so it takes no more notes. What is on this phone stays there: copy it as text and send it "
            "to the organisers.",
        ),
    ],
)
def test_a_right_code_is_told_when_it_is_too_early_or_too_late(starts, words):
    event = an_event(starts=starts)
    phone = Phone(event, a_table(a_session(event)).code)
    assert (phone.opened.status_code, phone.opened.context["form"].errors["code"]) == (422, [words])


def test_nobody_finds_the_door_of_an_event_that_is_not_published(session, event):
    event.state = "draft"
    event.save()
    for name in ("table", "say", "notes", "table-worker", "say-worker"):
        assert Client().get(reverse(f"consultation:event-{name}", args=[event.slug])).status_code == 404


# --- Parcels ------------------------------------------------------------------------------------------------------------------


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


# --- Without a script ---------------------------------------------------------------------------------------------------------


def test_the_page_of_a_table_is_plain_forms(phone, table):
    page = phone.client.get(phone.url)
    key = page.context["form"]["id"].value()
    sent = {"do": "note", "kind": "issue", "under": "", "text": "Nobody lends.", "id": key}
    for _click in range(2):
        assert phone.client.post(phone.url, sent).status_code == 302
    issue = EventNote.objects.get()
    idea = {"do": "note", "kind": "idea", "under": str(issue.pk), "text": "A bank.", "id": an_id()}
    assert phone.client.post(phone.url, idea).status_code == 302
    assert EventNote.objects.get(kind="idea").under == issue.pk
    wrong = phone.client.post(phone.url, idea | {"text": "", "id": an_id()})
    assert (wrong.status_code, wrong.context["form"].errors) == (422, {"text": ["Write the words first."]})
    phone.client.post(phone.url, {"do": "strike", "note": str(issue.pk)})
    phone.client.post(phone.url, {"do": "agree", "notes": [str(note.pk) for note in EventNote.objects.all()]})
    assert [(note.struck_at is not None, note.confirmed_at is not None) for note in EventNote.objects.in_order()] == [
        (True, False),
        (False, True),
    ]
    for nonsense in ({"do": "strike"}, {"do": "strike", "note": "x"}, {"do": "agree", "notes": ["x"]}):
        assert phone.client.post(phone.url, nonsense).status_code == 302
    assert Client(enforce_csrf_checks=True).post(phone.url, sent).status_code == 403


def test_after_the_event_the_form_keeps_what_was_typed(phone, event):
    sent = {"do": "note", "kind": "issue", "text": "Late words.", "id": an_id()}
    with time_machine.travel(event.ends_at + dt.timedelta(days=8)):
        late = phone.client.post(phone.url, sent)
    assert (late.status_code, "Late words." in late.content.decode(), EventNote.objects.count()) == (409, True, 0)


# --- The room -----------------------------------------------------------------------------------------------------------------


def said(session, text: str = "Looms for all.", **given) -> dict:
    return {"id": an_id(), "kind": "words", "session": session.pk, "text": text, "name": "", "made_at": ""} | given


def test_what_an_unknown_person_says_is_held_and_public_only_when_a_moderator_lets_it_through(event, session):
    room = Phone(event, event.say_code, "say")
    named, nameless = said(session, name="  Ida   Gwyn "), said(session, "Second.")
    status, told = room.send(named, nameless, named)
    assert (status, told["held"], "notes" in told) == (200, [named["id"], nameless["id"], named["id"]], False)
    rows = [note.contribution for note in EventNote.objects.in_order()]
    assert [(row.said_by, row.standing, row.channel, row.moderation.cause) for row in rows] == [
        ("Ida Gwyn", Standing.HELD, Channel.EVENT, Cause.FIRST),
        ("Somebody in the room", Standing.HELD, Channel.EVENT, Cause.FIRST),
    ]
    notes = Client().get(reverse("consultation:event-notes", args=[event.slug])).content.decode()
    assert "Looms for all." not in notes
    assert EventNote.objects.public().count() == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"session": None},
        {"session": True},
        {"session": "1"},
        {"session": 2**70},
        {"session": 10**9},
        {"text": ""},
        {"text": "x" * (LONGEST_NOTE + 1)},
        {"name": "x" * 81},
        {"name": ["x"]},
    ],
)
def test_what_makes_no_sense_from_the_room_is_named_with_a_reason(event, session, wrong):
    room = Phone(event, event.say_code, "say")
    bad, good = said(session) | wrong, said(session)
    told = room.send(bad, good)[1]
    assert (told["held"], list(told["refused"])) == ([good["id"]], [bad["id"]])


def test_what_comes_too_fast_waits_on_the_phone_and_is_taken_later(event, session):
    room = Phone(event, event.say_code, "say")
    rows = [said(session, str(number)) for number in range(WORDS_OF_A_PHONE + 2)]
    told = room.send(*rows)[1]
    assert (len(told["held"]), told["refused"]) == (WORDS_OF_A_PHONE, {})
    assert told["wait"] == "You have said a lot in a short time. The rest is sent in a few minutes."
    assert len(room.send(*rows)[1]["held"]) == WORDS_OF_A_PHONE
    assert len(Phone(event, event.say_code, "say").send(said(session))[1]["held"]) == 1
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=11)):
        assert len(room.send(*rows)[1]["held"]) == len(rows)
    assert EventNote.objects.count() == len(rows) + 1


def test_a_note_of_a_table_is_not_taken_for_words_from_the_room(event, session, table):
    note = a_note(session, table=table)
    told = Phone(event, event.say_code, "say").send(said(session, id=str(note.pk)))[1]
    assert (told["held"], list(told["refused"])) == ([], [str(note.pk)])


def test_the_page_of_the_room_is_a_plain_form_and_asks_for_its_code(event, session):
    url = reverse("consultation:event-say", args=[event.slug])
    assert "X-Keep" not in Client().get(url).headers
    assert Phone(event, "WRONG", "say").opened.status_code == 422
    room = Phone(event, event.say_code.lower(), "say")
    sent = {"session": session.pk, "text": "Looms.", "name": "Ida", "id": an_id()}
    for _click in range(2):
        assert room.client.post(url, sent).status_code == 302
    assert EventNote.objects.get().contribution.standing == Standing.HELD
    other = a_session(an_event("Another"))
    assert room.client.post(url, sent | {"session": other.pk}).status_code == 422
    assert Client().post(url, sent).status_code == 422


def test_sessions_of_today_stand_first(event, session):
    early = a_session(event, "Yesterday", starts_at=timezone.now() - dt.timedelta(days=1))
    assert early.starts_at < session.starts_at
    room = Phone(event, event.say_code, "say")
    shown = room.client.get(room.url).context["form"]
    assert [name for _pk, name in shown.fields["session"].choices] == ["Money", "Yesterday"]


def test_who_is_signed_in_speaks_as_themselves(event, session, client):
    person = UserFactory(name="Olwen Hughes", roles=["panel_member"])
    client.force_login(person)
    url = reverse("consultation:event-say", args=[event.slug])
    sent = {"session": session.pk, "text": "Looms.", "id": an_id(), "shown_as": "name"}
    for _click in range(2):
        assert client.post(url, sent).status_code == 302
    note = EventNote.objects.get()
    said = note.contribution
    assert (said.author, said.standing, note.kind, said.kind) == (person, Standing.PUBLISHED, "words", Kind.NOTE)


# --- Photographs --------------------------------------------------------------------------------------------------------------


def send_photo(phone, data=None, *, key=None, token=None, **headers):
    url = reverse("consultation:event-table-photo", args=[phone.event.slug])
    file = SimpleUploadedFile("flipchart.jpg", a_photo().getvalue() if data is None else data)
    sent = {"file": file, "id": key or an_id(), "token": phone.token if token is None else token}
    return Client().post(url, sent, **({"HTTP_ACCEPT": "application/json"} | headers))


def test_a_photograph_is_drawn_anew_and_kept_once(phone, table):
    key = an_id()
    for _try in range(2):
        answer = send_photo(phone, key=key)
        assert (answer.status_code, answer.json()["held"]) == (200, [key])
    photo = EventPhoto.objects.get()
    assert (photo.table, photo.kind, photo.published_at) == (table, "image/jpeg", None)
    assert bytes(photo.data) != a_photo().getvalue()
    assert Entry.objects.filter(verb="add_photo").count() == 1


def test_a_photograph_that_is_none_is_refused_in_plain_words(phone):
    answer = send_photo(phone, b"no picture")
    assert answer.status_code == 422
    assert answer.json()["says"] == "This is not a picture that we can read. Choose a JPEG, PNG, WebP or GIF."
    page = send_photo(phone, b"no picture", HTTP_ACCEPT="text/html")
    assert (page.status_code, "Back to your table" in page.content.decode()) == (422, True)
    assert send_photo(phone, b"").status_code == 422
    assert send_photo(phone, key="x").status_code == 422
    assert send_photo(phone, token="x").status_code == 403
    assert EventPhoto.objects.count() == 0


def test_a_photograph_of_another_table_is_not_taken_over(phone, session, event):
    key = an_id()
    send_photo(phone, key=key)
    other = Phone(event, a_table(session, 9).code)
    assert send_photo(other, key=key).status_code == 422
    assert EventPhoto.objects.get().table.number == 4


def test_a_photograph_of_40_mb_is_refused_before_it_is_read(phone):
    class Unread:
        def read(self, *args):
            raise AssertionError("the body was read")

        readline = read

    url = reverse("consultation:event-table-photo", args=[phone.event.slug])
    answer = Client().generic(
        "POST", url, b"", "multipart/form-data; boundary=x", CONTENT_LENGTH="40000000", **{"wsgi.input": Unread()}
    )
    assert answer.status_code == 413
    assert "A picture may have 12 MB." in answer.content.decode()


def test_staff_and_facilitators_see_a_photograph_and_everybody_once_they_publish_it(phone, event, client):
    send_photo(phone)
    url = reverse("consultation:event-photo", args=[event.slug, EventPhoto.objects.get().pk])
    helper, stranger = UserFactory(), UserFactory()
    EventHelper.objects.create(event=event, person=helper, part="facilitator")
    other = an_event("Another")
    EventHelper.objects.create(event=other, person=stranger, part="facilitator")
    for person, status in ((stranger, 404), (helper, 200), (UserFactory(roles=["staff"]), 200)):
        client.force_login(person)
        assert client.get(url).status_code == status
    assert Client().get(url).status_code == 404
    client.force_login(stranger)
    assert client.post(url, {"show": "yes"}).status_code == 404
    client.force_login(helper)
    assert client.post(url, {"show": "yes"}).status_code == 302
    shown = Client().get(url)
    assert (shown.status_code, shown.headers["Cache-Control"], shown.headers["Content-Type"]) == (
        200,
        "public, no-cache",
        "image/jpeg",
    )
    assert url in Client().get(reverse("consultation:event-notes", args=[event.slug])).content.decode()
    client.post(url, {"show": "no"})
    assert Client().get(url).status_code == 404


# --- Reading ------------------------------------------------------------------------------------------------------------------


def test_everybody_reads_notes_by_theme_issue_and_idea_and_whether_they_were_read_back(event, session, table):
    issue = a_note(session, "Nobody lends.", table=table, kind="issue", confirmed_at=timezone.now())
    idea = a_note(session, "A bank of looms.", table=table, under=issue.pk)
    words = a_note(session, "From the room.")
    answer = Client().get(reverse("consultation:event-notes", args=[event.slug]))
    [group] = answer.context["groups"]
    assert (group.theme.name, [line.note for line in group.issues]) == ("Finance", [issue])
    assert [line.note for line in group.issues[0].ideas] == [idea]
    assert [line.note for line in group.words] == [words]
    page = answer.content.decode()
    assert (page.count("Read back and confirmed"), page.count("Not read back")) == (1, 1)
    assert [note.get_absolute_url() in page for note in (issue, idea, words)] == [True, True, True]
    said = Client().get(issue.get_absolute_url()).content.decode()
    assert "Congress: Money" in said


# --- What keeps the page ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["table", "say"])
def test_the_worker_reaches_one_page_and_names_parts_that_are_there(event, page, client):
    url = reverse(f"consultation:event-{page}-worker", args=[event.slug])
    answer = client.get(url)
    assert (answer.headers["Content-Type"], answer.headers["Cache-Control"]) == (
        "text/javascript; charset=utf-8",
        "no-cache",
    )
    told = json.loads(answer.content.decode().split("\n")[0].removeprefix("const TOLD = ").removesuffix(";"))
    assert told["page"] == reverse(f"consultation:event-{page}", args=[event.slug])
    assert f"/static/js/{page}.js" in told["assets"]
    assert len(told["release"]) == 16
