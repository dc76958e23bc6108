"""The demo's doors: open on one's own machine while DEMO is set, and nowhere else. Its mail, and its people."""

import multiprocessing
import re
from pathlib import Path

import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.core.management import call_command
from django.test import Client
from django.urls import NoReverseMatch, reverse

from commons.audit.models import Entry
from commons.people.models import Appointment, Membership, Role, User
from coopstrategy.demo import mail
from coopstrategy.demo.people import PEOPLE, draw_people
from coopstrategy.demo.register import SET_PIECES
from tests.coopstrategy import demo_urls  # now, while DEMO is off: the site's own addresses are read only once
from tests.factories.people import OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db

BACKEND = "coopstrategy.demo.mail.CatchingBackend"


@pytest.fixture
def demo(settings, tmp_path) -> Client:
    """A browser on one's own machine, in a demo with its people."""
    settings.DEMO, settings.ROOT_URLCONF, settings.PRIVATE_DIR = True, demo_urls.__name__, tmp_path
    for register_id, piece in SET_PIECES.items():
        OrganisationFactory(register_id=register_id, name=piece.name)
    draw_people()
    return Client(headers={"host": "localhost:8000"})


def send(subject: str = "Hello", to: str = "wren@example.coop", html: str = "", **more) -> None:
    message = EmailMultiAlternatives(subject, "Your code:\n\n123456\n\nhttps://example.coop/x", to=[to], **more)
    if html:
        message.attach_alternative(html, "text/html")
    get_connection(BACKEND).send_messages([message])


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


# --- entering -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.key)
def test_anyone_of_the_demo_can_be_entered_as_and_lands_where_their_work_begins(demo, person):
    answer = demo.post(f"/demo/enter/{person.key}/")
    landed = demo.get(answer.url)
    assert (answer.url, landed.status_code, landed.context["user"].email) == (reverse(person.door), 200, person.email)


def test_every_role_has_somebody_and_some_have_none():
    assert {role for person in PEOPLE for role in person.roles} == set(Role)
    assert [person.key for person in PEOPLE if not person.roles and not person.joins] == ["sam"]


ELSEWHERE = {
    "another machine": {"REMOTE_ADDR": "192.0.2.7"},
    "another machine, version 6": {"REMOTE_ADDR": "2001:db8::1"},
    "nobody knows whence": {"REMOTE_ADDR": ""},
    "a public name": {"HTTP_HOST": "testserver"},
    "behind a proxy": {"HTTP_X_FORWARDED_FOR": "127.0.0.1"},
    "behind another proxy": {"HTTP_FORWARDED": "for=127.0.0.1"},
    "behind a third": {"HTTP_X_REAL_IP": "127.0.0.1"},
    "behind a fourth": {"HTTP_VIA": "1.1 cache"},
    "behind one that tells only the scheme": {"HTTP_X_FORWARDED_PROTO": "https"},
    "behind one in the cloud": {"HTTP_CF_CONNECTING_IP": "127.0.0.1"},
    "behind nginx that is told nothing": {"SERVER_PROTOCOL": "HTTP/1.0"},
}


@pytest.mark.parametrize("where", ELSEWHERE.values(), ids=ELSEWHERE)
def test_no_door_of_the_demo_is_there_from_elsewhere(demo, where):
    send()
    name = mail.caught_mail()[0].name
    answers = [demo.post("/demo/enter/wren/", **where).status_code] + [
        demo.get(address, **where).status_code for address in ("/demo/", "/demo/mailbox/", f"/demo/mailbox/{name}/")
    ]
    assert (answers, is_in(demo)) == ([404] * 4, False)


def test_no_door_of_the_demo_is_there_when_the_demo_is_off(demo, settings):
    settings.DEMO = False
    answers = [
        demo.post("/demo/enter/wren/").status_code,
        demo.get("/demo/").status_code,
        demo.get("/demo/mailbox/").status_code,
    ]
    assert (answers, is_in(demo)) == ([404] * 3, False)


def test_without_the_demo_its_addresses_do_not_exist():
    with pytest.raises(NoReverseMatch):
        reverse("demo:people")


@pytest.mark.parametrize("host", ["localhost", "localhost:8003", "127.0.0.1:8000", "[::1]:8000", "[::1]"])
def test_the_doors_are_there_under_every_local_name(demo, host):
    assert demo.get("/demo/", HTTP_HOST=host).status_code == 200


def test_only_the_people_of_the_demo_can_be_entered_as(demo):
    UserFactory(email="real@example.coop", roles=["staff"])
    assert [demo.post(f"/demo/enter/{key}/").status_code for key in ("real", "nobody")] == [404, 404]


def test_entering_takes_a_button_and_its_token(demo):
    strict = Client(enforce_csrf_checks=True, headers={"host": "localhost"})
    assert (demo.get("/demo/enter/wren/").status_code, strict.post("/demo/enter/wren/").status_code) == (405, 403)


def test_entering_as_another_leaves_nothing_of_the_one_before(demo):
    demo.post("/demo/enter/wren/")
    session = demo.session
    session["secret"] = "of the one before"
    session.save()
    demo.post("/demo/enter/sam/")
    assert ("secret" in demo.session, demo.get("/staff/people/").status_code) == (False, 404)


