"""From a voice to the words it changed, and back: a member on a phone, the moderator, the panel, and the member again."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page

from commons.contributions.models import Contribution
from commons.people.models import User
from panel.models import Section
from tests.factories.panel import a_section
from tests.factories.people import TOTP_SECRET, MembershipFactory
from tests.journeys.conftest import PASSWORD
from tests.journeys.visitor import Visitor

COMMENT = "We could not find one lender who knew what a withdrawable share is."
REASON = "People asked for a date. March 2028 is when the money comes."


@dataclass(frozen=True)
class People:
    member: User
    moderator: User
    chair: User


@pytest.fixture
def people(person) -> People:
    member = person("gwen@example.coop", name="Gwen Larkin")
    MembershipFactory(user=member, organisation__name="Rivermead Housing Co-operative")
    return People(
        member,
        person("joseph@example.coop", ("moderator",), name="Joseph Okello"),
        person("halina@example.coop", ("chair",), name="Halina Brook"),
    )


@pytest.fixture
def section(people) -> Section:
    return a_section(slug="finance", chair=people.chair)


def comes_in(visitor: Visitor, user: User) -> None:
    """By password, and by the second step for whoever holds a role."""
    visitor.opens("/accounts/login/").signs_in(user.email, PASSWORD, secret=TOTP_SECRET if user.roles else "")


def chooses(visitor: Visitor, words: str) -> None:
    """A radio button by its label."""
    visitor.page.locator("main label", has_text=words).first.click()


def test_a_comment_and_a_suggestion_go_all_the_way_and_back(somebody, script, people, section):
    member = somebody(script=script)
    comes_in(member, people.member)

    # The member comments on exact words: paragraph, sentence, a copy with less in it.
    member.opens("/strategy/finance/").follows("Comment on 1.2")
    member.page.locator("summary", has_text="Speak of one sentence only").click()
    member.follows("The sector will explore a lending desk")
    member.page.locator("[name=words]").fill("a lending desk, shared by all our federations")
    member.page.locator("[name=body]").fill(COMMENT)
    chooses(member, "For my organisation, as an officer")
    member.page.locator("[name=organisation]").select_option(label="Rivermead Housing Co-operative")
    member.presses("Send your comment")
    assert member.notes == [
        "Thank you. A moderator looks at it before others can read it, usually the same day. You see it here meanwhile."
    ]
    comment = member.place

    # And suggests other words.
    member.opens("/strategy/finance/").follows("Suggest other words for 1.2")
    member.follows("The sector will explore a lending desk")
    member.page.locator("[name=words]").fill("explore a lending desk")
    member.page.locator("[name=replacement]").fill("open two lending desks tomorrow")
    member.page.locator("[name=body]").fill("Exploring is not enough.")
    member.presses("Send your suggestion")
    suggestion = member.place

    # Nobody else sees either until the moderator has looked.
    stranger = somebody(script=script)
    assert COMMENT not in stranger.opens("/strategy/finance/").text
    moderator = somebody(script=script)
    comes_in(moderator, people.moderator)
    for row in Contribution.objects.held().order_by("pk"):
        moderator.opens(f"/moderation/{row.moderation_id}/")
        moderator.fills_in({"outcome": "publish"})
        moderator.presses("Decide")
    assert COMMENT in stranger.opens("/strategy/finance/").text
    assert "tomorrow" in stranger.text

    # The chair answers both, accepts one in part with other words, and publishes.
    chair = somebody(script=script, phone=False)
    comes_in(chair, people.chair)
    chair.opens(f"/panel/desk/answer/?c={suggestion.strip('/').split('/')[-1]}")
    chooses(chair, "Accepted in part")
    chair.page.locator("[name=words]").fill("open by March 2028 a lending desk")
    chair.page.locator("[name=reason]").fill(REASON)
    chair.presses("Answer")
    assert chair.notes == [
        "Answered, and the words are in the draft. They become public when the section is published."
    ]
    chair.opens(f"/panel/desk/answer/?c={comment.strip('/').split('/')[-1]}")
    chooses(chair, "Accepted")
    chair.page.locator("[name=reason]").fill("The desk is staffed by people who know share capital.")
    chair.presses("Answer")
    chair.opens("/strategy/finance/edit/")
    body = chair.page.locator("textarea[name=body]")
    body.fill(body.input_value().replace("federations.", "federations and staffed by people who know share capital."))
    chair.presses("Save the draft")
    chair.opens("/strategy/finance/publish/")
    # The paragraph is explained by the suggestion already, so nothing more is asked.
    chair.page.locator("[name=note]").fill("The lending desk has a date.")
    chair.presses("Publish the new version")
    assert section.versions.count() == 2

    # The member is told, sees what became of it, and finds back from the changed words to what they said.
    member.opens("/you/notices/")
    assert "You said, we changed: Finance that fits" in member.text
    member.opens(suggestion)
    assert [place in member.text for place in ("Accepted in part", REASON, "The words that changed")] == [True] * 3
    member.page.locator(".sight-changed a").first.click()
    member.page.wait_for_load_state()
    assert member.place == "/strategy/finance/v/2/"
    member.opens("/strategy/finance/")
    assert "open by March 2028" in member.text
    member.page.locator(".para-notes .why-voices a", has_text="Gwen Larkin").first.click()
    member.page.wait_for_load_state()
    assert member.place == suggestion


def tab_to(page: Page, found: Callable[[], bool], most: int = 120) -> None:
    """Press Tab until what has the focus is what is looked for."""
    for _press in range(most):
        page.keyboard.press("Tab")
        if found():
            return
    raise AssertionError(f"not reached by Tab: {page.url}")


def focused(page: Page) -> str:
    return page.evaluate("document.activeElement.innerText || document.activeElement.name || ''")


def test_words_are_commented_on_with_the_keyboard_alone(somebody, script, people, section):
    member = somebody(script=script)
    comes_in(member, people.member)
    page = member.opens("/strategy/finance/").page
    tab_to(page, lambda: focused(page).startswith("Comment on 1.2"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/comment/**")
    tab_to(page, lambda: "Speak of one sentence only" in focused(page))
    page.keyboard.press("Enter")
    tab_to(page, lambda: focused(page).startswith("It will answer every enquiry"))
    page.keyboard.press("Enter")
    page.wait_for_url("**words=**")
    tab_to(page, lambda: focused(page) == "body")
    page.keyboard.type("Ten days is too slow.")
    tab_to(page, lambda: focused(page) == "Send your comment")
    page.keyboard.press("Enter")
    page.wait_for_url("**/contributions/**")
    row = Contribution.objects.get()
    assert (row.body, row.anchor.exact) == (
        "Ten days is too slow.",
        "It will answer every enquiry within ten working days.",
    )


def test_marked_words_are_commented_on_with_the_mouse_or_the_finger(somebody, people, section):
    member = somebody(script=True)
    comes_in(member, people.member)
    page = member.opens("/strategy/finance/").page
    page.evaluate(
        """() => {
            const text = document.querySelector("#p2 [data-words] p").firstChild, from = text.data.indexOf("lending desk");
            const range = document.createRange();
            range.setStart(text, from); range.setEnd(text, from + "lending desk".length);
            const selection = document.getSelection(); selection.removeAllRanges(); selection.addRange(range);
        }"""
    )
    page.locator("#pointing-bar [data-point-suggest]").click()
    page.wait_for_url("**/suggest/**")
    assert page.locator("[name=words]").input_value() == "lending desk"
    page.locator("[name=replacement]").fill("lending library")
    page.locator("[name=body]").fill("We lend more than money.")
    member.presses("Send your suggestion")
    assert Contribution.objects.get().anchor.exact == "lending desk"


def test_what_was_typed_before_signing_in_in_another_tab_is_still_there(somebody, script, people, section):
    """Signing in changes the token of every page that was open before."""
    member = somebody(script=script)
    comes_in(member, people.member)
    member.opens("/strategy/finance/comment/?paragraph=2")
    member.page.locator("[name=body]").fill(COMMENT)
    member.page.context.clear_cookies()
    other = member.another_tab()
    comes_in(other, people.member)
    member.presses("Send your comment")
    assert member.page.locator("[name=body]").input_value() == COMMENT
    member.presses("Send your comment")
    assert [row.body for row in Contribution.objects.all()] == [COMMENT]


def test_what_was_typed_waits_while_one_signs_in_again(somebody, script, people, section):
    member = somebody(script=script)
    comes_in(member, people.member)
    member.opens("/strategy/finance/comment/?paragraph=2")
    member.page.locator("[name=body]").fill(COMMENT)
    member.page.context.clear_cookies(name="session")
    member.presses("Send your comment")
    member.signs_in(people.member.email, PASSWORD)
    assert member.page.locator("[name=body]").input_value() == COMMENT
    member.presses("Send your comment")
    assert [row.body for row in Contribution.objects.all()] == [COMMENT]
