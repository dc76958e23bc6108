"""A table and the room are opened by their codes, however they are written, and by nothing that is guessed."""

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from consultation.actions.capture import TRIES
from consultation.models import EventTable, Knock
from consultation.models.capture import code_as_kept
from tests.consultation.capture.phone import Phone
from tests.factories.events import a_session, a_table, an_event

pytestmark = pytest.mark.django_db


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
