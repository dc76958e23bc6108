"""What stands in a mail: both parts, the headers that let it be stopped and sorted, and the reader's language."""

import datetime as dt
import re

import pytest
import time_machine
from django.core import mail
from django.template.loader import render_to_string
from django.utils import translation

from commons.digests.models import Digest, MailingList, Notice
from commons.digests.reports import Group, register_kind
from commons.digests.tasks import send_digests, send_service_messages
from commons.digests.tasks.letters import LINES
from commons.richtext import word_difference
from tests.factories.notices import greet, tell, wish
from tests.factories.people import UserFactory

DAY = dt.timedelta(days=1)
register_kind(
    "changed-words",
    label="Changed",
    why="Words changed.",
    group=Group.CHANGED,
    words=lambda notices: {
        notice.pk: word_difference("a lending desk\nfor clubs", "two lending <desks> for clubs") for notice in notices
    },
)


@pytest.fixture
def clock():
    with time_machine.travel(dt.datetime(2027, 3, 3, 12, tzinfo=dt.UTC), tick=False) as traveller:
        yield traveller


@pytest.fixture
def person(db, clock):
    person = UserFactory(email="ann@example.coop", name="Ann <b>O'Neil")
    wish(person, "weekly")
    return person


def digest_of(clock):
    """The mail that comes on Monday."""
    clock.shift(5 * DAY)
    send_digests()
    return mail.outbox[-1]


def test_the_text_tells_all_of_it(person, clock):
    other = UserFactory(name="Jo")
    greet(person, other, text="Good morning.")
    tell(person, "changed-words:1", kind="changed-words", subject="4.2 has changed", path="/strategy/finance/")
    message = digest_of(clock)
    stop = person.subscription.token_for(MailingList.DIGEST)
    assert message.subject == "4.2 has changed, and one more thing"
    assert message.body == (
        "Hello Ann <b>O'Neil,\n\n"
        "This is new since Wednesday 3 March.\n\n\n"
        "YOU SAID, WE CHANGED\n\n"
        "* 4.2 has changed\n"
        "  Was: a lending desk for clubs\n"
        "  Now: two lending <desks> for clubs\n"
        "http://testserver/strategy/finance/\n\n\n"
        "REPLIES TO YOU\n\n"
        "* Jo greets you\n"
        "  Good morning.\n"
        f"http://testserver/people/{other.pk}/\n\n"
        "--\n"
        "You get this once a week. The next one comes on Monday 15 March, and\nonly if something has happened.\n\n"
        f"Less often, or never:\nhttp://testserver/unsubscribe/{stop}/\n"
        "Why you are told, and what comes next:\nhttp://testserver/you/notices/why/\n\n"
        "Questions? Write to census@example.coop or call free on 0800 000 0000.\n"
        "Co-op Strategy\nhttp://testserver\n\n"
    )


