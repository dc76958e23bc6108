"""Mail that comes back, and mail that somebody calls spam: taken from who may tell us, and nothing more is sent there."""

import io
import json
import sys

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from commons.audit.models import Entry
from commons.digests.actions import claim_mail, take_bounce
from commons.digests.models import Digest, Stop, Subscription
from commons.people.models import User
from tests.factories.notices import tell, wish
from tests.factories.people import UserFactory

ADDRESS = "/mail/returned/"
KEY = "a-long-key-that-only-the-mail-server-knows"
MESSAGE_ID = "<1.2.3.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@testserver>"


@pytest.fixture
def person(db):
    person = UserFactory(email="ann@example.coop")
    wish(person, "daily", at_once=True)
    Digest.objects.create(
        person=person,
        period="2027-03-03",
        frequency="daily",
        mail_state="sent",
        message_id=MESSAGE_ID,
        mailed_to=person.email,
    )
    return person


@pytest.fixture
def key(settings):
    settings.BOUNCE_KEY = KEY


def told(data, key: str = KEY):
    body = data if isinstance(data, str | bytes) else json.dumps(data)
    return Client(enforce_csrf_checks=True).post(
        ADDRESS, body, content_type="application/json", headers={"Authorization": f"Bearer {key}"}
    )


def state() -> tuple[str, bool, str, str]:
    row = Subscription.objects.get()
    return row.frequency, row.at_once, row.stopped_address, row.stopped_why


def test_without_a_key_in_the_settings_the_page_is_not_there(person):
    assert [told({"what": "bounced", "address": person.email}, key).status_code for key in ("", KEY)] == [404, 404]


@pytest.mark.parametrize("shown", ["", "x", KEY[:-1], f"{KEY}x", KEY.upper(), "ł"])
def test_who_does_not_know_the_key_finds_nothing(person, key, shown):
    assert told({"what": "bounced", "address": person.email}, shown.encode().decode("latin-1")).status_code == 404
    assert state()[2] == ""


def test_a_mail_that_came_back_marks_its_address(person, key):
    answer = told({"what": "bounced", "message_id": MESSAGE_ID, "words": "550 no such user"})
    assert (answer.json(), state()) == ({"taken": True}, ("daily", True, "ann@example.coop", "bounced"))


def test_who_calls_a_mail_spam_wishes_for_no_more(person, key):
    told({"what": "complained", "address": "Ann@Example.coop "})
    assert state() == ("off", False, "ann@example.coop", "complained")


def test_a_service_message_is_known_by_its_id_too(person, key):
    tell(person, mail=True)
    notice = claim_mail(by=None)
    answer = told({"what": "bounced", "message_id": notice.message_id})
    assert (answer.json(), state()[2]) == ({"taken": True}, "ann@example.coop")


@pytest.fixture
def moved(person):
    """The same person, at another address since the digest left."""
    User.objects.filter(pk=person.pk).update(email="ann@new.example.coop")


@pytest.mark.parametrize("named", [{}, {"address": "ann@example.coop"}, {"address": "ann@new.example.coop"}])
def test_what_comes_back_from_an_old_address_marks_no_new_one(person, moved, key, named):
    answer = told({"what": "bounced", "message_id": MESSAGE_ID} | named)
    assert (answer.json(), state()) == ({"taken": False}, ("daily", True, "", ""))


@pytest.mark.parametrize("named", [{}, {"address": "ann@example.coop"}, {"address": "ann@new.example.coop"}])
def test_who_calls_a_mail_to_their_old_address_spam_gets_no_more_at_the_new_one(person, moved, key, named):
    answer = told({"what": "complained", "message_id": MESSAGE_ID} | named)
    assert (answer.json(), state()) == ({"taken": True}, ("off", False, "", ""))


@pytest.mark.parametrize(
    "data",
    [
        {"what": "bounced", "message_id": "<guessed@testserver>"},
        {"what": "bounced", "address": "nobody@example.coop"},
        {"what": "bounced"},
        {"what": "bounced", "message_id": MESSAGE_ID, "address": "old@example.coop"},
    ],
    ids=["unknown message", "unknown address", "nothing named", "the address has changed since"],
)
def test_what_is_nobodys_marks_nobody(person, key, data):
    assert (told(data).json(), state()[2]) == ({"taken": False}, "")


