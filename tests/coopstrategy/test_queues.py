"""Staff see what waits, what failed and why, and which mails nobody can tell about; and let what failed be tried again."""

import re
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


def a_mail(person, key: str, kind: str = "told", **values) -> Notice:
    notice = tell(person, key, kind=kind, mail=True)
    Notice.objects.filter(pk=notice.pk).update(**values)
    return notice


def sentences(client) -> dict[str, str]:
    """What stands under each heading before any list, in one line."""
    main = client.get(PAGE).content.decode().split("</main>")[0]
    said = re.findall(r"<h2>(.*?)</h2>(.*?)(?=<h[23]>|\Z)", main, re.DOTALL)
    return {label: " ".join(re.sub(r"<[^>]+>", " ", words).split()) for label, words in said}


def numbers(client) -> dict[str, tuple]:
    return {
        name: (
            *(tuple(queue.get(part, {"count": 0, "minutes": None}).values()) for part in ("waiting", "in_turn")),
            queue.get("put_off", 0),
            queue["running"]["count"],
        )
        for name, queue in shown(client).items()
    }


NOBODY = (0, None)


def test_what_waits_is_counted_with_the_age_of_the_oldest(client, staff):
    now = timezone.now()
    for minutes in (3, 9):
        asked = {"asked_by": staff, "report": "x", "title": "x", "asked_at": now - timedelta(minutes=minutes)}
        ExportJob.objects.create(key=str(minutes), **asked)
    a_mail(staff, "fact-1", mail_due_at=now - timedelta(minutes=7))
    assert numbers(client) == {
        "export": ((2, 9), NOBODY, 0, 0),
        "import": (NOBODY, NOBODY, 0, 0),
        "notice": ((1, 7), NOBODY, 0, 0),
        "digest": (NOBODY, NOBODY, 0, 0),
    }
    assert sentences(client) == {
        "Exports": "2 wait. The oldest has waited for 9 minutes.",
        "Register files": "Nothing waits.",
        "Single mails": "1 waits. The oldest has waited for 7 minutes.",
        "Digests": "Nothing waits.",
    }


def test_what_a_worker_works_on_does_not_wait_but_what_its_worker_left_does(client, staff):
    now = timezone.now()
    for key, lease in (("at work", 4), ("left", -1)):
        ExportJob.objects.create(
            asked_by=staff, report="x", title=key, key=key, state=State.RUNNING, attempts=1,
            asked_at=now - timedelta(minutes=6), claimed_at=now - timedelta(minutes=5),
            lease_until=now + timedelta(minutes=lease),
        )  # fmt: skip
    found = shown(client)["export"]
    assert (found["waiting"], [row["what"] for row in found["running"]["rows"]]) == (
        {"count": 1, "minutes": 6},
        ["at work"],
    )


def test_a_mail_that_is_due_one_that_can_wait_one_put_off_and_one_being_sent_are_told_apart(client, staff):
    now = timezone.now()
    a_mail(staff, "due", mail_due_at=now)
    a_mail(staff, "can wait", "nudge", mail_due_at=now - timedelta(minutes=12))
    a_mail(staff, "can wait too", "nudge", mail_due_at=now - timedelta(minutes=2))
    a_mail(staff, "put off", mail_due_at=now + timedelta(minutes=2))
    a_mail(staff, "put off, can wait", "nudge", mail_due_at=now + timedelta(hours=8))
    a_mail(staff, "on its way", mail_state=MailState.SENDING, mail_claimed_at=now, message_id="<x@y>")
    assert numbers(client)["notice"] == ((1, 0), (2, 12), 2, 1)
    assert sentences(client)["Single mails"] == (
        "1 waits. The oldest has waited for less than a minute. "
        "2 go out in their turn, because only so many go out in a minute. The oldest has waited for 12 minutes. "
        "2 could not be sent and were put off. They will be tried again later."
    )


def test_a_digest_in_the_hand_of_a_worker_is_worked_on_and_the_others_go_out_in_their_turn(client, staff):
    now = timezone.now()
    due = now - timedelta(minutes=20)

    def a_waiting_one(whose: str, **values) -> None:
        a_digest(
            MailState.WAITING, person=UserFactory(name=whose), **{"mail_due_at": due, "mail_claimed_at": None} | values
        )

    a_waiting_one("Free")
    a_waiting_one("Held", mail_claimed_at=now - timedelta(minutes=1))
    a_waiting_one("Let go", mail_claimed_at=now - timedelta(minutes=6))
    a_waiting_one("Put off", mail_due_at=now + timedelta(minutes=4))
    a_digest(MailState.SENDING, person=UserFactory(name="Sending"))
    assert numbers(client)["digest"] == (NOBODY, (2, 20), 1, 2)
    assert [row["whose"] for row in shown(client)["digest"]["running"]["rows"]] == ["Sending", "Held"]
    assert sentences(client)["Digests"] == (
        "2 go out in their turn, because only so many go out in a minute. The oldest has waited for 20 minutes. "
        "1 could not be sent and was put off. It will be tried again later."
    )


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
    assert [word for word in ("secret", "Wyn", '<span class="hint">,') if word in page] == []


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
