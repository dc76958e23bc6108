import smtplib
import threading

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connections
from django.utils import timezone

from commons.digests.models import MailState, Notice
from commons.digests.tasks import send_service_messages, sending
from tests.factories.notices import tell
from tests.factories.people import UserFactory


@pytest.fixture
def person(db):
    return UserFactory(name="Ann <b>O'Neil", email="ann@example.coop")


@pytest.fixture
def server(monkeypatch):
    """A mail server that answers each message with the next of `answers`: None takes it, an error is raised."""

    class Server(EmailBackend):
        answers: list = []
        at_open = None

        def open(self):
            if Server.at_open:
                raise Server.at_open

        def send_messages(self, messages):
            error = Server.answers.pop(0) if Server.answers else None
            if error:
                raise error
            return super().send_messages(messages)

    monkeypatch.setattr(sending, "get_connection", Server)
    return Server


def state() -> tuple[str, int]:
    return Notice.objects.values_list("mail_state", "mail_attempts").get()


def test_a_service_message_says_what_why_and_where_in_text_and_html(person):
    notice = tell(
        person, mail=True, subject="Your export is ready: R & D", text="Sign in to download it.", path="/exports/7/"
    )
    send_service_messages()
    (message,) = mail.outbox
    notice.refresh_from_db()
    assert (message.to, message.subject) == (["ann@example.coop"], "Your export is ready: R & D")
    assert message.body.startswith(
        "Hello Ann <b>O'Neil,\n\nYour export is ready: R & D\n\nSign in to download it.\n\n"
        "See it here:\nhttp://testserver/exports/7/\n\n"
        "You are told."
    )
    written = message.message()
    assert [part.get_content_type() for part in written.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert {name: written[name] for name in ("Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress")} == {
        "Message-ID": notice.message_id,
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    html = message.alternatives[0].content
    assert ("Ann &lt;b&gt;O&#x27;Neil" in html, "<img" in html, "max-width:600px" in html) == (True, False, True)
    assert (notice.mail_state, notice.mailed_at is not None) == (MailState.SENT, True)


def test_the_state_is_committed_before_the_server_hears_of_it(person, server, monkeypatch):
    tell(person, mail=True)
    seen = []
    monkeypatch.setattr(server, "send_messages", lambda self, messages: seen.append(state()))
    send_service_messages()
    assert seen == [(MailState.SENDING, 1)]


def test_a_message_is_sent_once_however_often_the_task_runs(person):
    tell(person, mail=True)
    for _ in range(5):
        send_service_messages()
    assert (len(mail.outbox), state()) == (1, (MailState.SENT, 1))


@pytest.mark.django_db(transaction=True)
def test_five_workers_at_once_send_each_message_once():
    for number in range(30):
        tell(UserFactory(email=f"p{number}@example.coop"), mail=True)
    start = threading.Barrier(5)

    def work():
        start.wait()
        send_service_messages()
        connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(5)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(message.to[0] for message in mail.outbox) == sorted(f"p{number}@example.coop" for number in range(30))


BUSY = smtplib.SMTPDataError(451, b"try later")
NO_SUCH_BOX = smtplib.SMTPRecipientsRefused({"ann@example.coop": (550, b"no such user")})
FULL_BOX = smtplib.SMTPRecipientsRefused({"ann@example.coop": (452, b"mailbox full")})


@pytest.mark.parametrize(
    ("answer", "end"),
    [
        (BUSY, MailState.WAITING),
        (FULL_BOX, MailState.WAITING),
        (smtplib.SMTPSenderRefused(421, b"bye", "us"), MailState.WAITING),
        (NO_SUCH_BOX, MailState.FAILED),
        (smtplib.SMTPDataError(554, b"spam"), MailState.FAILED),
        (smtplib.SMTPServerDisconnected("gone"), MailState.UNKNOWN),
        (TimeoutError("no answer"), MailState.UNKNOWN),
        (ConnectionResetError("reset"), MailState.UNKNOWN),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_becomes_of_a_message_follows_the_servers_answer(person, server, answer, end):
    tell(person, mail=True)
    server.answers = [answer]
    send_service_messages()
    assert (state(), mail.outbox) == ((end, 1), [])


def test_a_temporary_refusal_is_tried_again_when_it_is_due_and_not_before(person, server):
    tell(person, mail=True)
    server.answers = [BUSY]
    send_service_messages()
    send_service_messages()
    assert (state(), mail.outbox) == ((MailState.WAITING, 1), [])
    Notice.objects.update(mail_due_at=timezone.now())
    send_service_messages()
    assert (state(), len(mail.outbox)) == ((MailState.SENT, 2), 1)


def test_a_server_that_cannot_be_reached_puts_one_message_off_and_leaves_the_others(person, server):
    tell(person, "a", mail=True)
    tell(person, "b", mail=True)
    server.at_open = ConnectionRefusedError("no")
    send_service_messages()
    assert sorted(Notice.objects.values_list("mail_state", "mail_attempts")) == [
        (MailState.WAITING, 0),
        (MailState.WAITING, 1),
    ]


def test_a_worker_that_dies_while_sending_leaves_a_message_that_is_never_sent_again(person, server):
    tell(person, mail=True)
    server.answers = [SystemExit("killed")]
    with pytest.raises(SystemExit):
        send_service_messages()
    assert state() == (MailState.SENDING, 1)
    Notice.objects.update(mail_claimed_at="2026-01-01T00:00:00Z")
    send_service_messages()
    assert (state(), mail.outbox) == ((MailState.UNKNOWN, 1), [])


def test_one_refused_message_does_not_hold_up_the_next(person, server):
    tell(person, "a", mail=True)
    tell(UserFactory(), "b", mail=True)
    server.answers = [NO_SUCH_BOX]
    send_service_messages()
    assert [len(mail.outbox), *sorted(Notice.objects.values_list("mail_state", flat=True))] == [1, "failed", "sent"]


def test_a_closed_account_gets_no_mail(person):
    tell(person, mail=True)
    type(person).objects.update(is_active=False)
    send_service_messages()
    assert (state(), mail.outbox) == ((MailState.FAILED, 1), [])


def test_a_message_that_cannot_be_written_is_refused_and_the_next_is_sent(person):
    broken = tell(person, "a", mail=True)
    Notice.objects.filter(pk=broken.pk).update(subject="two\nlines")
    tell(person, "b", mail=True)
    send_service_messages()
    broken.refresh_from_db()
    assert (broken.mail_state, len(mail.outbox)) == (MailState.FAILED, 1)
