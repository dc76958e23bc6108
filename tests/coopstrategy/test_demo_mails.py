"""The people of the demo get digests, and the mailbox shows both parts of each as its reader sees them."""

from datetime import timedelta

import pytest
from django.test import Client, override_settings
from django.utils import timezone

from commons.digests.models import Digest, Notice, Subscription
from commons.digests.tasks import send_digests
from coopstrategy.demo import mail
from coopstrategy.demo.mails import draw_mails
from coopstrategy.demo.people import PEOPLE
from tests.factories.notices import tell
from tests.factories.people import UserFactory

PEOPLE_THERE = 4


@pytest.fixture
def demo(settings, tmp_path, db):
    settings.DEMO, settings.PRIVATE_DIR = True, tmp_path
    settings.ROOT_URLCONF = "tests.coopstrategy.demo_urls"
    settings.EMAIL_BACKEND = "coopstrategy.demo.mail.CatchingBackend"
    for person in PEOPLE[:PEOPLE_THERE]:
        tell(UserFactory(email=person.email, name=person.name), subject=f"For {person.name}")
    Notice.objects.update(made_at=timezone.now() - timedelta(days=9))
    return Client(HTTP_HOST="localhost")


def test_each_gets_one_digest_however_often_the_demo_is_drawn(demo):
    now = timezone.now()
    assert [draw_mails(now), draw_mails(now), Subscription.objects.count()] == [PEOPLE_THERE, 0, PEOPLE_THERE]
    send_digests()
    send_digests()
    assert sorted(message.subject for message in mail.caught_mail()) == sorted(
        f"For {person.name}" for person in PEOPLE[:PEOPLE_THERE]
    )
    assert Digest.objects.count() == PEOPLE_THERE


def test_both_parts_are_shown_and_the_button_of_a_mail_program_stops_them(demo):
    draw_mails(timezone.now())
    send_digests()
    [name] = [message.name for message in mail.caught_mail(reader=PEOPLE[0].email)]
    page = demo.get(f"/demo/mailbox/{name}/")
    text = page.content.decode()
    shown = (
        f'<iframe class="mail-frame" sandbox="allow-top-navigation-by-user-activation" src="/demo/mailbox/{name}/html/"',
        "You get this once a day.",
        ">Unsubscribe<",
    )
    assert [words for words in shown if words not in text] == []
    assert "frame-src 'self'" in page["Content-Security-Policy"]
    html = demo.get(f"/demo/mailbox/{name}/html/")
    assert (html["X-Frame-Options"], "frame-ancestors 'self'" in html["Content-Security-Policy"]) == (
        "SAMEORIGIN",
        True,
    )
    assert '<head><base target="_top">' in html.content.decode()
    demo.post(mail.caught_message(name).stop_path, {"List-Unsubscribe": "One-Click"})
    assert Subscription.objects.get(person__email=PEOPLE[0].email).frequency == "off"


@override_settings(DEMO=False)
def test_outside_the_demo_no_page_may_show_a_frame(client, db):
    assert "frame-src" not in client.get("/")["Content-Security-Policy"]
