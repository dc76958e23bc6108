"""From a first sentence on a phone to a post that is discussed: its author, an editor's two decisions, a reader, somebody who
reports, two moderators, and the ledgers that tell of it."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone
from playwright.sync_api import expect

from blog.models import Post, Submission
from commons.contributions.models import Contribution
from commons.moderation.models import Appeal
from commons.people.models import User
from tests.factories.people import TOTP_SECRET
from tests.journeys.conftest import PASSWORD
from tests.journeys.visitor import Visitor

TEXT = "The owner wished to stop. We had six weeks to find the money."
COMMENT = "You were lucky with your bank. Ours laughed at us."
EXPLANATION = "It mocks somebody."


@pytest.fixture
def people(person) -> dict[str, User]:
    return {
        "author": person("gwen@example.coop", name="Gwen Larkin"),
        "reader": person("mo@example.coop", name="Mo Reader"),
        "other": person("peter@example.coop", name="Peter Other"),
        "editor": person("carys@example.coop", ("editor",), name="Carys Penhallow"),
        "first": person("joseph@example.coop", ("moderator",), name="Joseph Okello"),
        "second": person("ada@example.coop", ("moderator",), name="Ada Second"),
    }


@pytest.fixture
def comes(somebody, script, people):
    def come(who: str, *, phone: bool = True) -> Visitor:
        """By password, and by the second step for whoever holds a role."""
        visitor = somebody(script=script, phone=phone)
        user = people[who]
        visitor.opens("/accounts/login/").signs_in(user.email, PASSWORD, secret=TOTP_SECRET if user.roles else "")
        return visitor

    return come


def test_a_post_is_written_edited_scheduled_read_and_discussed(comes, somebody, script, people):
    # Written on a phone; with script the line drops in the middle, and nothing is lost.
    author = comes("author")
    author.opens("/blog/write/").presses("Write a post")
    page = author.page
    page.locator("[name=title]").fill("Why our village shop became a co-op")
    page.locator("[name=summary]").fill("Forty families bought the shop.")
    if script:
        page.context.set_offline(True)
        page.locator("textarea[name=body]").press_sequentially(TEXT[:25])
        expect(page.locator("[data-kept-line]")).to_contain_text("Not kept", timeout=15_000)
        page.context.set_offline(False)
        page.locator("textarea[name=body]").press_sequentially(TEXT[25:])
        expect(page.locator("[data-kept-line]")).to_contain_text("Kept at", timeout=20_000)
    else:
        page.locator("textarea[name=body]").fill(TEXT)
    author.presses("Save and hand in")
    author.fills_in({"kind": "post"})
    author.presses("Hand it in")
    post = Post.objects.get()
    assert (post.submissions.get().body, author.place) == (TEXT, f"/blog/write/{post.pk}/")

    # The editor asks for changes, and says why; the author hands in again.
    editor = comes("editor", phone=False)
    editor.opens("/blog/desk/").follows("Why our village shop became a co-op")
    editor.follows("Ask for changes")
    editor.fills_in({"reason": "unclear", "explanation": "Say how you found the money."})
    editor.presses("Ask for changes")
    author.opens(f"/blog/write/{post.pk}/")
    assert [words in author.text for words in ("Hard to follow", "Say how you found the money.")] == [True, True]
    author.opens(f"/blog/write/{post.pk}/edit/")
    page.locator("textarea[name=body]").fill(f"{TEXT} Forty families put in £200 each.")
    author.presses("Save and hand in")
    author.fills_in({"kind": "post"})
    author.presses("Hand it in")

    # The editor schedules it. Until then nobody finds it; then it is there, and no task has run.
    tomorrow = timezone.localtime() + dt.timedelta(days=1)
    editor.opens(f"/blog/desk/{post.pk}/approve/")
    editor.fills_in({"when": "later", "moment_0": f"{tomorrow:%Y-%m-%d}", "moment_1": "10:00"})
    editor.presses("Approve")
    post.refresh_from_db()
    stranger = somebody(script=script)
    assert "village shop" not in stranger.opens("/blog/").text
    assert stranger.page.goto(stranger.site + post.get_absolute_url()).status == 404
    with time_machine.travel(tomorrow.replace(hour=10, minute=1), tick=True):
        assert "village shop" in stranger.opens("/blog/").text
        assert "Forty families put in £200 each." in stranger.opens(post.get_absolute_url()).text
        discuss(comes, stranger, post)
    ledger = stranger.opens("/blog/ledger/").text
    assert ["Changes asked for" in ledger, "Hard to follow" in ledger, "Gwen" in ledger] == [True, True, False]
    assert Submission.objects.filter(outcome="approved").count() == 1


def discuss(comes, stranger: Visitor, post: Post) -> None:
    """A reader comments, somebody reports it, a moderator declines it, and another gives it back."""
    here = post.get_absolute_url()
    reader, first = comes("reader"), comes("first", phone=False)
    reader.opens(here).follows("Comment on this post")
    reader.page.locator("[name=body]").fill(COMMENT)
    reader.presses("Send your comment")
    comment = Contribution.objects.get()
    assert COMMENT not in stranger.opens(here).text
    first.opens(f"/moderation/{comment.moderation_id}/").fills_in({"outcome": "publish"})
    first.presses("Decide")
    assert COMMENT in stranger.opens(here).text

    other = comes("other")
    other.opens(f"/contributions/{comment.pk}/report/").fills_in({"reason": "abuse"})
    other.page.locator("main form button[type=submit]").first.click()
    other.page.wait_for_load_state()
    first.opens(f"/moderation/{comment.moderation_id}/")
    first.fills_in({"outcome": "decline", "reason": "abuse", "explanation": EXPLANATION})
    first.presses("Decide")
    assert COMMENT not in stranger.opens(here).text

    verdict = comment.moderation.verdicts.get(outcome="decline")
    reader.opens(verdict.get_absolute_url())
    assert EXPLANATION in reader.text
    reader.fills_in({"text": "I mocked nobody but my bank."})
    reader.page.locator("main form button[type=submit]").first.click()
    reader.page.wait_for_load_state()
    appeal = Appeal.objects.get()
    second = comes("second", phone=False)
    second.opens(f"/moderation/appeals/{appeal.pk}/")
    second.fills_in({"outcome": "overturned", "explanation": "A bank can bear it."})
    second.page.locator("main form button[type=submit]").first.click()
    second.page.wait_for_load_state()
    assert COMMENT in stranger.opens(here).text
    ledger = stranger.opens("/moderation/ledger/").text
    assert ["The decision was wrong" in ledger, "Mo Reader" in ledger, COMMENT in ledger] == [True, False, False]
