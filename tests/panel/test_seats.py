"""The page of the panel, what members say of themselves, and the chair's welcome."""

import datetime as dt
import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse
from django.utils import timezone
from django.utils.html import strip_tags

from commons.people.models import Appointment
from panel.models import Seat, Welcome
from panel.views.seats import members, seated
from tests.factories.panel import a_section, said_to
from tests.factories.people import AppointmentFactory, UserFactory

DAY = dt.date(2026, 5, 1)
WELCOME = {
    "title": "Welcome",
    "body": "Please **say** what you think.",
    "video_url": "",
    "transcript": "",
    "based_on": "0",
}


@pytest.fixture
def chair(db):
    return UserFactory(roles=["chair"], name="Cerys Chair")


@pytest.fixture
def member(db):
    return UserFactory(roles=["panel_member"], name="Mal Member")


def page_of(client) -> str:
    response = client.get(reverse("panel:panel"))
    assert response.status_code == 200
    return response.content.decode()


def words_of(page: str) -> str:
    return " ".join(unescape(strip_tags(page)).split())


def seat_of(person) -> Appointment:
    return person.appointments.get()


# --- Who sits on it ----------------------------------------------------------------------------------------------------------


def test_the_chair_stands_first_and_the_others_in_the_order_in_which_they_came(db):
    for name, role, begun in (("B", "panel_member", 2), ("C", "chair", 3), ("A", "panel_member", 1)):
        AppointmentFactory(user__name=name, role=role, starts_on=DAY + dt.timedelta(days=begun))
    now, before = members(seated(DAY + dt.timedelta(days=9)), DAY + dt.timedelta(days=9))
    assert ([str(one.person) for one in now], before) == (["C", "A", "B"], [])


def test_whoever_was_a_member_and_is_the_chair_now_stands_there_once_with_both_terms(db):
    person = UserFactory(name="Cerys")
    AppointmentFactory(user=person, role="panel_member", starts_on=DAY, ends_on=DAY + dt.timedelta(days=5))
    AppointmentFactory(user=person, role="chair", starts_on=DAY + dt.timedelta(days=5))
    [one], before = members(seated(DAY + dt.timedelta(days=9)), DAY + dt.timedelta(days=9))
    assert (one.is_chair, [term.role for term in one.terms], before) == (True, ["panel_member", "chair"], [])


def test_who_sat_there_before_and_who_will_only_come_do_not_stand_among_the_members(db):
    AppointmentFactory(user__name="Gone", role="panel_member", starts_on=DAY, ends_on=DAY + dt.timedelta(days=5))
    AppointmentFactory(user__name="To come", role="panel_member", starts_on=DAY + dt.timedelta(days=50))
    AppointmentFactory(user__name="Staff", role="staff", starts_on=DAY)
    now, before = members(seated(DAY + dt.timedelta(days=9)), DAY + dt.timedelta(days=9))
    assert (now, [str(one.person) for one in before]) == ([], ["Gone"])


def test_the_page_shows_each_member_with_what_they_said_of_themselves(client, member):
    Seat.objects.create(
        appointment=seat_of(member),
        represents="Community energy",
        about="I run a wind co-op.",
        interests="Paid by *Tonnau*.",
        declared_on=DAY,
    )
    page = page_of(client)
    begun = seat_of(member).starts_on
    told = words_of(page)
    assert "Mal Member" in told
    assert "Sits for: Community energy I run a wind co-op. Interests declared on 1 May 2026 Paid by Tonnau." in told
    assert f"Panel member since {begun.day} {begun:%B %Y}." in told
    assert "<em>Tonnau</em>" in page


def test_a_member_who_has_said_nothing_yet_still_shows_with_their_role_and_term(client, chair):
    begun = seat_of(chair).starts_on
    assert (
        f"Cerys Chair Chair of the panel Has not declared any interests yet. Chair of the panel since {begun.day} {begun:%B %Y}."
    ) in words_of(page_of(client))


def test_former_members_are_listed_with_their_terms(client, db):
    term = AppointmentFactory(
        user__name="Gwen Gone", role="panel_member", starts_on=DAY, ends_on=DAY + dt.timedelta(days=9)
    )
    Seat.objects.create(appointment=term, represents="Housing")
    assert "Gwen Gone, Housing. Panel member from 1 May 2026 until 10 May 2026." in words_of(page_of(client))


def test_before_anybody_is_appointed_the_page_says_so(client, db):
    assert "Nobody has been appointed yet." in words_of(page_of(client))


@pytest.mark.parametrize(
    ("quorum", "said"),
    [
        (0, "The chair publishes a new version, when the panel has agreed to it."),
        (1, "Any other member may, too, as soon as 1 member has agreed to the very same words."),
        (4, "Any other member may, too, as soon as 4 members have agreed to the very same words."),
    ],
)
def test_the_page_says_in_words_how_the_panel_decides(client, db, settings, quorum, said):
    settings.PANEL_QUORUM = quorum
    assert said in words_of(page_of(client))


