"""A scribe's phone in a hall without a connection, in a real browser: nothing that was written is lost or there twice, and the
line at the top is true at every moment."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from consultation.models import Event, EventNote, EventPhoto, EventTable
from tests.factories.blog import a_photo
from tests.factories.events import a_session, a_table, an_event
from tests.factories.themes import a_theme

pytestmark = pytest.mark.django_db(transaction=True)

# A phone whose clock is one day behind.
YESTERDAY = """
    const Real = Date, DAY = 86400000;
    window.Date = class extends Real {
        constructor(...given) { given.length ? super(...given) : super(Real.now() - DAY); }
        static now() { return Real.now() - DAY; }
    };
"""
NO_STORE = "Object.defineProperty(window, 'indexedDB', { get() { throw new Error('refused'); } });"


@pytest.fixture
def event(db) -> Event:
    return an_event(starts=dt.timedelta(hours=-1))


@pytest.fixture
def table(event) -> EventTable:
    return a_table(a_session(event, theme=a_theme("Finance")), 4)


@pytest.fixture
def at_table(new_page, live_server, settings, table) -> Callable[..., Page]:
    """Opens the page of the table by its code; it is kept on the phone when this returns."""
    settings.SITE_ADDRESS = live_server.url

    def opened(*, wait: bool = True, init: str = "", **how) -> Page:
        page = new_page(phone=True, **how)
        if init:
            page.add_init_script(init)
        page.goto(f"{live_server.url}{reverse('consultation:event-table', args=[table.event.slug])}?code={table.code}")
        if wait:
            expect(page.locator("[data-ready-line]")).to_have_text(re.compile("^This page works without a connection"))
        return page

    return opened


def write(page: Page, text: str, kind: str = "An issue") -> None:
    page.get_by_label(re.compile(kind)).check()
    box = page.get_by_label("What was said")
    box.fill(text)
    page.get_by_role("button", name="Add this note").click()
    expect(box).to_have_value("")


def says(page: Page, words: str) -> None:
    expect(page.locator("[data-count]")).to_have_text(words)


def there() -> list[str]:
    return [note.contribution.body for note in EventNote.objects.in_order().select_related("contribution")]


def test_a_scribe_writes_without_a_connection_is_killed_and_loses_nothing(at_table, live_server):
    page = at_table()
    says(page, "Nothing is written down yet.")
    context, url = page.context, page.url
    context.set_offline(True)
    page.reload()
    expect(page.locator("h1")).to_have_text("Table 4")
    for number in range(1, 6):
        write(page, f"Note {number}")
        says(page, f"{number} notes wait on this phone." if number > 1 else "1 note waits on this phone.")
    expect(page.locator("[data-why]")).to_have_text(
        "This phone has no connection. They are sent by themselves as soon as it has one. Send before you go home."
    )
    page.get_by_label("What was said").fill("Half a sen")
    page.close(run_before_unload=False)
    page = context.new_page()
    page.goto(url)
    says(page, "5 notes wait on this phone.")
    expect(page.get_by_label("What was said")).to_have_value("Half a sen")
    assert there() == []
    context.set_offline(False)
    says(page, "All 5 notes are with us.")
    assert there() == [f"Note {number}" for number in range(1, 6)]
    expect(page.locator("[data-tag=waiting]:visible")).to_have_count(0)
    page.reload()
    says(page, "All 5 notes are with us.")
    expect(page.get_by_label("What was said")).to_have_value("Half a sen")


def test_an_answer_that_is_lost_on_the_way_makes_no_second_note(at_table):
    page = at_table()

    def lose(route: Route) -> None:
        route.fetch()
        route.abort("internetdisconnected")

    page.route("**/table/send/", lose)
    write(page, "Once")
    page.wait_for_timeout(500)
    says(page, "1 note waits on this phone.")
    assert there() == ["Once"]
    page.unroute("**/table/send/")
    page.get_by_role("button", name="Send now").click()
    says(page, "Your 1 note is with us.")
    assert there() == ["Once"]


def test_two_tabs_count_alike_and_send_once(at_table, live_server):
    first = at_table()
    second = first.context.new_page()
    second.goto(first.url)
    first.context.set_offline(True)
    write(first, "From the first")
    write(second, "From the second")
    for page in (first, second):
        says(page, "2 notes wait on this phone.")
    first.context.set_offline(False)
    for page in (first, second):
        says(page, "All 2 notes are with us.")
    assert sorted(there()) == ["From the first", "From the second"]


def test_when_the_event_is_over_the_notes_stay_and_can_be_copied(at_table, event):
    page = at_table()
    hours = dt.timedelta(days=9)
    Event.objects.update(starts_at=event.starts_at - hours, ends_at=event.ends_at - hours)
    write(page, "Too late?")
    says(page, "1 note waits on this phone.")
    expect(page.locator("[data-why]")).to_contain_text("This event is over, so it takes no more notes.")
    page.get_by_role("button", name="Copy all as text").click()
    expect(page.get_by_label("All of it as text")).to_have_value("Issue: Too late?")
    expect(page.locator("[data-copy-told]")).not_to_have_text("")
    Event.objects.update(starts_at=event.starts_at, ends_at=event.ends_at)
    page.get_by_role("button", name="Send now").click()
    says(page, "Your 1 note is with us.")
    assert there() == ["Too late?"]


def test_a_clock_that_is_a_day_behind_is_told_and_does_no_harm(at_table):
    page = at_table(init=YESTERDAY)
    write(page, "Yesterday, says the phone")
    says(page, "Your 1 note is with us.")
    note = EventNote.objects.get()
    now = timezone.now()
    assert dt.timedelta(hours=23) < now - note.made_at < dt.timedelta(hours=25)
    assert now - note.received_at < dt.timedelta(minutes=1)


def test_a_phone_that_keeps_nothing_says_so_and_never_claims_otherwise(at_table):
    page = at_table(wait=False, init=NO_STORE)
    says(page, re.compile("^This phone cannot keep notes, so each one is sent at once."))
    write(page, "Sent at once")
    assert there() == ["Sent at once"]
    page.context.set_offline(True)
    page.get_by_label("What was said").fill("Not sent")
    page.get_by_role("button", name="Add this note").click()
    expect(page.locator("[data-trouble]")).to_have_text(
        "It was not sent, and this phone cannot keep it. Your words are still in the box. Try again."
    )
    expect(page.get_by_label("What was said")).to_have_value("Not sent")
    page.context.set_offline(False)
    page.get_by_role("button", name="Add this note").click()
    expect(page.get_by_label("What was said")).to_have_value("")
    assert there() == ["Sent at once", "Not sent"]


def test_a_table_reads_back_strikes_and_agrees_without_a_connection(at_table, table):
    page = at_table()
    page.context.set_offline(True)
    write(page, "Nobody lends")
    write(page, "A bank of looms", "An idea")
    page.get_by_role("link", name="Read it back to your table").click()
    expect(page.get_by_role("heading", name="Write a note")).to_be_hidden()
    page.get_by_role("button", name=re.compile("Strike out.*Nobody lends")).click()
    expect(page.locator("[data-tag=struck]:visible")).to_have_count(1)
    page.get_by_role("button", name="The table agrees").click()
    says(page, "2 notes wait on this phone. 2 changes wait on this phone.")
    page.context.set_offline(False)
    says(page, "All 2 notes are with us.")
    found = {
        note.contribution.body: (note.struck_at is not None, note.confirmed_at is not None)
        for note in EventNote.objects.select_related("contribution")
    }
    assert found == {"Nobody lends": (True, False), "A bank of looms": (False, True)}
    table.refresh_from_db()
    assert table.confirmed_at is not None


def test_a_photograph_is_made_smaller_on_the_phone_and_sent_later(at_table):
    page = at_table()
    page.context.set_offline(True)
    file = {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": a_photo(3000, 2000).getvalue()}
    page.get_by_label("A photograph of your flipchart").set_input_files(file)
    page.get_by_role("button", name="Add the photograph").click()
    says(page, "1 photograph waits on this phone.")
    page.context.set_offline(False)
    says(page, "Nothing is written down yet.")
    photo = EventPhoto.objects.get()
    assert (photo.width, photo.height) == (1600, 1067)


def test_a_phone_that_moves_to_another_table_still_sends_for_the_first(at_table, live_server, table):
    other = a_table(table.session, 5)
    page = at_table()
    page.route("**/table/send/", lambda route: route.abort("internetdisconnected"))
    write(page, "Of table four")
    says(page, "1 note waits on this phone.")
    page.goto(f"{page.url}?code={other.code}")
    expect(page.locator("h1")).to_have_text("Table 5")
    says(page, "Nothing is written down yet. 1 thing from another table waits on this phone, too.")
    page.unroute("**/table/send/")
    page.get_by_role("button", name="Send now").click()
    says(page, "Nothing is written down yet.")
    assert EventNote.objects.get().table == table


def test_a_phone_that_has_lost_its_code_still_says_what_waits_and_sends_it(at_table):
    page = at_table()
    page.route("**/table/send/", lambda route: route.abort("internetdisconnected"))
    write(page, "Before the cookie went")
    page.context.clear_cookies()
    page.reload()
    expect(page.locator("h1")).to_have_text("Open your table")
    says(page, "1 note waits on this phone.")
    page.unroute("**/table/send/")
    page.get_by_role("button", name="Send now").click()
    expect(page.locator("[data-state]")).to_be_hidden()
    assert there() == ["Before the cookie went"]


def test_a_photograph_that_cannot_be_kept_is_told_and_taken_off_the_list(at_table):
    page = at_table()
    file = {"name": "IMG_1.heic", "mimeType": "image/heic", "buffer": b"no picture"}
    page.get_by_label("A photograph of your flipchart").set_input_files(file)
    page.get_by_role("button", name="Add the photograph").click()
    says(page, "1 thing could not be kept. It stands below with the reason.")
    line = page.locator("[data-refused-photos] li")
    expect(line).to_contain_text("This is not a picture that we can read.")
    line.get_by_role("button", name="Take it off this list").click()
    says(page, "Nothing is written down yet.")


def test_somebody_in_the_room_speaks_without_a_connection(new_page, live_server, settings, event, table):
    settings.SITE_ADDRESS = live_server.url
    page = new_page(phone=True)
    url = f"{live_server.url}{reverse('consultation:event-say', args=[event.slug])}"
    page.goto(f"{url}?code={event.say_code}")
    expect(page.locator("[data-ready-line]")).to_have_text(re.compile("^This page works without a connection"))
    page.context.set_offline(True)
    page.reload()
    page.get_by_label("What do you want to say?").fill("Looms for all")
    page.get_by_role("button", name="Say it").click()
    says(page, "1 note waits on this phone.")
    expect(page.locator("[data-list] [data-words]")).to_have_text("Looms for all")
    page.context.set_offline(False)
    says(page, "Your 1 note is with us.")
    note = EventNote.objects.get()
    assert (note.contribution.body, note.contribution.standing) == ("Looms for all", "held")


def test_a_scribe_needs_no_script(at_table):
    page = at_table(wait=False, script=False)
    write(page, "Nobody lends")
    expect(page.locator(".messages")).to_have_text("The note is with us.")
    says(page, "1 note of this table is with us")
    page.get_by_role("link", name="Read it back to your table").click()
    page.get_by_role("button", name="The table agrees").click()
    expect(page.locator("[data-tag=confirmed]:visible")).to_have_count(1)
    page.get_by_role("button", name=re.compile("Strike out.*Nobody lends")).click()
    expect(page.locator("[data-tag=struck]:visible")).to_have_count(1)
    assert there() == ["Nobody lends"]
