"""The editor in a real browser: what only a script does, and that everything can be done with the keyboard and without one."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from panel.actions.drafting import save_draft
from panel.models import Draft, WorkingCopy
from tests.factories.panel import TEXT, a_section, said_to
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

KEPT = re.compile(r"^Kept at \d{1,2}:\d\d[ap]m, not saved yet$")


@pytest.fixture
def section(db):
    return a_section()


@pytest.fixture
def halina():
    return UserFactory(roles=["panel_member"], name="Halina Nowak")


@pytest.fixture
def opens(new_page, live_server, settings, section, halina) -> Callable[..., Page]:
    settings.SITE_ADDRESS = live_server.url

    def at(name: str = "section-edit", *, by=halina, **how) -> Page:
        client = Client()
        client.force_login(by)
        page = new_page(**how)
        page.context.add_cookies(
            [{"name": "session", "value": client.cookies["session"].value, "url": live_server.url}]
        )
        page.goto(live_server.url + reverse(f"panel:{name}", args=[section.slug]))
        return page

    return at


def saved(section) -> str:
    return Draft.objects.get(section=section).body


def text_box(page: Page):
    return page.get_by_label("Text", exact=True)


def test_what_is_typed_is_kept_shown_and_offered_again(opens, section, halina):
    page = opens()
    text_box(page).press("Control+End")
    page.keyboard.type("\n\nNew words.")
    expect(page.locator("[data-kept-line]")).to_have_text(KEPT, timeout=15_000)
    expect(page.locator("[data-kept-status]")).to_have_text(KEPT)
    expect(page.locator("[data-preview-box]")).to_contain_text("1.4 New words.", use_inner_text=True)
    assert (WorkingCopy.objects.get().body, saved(section)) == (f"{TEXT}\n\nNew words.", TEXT)
    page.close()
    later = opens()
    assert later.locator("h1").inner_text().startswith("You have words from ")
    later.get_by_role("link", name="Put them in the form").click()
    later.get_by_role("button", name="Save the draft").click()
    expect(later.locator(".messages")).to_contain_text("Saved.")
    assert (saved(section), WorkingCopy.objects.count()) == (f"{TEXT}\n\nNew words.", 0)


def test_marks_are_put_around_words_by_keyboard_and_taken_back_by_undo(opens):
    page = opens()
    box = text_box(page)
    box.fill("lend to members")
    box.evaluate("box => box.setSelectionRange(0, 4)")
    box.press("Control+b")
    assert box.input_value() == "**lend** to members"
    box.press("Control+z")
    assert box.input_value() == "lend to members"
    box.evaluate("box => box.setSelectionRange(8, 15)")
    for name, expected in (
        ("Link", "lend to [members](https://)"),
        ("Heading", "## lend to [members](https://)"),
        ("Heading", "lend to [members](https://)"),
        ("List", "- lend to [members](https://)"),
    ):
        page.get_by_role("button", name=name, exact=True).focus()
        page.keyboard.press("Enter")
        assert box.input_value() == expected


def test_looking_for_voices_leaves_what_was_typed_alone(opens, section):
    said_to(section, paragraph=1, body="Members have savings.")
    said_to(section, paragraph=2, body="Who staffs the desk?")
    page = opens()
    text_box(page).fill("Half a thought")
    page.get_by_label("Words").fill("staffs")
    page.get_by_role("button", name="Find").click()
    expect(page.locator(".evidence")).to_have_count(1)
    expect(page.locator(".evidence")).to_contain_text("Who staffs the desk?")
    assert (text_box(page).input_value(), page.url.endswith("/edit/")) == ("Half a thought", True)


def test_without_script_it_is_shown_and_voices_are_found_and_nothing_is_lost(opens, section):
    said_to(section, paragraph=1, body="Members have savings.")
    said_to(section, paragraph=2, body="Who staffs the desk?")
    page = opens(script=False, phone=True)
    text_box(page).fill("Half a **thought**")
    page.get_by_role("button", name="Show how it will look").click()
    assert page.locator(".preview-box strong").inner_text() == "thought"
    page.get_by_label("Words").fill("savings")
    page.get_by_role("button", name="Find").click()
    assert page.locator(".evidence-words").all_inner_texts() == ["Members have savings."]
    assert (text_box(page).input_value(), page.get_by_label("Words").input_value()) == ("Half a **thought**", "savings")
    page.get_by_role("button", name="Save the draft").click()
    assert saved(section) == "Half a **thought**"


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_two_who_changed_the_same_words_are_asked_and_answer_by_keyboard(opens, section, script):
    odhran = UserFactory(roles=["panel_member"], name="Odhran Keane")
    page = opens(script=script, phone=True)
    text_box(page).fill(TEXT.replace("ten working days", "five working days"))
    theirs = TEXT.replace("within ten working days", "before the month is out")
    save_draft(section, by=odhran, title="Finance that fits", body=theirs, based_on=1)
    page.get_by_role("button", name="Save the draft").press("Enter")
    expect(page.locator("h1")).to_have_text("You both changed the same words")
    page.get_by_label("Keep what I wrote").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.get_by_role("button", name="Save with these choices").press("Enter")
    expect(page.locator(".messages")).to_contain_text("Saved together with what Odhran Keane wrote meanwhile.")
    assert saved(section) == TEXT.replace("ten working days", "five working days")


def test_a_session_that_ends_while_writing_is_told_and_the_words_are_there_after_signing_in(opens, section, halina):
    page = opens()
    session = page.context.cookies()
    page.context.clear_cookies(name="session")
    text_box(page).fill("My words")
    expect(page.locator("[data-kept-line]")).to_contain_text("You were signed out.", timeout=15_000)
    page.get_by_role("button", name="Save the draft").click()
    expect(page.locator("h1")).to_have_text("Sign in")
    assert (saved(section), len(session) > 0) == (TEXT, True)


def test_a_seat_lost_while_writing_is_told_at_once(opens, halina):
    page = opens()
    halina.appointments.all().delete()
    text_box(page).fill("My words")
    expect(page.locator("[data-kept-line]")).to_contain_text("you may not write here any more", timeout=15_000)
