"""The pages of events: what each kind of reader finds there, that buttons may be pressed twice, and that the door learns names
and codes and nothing else."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from commons.audit.models import Entry
from commons.exports.reports import report_named
from commons.qr import drawn_qr
from consultation.models import Event, EventFeedback, EventHelper, EventMove, EventSession, Registration
from tests.factories.events import a_helper, a_session, an_event, registered
from tests.factories.panel import a_section
from tests.factories.people import MembershipFactory, OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
WHEN = {
    "starts_at_0": "2027-03-20",
    "starts_at_1": "10:00",
    "ends_at_0": "2027-03-20",
    "ends_at_1": "17:00",
    "venue": "The hall",
}
WORDS = {"title": "Congress 2027", "summary": "One day."}


@pytest.fixture
def staff():
    return UserFactory(roles=["staff"])


def at(name: str, *args: object) -> str:
    return reverse(f"consultation:{name}", args=args)


def text(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


# --- reading ------------------------------------------------------------------------------------------------------------------


def test_the_list_says_plainly_that_there_is_none(client):
    assert "No event is planned at the moment." in text(client.get("/events/"))


def test_the_list_has_what_is_to_come_and_what_is_over_and_no_draft(client):
    an_event("To come"), an_event("Gone", starts=-9 * DAY), an_event("Secret", state="draft")
    off = an_event("Too wet", state="cancelled", cancel_reason="A storm.")
    shown = client.get("/events/").content.decode()
    ahead, over = shown.split('id="over"')
    assert [name in ahead for name in ("To come", "Too wet", "Called off", "Gone", "Secret")] == [
        True,
        True,
        True,
        False,
        False,
    ]
    assert ["Gone" in over, "Secret" in over, off.get_absolute_url() in ahead] == [True, False, True]


@pytest.mark.parametrize("slug", ["nowhere", "secret"])
def test_what_is_not_there_or_not_public_is_not_found_at_any_address(client, slug):
    event = an_event("Secret", state="draft")
    row = registered(event)
    client.force_login(UserFactory())
    for name in ("event", "event-register", "event-calendar", "event-ticket", "event-feedback", "event-door"):
        assert client.get(at(name, slug)).status_code == 404
    assert client.get(at("event-check-in", slug, row.key)).status_code == 404


def test_a_reader_finds_programme_places_moves_and_the_way_in(client):
    event = an_event(capacity=3, access="Two steps and a ramp.", body="- Soup")
    a_session(event, "Land", speakers="Ida")
    registered(event)
    EventMove.objects.create(
        event=event,
        starts_before=event.starts_at - DAY,
        starts_after=event.starts_at,
        ends_before=event.ends_at - DAY,
        ends_after=event.ends_at,
        venue_before="The barn",
        venue_after=event.venue,
        reason="The barn has no heating.",
    )
    shown = text(client.get(event.get_absolute_url()))
    said = [
        "2 of 3 places are left",
        "Two steps and a ramp",
        "Soup",
        "Land",
        "Ida",
        "The barn",
        "no heating",
        "Register",
    ]
    assert [words for words in said if words not in shown] == []


def test_how_to_join_is_for_those_who_have_a_place(client):
    event = an_event(joining="Door code 4711")
    people = {"place": registered(event).person, "waits": registered(event, state="waiting").person}
    people |= {"left": registered(event, state="cancelled").person, "other": UserFactory()}
    addresses = (event.get_absolute_url(), at("event-calendar", event.slug))

    def sees() -> list[bool]:
        return [b"4711" in client.get(address).content for address in addresses]

    assert sees() == [False, False]
    for name, person in people.items():
        client.force_login(person)
        assert sees() == [name == "place"] * 2


def test_what_was_called_off_says_why_and_offers_nothing(client):
    event = an_event(state="cancelled", cancel_reason="A storm.")
    client.force_login(registered(event).person)
    shown = text(client.get(event.get_absolute_url()))
    assert ["This event was called off" in shown, "A storm." in shown, "Your ticket" in shown, "Register" in shown] == [
        True,
        True,
        False,
        False,
    ]
    assert client.get(at("event-register", event.slug)).status_code == 200
    client.force_login(UserFactory())
    assert "nobody can register for it" in text(client.get(at("event-register", event.slug)))


def test_minutes_lead_to_the_sections_they_are_about(client):
    event = an_event(starts=-9 * DAY)
    session = a_session(event, minutes="We spoke of looms.", minutes_published_at=timezone.now())
    a_session(event, "Later", minutes="Not yet public.")
    section = a_section(slug="finance")
    session.about.set([section.thread])
    shown = client.get(event.get_absolute_url()).content.decode()
    assert ["We spoke of looms." in shown, "Not yet public." in shown, section.get_absolute_url() in shown] == [
        True,
        False,
        True,
    ]


# --- the calendar -------------------------------------------------------------------------------------------------------------


def entry(client, event):
    [found] = Calendar.from_ical(client.get(at("event-calendar", event.slug)).content).walk("VEVENT")
    return found


def test_the_calendar_has_hours_that_no_change_of_the_clocks_moves(client, settings):
    settings.SITE_ADDRESS = "https://strategy.example"
    # From half past midnight in summer time until half past three in winter time: four hours.
    start = dt.datetime(2026, 10, 24, 23, 30, tzinfo=dt.UTC)
    event = an_event(starts_at=start, hours=4)
    found = entry(client, event)
    assert (found.decoded("dtstart"), found.decoded("dtend")) == (start, start + 4 * HOUR)
    assert event.when_told == "Sunday 25 October 2026, 12:30am to 3:30am"
    assert (str(found["uid"]), str(found["status"]), found["sequence"]) == (
        "event-congress@strategy.example",
        "CONFIRMED",
        0,
    )


def test_a_move_raises_the_sequence_and_the_end_strikes_it_out(client, staff):
    event = an_event()
    first = entry(client, event)
    client.force_login(staff)
    client.post(at("event-move", event.slug), {**WHEN, "reason": "Storm", "reason_cy": "", "based_on": 1})
    moved = entry(client, event)
    client.post(at("event-cancel", event.slug), {"reason": "Too wet", "reason_cy": "", "based_on": 2})
    off = entry(client, event)
    assert [one["sequence"] for one in (first, moved, off)] == [0, 1, 2]
    assert {str(one["uid"]) for one in (first, moved, off)} == {str(first["uid"])}
    assert (moved.decoded("dtstart"), str(off["status"])) == (dt.datetime(2027, 3, 20, 10, tzinfo=dt.UTC), "CANCELLED")
    assert "Too wet" in str(off["description"])


# --- registering --------------------------------------------------------------------------------------------------------------


def test_who_is_not_signed_in_signs_in_first_and_what_they_typed_is_kept(client):
    event = an_event()
    for answered in (client.get(at("event-register", event.slug)), client.post(at("event-register", event.slug), {})):
        assert (answered.status_code, answered["Location"].split("?")[0]) == (302, "/accounts/login/")
    client.post(at("event-register", event.slug), {"access_needs": "A ramp"})
    client.force_login(UserFactory())
    assert b"A ramp" in client.get(at("event-register", event.slug)).content


def test_a_double_click_registers_once_and_the_page_says_what_one_has(client):
    event, person = an_event(), MembershipFactory().user
    client.force_login(person)
    organisation = person.memberships.get().organisation
    sent = {"organisation": organisation.pk, "access_needs": "A ramp"}
    for _click in range(2):
        assert client.post(at("event-register", event.slug), sent)["Location"] == event.get_absolute_url()
    row = Registration.objects.get()
    assert (row.state, row.organisation, row.access_needs) == ("in", organisation, "A ramp")
    assert "You have a place" in text(client.get(event.get_absolute_url()))
    for _click in range(2):
        client.post(at("event-leave", event.slug))
    assert Registration.objects.get().state == "cancelled"
    assert "You have a place" not in text(client.get(event.get_absolute_url()))


def test_who_waits_is_told_so_before_and_after(client):
    event = an_event(capacity=1)
    registered(event), registered(event, state="waiting")
    client.force_login(UserFactory())
    assert "Every place is taken, and one person waits." in text(client.get(at("event-register", event.slug)))
    shown = client.post(at("event-register", event.slug), {"access_needs": ""}, follow=True)
    assert "You are number 2 on the waiting list." in text(shown)
    assert "You are number 2 on the list." in text(shown)


def test_what_changed_while_somebody_registered_is_said_and_what_they_typed_stays(client):
    event = an_event()
    client.force_login(UserFactory())
    Event.objects.update(state="cancelled", cancel_reason="Storm")
    answered = client.post(at("event-register", event.slug), {"access_needs": "A ramp"})
    assert (answered.status_code, "called off" in text(answered), Registration.objects.count()) == (409, True, 0)
    Event.objects.update(state="public", cancel_reason="", registration_closes_at=timezone.now() - HOUR)
    assert client.post(at("event-register", event.slug), {"access_needs": "A ramp"}).status_code == 409


def test_a_co_op_that_is_not_ones_own_is_refused(client):
    event = an_event()
    client.force_login(MembershipFactory().user)
    sent = {"organisation": OrganisationFactory().pk, "access_needs": "A ramp"}
    answered = client.post(at("event-register", event.slug), sent)
    assert (answered.status_code, b"A ramp" in answered.content, Registration.objects.count()) == (422, True, 0)


def test_a_ticket_has_a_picture_and_a_code_and_is_for_who_has_a_place(client, settings):
    settings.SITE_ADDRESS = "https://strategy.example"
    event = an_event(joining="Door code 4711")
    row = registered(event)
    assert client.get(at("event-ticket", event.slug)).status_code == 302
    client.force_login(row.person)
    shown = client.get(at("event-ticket", event.slug)).content.decode()
    qr = drawn_qr(f"https://strategy.example{at('event-check-in', event.slug, row.key)}")
    assert [f'd="{qr.path}"' in shown, row.code in shown, "4711" in shown] == [True, True, True]
    client.force_login(registered(event, state="waiting").person)
    assert client.get(at("event-ticket", event.slug)).status_code == 404


def test_feedback_is_given_once_and_says_thank_you_the_second_time(client):
    event = an_event(starts=-HOUR)
    client.force_login(registered(event).person)
    sent = {"worth": "very", "heard": "not", "best": "Soup", "better": "", "is_anonymous": "yes"}
    bad = client.post(at("event-feedback", event.slug), sent | {"worth": "", "best": "Long words"})
    assert (bad.status_code, b"Long words" in bad.content) == (422, True)
    for _click in range(2):
        assert client.post(at("event-feedback", event.slug), sent).status_code == 302
    assert (EventFeedback.objects.get().person, EventFeedback.objects.get().best) == (None, "Soup")
    client.force_login(UserFactory())
    assert client.post(at("event-feedback", event.slug), sent).status_code == 409


# --- the door -----------------------------------------------------------------------------------------------------------------


def test_the_door_is_for_staff_and_for_those_who_were_named_for_this_event(client, staff):
    event, other = an_event(), an_event("Other")
    row = registered(event)
    people = {
        "staff": staff,
        "door": a_helper(event),
        "facilitator": a_helper(event, "facilitator"),
        "door elsewhere": a_helper(other),
        "the person": row.person,
    }
    answers = {}
    for name, person in people.items():
        client.force_login(person)
        answers[name] = {
            client.get(address).status_code
            for address in (at("event-door", event.slug), at("event-check-in", event.slug, row.key))
        }
    assert answers == {"staff": {200}, "door": {200}, **{name: {404} for name in list(people)[2:]}}


def test_the_door_never_learns_what_somebody_needs_or_their_address(client):
    event = an_event()
    row = registered(event, access_needs="A ramp and quiet")
    unnamed = registered(event, person=UserFactory(name="", email="ysolde@example.coop"))
    client.force_login(a_helper(event))
    pages = [at("event-door", event.slug), at("event-check-in", event.slug, row.key), at("event-walk-in", event.slug)]
    pages += [at("event-check-in", event.slug, unnamed.key), f"{at('event-door', event.slug)}?q={row.person.name}"]
    shown = "".join(client.get(page).content.decode() for page in pages)
    assert [row.person.name in shown, "ramp" in shown, row.person.email in shown, "ysolde" in shown] == [
        True,
        False,
        False,
        False,
    ]
    for name in ("registration-list", "access-needs", "feedback-list", "event-staff"):
        assert client.get(at(name, event.slug)).status_code == 404


def test_opening_a_ticket_changes_nothing_and_the_button_checks_in_once(client):
    event = an_event()
    row = registered(event)
    client.force_login(a_helper(event))
    address = at("event-check-in", event.slug, row.key)
    assert (client.get(address).status_code, Registration.objects.get().checked_in_at) == (200, None)
    said = [text(client.post(address, follow=True)) for _click in range(2)]
    assert [f"{row.person.name} is checked in." in said[0], f"{row.person.name} was checked in before." in said[1]] == [
        True,
        True,
    ]
    assert "This ticket was used already" in text(client.get(address))
    client.post(at("event-check-in-undo", event.slug, row.key))
    assert Registration.objects.get().checked_in_at is None
    Registration.objects.update(state="cancelled")
    assert client.get(address).status_code == 404


def test_a_ticket_of_another_event_opens_no_door(client):
    event, other = an_event(), an_event("Other")
    client.force_login(a_helper(event))
    assert client.post(at("event-check-in", event.slug, registered(other).key)).status_code == 404


def test_who_simply_came_is_one_person_however_often_the_button_is_pressed(client):
    event = an_event(capacity=1)
    client.force_login(a_helper(event))
    sent = {"name": "Ida", "key": "00000000-0000-0000-0000-00000000000b"}
    for _click in range(2):
        assert client.post(at("event-walk-in", event.slug), sent).status_code == 302
    assert Registration.objects.get().name == "Ida"
    full = client.post(at("event-walk-in", event.slug), sent | {"key": "00000000-0000-0000-0000-00000000000c"})
    assert (full.status_code, "Every place is taken" in text(full)) == (409, True)


# --- staff --------------------------------------------------------------------------------------------------------------------


def test_staff_add_an_event_with_sessions_and_publish_it(client, staff):
    client.force_login(staff)
    page = client.post(at("event-add"), {**WORDS, **WHEN}, follow=True)
    event = Event.objects.get()
    assert (event.when_told, event.state) == ("Saturday 20 March 2027, 10am to 5pm", "draft")
    assert "Publish this event" in text(page)
    session = {"title": "Land", **WHEN, "ends_at_1": "11:00", "room": "Hall"}
    client.post(at("session-add", event.slug), session)
    assert EventSession.objects.get().hours_told == "10am to 11am"
    client.post(at("event-publish", event.slug))
    client.logout()
    assert "Land" in text(client.get("/events/congress-2027/"))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"ends_at_1": "09:00"}, "Choose an end that is later than the start."),
        ({"starts_at_0": "2027-03-28", "starts_at_1": "01:30"}, "The clocks change in that night"),
        ({"starts_at_0": "2026-10-25", "starts_at_1": "01:30"}, "The clocks change in that night"),
        ({"starts_at_0": "2027-02-30"}, "Write a day that exists"),
        ({"starts_at_0": "0001-01-01", "starts_at_1": "00:00"}, "Choose a day between 2000 and 2099."),
        ({"ends_at_0": "9999-12-31", "ends_at_1": "23:59"}, "Choose a day between 2000 and 2099."),
        ({"ends_at_1": "25:00"}, "Write a time like 17:00."),
        ({"capacity": "0"}, "There must be at least one place."),
        ({"capacity": "many"}, "Write a whole number."),
        ({"title": ""}, "Give the event a name."),
    ],
    ids=str,
)
def test_a_wrong_event_is_refused_and_everything_typed_is_kept(client, staff, changed, words):
    client.force_login(staff)
    answered = client.post(at("event-add"), {**WORDS, **WHEN, "body": "Bring soup", **changed})
    assert (answered.status_code, words in text(answered), b"Bring soup" in answered.content) == (422, True, True)
    assert Event.objects.count() == 0


def test_fewer_places_than_people_is_refused_at_its_field(client, staff):
    event = an_event(capacity=3)
    registered(event), registered(event)
    client.force_login(staff)
    answered = client.post(at("event-change", event.slug), {**WORDS, "capacity": "1", "based_on": "1"})
    assert (answered.status_code, "2 people have a place already" in text(answered)) == (422, True)


@pytest.mark.parametrize("name", ["event-change", "event-move", "event-cancel"])
def test_who_was_slower_is_answered_409_and_may_save_again(client, staff, name):
    event = an_event()
    Event.objects.update(revision=4, title="By a colleague")
    client.force_login(staff)
    sent = {**WORDS, **WHEN, "reason": "My reason", "reason_cy": "", "based_on": "1"}
    answered = client.post(at(name, event.slug), sent)
    shown = answered.content.decode()
    assert (answered.status_code, "By a colleague" in shown, 'name="based_on" value="4"' in shown) == (409, True, True)
    assert client.post(at(name, event.slug), sent | {"based_on": "4"}).status_code == 302


def test_what_people_need_is_shown_by_a_button_and_on_record(client, staff):
    event = an_event()
    registered(event, access_needs="A ramp")
    client.force_login(staff)
    before = client.get(at("access-needs", event.slug))
    assert (b"A ramp" in before.content, Entry.objects.count()) == (False, 0)
    after = client.post(at("access-needs", event.slug))
    assert (b"A ramp" in after.content, after["Cache-Control"], Entry.objects.get().verb) == (
        True,
        "private, no-store",
        "read_access_needs",
    )
    assert b"A ramp" not in client.get(at("registration-list", event.slug)).content


def test_staff_find_a_registration_and_give_the_place_back(client, staff):
    event = an_event(capacity=1)
    row, waits = registered(event, person=UserFactory(name="Siân Prys")), registered(event, state="waiting")
    client.force_login(staff)
    found = text(client.get(f"{at('registration-list', event.slug)}?q=prys"))
    assert ("1 person found" in found, row.person.email in found) == (True, True)
    client.post(at("registration-cancel", event.slug, row.pk))
    assert Registration.objects.get(pk=waits.pk).state == "in"


def test_helpers_are_named_by_their_address_and_taken_off(client, staff):
    event, person = an_event(), UserFactory()
    client.force_login(staff)
    wrong = client.post(at("helper-list", event.slug), {"email": "nobody@example.coop", "part": "door"})
    assert (wrong.status_code, b"nobody@example.coop" in wrong.content) == (422, True)
    client.post(at("helper-list", event.slug), {"email": person.email, "part": "door"})
    client.post(at("helper-drop", event.slug, EventHelper.objects.get().pk))
    assert EventHelper.objects.count() == 0


def test_the_page_of_staff_says_what_is_done_and_what_is_not(client, staff):
    event = an_event(state="draft", body="Soup", access="A ramp")
    a_session(event)
    client.force_login(staff)
    tasks = client.get(at("event-staff", event.slug)).context["tasks"]
    own = [task for task in tasks if task["words"] != "Open the page"]
    assert [task["state"] for task in own] == [
        "done",
        "done",
        "done",
        "todo",
        "todo",
        "progress",
        "todo",
        "todo",
        "blocked",
        "blocked",
    ]


# --- the files ----------------------------------------------------------------------------------------------------------------


def lines(name: str, event: Event) -> list[list[str]]:
    """What Postgres would write, as text."""
    from_report = report_named(name)
    params = {"event": event.pk}
    query, _arguments = from_report.query(params)
    with connection.cursor() as cursor:
        cursor.execute(query)
        rows = [["" if cell is None else str(cell) for cell in row] for row in cursor.fetchall()]
        assert from_report.count(cursor, params) == len(rows)
    assert {len(row) for row in rows} <= {len(from_report.header(params))}
    return rows


def test_what_people_need_stands_only_in_the_file_of_that_name(staff):
    event = an_event()
    row = registered(event, access_needs="A ramp", organisation=OrganisationFactory(name="Loom Street"))
    registered(event, name="=Ida", checked_in_at=dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC))
    registered(event, state="cancelled", access_needs="")
    [first, second, third] = lines("event-registrations", event)
    assert first[:5] == ["1", row.person.name, row.person.email, "Loom Street", "Has a place"]
    assert (second[1], second[-1], third[4]) == ("'=Ida", "2026-11-21 10:00", "Does not come")
    assert "A ramp" not in str([first, second, third])
    assert lines("event-access-needs", event) == [["1", row.person.name, "Has a place", "A ramp"]]


@pytest.mark.parametrize("role", ["analyst", "panel_member", "chair", "editor", "moderator", "scribe"])
def test_the_files_are_for_staff(role):
    person = UserFactory(roles=[role])
    assert [report_named(name).may_run(person, {}) for name in ("event-registrations", "event-access-needs")] == [
        False,
        False,
    ]