def test_staff_of_the_demo_can_also_sign_in_as_anyone_would(demo, settings):
    """The page shows what the authenticator app would, so no rule is bent for the demo."""
    settings.EMAIL_BACKEND = BACKEND
    demo.post("/accounts/login/", {"login": "wren@example.coop"})
    code = re.search(r"^\d{6}$", mail.caught_message(mail.caught_mail()[0].name).part("plain"), re.MULTILINE)[0]
    demo.post("/accounts/login/code/confirm/", {"code": code})
    shown = next(one["code"] for one in demo.get("/demo/").context["people"] if one["person"].key == "wren")
    demo.post(reverse("mfa_authenticate"), {"code": shown})
    assert demo.get("/staff/people/").status_code == 200


# --- people ---------------------------------------------------------------------------------------------------------------


def test_drawing_the_people_again_changes_nothing(demo):
    def counted() -> list[int]:
        return [model.objects.count() for model in (User, Appointment, Membership, Entry)]

    before = counted()
    draw_people()
    assert (counted(), before[0]) == (before, len(PEOPLE))


def test_two_answer_for_one_organisation_and_one_waits(demo):
    rows = Membership.objects.values_list("user__email", "organisation__register_id", "state")
    assert sorted(row for row in rows) == [
        ("ffion@example.coop", "D000002", "verified"),
        ("gwen@example.coop", "D000001", "verified"),
        ("peter@example.coop", "D000001", "verified"),
        ("rory@example.coop", "D000003", "asked"),
    ]


def test_the_terminal_says_who_is_there(capsys):
    call_command("demo_people")
    said = capsys.readouterr().out
    assert [person.name for person in PEOPLE if person.name not in said] == []
    assert said.splitlines()[0].endswith("http://testserver/demo/")


# --- mail -----------------------------------------------------------------------------------------------------------------


def test_caught_mail_is_listed_newest_first_and_by_reader(demo):
    send("First")
    send("Second", to="sam@example.coop")
    send("Third", bcc=["sam@example.coop"])
    assert [message.subject for message in mail.caught_mail()] == ["Third", "Second", "First"]
    page = demo.get("/demo/mailbox/", {"to": "sam@example.coop"})
    assert [message.subject for message in page.context["messages_caught"]] == ["Third", "Second"]


def test_a_message_is_read_as_text_and_as_html_that_can_do_nothing(demo):
    html = '<p style="color:red">Hi</p><script>alert(1)</script>'
    send("Ŵ – „quoted” <b>", html=html)
    name = mail.caught_mail()[0].name
    page = demo.get(f"/demo/mailbox/{name}/").content.decode()
    assert ("Ŵ – „quoted” &lt;b&gt;" in page, "123456" in page, 'href="https://example.coop/x"' in page) == (
        True,
        True,
        True,
    )
    shown = demo.get(f"/demo/mailbox/{name}/html/")
    policy = dict(part.strip().partition(" ")[::2] for part in shown["Content-Security-Policy"].split(";"))
    assert shown.content.decode().strip() == html
    assert {name: said for name, said in policy.items() if said != "'none'"} == {
        "style-src": "'unsafe-inline'",
        "img-src": "data:",
        "frame-ancestors": "'self'",
        "sandbox": "allow-top-navigation-by-user-activation",
    }


def test_a_message_without_html_has_no_html_page(demo):
    send()
    name = mail.caught_mail()[0].name
    assert (
        "/html/" in demo.get(f"/demo/mailbox/{name}/").content.decode(),
        demo.get(f"/demo/mailbox/{name}/html/").status_code,
    ) == (
        False,
        404,
    )


@pytest.mark.parametrize("name", ["nothing", "..", "00000000000000000000-0000000000000000", "%2e%2e%2fsecrets"])
def test_only_caught_messages_are_shown(demo, tmp_path, name):
    (tmp_path / "secrets.eml").write_text("Subject: secret\n\n")
    assert demo.get(f"/demo/mailbox/{name}/").status_code == 404


def test_mail_is_private_to_the_account_that_runs_the_site(demo):
    send()
    (file,) = mail.mailbox().iterdir()
    assert (mail.mailbox().stat().st_mode & 0o777, file.stat().st_mode & 0o777) == (0o700, 0o600)


def test_a_message_to_nobody_is_not_sent(demo):
    assert get_connection(BACKEND).send_messages([EmailMessage("Hello", "x")]) == 0
    assert mail.caught_mail() == []


def test_the_oldest_mail_is_dropped(demo, monkeypatch):
    monkeypatch.setattr(mail, "KEPT", 3)
    for number in range(5):
        send(str(number))
    assert [message.subject for message in mail.caught_mail()] == ["4", "3", "2"]


def write_many(folder: Path, number: int) -> None:
    for at in range(20):
        name = f"{number:010d}{at:010d}"
        message = EmailMessage(name, "x" * 50_000, to=["sam@example.coop"])
        get_connection(BACKEND).send_messages([message])


def test_web_and_worker_write_at_once_and_every_file_is_whole(demo, tmp_path):
    writers = [
        multiprocessing.get_context("fork").Process(target=write_many, args=(tmp_path, number)) for number in range(3)
    ]
    for writer in writers:
        writer.start()
    seen = []
    while any(writer.is_alive() for writer in writers):
        seen += [len(mail.caught_message(one.name).part("plain").strip()) for one in mail.caught_mail(at_most=5)]
    for writer in writers:
        writer.join()
    assert (len(list(mail.mailbox().glob("*.eml"))), set(seen) <= {50_000}) == (60, True)
    assert {len(mail.caught_message(one.name).part("plain").strip()) for one in mail.caught_mail(at_most=60)} == {
        50_000
    }