def test_the_html_tells_the_same_escaped_in_one_column_without_pictures_or_anything_fetched(person, clock):
    tell(person, "changed-words:1", kind="changed-words", subject="<script>alert(1)</script>", path="/strategy/")
    message = digest_of(clock)
    html = message.alternatives[0].content
    assert [part.get_content_type() for part in message.message().walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    shown = (
        "&lt;script&gt;alert(1)",
        "Ann &lt;b&gt;O&#x27;Neil",
        "&lt;desks&gt;",
        "max-width:600px",
        "overflow-wrap:anywhere",
    )
    hidden = ("<script", "<img", "<link", "@import", "url(", "http-equiv")
    assert [words for words in shown if words not in html] == []
    assert [words for words in hidden if words in html] == []
    assert set(re.findall(r'href="(?:http://)?([^/"?]+)', html)) == {"testserver", "mailto:census@example.coop"}


def test_lines_of_the_text_are_broken_where_they_began_and_addresses_stay_whole(person, clock):
    address = "https://example.org/" + "a/very/long/way/" * 6
    text = f"A first line that somebody ended.\nLook at {address} and say whether it is what you have looked for."
    tell(
        person, subject="A subject of many words, so many that no line of seventy-two letters could hold it", text=text
    )
    [block] = [block for block in digest_of(clock).body.split("\n\n") if block.startswith("* ")]
    assert block.split("\n") == [
        "* A subject of many words, so many that no line of seventy-two letters",
        "  could hold it",
        "  A first line that somebody ended. Look at",
        f"  {address}",
        "  and say whether it is what you have looked for.",
        "http://testserver/exports/",
    ]


def test_what_answers_the_reader_comes_before_what_they_follow_when_there_is_no_room_for_all(person, clock):
    greet(person, UserFactory(name="Jo"))
    clock.shift(DAY / 2)
    for number in range(LINES + 5):
        tell(person, f"told:{number}", path=f"/{number}/")
    message = digest_of(clock)
    assert (message.subject, message.body.count("\n* "), "And 6 more things:" in message.body) == (
        "Jo greets you, and 25 more things",
        LINES,
        True,
    )


def test_what_happens_again_and_again_about_one_thing_has_one_line_so_that_the_rest_has_room(person, clock):
    for number in range(3):
        tell(person, f"told:{number}", subject=f"Told {number}", path=f"/{number}/")
    clock.shift(DAY / 2)
    for number in range(LINES + 5):
        tell(person, f"said:{number}", kind="said", subject=f"Said {number}", path=f"/{number}/", thing="thing:1")
    message = digest_of(clock)
    said = [line for line in message.body.split("\n") if line.startswith("* ")]
    assert said == [f"* Said {LINES + 4}", "* Told 2", "* Told 1", "* Told 0"]
    assert (message.subject, "And 24 like it before." in message.body, "more thing" in message.body) == (
        f"Said {LINES + 4}, and 27 more things",
        True,
        False,
    )


def test_hundreds_of_replies_to_one_thing_bury_no_answer(person, clock):
    greet(person, UserFactory(name="Jo"))
    tell(person, "told", subject="Told before")
    clock.shift(DAY / 4)
    Notice.objects.bulk_create(
        Notice(recipient=person, kind="said", key=f"said:{n}", subject=f"Said {n}", path="/", thing="thing:1")
        for n in range(260)
    )
    message = digest_of(clock)
    said = [line for line in message.body.split("\n") if line.startswith(("* ", "  And"))]
    assert said == ["* Jo greets you", "* Said 259", "  And 259 like it before.", "* Told before"]
    assert (message.subject, "more thing" in message.body) == ("Jo greets you, and 261 more things", False)


def test_what_changed_twice_in_one_place_is_told_twice(person, clock):
    for number in (1, 2):
        tell(person, f"worded:{number}", kind="changed-words", subject="You said, we changed", path="/thing/")
    body = digest_of(clock).body
    assert (body.count("* You said, we changed"), "like it before" in body) == (2, False)


def test_the_headers_say_what_it_is_and_how_to_stop_it(person, clock):
    tell(person)
    written = digest_of(clock).message()
    digest = Digest.objects.get()
    stop = person.subscription.token_for(MailingList.DIGEST)
    names = ("Message-ID", "Auto-Submitted", "Precedence", "List-ID", "List-Unsubscribe", "List-Unsubscribe-Post")
    assert {name: written[name] for name in (*names, "Feedback-ID", "References", "Content-Language")} == {
        "Message-ID": digest.message_id,
        "Auto-Submitted": "auto-generated",
        "Precedence": "bulk",
        "List-ID": "<digest.testserver>",
        "List-Unsubscribe": f"<http://testserver/unsubscribe/{stop}/>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Feedback-ID": "20270308:digest:mail:example.coop",
        "References": None,
        "Content-Language": "en-gb",
    }
    assert re.fullmatch(r"<[0-9a-f]{32}@testserver>", digest.message_id)


def test_the_next_digest_hangs_under_the_last_one(person, clock):
    tell(person, "a")
    digest_of(clock)
    tell(person, "b")
    clock.shift(2 * DAY)
    second = digest_of(clock).message()
    first = Digest.objects.order_by("period").first().message_id
    assert (second["References"], second["In-Reply-To"]) == (first, first)


def test_a_digest_is_in_the_language_of_its_reader(person, clock):
    type(person).objects.update(language="cy")
    other = UserFactory(name="Jo")
    greet(person, other, text="Good morning.")
    tell(person, "changed-words:1", kind="changed-words", subject="4.2 has changed", path="/strategy/finance/")
    before = translation.get_language()
    message = digest_of(clock)
    stop = person.subscription.token_for(MailingList.DIGEST)
    assert message.message()["Content-Language"] == "cy"
    assert '<html lang="cy">' in message.alternatives[0].content
    assert translation.get_language() == before
    # Notices are written in the language of their reader when they happen; these two were not.
    assert (message.subject, message.body) == (
        "4.2 has changed, ac un peth arall",
        "Helo Ann <b>O'Neil,\n\n"
        "Dyma sy’n newydd ers Dydd Mercher 3 Mawrth.\n\n\n"
        "DYWEDOCH CHI, NEWIDIOM NI\n\n"
        "* 4.2 has changed\n"
        "  Cynt: a lending desk for clubs\n"
        "  Nawr: two lending <desks> for clubs\n"
        "http://testserver/strategy/finance/\n\n\n"
        "YMATEBION I CHI\n\n"
        "* Jo greets you\n"
        "  Good morning.\n"
        f"http://testserver/people/{other.pk}/\n\n"
        "--\n"
        "Rydych yn cael hwn unwaith yr wythnos. Daw’r nesaf ar Dydd Llun 15\n"
        "Mawrth, a dim ond os bydd rhywbeth wedi digwydd.\n\n"
        f"Yn llai aml, neu byth:\nhttp://testserver/unsubscribe/{stop}/\n"
        "Pam rydym yn dweud wrthych, a beth ddaw nesaf:\nhttp://testserver/you/notices/why/\n\n"
        "Cwestiynau? Ysgrifennwch at census@example.coop neu ffoniwch am ddim ar\n0800 000 0000.\n"
        "Co-op Strategy\nhttp://testserver\n\n",
    )


def test_a_subject_is_one_line_and_not_too_long(person, clock):
    for number in range(3):
        tell(person, f"told:{number}", subject="Long words " * 18, path=f"/{number}/")
    subject = digest_of(clock).subject
    assert (len(subject) < 200, subject.endswith(", and 2 more things"), "\n" in subject) == (True, True, False)


# --- at once ----------------------------------------------------------------------------------------------------------------


def test_a_reply_comes_at_once_to_who_wishes_and_to_nobody_else(person, clock):
    others = [UserFactory(), wish(UserFactory(), "daily").person]
    wish(person, "off", at_once=True)
    for reader in [person, *others]:
        greet(reader, UserFactory(name="Jo"))
        tell(reader, "a")
    send_service_messages()
    [message] = mail.outbox
    stop = person.subscription.token_for(MailingList.AT_ONCE)
    written = message.message()
    assert (message.to, message.subject) == (["ann@example.coop"], "Jo greets you")
    said = "Somebody greets you. You asked for these mails at once.\nLess often, or never:\n"
    assert f"{said}http://testserver/unsubscribe/{stop}/\n" in message.body
    assert (written["List-Unsubscribe"], written["List-Unsubscribe-Post"], written["Feedback-ID"]) == (
        f"<http://testserver/unsubscribe/{stop}/>",
        "List-Unsubscribe=One-Click",
        "greeting:at-once:mail:example.coop",
    )


def test_what_comes_at_once_is_asked_again_when_it_is_sent(person, clock):
    goes = UserFactory()
    wish(person, "off", at_once=True)
    greet(person, goes)
    type(person).objects.filter(pk=goes.pk).update(is_active=False)
    send_service_messages()
    assert (mail.outbox, Notice.objects.get().mail_state) == ([], "")


def test_who_stops_them_meanwhile_gets_none(person, clock):
    wish(person, "off", at_once=True)
    greet(person, UserFactory())
    wish(person, "off")
    send_service_messages()
    assert (mail.outbox, Notice.objects.get().mail_state) == ([], "")


@pytest.mark.parametrize("one", [{"path": "/thing/"}, {"thing": "thing:1"}])
def test_mails_about_one_thing_hang_together(person, clock, one):
    wish(person, "off", at_once=True)
    greet(person, UserFactory(), **one)
    send_service_messages()
    greet(person, UserFactory(), **one)
    greet(person, UserFactory(), path="/other/")
    send_service_messages()
    first = mail.outbox[0].message()["Message-ID"]
    assert [message.message()["References"] for message in mail.outbox] == [None, first, None]


@pytest.mark.parametrize("part", ["txt", "html"])
def test_a_service_message_says_why_it_comes_where_its_kind_is_known(part):
    template, fallback = f"emails/service_message.{part}", "It is not a newsletter."
    found = [render_to_string(template, {"subject": "x", "why": why}) for why in ("You asked for a file.", "")]
    assert [("You asked for a file." in text, fallback in text) for text in found] == [(True, False), (False, True)]


def test_a_service_message_cannot_be_stopped_and_does_not_say_it_could(person, clock):
    tell(person, mail=True)
    send_service_messages()
    written = mail.outbox[0].message()
    assert [written[name] for name in ("List-Unsubscribe", "List-ID", "Precedence")] == [None, None, None]
