"""Writing a post in a real browser: kept while the connection drops, two windows, pictures, and all of it by keyboard."""

import re
from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, expect

from blog.actions.writing import keep_draft
from blog.models import Draft, Picture, Post, Submission
from tests.factories.blog import a_draft, a_photo, a_picture, a_theme
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

KEPT = re.compile(r"^Kept at \d{1,2}:\d\d[ap]m$")
OFFLINE = "Not kept: there is no connection. We try again."


@pytest.fixture
def halina(db):
    return UserFactory(name="Halina Nowak")


@pytest.fixture
def post(halina) -> Post:
    return a_draft(by=halina)


@pytest.fixture
def enter(live_server, settings, halina) -> Callable[[Page, str], Page]:
    """Opens an address on a page as Halina."""
    settings.SITE_ADDRESS = live_server.url

    def at(page: Page, address: str) -> Page:
        client = Client()
        client.force_login(halina)
        page.context.add_cookies(
            [{"name": "session", "value": client.cookies["session"].value, "url": live_server.url}]
        )
        page.goto(live_server.url + address)
        return page

    return at


@pytest.fixture
def opens(new_page, enter, post) -> Callable[..., Page]:
    def at(name: str = "post-edit", **how) -> Page:
        return enter(new_page(**how), reverse(f"blog:{name}", args=[post.pk]))

    return at


