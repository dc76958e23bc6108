"""Set up an event for tomorrow, as the README tells it: a member of staff who has never done it adds one with two sessions,
publishes it, names helpers and opens tables; a member registers on a phone and shows the ticket; the helper checks them in; a
table writes, a facilitator groups, the room marks, and staff publish what came of it; and when it is over, what was said can be
read and what the member thought of it is kept without a name."""

import datetime as dt

import time_machine
from django.utils import timezone
from playwright.sync_api import expect

from consultation.models import Event, EventFeedback, EventSession, Registration
from tests.factories.people import TOTP_SECRET
from tests.journeys.conftest import PASSWORD

WRITTEN = [
    ("issue", "Nobody lends without a house."),
    ("idea", "Borrow against promises."),
    ("idea", "Lend to each other."),
]
IDEAS = ["A pledge of members", "A circle of lenders"]
STEPS = [  # the button, what it says was done, and which step is next then
    ("Close marking now", "Marking is closed. You can open it again until the marks are counted.", "Count the marks"),
    ("Count the marks", "The marks are counted. The counts do not change any more.", "Publish the results"),
    ("Publish the results", "The results are public now.", "Choose the proposals"),
]


def test_an_event_is_set_up_for_tomorrow_and_somebody_comes(somebody, person, script):
    people = {
        "staff": person("wren@example.coop", ("staff",), name="Wren Calloway"),
        "member": person("gwen@example.coop", name="Gwen Larkin"),
        "door": person("dee@example.coop", name="Dee Door"),
        "facilitator": person("mina@example.coop", name="Mina Sutter"),
    }

    def comes(who: str, *, phone: bool = True):
        visitor, user = somebody(script=script, phone=phone), people[who]
        visitor.opens("/accounts/login/").signs_in(user.email, PASSWORD, secret=TOTP_SECRET if user.roles else "")
        return visitor

    day = timezone.localtime() + dt.timedelta(days=1)

    def hours(begins: str, ends: str) -> dict[str, str]:
        return {
            "starts_at_0": f"{day:%Y-%m-%d}",
            "starts_at_1": begins,
            "ends_at_0": f"{day:%Y-%m-%d}",
            "ends_at_1": ends,
        }

    # 1. Staff add it. What is missing is said on its page.
    staff = comes("staff", phone=False)
    staff.opens("/staff/").follows("Events to set up")
    staff.follows("Add an event")
    words = {"title": "Lending circle", "summary": "An evening about lending.", "venue": "The mill", "capacity": "20"}
    staff.fills_in({**words, **hours("18:00", "21:00")})
    staff.presses("Add the event")
    assert (staff.heading, staff.place) == ("Lending circle", "/staff/events/lending-circle/")
    assert staff.notes == ["Added. Only staff see it until you publish it."]

    # 2. The programme: two sessions. A wrong time is said at its field, and nothing typed is lost.
    staff.follows("The programme")
    staff.follows("Add a session")
    staff.fills_in({"title": "Welcome", **hours("17:00", "18:30")})
    staff.presses("Add the session")
    assert [f"The event is {Event.objects.get().when_told}" in error for error in staff.errors] == [True]
    staff.fills_in(hours("18:00", "18:30"))
    staff.presses("Add the session")
    staff.follows("Add a session")
    staff.fills_in({"title": "Who lends to whom?", "room": "Loft", **hours("18:30", "20:00")})
    staff.presses("Add the session")
    assert list(EventSession.objects.values_list("title", flat=True)) == ["Welcome", "Who lends to whom?"]

    # 3. Somebody for the door, and then it is published.
    staff.follows("Lending circle")
    staff.follows("Helpers")
    for part in ("door", "facilitator"):
        staff.fills_in({"email": people[part].email, "part": part})
        staff.presses("Name them")
    staff.follows("Lending circle")
    stranger = somebody(script=script)
    assert "Lending circle" not in stranger.opens("/events/").text
    staff.presses("Publish this event")
    assert staff.notes == ["Published. Everybody can read it now."]

    # 4. A member finds it, registers, and has a ticket.
    member = comes("member")
    member.opens("/events/").follows("Lending circle")
    assert "20 of 20 places are left." in member.text
    member.follows("Register")
    member.fills_in({"access_needs": "A chair with arms"})
    member.presses("Register", times=2)
    member.page.wait_for_url("**/events/lending-circle/")
    assert (member.page.locator(".own-place h2").inner_text(), Registration.objects.count()) == ("You have a place", 1)
    member.follows("Your ticket")
    code = member.page.locator(".ticket-letters").inner_text()
    assert code == Registration.objects.get().code

    # 5. Tables: the page says what is missing first, and then there are cards to print.
    staff.opens("/staff/events/lending-circle/").follows("Tables and their codes")
    staff.page.get_by_label("For which session?").select_option(label="Who lends to whom?")
    staff.page.get_by_label("Which theme do these tables talk about?").select_option(label="Money")
    staff.fills_in({"count": "2"})
    staff.presses("Open the tables")
    assert staff.notes == ["2 tables are open. Print their cards."]
    staff.follows("Print the cards")
    table_code = staff.page.locator(".kit-card").first.locator(".kit-code").inner_text()
    assert staff.page.locator(".kit-card h2").all_inner_texts() == ["Table 1", "Table 2", "Say it in your own words"]

    # 6. On the day: by the code, and nothing of what she needs is to be seen at the door.
    with time_machine.travel(day.replace(hour=18, minute=5), tick=True):
        door = comes("door")
        door.opens("/events/lending-circle/").follows("Check people in")
        door.fills_in({"q": code})
        door.presses("Find")
        assert ["Gwen Larkin" in door.text, "chair" in door.text, "gwen@" in door.text] == [True, False, False]
        door.page.locator(".door-row").get_by_role("button", name="Check in").click()
        door.page.wait_for_load_state()
        assert door.notes == ["Gwen Larkin is checked in."]
        assert Registration.objects.get().checked_in_by == people["door"]

        # 7. The first table writes an issue and two ideas for it; the facilitator makes two ideas of them.
        scribe = somebody(script=script)
        scribe.opens("/events/lending-circle/table/").fills_in({"code": table_code})
        scribe.presses("Continue")
        for kind, text in WRITTEN:
            scribe.fills_in({"kind": kind, "text": text})
            scribe.presses("Add this note")
            expect(scribe.page.get_by_text(text).first).to_be_visible()
        expect(
            scribe.page.get_by_text("All 3 notes are with us." if script else "3 notes are with us").first
        ).to_be_visible()
        mina = comes("facilitator", phone=False)
        mina.opens("/events/lending-circle/ideas/")
        for (_kind, text), title in zip(WRITTEN[1:], IDEAS, strict=True):
            mina.page.locator("main label", has_text=text).click()
            mina.fills_in({"issue": "No security", "title": title})
            mina.presses("Make the idea")
            assert mina.notes == [f"The idea “{title}” is there."]

        # 8. The two marks: what is next is always the step that stands out, and the day goes by its buttons.
        staff = comes("staff", phone=False)
        staff.opens("/staff/events/lending-circle/").follows("The two marks")
        step = staff.page.locator("[aria-current=step] h2")
        assert step.inner_text() == "Print the ballots"
        staff.fills_in({"number": "2"})
        staff.presses("Make the cards")
        ballots = staff.page.locator(".ballot-code").all_inner_texts()
        staff.follows("Back to the marks")
        assert (step.inner_text(), len(ballots)) == ("Open marking", 2)
        staff.fills_in({"closes_at_0": f"{day:%Y-%m-%d}", "closes_at_1": "20:30"})
        staff.presses("Open marking")
        assert (staff.notes, step.inner_text()) == (["Marking is open."], "Close it")
        screen = somebody(script=script, phone=False)
        screen.page.goto(staff.page.locator(".screen-link").inner_text())
        assert "0 of 2 ballots cast" in " ".join(screen.text.split())
        voter = somebody(script=script)
        voter.opens("/events/lending-circle/marks/").fills_in({"code": ballots[0]})
        voter.presses("Open my ballot")
        for kind, title in (("Most desirable", IDEAS[0]), ("Most achievable", IDEAS[1])):
            voter.page.get_by_role("group", name=kind).locator("label", has_text=title).click()
        voter.presses("Save my marks")
        assert voter.notes == ["Your marks are saved."]
        for button, done, following in STEPS:
            staff.presses(button)
            assert (staff.notes, step.inner_text()) == ([done], following)
        staff.presses("Make these proposals")
        assert "A pledge of members" in stranger.opens("/events/lending-circle/results/").text

    # 9. The next day: what was said, and what she thought of it.
    with time_machine.travel(day + dt.timedelta(days=1), tick=True):
        staff = comes("staff", phone=False)
        staff.opens("/staff/events/lending-circle/").follows("What was said: minutes")
        staff.page.get_by_role("link", name="Write down what was said").last.click()
        staff.fills_in({"minutes": "Most ask their members first."})
        staff.presses("Save and publish")
        assert "Most ask their members first." in stranger.opens("/events/lending-circle/").text
        member = comes("member")
        member.opens("/events/lending-circle/").follows("Say how it was")
        member.fills_in({"worth": "very", "heard": "mostly", "best": "The loft", "is_anonymous": "yes"})
        member.presses("Send")
        assert member.notes == ["Thank you. The organisers will read it."]
        assert (EventFeedback.objects.get().best, EventFeedback.objects.get().person) == ("The loft", None)