def test_the_page_tells_how_the_panel_answers_and_leads_to_what_changed(client, db):
    said_to(a_section())
    page = page_of(client)
    assert re.search(r"Voices heard ?1\b", words_of(page))
    assert f'href="{reverse("panel:changes")}"' in page


def test_text_of_members_cannot_run_in_the_page(client, member, chair):
    bad = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    Seat.objects.create(appointment=seat_of(member), represents=bad, about=bad, interests=bad)
    Welcome.objects.create(title=bad, body=bad, transcript=bad, video_url="https://film.example/1")
    page = page_of(client)
    assert re.findall(r"<script(?! src=)|<img|onerror=(?!alert\(1\)&gt;)", page) == []


def test_the_page_asks_as_often_for_many_members_as_for_one(client, db):
    def more() -> None:
        for ends_on in (None, timezone.localdate()):
            term = AppointmentFactory(role="panel_member", starts_on=DAY - dt.timedelta(days=900), ends_on=ends_on)
            Seat.objects.create(appointment=term, represents="Housing", interests="None")

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            page_of(client)
        return len(captured)

    more()
    one = queries()
    more()
    more()
    assert queries() == one


def test_the_addresses_below_the_panel_are_still_their_own(db):
    names = {path: resolve(path).url_name for path in ("/panel/", "/panel/desk/", "/panel/seats/1/", "/panel/welcome/")}
    assert names == {
        "/panel/": "panel",
        "/panel/desk/": "desk",
        "/panel/seats/1/": "seat-declare",
        "/panel/welcome/": "welcome-edit",
    }
    assert [resolve(f"/strategy/{path}").url_name for path in ("pack/", "pack/print/", "pack/file/", "x/", "x/edit/")] == [
        "pack", "pack-print", "pack-file", "section", "section-edit",
    ]  # fmt: skip


# --- A member's own seat -----------------------------------------------------------------------------------------------------


def declare(client, appointment, **given):
    typed = {"represents": "Community energy", "about": "I run a wind co-op.", "interests": "None"}
    return client.post(reverse("panel:seat-declare", args=[appointment.pk]), typed | given)


def test_a_member_declares_and_everybody_reads_it_with_the_day(client, member):
    client.force_login(member)
    response = declare(client, seat_of(member), interests="Paid by Tonnau.")
    assert response.url == reverse("panel:panel")
    seat = Seat.objects.get()
    assert (seat.represents, seat.about, seat.interests, seat.declared_on) == (
        "Community energy",
        "I run a wind co-op.",
        "Paid by Tonnau.",
        timezone.localdate(),
    )
    client.logout()
    assert "Paid by Tonnau." in words_of(page_of(client))


def test_what_stands_there_already_is_in_the_form(client, member):
    Seat.objects.create(appointment=seat_of(member), represents="Housing", interests="None")
    client.force_login(member)
    page = client.get(reverse("panel:seat-declare", args=[seat_of(member).pk])).content.decode()
    assert 'value="Housing"' in page


def test_saying_nothing_about_interests_is_not_enough(client, member):
    client.force_login(member)
    response = declare(client, seat_of(member), interests=" ")
    assert response.status_code == 422
    assert response.context["form"].errors == {
        "interests": ["Say which interests you declare. If there are none, write “None”."]
    }
    assert Seat.objects.count() == 0


def test_the_page_leads_a_member_to_their_own_seat_and_to_no_other(client, member, chair):
    client.force_login(member)
    page = page_of(client)
    assert re.findall(r"/panel/seats/\d+/", page) == [reverse("panel:seat-declare", args=[seat_of(member).pk])]
    assert reverse("panel:welcome-edit") not in page


def test_nobody_else_finds_a_members_seat(client, member, chair):
    url = reverse("panel:seat-declare", args=[seat_of(member).pk])
    for person in (chair, UserFactory(), UserFactory(roles=["staff"])):
        client.force_login(person)
        assert [client.get(url).status_code, declare(client, seat_of(member)).status_code] == [404, 404]
    client.logout()
    assert client.get(url).url == f"{reverse('account_login')}?next={url}"


def test_a_seat_that_is_over_and_an_appointment_to_something_else_are_not_found(client, member):
    scribe = AppointmentFactory(user=member, role="scribe")
    over = AppointmentFactory(
        user=member, role="panel_member", starts_on=DAY - dt.timedelta(days=900), ends_on=DAY - dt.timedelta(days=800)
    )
    client.force_login(member)
    assert [declare(client, appointment).status_code for appointment in (scribe, over)] == [404, 404]
    assert client.get(reverse("panel:seat-declare", args=[10**9])).status_code == 404