@pytest.fixture
def unsteady(browser: Browser) -> Iterator[BrowserContext]:
    """A phone whose connection may drop. The browser logs each request that fails, so it is not `new_page`, which minds that."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, locale="en-GB")
    yield context
    context.close()


def draft(post: Post) -> Draft:
    return Draft.objects.get(post=post)


def text_box(page: Page):
    return page.get_by_label("Text", exact=True)


def line(page: Page):
    return page.locator("[data-kept-line]")


def test_what_is_typed_is_kept_and_shown_on_every_device(opens, post):
    page = opens()
    text_box(page).press("Control+End")
    page.keyboard.type("\n\nNew **words**.")
    expect(line(page)).to_have_text(KEPT, timeout=15_000)
    expect(page.locator("[data-kept-status]")).to_have_text(KEPT)
    expect(page.locator("[data-preview-box] strong").last).to_have_text("words")
    assert draft(post).body.endswith("\n\nNew **words**.")
    later = opens(phone=True)
    assert text_box(later).input_value().endswith("New **words**.")


def test_answers_beside_the_text_are_kept_too(opens, post):
    a_theme("Land")
    page = opens()
    page.get_by_label("Land").check()
    page.get_by_label("Welsh").check()
    expect(line(page)).to_have_text(KEPT, timeout=15_000)
    kept = draft(post)
    assert (len(kept.theme_ids), kept.language) == (1, "cy")


def test_a_connection_that_drops_in_the_middle_loses_nothing(unsteady, enter, post):
    page = enter(unsteady.new_page(), reverse("blog:post-edit", args=[post.pk]))
    text_box(page).fill("Before.")
    expect(line(page)).to_have_text(KEPT, timeout=15_000)
    unsteady.set_offline(True)
    text_box(page).fill("Before. In the tunnel.")
    expect(line(page)).to_have_text(OFFLINE, timeout=15_000)
    assert draft(post).body == "Before."
    unsteady.set_offline(False)
    expect(line(page)).to_have_text(KEPT, timeout=15_000)
    assert draft(post).body == "Before. In the tunnel."
    page.get_by_role("button", name="Save and hand in").click()
    page.get_by_label("The whole post, to be published").check()
    page.get_by_role("button", name="Hand it in").click()
    expect(page.locator(".messages")).to_contain_text("Handed in.")
    assert Submission.objects.get().body == "Before. In the tunnel."


def test_an_answer_that_gets_lost_does_not_make_the_page_a_stranger_to_its_own_words(unsteady, enter, post):
    page = enter(unsteady.new_page(), reverse("blog:post-edit", args=[post.pk]))
    lost = []

    def lose(route):
        # It reaches the server, and the answer never comes back.
        route.fetch()
        lost.append(route.request.url)
        route.abort()

    page.route("**/keep/", lose)
    text_box(page).fill("One.")
    expect(line(page)).to_have_text(OFFLINE, timeout=15_000)
    assert (draft(post).body, len(lost) > 0) == ("One.", True)
    page.unroute("**/keep/")
    text_box(page).fill("One. Two.")
    expect(line(page)).to_have_text(KEPT, timeout=15_000)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".messages")).to_contain_text("Saved.")
    assert draft(post).body == "One. Two."


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_two_devices_are_both_shown_and_one_is_chosen_by_keyboard(opens, post, halina, script):
    page = opens(script=script, phone=True)
    keep_draft(post, by=halina, based_on=2, written={"body": "From the other device"})
    text_box(page).fill("From this one")
    if script:
        expect(line(page)).to_contain_text("Not kept: this was changed in another window", timeout=15_000)
    page.get_by_role("button", name="Save", exact=True).press("Enter")
    expect(page.locator("h1")).to_have_text("Changed in two places")
    assert draft(post).body == "From the other device"
    page.get_by_label("What I typed here", exact=True).last.focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Go on with this").press("Enter")
    expect(page.locator(".messages")).to_contain_text("Saved as you chose.")
    assert draft(post).body == "From this one"


def test_a_picture_is_brought_and_put_into_the_text(opens, post, tmp_path):
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(a_photo(1200, 800).getvalue())
    page = opens(phone=True)
    text_box(page).fill("First.\n\nLast.")
    page.get_by_role("button", name="Save, and add a picture").click()
    page.get_by_label("Picture", exact=True).set_input_files(photo)
    page.get_by_label("What does the picture show?").fill("The [old] shop")
    page.get_by_role("button", name="Add the picture").click()
    expect(page.locator(".messages")).to_contain_text("Here it is.")
    page.get_by_role("link", name="Go on writing").click()
    box = text_box(page)
    box.evaluate("box => { box.focus(); box.setSelectionRange(6, 6); }")
    page.get_by_role("button", name="Put it in the text").press("Enter")
    picture = Picture.objects.get()
    expected = f"First.\n\n![The \\[old\\] shop]({picture.get_absolute_url()})\n\nLast."
    assert box.input_value() == expected
    shown = page.locator("[data-preview-box] img")
    expect(shown).to_have_attribute("alt", "The [old] shop")
    assert (
        shown.evaluate("image => { image.loading = 'eager'; return image.decode().then(() => image.naturalWidth); }")
        == 1200
    )
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".messages")).to_contain_text("Saved.")
    assert draft(post).body == expected


def test_a_picture_goes_to_the_end_for_who_has_not_been_in_the_text(opens, post):
    picture = a_picture(post)
    page = opens()
    page.get_by_role("button", name="Put it in the text").click()
    assert text_box(page).input_value().endswith(f"- A loan\n\n\n![{picture.alt}]({picture.get_absolute_url()})")


def test_all_of_it_works_without_script(opens, post, tmp_path):
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(a_photo(300, 200).getvalue())
    page = opens(script=False, phone=True)
    text_box(page).fill("Half a **thought**")
    page.get_by_role("button", name="Show how it will look").click()
    assert page.locator(".preview-box strong").inner_text() == "thought"
    page.get_by_role("button", name="Save, and add a picture").click()
    page.get_by_label("Picture", exact=True).set_input_files(photo)
    page.get_by_label("What does the picture show?").fill("The shop")
    page.get_by_role("button", name="Add the picture").click()
    copied = page.get_by_label("Copy this into your text").input_value()
    page.get_by_role("link", name="Go on writing").click()
    text_box(page).fill(f"A thought\n\n{copied}")
    page.get_by_role("button", name="Save and hand in").click()
    assert page.locator(".prose img").get_attribute("alt") == "The shop"
    page.get_by_role("button", name="Hand it in").click()
    assert (Submission.objects.get().body, page.locator(".tag").first.inner_text()) == (
        f"A thought\n\n{copied}",
        "With the editors",
    )


def test_a_session_that_ends_while_writing_is_told(opens, post):
    page = opens()
    page.context.clear_cookies(name="session")
    text_box(page).fill("My words")
    expect(line(page)).to_contain_text("You were signed out.", timeout=15_000)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("h1")).to_have_text("Sign in")


def test_who_is_no_author_any_more_is_told_at_once(opens, post):
    page = opens()
    post.bylines.all().delete()
    text_box(page).fill("My words")
    expect(line(page)).to_contain_text("you may not write here any more", timeout=15_000)


def test_from_the_button_to_the_editors_by_keyboard_alone(new_page, enter, halina):
    page = enter(new_page(), reverse("blog:write"))
    page.get_by_role("button", name="Pitch an idea").press("Enter")
    expect(page.locator("h1")).to_have_text("Pitch an idea")
    page.get_by_label("Title").press_sequentially("Sheds")
    page.get_by_label("Title").press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Heading")).to_be_focused()
    text_box(page).press_sequentially("Every town needs one.")
    text_box(page).press("Control+a")
    text_box(page).press("Control+b")
    page.get_by_role("button", name="Save and hand in").press("Enter")
    page.get_by_role("button", name="Hand it in").press("Enter")
    expect(page.locator(".messages")).to_contain_text("Your idea is with the editors.")
    submission = Submission.objects.get()
    assert (submission.title, submission.body, submission.is_pitch) == ("Sheds", "**Every town needs one.**", True)
