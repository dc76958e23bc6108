"""What people say in the room: held when nobody knows them, in their own name when they are signed in."""

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from commons.contributions.models import Channel, Kind
from commons.moderation.models import Cause, Standing
from consultation.actions.capture import WORDS_OF_A_PHONE
from consultation.models import EventNote
from consultation.models.capture import LONGEST_NOTE
from tests.consultation.capture.phone import Phone, an_id
from tests.factories.events import a_note, a_session, an_event
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


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