@pytest.mark.parametrize(
    "data", ["", "{", "[]", "null", '"x"', '{"what": "loved"}', b"\xff", '{"what":"bounced","address":"\\u0000"}']
)
def test_what_cannot_be_read_is_refused(person, key, data):
    assert (told(data).status_code, state()[2]) == (422, "")


def test_only_a_post_is_taken(person, key):
    assert Client().get(ADDRESS, headers={"Authorization": f"Bearer {KEY}"}).status_code == 405


# --- the command ------------------------------------------------------------------------------------------------------------

RETURNED = b"""From: MAILER-DAEMON@mx.example.coop
To: strategy@example.coop
Subject: Undelivered Mail
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="x"

--x
Content-Type: text/plain

No such user.

--x
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.coop

Final-Recipient: rfc822; ann@example.coop
Action: %(action)s
Status: %(status)s
Diagnostic-Code: smtp; %(said)s

--x
Content-Type: message/rfc822

Message-ID: <1.2.3.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@testserver>
Subject: Hello

Hello
--x--
"""

CALLED_SPAM = b"""From: feedback@isp.example
To: strategy@example.coop
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="x"

--x
Content-Type: text/plain

Spam.

--x
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Example/1
Version: 1

--x
Content-Type: text/rfc822-headers

Message-ID: <1.2.3.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@testserver>

--x--
"""


NOT_GONE = "It does not say that the mailbox is gone: left alone."


def piped(monkeypatch, mail: bytes) -> str:
    out = io.StringIO()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(mail)))
    call_command("take_bounce", stdout=out)
    return out.getvalue().strip()


@pytest.mark.parametrize(
    ("action", "status", "said", "answer", "why"),
    [
        (b"failed", b"5.1.1", b"550 5.1.1 no such user", "Marked.", "bounced"),
        (b"failed", b"5.0.0", b"550-5.1.1 no such user", "Marked.", "bounced"),
        (b"failed", b"5.0.0", b"550 no such user", NOT_GONE, ""),
        (b"failed", b"5.2.2", b"552 5.1.1 full", NOT_GONE, ""),
        (b"failed", b"5.7.1", b"550 5.7.1 on a list", NOT_GONE, ""),
        (b"delayed", b"4.4.1", b"", "Not a final refusal: left alone.", ""),
        (b"failed", b"4.2.2", b"", "Not a final refusal: left alone.", ""),
        (b"delivered", b"2.0.0", b"", "Not a final refusal: left alone.", ""),
    ],
)
def test_a_returned_mail_is_read_as_it_came(person, monkeypatch, action, status, said, answer, why):
    returned = RETURNED % {b"action": action, b"status": status, b"said": said}
    assert (piped(monkeypatch, returned), state()[3]) == (answer, why)


def test_a_report_of_spam_is_read_as_it_came(person, monkeypatch):
    assert (piped(monkeypatch, CALLED_SPAM), state()[3]) == ("Marked.", "complained")


@pytest.mark.parametrize("mail", [b"", b"\xff\xfe", b"Subject: Hello\n\nI am on holiday.\n"])
def test_any_other_mail_is_left_alone(person, monkeypatch, mail):
    assert (piped(monkeypatch, mail), state()[3]) == ("Neither a returned mail nor a report of spam: left alone.", "")


def test_a_person_at_the_machine_may_name_an_address(person):
    call_command("take_bounce", "ann@example.coop", "--complained", stdout=io.StringIO())
    assert state()[3] == "complained"


def test_an_address_that_nobody_has_is_an_error(person):
    with pytest.raises(CommandError, match="Nobody here has this address"):
        call_command("take_bounce", "nobody@example.coop")


def test_the_record_names_no_address(person):
    assert take_bounce(by=None, why=Stop.BOUNCED, words="550 <ann@example.coop>", address=person.email)
    entry = Entry.objects.get(verb="stop_address")
    assert (entry.data, "ann@" in str(vars(entry))) == ({"why": "bounced"}, False)