def test_what_was_typed_survives_the_end_of_a_session(client, member):
    url = reverse("panel:seat-declare", args=[seat_of(member).pk])
    declare(client, seat_of(member), about="Long words about me.")
    client.force_login(member)
    assert Seat.objects.count() == 0
    assert "Long words about me." in client.get(url).content.decode()


# --- The chair's welcome -----------------------------------------------------------------------------------------------------


def test_the_chair_writes_the_welcome_and_everybody_reads_it(client, chair):
    client.force_login(chair)
    film = {"video_url": "https://film.example/welcome", "transcript": "Good *morning*."}
    response = client.post(reverse("panel:welcome-edit"), WELCOME | film)
    assert response.url == reverse("panel:panel")
    client.logout()
    page = page_of(client)
    assert "<strong>say</strong>" in page
    assert 'href="https://film.example/welcome" rel="noopener noreferrer"' in page
    assert re.search(r"<details><summary>Read what is said in the film</summary>.*<em>morning</em>", page, re.DOTALL)
    assert re.findall(r"<(?:iframe|video|embed|object|img)\b", page) == []


def test_without_a_film_there_is_no_link_and_no_transcript(client, chair):
    Welcome.objects.create(title="Welcome", body="Hello.")
    assert "film" not in words_of(page_of(client))


def test_a_film_needs_its_words_and_the_error_stands_at_that_field(client, chair):
    client.force_login(chair)
    response = client.post(reverse("panel:welcome-edit"), WELCOME | {"video_url": "https://film.example/welcome"})
    assert response.context["form"].errors == {
        "transcript": ["Write out what is said in the film: not everybody can hear or play it."]
    }
    assert Welcome.objects.count() == 0


@pytest.mark.parametrize(
    "address",
    [
        "http://film.example/1",
        "film.example/1",
        "javascript:alert(1)",
        "ftp://film.example/1",
        "https://",
        "//film.example",
    ],
)
def test_only_whole_https_addresses_are_taken_for_a_film(client, chair, address):
    client.force_login(chair)
    response = client.post(reverse("panel:welcome-edit"), WELCOME | {"video_url": address, "transcript": "Words."})
    assert response.context["form"].errors == {
        "video_url": ["Give the whole address of the film. It begins with https://"]
    }


def test_a_welcome_changed_in_another_window_is_not_overwritten_and_what_was_typed_stays(client, chair):
    Welcome.objects.create(title="Theirs", body="Their words.", revision=2)
    client.force_login(chair)
    response = client.post(
        reverse("panel:welcome-edit"), WELCOME | {"title": "Mine", "body": "My words.", "based_on": "1"}
    )
    assert response.status_code == 409
    form = response.context["form"]
    assert form.non_field_errors() == ["This was changed in another window. Your words are still in the form below."]
    assert (form["title"].value(), form["body"].value(), form["based_on"].value()) == ("Mine", "My words.", 2)
    assert "Their words." in response.content.decode()
    assert Welcome.objects.get().title == "Theirs"
    again = {name: form[name].value() for name in ("title", "body", "video_url", "transcript", "based_on")}
    assert client.post(reverse("panel:welcome-edit"), again).status_code == 302
    assert (Welcome.objects.get().title, Welcome.objects.get().revision) == ("Mine", 3)


def test_two_first_welcomes_at_once_do_not_overwrite_each_other(client, chair):
    client.force_login(chair)
    assert client.post(reverse("panel:welcome-edit"), WELCOME).status_code == 302
    assert client.post(reverse("panel:welcome-edit"), WELCOME | {"title": "Again"}).status_code == 409


def test_each_language_has_a_welcome_of_its_own_and_english_stands_in_for_a_missing_one(client, chair, settings):
    client.force_login(chair)
    client.post(reverse("panel:welcome-edit"), WELCOME)
    welsh = {"HTTP_ACCEPT_LANGUAGE": "cy"}
    assert 'lang="en-gb"' in client.get(reverse("panel:panel"), **welsh).content.decode()
    client.post(reverse("panel:welcome-edit") + "?language=cy", WELCOME | {"title": "Croeso"})
    page = client.get(reverse("panel:panel"), **welsh).content.decode()
    assert ("Croeso" in page, "Croeso" in page_of(client)) == (True, False)


def test_only_the_chair_finds_the_welcome_to_edit(client, member, chair):
    url = reverse("panel:welcome-edit")
    for person, status in ((member, 404), (UserFactory(roles=["staff"]), 404), (chair, 200)):
        client.force_login(person)
        assert client.get(url).status_code == status
    client.force_login(member)
    assert client.post(url, WELCOME).status_code == 404
    client.force_login(chair)
    assert url in page_of(client)
