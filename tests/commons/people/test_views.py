"""The pages about people: who may open each, what they do, and that a longer list costs no more queries."""

import json

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from commons.people.models import Appointment, Membership
from tests.factories.people import AppointmentFactory, MembershipFactory, OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db

VIEWERS = {
    "nobody": None,
    "person": {},
    "analyst": {"roles": ["analyst"]},
    "moderator": {"roles": ["moderator"]},
    "staff": {"roles": ["staff"]},
    "no 2nd step": {"roles": ["staff"], "roles__mfa": False},
}


def entered(person) -> Client:
    client = Client()
    if person is not None:
        client.force_login(person)
    return client


@pytest.fixture
def staff() -> Client:
    return entered(UserFactory(roles=["staff"], name="Staff Person"))


STAFF_PAGES = [
    "membership-list",
    "membership-check",
    "person-list",
    "person-detail",
    "person-appoint",
    "appointment-end",
]


@pytest.mark.parametrize("name", STAFF_PAGES)
def test_staff_pages_open_for_staff_alone(name):
    pk = {
        "membership-check": lambda: MembershipFactory(state="asked").pk,
        "person-detail": lambda: UserFactory().pk,
        "person-appoint": lambda: UserFactory().pk,
        "appointment-end": lambda: AppointmentFactory(role="scribe").pk,
    }.get(name)
    address = reverse(f"people:{name}", args=[pk()] if pk else [])
    answers = {
        who: entered(None if made is None else UserFactory(**made)).get(address).status_code
        for who, made in VIEWERS.items()
    }
    assert answers == {"nobody": 302, "person": 404, "analyst": 404, "moderator": 404, "staff": 200, "no 2nd step": 302}


@pytest.mark.parametrize("name", ["you", "profile-change", "organisation-find", "organisation-suggest"])
def test_own_pages_open_for_everyone_signed_in(name):
    address = reverse(f"people:{name}")
    answers = {
        who: entered(None if made is None else UserFactory(**made)).get(address).status_code
        for who, made in VIEWERS.items()
    }
    assert answers == {who: 302 if who == "nobody" else 200 for who in VIEWERS}


def test_a_membership_is_ended_by_its_person_or_staff_and_is_not_there_for_others():
    row = MembershipFactory()
    colleague = MembershipFactory(organisation=row.organisation).user
    address = reverse("people:membership-end", args=[row.pk])
    answers = [entered(who).post(address).status_code for who in (None, UserFactory(), colleague)]
    row.refresh_from_db()
    assert (answers, row.state) == ([302, 404, 404], "verified")
    assert entered(row.user).post(address).url == reverse("people:you")
    row.refresh_from_db()
    assert row.state == "ended"


def test_staff_end_a_membership_and_come_back_to_the_person(staff):
    row = MembershipFactory()
    answer = staff.post(reverse("people:membership-end", args=[row.pk]))
    assert answer.url == reverse("people:person-detail", args=[row.user_id])


# --- one's own page -------------------------------------------------------------------------------------------------------


def test_your_page_shows_your_organisations_and_their_state_and_nobody_elses():
    person = UserFactory()
    verified = MembershipFactory(user=person, organisation=OrganisationFactory(name="Loom Works"))
    MembershipFactory(user=person, state="asked", organisation=OrganisationFactory(name="Shuttle Society"))
    MembershipFactory(
        user=person, state="ended", reason="Not on your letter", organisation=OrganisationFactory(name="Old Mill")
    )
    MembershipFactory(organisation=OrganisationFactory(name="Strangers Union"))
    answer = entered(person).get(reverse("people:you"))
    page = answer.content.decode()
    assert [
        name in page for name in ("Loom Works", "Shuttle Society", "Old Mill", "Not on your letter", "Strangers Union")
    ] == [
        True,
        True,
        True,
        True,
        False,
    ]
    assert {row.pk for row in answer.context["memberships"]} == {verified.pk, verified.pk + 1}


def test_your_page_says_when_a_role_waits_for_the_second_step():
    person = UserFactory(roles=["staff"], roles__mfa=False)
    page = entered(person).get(reverse("people:you")).content.decode()
    assert f'href="{reverse("mfa_activate_totp")}"' in page


def test_a_name_is_changed_and_hostile_ones_are_only_text():
    person = UserFactory()
    client = entered(person)
    hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    client.post(reverse("people:profile-change"), {"name": hostile, "language": "en-gb"})
    person.refresh_from_db()
    page = client.get(reverse("people:you")).content.decode()
    assert (person.name, "<script>alert" in page, "<img src=x" in page, "&lt;script&gt;alert(1)" in page) == (
        hostile,
        False,
        False,
        True,
    )


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"name": "x" * 151}, {"name": "a\x00b"}, {"language": "cy"}, {"language": ""}]
)
def test_wrong_details_are_said_and_nothing_is_lost(wrong):
    person = UserFactory(name="Before")
    answer = entered(person).post(reverse("people:profile-change"), {"name": "After", "language": "en-gb"} | wrong)
    person.refresh_from_db()
    assert (answer.status_code, person.name, list(answer.context["form"].errors)) == (200, "Before", list(wrong))


