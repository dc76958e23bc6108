"""One run that sends: alone, not long, and with a mail server that is out of order."""

import datetime as dt
import smtplib
import threading

import pytest
import time_machine
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import OperationalError, connection

from commons.digests.actions import begin_digests, claim_digests, drop_digests, hand_over
from commons.digests.models import Digest, Notice
from commons.digests.tasks import send_digests, send_service_messages, sending
from commons.people.models import User
from tests.factories.notices import greet, tell, wish
from tests.factories.people import UserFactory

NOON = dt.datetime(2027, 3, 3, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
NO_QUOTA = smtplib.SMTPSenderRefused(550, b"5.4.5 Daily sending quota exceeded", "us@example.coop")


@pytest.fixture
def clock(db):
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def readers(count: int) -> list[User]:
    """People with a digest a day; each has been told of something that can be told in it, and of something by itself."""
    people = [UserFactory(email=f"p{number}@example.coop") for number in range(count)]
    for person in people:
        wish(person)
        tell(person)
        tell(person, "service", mail=True)
    return people


def states(model: type) -> list[str]:
    return sorted(model.objects.exclude(mail_state="").values_list("mail_state", flat=True))


def out_of_order(monkeypatch, error: Exception) -> None:
    class Server(EmailBackend):
        def send_messages(self, messages):
            raise error

    monkeypatch.setattr(sending, "get_connection", Server)


@pytest.mark.parametrize(
    ("error", "state"), [(smtplib.SMTPServerDisconnected("gone"), "unknown"), (NO_QUOTA, "waiting")], ids=str
)
def test_a_server_that_takes_nothing_costs_one_message_in_a_run(clock, monkeypatch, error, state):
    readers(4)
    clock.shift(DAY)
    out_of_order(monkeypatch, error)
    send_digests()
    send_service_messages()
    for model in (Digest, Notice):
        assert (
            states(model),
            sorted(model.objects.exclude(mail_state="").values_list("mail_attempts", flat=True)),
        ) == (
            sorted([state, "waiting", "waiting", "waiting"]),
            [0, 0, 0, 1],
        )


@pytest.mark.django_db(transaction=True)
def test_while_one_worker_sends_digests_another_has_nothing_to_do():
    """However slow the mail server is, the others are free for what somebody waits for."""
    with time_machine.travel(NOON, tick=False) as clock:
        readers(1)
        clock.shift(DAY)
        held, done = threading.Event(), threading.Event()

        def work():
            with sending._alone() as is_alone:
                assert is_alone
                held.set()
                done.wait(10)
            connection.close()

        other = threading.Thread(target=work)
        other.start()
        assert held.wait(10)
        send_digests()
        before = len(mail.outbox)
        done.set()
        other.join()
        send_digests()
    assert (before, len(mail.outbox)) == (0, 1)


def test_where_the_database_gives_up_digests_are_begun_for_fewer_and_what_waits_is_sent(clock, monkeypatch):
    first, second = readers(2)
    Notice.objects.filter(recipient=second).update(seen_at=NOON)
    clock.shift(DAY)
    begin_digests("daily", by=None)
    tell(second, "later")
    tried = []

    def begin(frequency, *, by, most):
        tried.append((frequency, most))
        if most > 30:
            raise OperationalError("canceling statement due to statement timeout")
        return begin_digests(frequency, by=by, most=most)

    monkeypatch.setattr(sending, "begin_digests", begin)
    clock.shift(DAY)
    send_digests()
    assert tried[:3] == [("weekly", 500), ("weekly", 125), ("weekly", 31)]
    assert sorted(message.to[0] for message in mail.outbox) == [first.email, second.email]
    monkeypatch.setattr(sending, "begin_digests", lambda frequency, *, by, most: begin(frequency, by=by, most=500))
    tell(first, "newest")
    send_digests()
    assert len(mail.outbox) == 2


def test_what_a_dropped_digest_would_have_told_is_in_the_next_one(clock):
    [person] = readers(1)
    clock.shift(DAY)
    begin_digests("daily", by=None)
    wish(person, "off")
    send_digests()
    wish(person, "daily")
    clock.shift(DAY)
    send_digests()
    assert (states(Digest), [message.subject for message in mail.outbox]) == (
        ["dropped", "sent"],
        ["Your file is ready"],
    )


def test_a_digest_goes_to_the_address_that_its_reader_has_by_then(clock):
    [person] = readers(1)
    clock.shift(DAY)
    begin_digests("daily", by=None)
    [digest] = claim_digests(by=None, most=1)
    User.objects.filter(pk=person.pk).update(email="new@example.coop")
    assert not hand_over(digest, by=None)
    Digest.objects.update(mail_claimed_at=None)
    send_digests()
    assert [message.to for message in mail.outbox] == [["new@example.coop"]]


def test_whoever_changed_their_address_while_a_batch_went_out_is_not_left_out(clock, monkeypatch):
    readers(2)
    clock.shift(DAY)

    class Server(EmailBackend):
        def send_messages(self, messages):
            User.objects.filter(email="p1@example.coop").update(email="new@example.coop")
            return super().send_messages(messages)

    monkeypatch.setattr(sending, "get_connection", Server)
    send_digests()
    assert sorted(message.to[0] for message in mail.outbox) == ["new@example.coop", "p0@example.coop"]


def test_a_reply_that_may_not_be_told_just_now_waits_for_a_digest(clock):
    person, other = UserFactory(), UserFactory(name="Jo")
    wish(person, "daily", at_once=True)
    greet(person, other)
    User.objects.filter(pk=other.pk).update(is_active=False)
    send_service_messages()
    assert states(Notice) == []
    User.objects.filter(pk=other.pk).update(is_active=True)
    clock.shift(DAY)
    send_digests()
    assert [message.subject for message in mail.outbox] == ["Jo greets you"]


def test_a_digest_that_somebody_else_has_in_hand_is_not_dropped(clock):
    readers(1)
    clock.shift(DAY)
    begin_digests("daily", by=None)
    [ours] = claim_digests(by=None, most=1)
    clock.shift(DAY / 2)
    claim_digests(by=None, most=1)
    assert (drop_digests([ours], "Nothing to tell.", by=None), states(Digest)) == (0, ["waiting"])
