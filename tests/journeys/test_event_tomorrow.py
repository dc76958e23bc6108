"""Set up an event for tomorrow, as the README tells it: a member of staff who has never done it adds one with two sessions,
publishes it and names a helper; a member registers on a phone and shows the ticket; the helper checks them in; and when it is
over, what was said can be read and what the member thought of it is kept without a name."""

import datetime as dt

import time_machine
from django.utils import timezone

from consultation.models import Event, EventFeedback, EventSession, Registration
from tests.factories.people import TOTP_SECRET
from tests.journeys.conftest import PASSWORD


def test_an_event_is_set_up_for_tomorrow_and_somebody_comes(somebody, person, script):
    people = {
        "staff": person("wren@example.coop", ("staff",), name="Wren Calloway"),
        "member": person("gwen@example.coop", name="Gwen Larkin"),
        "door": person("dee@example.coop", name="Dee Door"),
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
    staff.fills_in({"email": people["door"].email, "part": "door"})
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

    # 5. On the day: by the code, and nothing of what she needs is to be seen at the door.
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

    # 6. The next day: what was said, and what she thought of it.
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