# --- finding and joining --------------------------------------------------------------------------------------------------


def test_an_organisation_is_found_chosen_and_asked_for_without_script():
    organisation = OrganisationFactory(name="Weft and Warp Limited")
    OrganisationFactory(name="Weft Dissolved", status="dissolved")
    person = UserFactory()
    client = entered(person)
    found = client.get(reverse("people:organisation-find"), {"q": "weft"})
    assert list(found.context["page_obj"]) == [organisation]
    chosen = client.get(
        reverse("people:organisation-find"), {"q": "weft", "organisation": organisation.pk, "choose": "1"}
    )
    assert chosen.url == reverse("people:membership-ask", args=[organisation.pk])
    assert client.post(chosen.url, {"part": "Secretary"}).url == reverse("people:you")
    row = Membership.objects.get()
    assert (row.user, row.organisation, row.part, row.state) == (person, organisation, "Secretary", "asked")


def test_continuing_without_a_choice_says_so_and_keeps_the_search():
    OrganisationFactory(name="Weft and Warp Limited")
    page = (
        entered(UserFactory()).get(reverse("people:organisation-find"), {"q": "weft", "choose": "1"}).content.decode()
    )
    assert ("<title>Error:" in page, 'href="#organisation-1"' in page, "Weft and Warp" in page) == (True, True, True)


@pytest.mark.parametrize("organisation", ["0", "-1", "x", "9" * 40, "٣", "1 or 1=1", ""])
def test_an_impossible_choice_is_no_choice(organisation):
    answer = entered(UserFactory()).get(
        reverse("people:organisation-find"), {"organisation": organisation, "choose": "1"}
    )
    assert (answer.status_code, answer.context["nothing_chosen"]) == (200, True)


@pytest.mark.parametrize("words", ["a\x00b", "%", "'; drop table people_user; --", "x" * 100_000, "\ud800", "[" * 500])
def test_a_hostile_search_is_answered_plainly(words):
    client = entered(UserFactory())
    answers = [
        client.get(reverse(f"people:organisation-{name}"), {"q": words.encode("utf-8", "surrogatepass")})
        for name in ("find", "suggest")
    ]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert json.loads(answers[1].content) == []


def test_suggestions_name_the_first_ten():
    for number in range(12):
        OrganisationFactory(name=f"Weft {number:02}", postcode="OL1 1AA")
    answer = entered(UserFactory()).get(reverse("people:organisation-suggest"), {"q": "weft"})
    assert [one["label"] for one in json.loads(answer.content)] == [
        f"Weft {number:02}, OL1 1AA" for number in range(10)
    ]


def test_a_dissolved_organisation_cannot_be_joined():
    organisation = OrganisationFactory(status="dissolved")
    answer = entered(UserFactory()).post(reverse("people:membership-ask", args=[organisation.pk]), {"part": "Chair"})
    assert (answer.status_code, Membership.objects.count()) == (404, 0)


def test_sending_a_request_twice_leaves_one():
    organisation, client = OrganisationFactory(), entered(UserFactory())
    answers = [
        client.post(reverse("people:membership-ask", args=[organisation.pk]), {"part": "Chair"}).url for _ in "12"
    ]
    assert (answers, Membership.objects.count()) == ([reverse("people:you")] * 2, 1)


# --- staff's queue --------------------------------------------------------------------------------------------------------


def test_the_queue_begins_with_who_has_waited_longest(staff):
    now = timezone.now()
    rows = [MembershipFactory(state="asked", asked_at=now - timezone.timedelta(days=days)) for days in (1, 3, 2)]
    MembershipFactory()
    answer = staff.get(reverse("people:membership-list"))
    assert list(answer.context["object_list"]) == [rows[1], rows[2], rows[0]]


def test_staff_accept_a_request(staff):
    row = MembershipFactory(state="asked")
    staff.post(reverse("people:membership-check", args=[row.pk]), {"answer": "accept"})
    row.refresh_from_db()
    assert (row.state, row.how, row.verified_by.name) == ("verified", "staff", "Staff Person")


def test_turning_down_needs_a_reason_which_the_person_reads(staff):
    row = MembershipFactory(state="asked")
    address = reverse("people:membership-check", args=[row.pk])
    refused = staff.post(address, {"answer": "decline", "reason": "  "})
    assert (refused.status_code, list(refused.context["form"].errors)) == (200, ["reason"])
    staff.post(address, {"answer": "decline", "reason": "Ask your <b>secretary</b>"})
    row.refresh_from_db()
    page = entered(row.user).get(reverse("people:you")).content.decode()
    assert (row.state, "Ask your &lt;b&gt;secretary&lt;/b&gt;" in page) == ("ended", True)


