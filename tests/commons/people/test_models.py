"""Roles in force, and finding people and organisations."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from commons.people.models import Membership, Organisation, Role, User
from commons.people.models.roles import MFA_ROLES
from commons.people.rules import holds
from tests.factories.people import AppointmentFactory, MembershipFactory, OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", Role.values)
def test_roles_over_other_peoples_data_wait_for_a_second_sign_in_step(role):
    person = UserFactory(roles=[role], roles__mfa=False)
    waits = role in MFA_ROLES
    assert (person.roles, person.roles_waiting) == ((frozenset(), {role}) if waits else ({role}, frozenset()))
    Authenticator.objects.create(user=person, type="recovery_codes", data={})
    person.forget_roles()
    assert bool(person.roles_waiting) is waits
    Authenticator.objects.create(user=person, type="totp", data={})
    person.forget_roles()
    assert (person.roles, person.roles_waiting) == ({role}, frozenset())


@pytest.mark.parametrize(
    ("starts", "ends", "held"), [(0, None, True), (-5, 1, True), (-5, 0, False), (1, None, False), (-5, -2, False)]
)
def test_an_appointment_is_in_force_from_its_first_day_until_the_day_it_ends(starts, ends, held):
    today = timezone.localdate()
    person = UserFactory()
    row = AppointmentFactory(
        user=person,
        role="scribe",
        starts_on=today + timedelta(days=starts),
        ends_on=None if ends is None else today + timedelta(days=ends),
    )
    assert (person.has_role("scribe"), row.is_in_force(today)) == (held, held)


def test_whoever_may_not_sign_in_holds_no_role():
    person = UserFactory(roles=["moderator"], is_active=False)
    assert (person.roles, person.has_perm("people.see_people")) == (frozenset(), False)


def test_all_roles_are_read_in_one_query(django_assert_num_queries):
    person = User.objects.get(pk=UserFactory(roles=["staff", "analyst", "chair"]).pk)
    with django_assert_num_queries(1):
        assert (person.is_staff, person.roles, person.roles_waiting, person.has_role("editor")) == (
            True,
            {"staff", "analyst", "chair"},
            frozenset(),
            False,
        )


def test_a_predicate_asks_for_any_of_its_roles_and_not_of_strangers():
    either = holds(Role.CHAIR, Role.EDITOR)
    assert [either(who) for who in (UserFactory(roles=["editor"]), UserFactory(roles=["scribe"]), AnonymousUser())] == [
        True,
        False,
        False,
    ]


def test_addresses_are_kept_in_lower_case_by_the_database_too():
    assert UserFactory(email="Some@Example.Coop").email == "some@example.coop"
    with pytest.raises(IntegrityError, match="email_is_lower_case"), transaction.atomic():
        User.objects.update(email="UPPER@example.coop")


def test_a_blank_password_is_never_usable():
    person = User.objects.create_user("blank@example.coop", "")
    assert (person.has_usable_password(), person.check_password("")) == (False, False)


def test_there_are_no_superusers():
    with pytest.raises(NotImplementedError, match="appoint"):
        User.objects.create_superuser("root@example.coop", "x")


@pytest.mark.parametrize(
    "words",
    [
        "caffi",
        "CAFFI twr",
        "caffi tŵr",
        "10234r",
        "LL55",
        "ll55 1aa",
        "ll551aa",
        "trading tower",
        "Caffi Tŵr, LL55 1AA",
        "  tŵr  ",
    ],
)
def test_an_organisation_is_found_by_any_part_of_its_names_number_or_postcode(words):
    OrganisationFactory(name="Other Society")
    found = OrganisationFactory(
        name="Caffi Tŵr Cyf", trading_name="The Trading Tower", registered_number="10234R", postcode="LL55 1AA"
    )
    assert list(Organisation.objects.matching(words)) == [found]


@pytest.mark.parametrize("words", ["", "   ", ",", "%", "_", "\\", "caffi zebra", "'"])
def test_words_that_match_nothing_find_nothing(words):
    OrganisationFactory(name="Caffi")
    assert list(Organisation.objects.matching(words)) == []


def test_the_search_goes_through_its_index():
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
        cursor.execute(
            "explain select id from people_organisation where search_text like '%' || people_plain_text('weaver') || '%'"
        )
        assert "people_organisation_search" in "\n".join(line for (line,) in cursor.fetchall())


def test_names_are_sorted_as_readers_expect():
    for name in ("Zebra", "élan", "apple", "Éclair", "Banana"):
        UserFactory(name=name)
        OrganisationFactory(name=name)
    wanted = ["apple", "Banana", "Éclair", "élan", "Zebra"]
    assert list(User.objects.in_name_order().values_list("name", flat=True)) == wanted
    assert list(Organisation.objects.in_name_order().values_list("name", flat=True)) == wanted


def test_people_are_found_by_name_and_address():
    found = UserFactory(name="Zoë Ní Bhriain", email="zoe@example.coop")
    UserFactory(name="Someone Else", email="else@example.coop")
    assert [list(User.objects.matching(words)) for words in ("zoe bhriain", "ZOE@", "zoë else")] == [
        [found],
        [found],
        [],
    ]


@pytest.mark.parametrize("state", Membership.State.values)
def test_memberships_are_seen_by_their_person_and_by_staff_only(state):
    row = MembershipFactory(state=state)
    colleague = MembershipFactory(organisation=row.organisation).user
    viewers = {
        "nobody": AnonymousUser(),
        "stranger": UserFactory(),
        "colleague": colleague,
        "self": row.user,
        "analyst": UserFactory(roles=["analyst"]),
        "staff waiting for a second step": UserFactory(roles=["staff"], roles__mfa=False),
        "staff": UserFactory(roles=["staff"]),
    }
    seen = {name for name, viewer in viewers.items() if row in Membership.objects.visible_to(viewer)}
    assert seen == {"self", "staff"}


def test_people_are_seen_by_themselves_and_by_staff_only():
    person = UserFactory()
    viewers = {
        "nobody": AnonymousUser(),
        "stranger": UserFactory(),
        "self": person,
        "analyst": UserFactory(roles=["analyst"]),
        "staff": UserFactory(roles=["staff"]),
    }
    assert {name for name, viewer in viewers.items() if person in User.objects.visible_to(viewer)} == {"self", "staff"}


def test_only_verified_members_speak_for_an_organisation():
    organisation = OrganisationFactory()
    people = {
        state: MembershipFactory(organisation=organisation, state=state).user for state in Membership.State.values
    }
    speaks = {state: list(Organisation.objects.of_member(person)) for state, person in people.items()}
    assert speaks == {"asked": [], "verified": [organisation], "ended": []}
    assert list(Organisation.objects.of_member(AnonymousUser())) == []
