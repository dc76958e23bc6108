"""Staff see what waits, what failed and why, and which mails nobody can tell about; and let what failed be tried again."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from commons.digests.models import Digest, MailState, Notice
from commons.exports.models import ExportJob
from commons.people.models import RegisterImport
from commons.queues import State
from tests.factories.notices import greet, tell
from tests.factories.people import UserFactory

PAGE = "/staff/queues/"


@pytest.fixture
def staff(client, db):
    person = UserFactory(roles=["staff"])
    client.force_login(person)
    return person


def a_failed_export() -> ExportJob:
    return ExportJob.objects.create(
        asked_by=UserFactory(name="Ann"), report="census-responses", title="Answers", key="k", state=State.FAILED,
        finished_at=timezone.now(), reason="The disk was full.", attempts=3,
    )  # fmt: skip


def a_digest(state: str, **values) -> Digest:
    given = {"person": UserFactory(name="Jo"), "period": "2027-03-03", "frequency": "daily", "message_id": "<x@y>"}
    return Digest.objects.create(**given | {"mail_state": state, "mail_claimed_at": timezone.now()} | values)


def shown(client) -> dict[str, dict]:
    return {queue["name"]: queue for queue in client.get(PAGE).context["queues"]}


def test_only_staff_find_the_page(client, db):
    for person, status in (
        (UserFactory(), 404),
        (UserFactory(roles=["moderator"]), 404),
        (UserFactory(roles=["staff"]), 200),
    ):
        client.force_login(person)
        assert (client.get(PAGE).status_code, client.post(PAGE).status_code) == (status, 404)


def test_an_empty_site_has_nothing_waiting(client, staff):
    assert client.get(PAGE).content.decode().count("Nothing waits.") == 4


def test_what_waits_is_counted_with_the_age_of_the_oldest(client, staff):
    now = timezone.now()
    for minutes in (3, 9):
        asked = {"asked_by": staff, "report": "x", "title": "x", "asked_at": now - timedelta(minutes=minutes)}
        ExportJob.objects.create(key=str(minutes), **asked)
    notice = tell(staff, mail=True)
    Notice.objects.filter(pk=notice.pk).update(mail_due_at=now - timedelta(minutes=7))
    a_digest(MailState.WAITING, mail_due_at=now - timedelta(minutes=5))
    found = shown(client)
    assert {name: (queue["waiting"], queue["oldest"]) for name, queue in found.items()} == {
        "export": (2, 9),
        "import": (0, None),
        "notice": (1, 7),
        "digest": (1, 5),
    }


def test_what_failed_says_why_and_what_stands_in_a_mail_stays_between_us_and_its_reader(client, staff):
    a_failed_export()
    RegisterImport.objects.create(
        file_name="x.csv", file_size=1, sha256="0", state=State.FAILED, finished_at=timezone.now(), reason="Broken."
    )
    notice = greet(UserFactory(name="Wyn"), UserFactory(), subject="A secret subject", text="A secret text")
    Notice.objects.filter(pk=notice.pk).update(
        mail_state=MailState.FAILED, mail_claimed_at=timezone.now(), mail_reason="550 no such user"
    )
    a_digest(MailState.FAILED, mail_reason="554 spam")
    found = shown(client)
    assert {
        name: [(row["what"], row["whose"], row["why"]) for row in queue["failed"]["rows"]]
        for name, queue in found.items()
    } == {
        "export": [("Answers", "Ann", "The disk was full.")],
        "import": [("x.csv", "", "Broken.")],
        "notice": [("A greeting", f"notice {notice.pk}", "550 no such user")],
        "digest": [("Once a day", "Jo", "554 spam")],
    }
    page = client.get(PAGE).content.decode()
    assert [word for word in ("secret", "Wyn") if word in page] == []


@pytest.mark.parametrize(
    ("said", "shown_as"),
    [
        (
            "SMTPRecipientsRefused: {'wyn@example.coop': (550, b'5.1.1 <Wyn@example.coop>: unknown')}",
            "SMTPRecipientsRefused: {'…': (550, b'5.1.1 <…>: unknown')}",
        ),
        ("550 mailto:wyn+a@mail.example.coop, gone", "550 mailto:…, gone"),
        ("421 Try again @ noon", "421 Try again @ noon"),
    ],
)
def test_why_a_mail_failed_is_told_without_the_address_of_its_reader(client, staff, said, shown_as):
    a_digest(MailState.FAILED, mail_reason=said)
    assert [row["why"] for row in shown(client)["digest"]["failed"]["rows"]] == [shown_as]


def test_all_that_failed_is_counted_and_the_newest_are_listed(client, staff):
    for number in range(27):
        ago = timedelta(minutes=number)
        a_digest(MailState.FAILED, person=UserFactory(name=f"P{number}"), mail_claimed_at=timezone.now() - ago)
    a_digest(MailState.FAILED, person=UserFactory(), mail_claimed_at=timezone.now() - timedelta(days=31))
    failed = shown(client)["digest"]["failed"]
    assert ([row["whose"] for row in failed["rows"]], failed["count"]) == ([f"P{number}" for number in range(25)], 27)
    assert "Failed (27)" in client.get(PAGE).content.decode()


def test_a_mail_that_perhaps_left_is_shown_and_has_no_button(client, staff):
    digest = a_digest(MailState.UNKNOWN)
    page = client.get(PAGE).content.decode()
    assert ("Perhaps sent (1)" in page, "Try again" in page) == (True, False)
    client.post(PAGE, {"queue": "digest", "row": digest.pk})
    digest.refresh_from_db()
    assert digest.mail_state == MailState.UNKNOWN


def test_what_failed_is_tried_again_at_a_press(client, staff):
    job, digest = a_failed_export(), a_digest(MailState.FAILED, mail_attempts=9)
    notice = tell(UserFactory(), mail=True)
    Notice.objects.filter(pk=notice.pk).update(mail_state=MailState.FAILED, mail_claimed_at=timezone.now())
    assert client.get(PAGE).content.decode().count("Try again") == 3
    for queue, row in (("export", job), ("digest", digest), ("notice", notice)):
        assert client.post(PAGE, {"queue": queue, "row": str(row.pk)})["Location"] == reverse("queues")
        row.refresh_from_db()
    assert (job.state, job.attempts, job.reason, job.finished_at) == (State.WAITING, 0, "", None)
    assert [(row.mail_state, row.mail_attempts) for row in (digest, notice)] == [(MailState.WAITING, 0)] * 2


def test_an_export_that_failed_once_is_told_of_when_it_is_ready(client, staff):
    job = a_failed_export()
    tell(job.asked_by, f"export:{job.pk}", kind="export-failed")
    client.post(PAGE, {"queue": "export", "row": str(job.pk)})
    assert Notice.objects.count() == 0


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"queue": "purple", "row": "1"},
        {"queue": "export", "row": "x"},
        {"queue": "digest"},
        {"queue": "digest", "row": "9" * 40},
    ],
)
def test_what_is_nowhere_is_not_found(client, staff, data):
    assert client.post(PAGE, data).status_code == 404
