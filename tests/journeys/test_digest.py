"""A digest from one end to the other: said, answered, changed, told by mail, read, made rarer, stopped with one tap, undone."""

import datetime as dt
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import time_machine
from playwright.sync_api import expect

from commons.audit.models import Entry
from commons.digests.models import Digest, Subscription
from commons.digests.tasks import send_digests
from commons.people.models import User
from panel.models import Section
from tests.factories.panel import a_section
from tests.factories.people import MembershipFactory
from tests.journeys.test_line_of_sight import chooses, comes_in
from tests.journeys.visitor import Visitor

COMMENT = "We could not find one lender who knew what a withdrawable share is."
REASON = "A desk without such people would help nobody."
TUESDAY = dt.datetime(2027, 3, 2, 12, tzinfo=dt.UTC)
WEDNESDAY_AT_SEVEN = dt.datetime(2027, 3, 3, 7, 1, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(TUESDAY, tick=True) as clock:
        yield clock


@pytest.fixture(autouse=True)
def demo(settings, tmp_path) -> None:
    """The demo's mailbox, and a member whose first words are public at once."""
    settings.DEMO, settings.PRIVATE_DIR, settings.TRUSTED_AFTER = True, tmp_path, 0
    settings.ROOT_URLCONF = "tests.coopstrategy.demo_urls"
    settings.EMAIL_BACKEND = "coopstrategy.demo.mail.CatchingBackend"


@pytest.fixture
def member(person) -> User:
    member = person("gwen@example.coop", name="Gwen Larkin")
    MembershipFactory(user=member, organisation__name="Rivermead Housing Co-operative")
    return member


@pytest.fixture
def chair(person) -> User:
    return person("halina@example.coop", ("chair",), name="Halina Brook")


@pytest.fixture
def section(chair) -> Section:
    return a_section(slug="finance", chair=chair)


def the_panel_changes_it_because_of(place: str, chair: Visitor) -> None:
    chair.opens(f"/panel/desk/answer/?c={place.strip('/').split('/')[-1]}")
    chooses(chair, "Accepted")
    chair.page.locator("[name=reason]").fill(REASON)
    chair.presses("Answer")
    chair.opens("/strategy/finance/edit/")
    body = chair.page.locator("textarea[name=body]")
    body.fill(body.input_value().replace("federations.", "federations and staffed by people who know share capital."))
    chair.presses("Save the draft")
    chair.opens("/strategy/finance/publish/")
    chair.page.locator("main input[type=checkbox]").first.check()
    chair.page.locator("[name=note]").fill("The lending desk has staff.")
    chair.presses("Publish the new version")


def test_a_member_reads_what_became_of_their_words_and_has_the_last_word_about_mail(
    somebody, script, member, chair, section, clock
):
    gwen = somebody(script=script)
    comes_in(gwen, member)

    # She wishes for a digest once a day, and says something about the draft.
    gwen.opens("/you/notices/settings/")
    chooses(gwen, "Once a day")
    gwen.presses("Save")
    assert "The next one comes on Wednesday 3 March" in gwen.text
    gwen.opens("/strategy/finance/comment/?paragraph=2")
    gwen.page.locator("[name=body]").fill(COMMENT)
    gwen.presses("Send your comment")
    comment = gwen.place

    # The panel answers, and changes the text because of it. Nothing is sent before the hour has come.
    panel = somebody(script=script, phone=False)
    comes_in(panel, chair)
    the_panel_changes_it_because_of(comment, panel)
    assert section.versions.count() == 2
    send_digests()
    gwen.opens("/demo/mailbox/?to=gwen@example.coop")
    assert "No mail for them yet." in gwen.text
    clock.move_to(WEDNESDAY_AT_SEVEN)
    send_digests()
    send_digests()
    assert Digest.objects.count() == 1

    # She reads both parts, and follows the first line to the words that changed.
    gwen.opens("/demo/mailbox/?to=gwen@example.coop")
    assert gwen.page.locator(".mail-list li").count() == 1
    gwen.follows("You said, we changed: Finance that fits")
    mail = gwen.place
    frame = gwen.page.frame_locator("iframe.mail-frame")
    expect(frame.locator("ins").first).to_contain_text("staffed by people who know share capital")
    plain = gwen.page.locator(".mail-text").inner_text()
    for part in (frame.locator("body").inner_text(), plain):
        assert [
            words
            for words in ("Hello Gwen Larkin", "Answers to you", "once a day")
            if words.lower() not in part.lower()
        ] == []
    frame.get_by_role("link", name="You said, we changed: Finance that fits").click()
    gwen.page.wait_for_url(f"**{comment}")
    assert [words in gwen.text for words in (REASON, "The words that changed")] == [True, True]
    gwen.page.locator(".sight-changed a").first.click()
    gwen.page.wait_for_load_state()
    assert gwen.place == "/strategy/finance/v/2/"

    # Once a week is enough.
    gwen.opens("/you/notices/settings/")
    chooses(gwen, "Once a week")
    gwen.presses("Save")
    assert "The next one comes on Monday 8 March" in gwen.text

    # On another device, without a cookie and without signing in, the mail's own link stops it. To look changes nothing.
    stranger = somebody(script=script)
    stop = urlsplit(re.search(r"\S+/unsubscribe/\S+", plain)[0]).path
    entries = Entry.objects.count()
    for _look in range(2):
        stranger.opens(stop)
    assert (wish_of(member), Entry.objects.count(), stranger.page.context.cookies()) == ("weekly", entries, [])
    stranger.presses("Never again")
    assert (wish_of(member), stranger.heading) == ("off", "You get no digest any more")
    stranger.presses("Undo")
    assert (wish_of(member), stranger.heading) == ("weekly", "You get a digest once a week")

    # So does the button of the mail program; and to who gets it daily, less often is offered before never.
    Subscription.objects.update(frequency="daily")
    stranger.opens(stop)
    assert stranger.page.locator("main button").all_inner_texts() == ["Once a week instead", "Never again"]
    stranger.opens(mail)
    stranger.presses("Unsubscribe")
    assert (wish_of(member), stranger.place, stranger.page.context.cookies()) == ("off", stop, [])
    stranger.presses("Undo")
    assert wish_of(member) == "daily"


def wish_of(member: User) -> str:
    return Subscription.objects.get(person=member).frequency