def test_of_two_answers_the_first_counts_and_the_second_is_told(staff):
    row = MembershipFactory(state="asked")
    address = reverse("people:membership-check", args=[row.pk])
    staff.post(address, {"answer": "accept"})
    answer = staff.post(address, {"answer": "decline", "reason": "Late"}, follow=True)
    row.refresh_from_db()
    assert (row.state, [str(message) for message in answer.context["messages"]][-1]) == (
        "verified",
        "This request has been answered already. Nothing was changed.",
    )


def test_staff_are_not_offered_to_answer_their_own_request():
    person = UserFactory(roles=["staff"])
    row = MembershipFactory(user=person, state="asked")
    client, address = entered(person), reverse("people:membership-check", args=[row.pk])
    page = client.get(address).content.decode()
    client.post(address, {"answer": "accept"})
    row.refresh_from_db()
    assert ('name="answer"' in page, row.state) == (False, "asked")


# --- people and roles -----------------------------------------------------------------------------------------------------


def test_people_are_listed_with_the_roles_they_hold_today(staff):
    chair = UserFactory(name="Ada Chair", roles=["chair", "panel_member"])
    AppointmentFactory(user=chair, role="scribe", ends_on=timezone.localdate())
    UserFactory(name="Bo None")
    answer = staff.get(reverse("people:person-list"))
    held = {person.name: [row.role for row in person.held] for person in answer.context["object_list"]}
    assert held == {"Ada Chair": ["chair", "panel_member"], "Bo None": [], "Staff Person": ["staff"]}


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"q": "ada"}, ["Ada Chair"]),
        ({"role": "chair"}, ["Ada Chair"]),
        ({"role": "any"}, ["Ada Chair", "Staff Person"]),
        ({"role": "chair", "q": "bo"}, []),
        ({"role": "nonsense"}, ["Ada Chair", "Bo None", "Staff Person"]),
        ({"email__startswith": "a"}, ["Ada Chair", "Bo None", "Staff Person"]),
    ],
)
def test_people_are_found_by_name_and_role(staff, asked, found):
    UserFactory(name="Ada Chair", roles=["chair"])
    UserFactory(name="Bo None")
    answer = staff.get(reverse("people:person-list"), asked)
    assert [person.name for person in answer.context["object_list"]] == found


def test_staff_appoint_and_end(staff):
    person = UserFactory()
    answer = staff.post(
        reverse("people:person-appoint", args=[person.pk]),
        {"role": "moderator", "starts_on": str(timezone.localdate())},
    )
    row = Appointment.objects.get(user=person)
    assert (answer.url, row.role, row.appointed_by.name) == (
        reverse("people:person-detail", args=[person.pk]),
        "moderator",
        "Staff Person",
    )
    staff.post(reverse("people:appointment-end", args=[row.pk]), {"ends_on": str(timezone.localdate())})
    person.forget_roles()
    assert person.roles == frozenset()


def test_a_refused_appointment_says_why_and_keeps_what_was_filled_in(staff):
    person = UserFactory(roles=["editor"])
    answer = staff.post(
        reverse("people:person-appoint", args=[person.pk]), {"role": "chair", "starts_on": "2026-01-05"}
    )
    assert (answer.status_code, answer.context["form"].non_field_errors()[0].split(":")[0]) == (
        200,
        f"{person} is appointed as",
    )
    assert 'value="2026-01-05"' in answer.content.decode()


def test_nobody_appoints_themselves_on_the_page_either():
    person = UserFactory(roles=["staff"])
    answer = entered(person).post(
        reverse("people:person-appoint", args=[person.pk]), {"role": "analyst", "starts_on": str(timezone.localdate())}
    )
    assert (answer.status_code, person.appointments.count()) == (200, 1)


# --- queries --------------------------------------------------------------------------------------------------------------


def queries_of(client: Client, address: str, django_assert_max_num_queries) -> int:
    client.get(address)  # The first page of a session writes down when it began.
    with django_assert_max_num_queries(40) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def more_of_everything() -> None:
    person = UserFactory(roles=["chair", "scribe"])
    MembershipFactory(user=person)
    MembershipFactory(state="asked")


@pytest.mark.parametrize(
    "address",
    [
        "/staff/memberships/",
        "/staff/people/",
        "/staff/people/?role=any",
        "/you/organisations/find/?q=invented",
        "/staff/record/",
    ],
)
def test_a_longer_list_costs_no_more_queries(staff, address, django_assert_max_num_queries):
    more_of_everything()
    with_one = queries_of(staff, address, django_assert_max_num_queries)
    more_of_everything()
    more_of_everything()
    assert queries_of(staff, address, django_assert_max_num_queries) == with_one


def test_your_page_costs_the_same_with_one_organisation_and_with_three(django_assert_max_num_queries):
    person = UserFactory()
    client = entered(person)
    MembershipFactory(user=person)
    with_one = queries_of(client, "/you/", django_assert_max_num_queries)
    MembershipFactory(user=person)
    MembershipFactory(user=person, state="ended")
    assert queries_of(client, "/you/", django_assert_max_num_queries) == with_one
