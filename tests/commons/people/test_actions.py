"""Joining and leaving organisations, appointing and ending: what is done, what is refused, what stands in the record."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from commons.audit.models import Entry
from commons.people.actions import (
    AppointmentOver,
    AppointmentOverlaps,
    DatesWrong,
    MembershipExists,
    MembershipNotWaiting,
    MembershipOver,
    OwnAppointment,
    OwnRequest,
    RolesClash,
    appoint_person,
    ask_membership,
    change_profile,
    decline_membership,
    end_appointment,
    end_membership,
    open_account,
    verify_membership,
)
from commons.people.models import Appointment, Membership, Organisation, Role, User
from tests.factories.people import AppointmentFactory, MembershipFactory, OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db


def recorded() -> list[tuple[str, str]]:
    return list(Entry.objects.order_by("pk").values_list("verb", "actor_label"))


# --- memberships ----------------------------------------------------------------------------------------------------------


def test_a_request_counts_for_nothing_until_it_is_verified():
    person, organisation, staff = UserFactory(), OrganisationFactory(), UserFactory()
    row = ask_membership(organisation, by=person, part="Secretary")
    assert list(Organisation.objects.of_member(person)) == []
    verified = verify_membership(row, by=staff, how="staff")
    assert (verified.state, verified.how, verified.verified_by) == ("verified", "staff", staff)
    assert list(Organisation.objects.of_member(person)) == [organisation]
    assert recorded() == [("ask_membership", f"person {person.pk}"), ("verify_membership", f"person {staff.pk}")]


def test_asking_twice_is_refused_and_leaves_one_row():
    person, organisation = UserFactory(), OrganisationFactory()
    ask_membership(organisation, by=person, part="Secretary")
    with pytest.raises(MembershipExists):
        ask_membership(organisation, by=person, part="Treasurer")
    assert list(Membership.objects.values_list("part")) == [("Secretary",)]
    assert len(recorded()) == 1


def test_several_people_may_belong_to_one_organisation_and_one_person_to_several():
    organisation, other = OrganisationFactory(), OrganisationFactory()
    one, two = UserFactory(), UserFactory()
    for who, where in ((one, organisation), (two, organisation), (one, other)):
        ask_membership(where, by=who, part="")
    assert Membership.objects.live().count() == 3


def test_one_who_left_may_ask_again():
    row = MembershipFactory()
    end_membership(row, by=row.user)
    again = ask_membership(row.organisation, by=row.user, part="Member")
    assert (again.pk == row.pk, again.state) == (False, "asked")


def test_the_database_itself_refuses_a_second_live_membership():
    row = MembershipFactory()
    with pytest.raises(IntegrityError, match="one_live_membership"), transaction.atomic():
        MembershipFactory(user=row.user, organisation=row.organisation, state="asked")


def test_a_code_lets_a_person_verify_themselves_but_staff_never_check_their_own_request():
    row = MembershipFactory(state="asked")
    with pytest.raises(OwnRequest):
        verify_membership(row, by=row.user, how="staff")
    with pytest.raises(OwnRequest):
        decline_membership(row, by=row.user, reason="no")
    assert verify_membership(row, by=row.user, how="code").how == "code"


@pytest.mark.parametrize("state", ["verified", "ended"])
def test_only_what_waits_can_be_answered(state):
    row, staff = MembershipFactory(state=state), UserFactory()
    with pytest.raises(MembershipNotWaiting):
        verify_membership(row, by=staff, how="staff")
    with pytest.raises(MembershipNotWaiting):
        decline_membership(row, by=staff, reason="no")
    row.refresh_from_db()
    assert (row.state, recorded()) == (state, [])


def test_a_request_turned_down_keeps_its_reason_for_the_person_and_not_in_the_record():
    row, staff = MembershipFactory(state="asked"), UserFactory()
    declined = decline_membership(row, by=staff, reason="Please write from the co-op’s own address.")
    assert (declined.state, declined.reason) == ("ended", "Please write from the co-op’s own address.")
    assert Entry.objects.get().data == {"organisation": row.organisation_id}


def test_what_has_ended_cannot_end_again():
    row = MembershipFactory(state="ended")
    with pytest.raises(MembershipOver):
        end_membership(row, by=row.user)


# --- appointments ---------------------------------------------------------------------------------------------------------


def test_an_appointment_is_in_force_at_once_and_gone_at_once():
    staff, person = UserFactory(), UserFactory()
    row = appoint_person(person, by=staff, role="moderator")
    assert (person.roles, row.appointed_by) == ({"moderator"}, staff)
    end_appointment(row, by=staff)
    person.forget_roles()
    assert person.roles == frozenset()
    assert recorded() == [("appoint_person", f"person {staff.pk}"), ("end_appointment", f"person {staff.pk}")]


def test_nobody_appoints_themselves():
    person = UserFactory()
    with pytest.raises(OwnAppointment):
        appoint_person(person, by=person, role="scribe")
    assert (Appointment.objects.count(), recorded()) == (0, [])


@pytest.mark.parametrize(
    ("held", "wanted"),
    [
        ("panel_member", "editor"),
        ("chair", "editor"),
        ("staff", "editor"),
        ("editor", "panel_member"),
        ("editor", "chair"),
        ("editor", "staff"),
    ],
)
def test_nobody_sits_on_the_panel_or_works_for_the_staff_and_edits_the_blog(held, wanted):
    person, staff = UserFactory(roles=[held], name="Carys"), UserFactory()
    with pytest.raises(RolesClash) as refusal:
        appoint_person(person, by=staff, role=wanted)
    assert str(refusal.value) == (
        f"Carys is appointed as: {Role(held).label}. The blog is independent of the panel and the staff, "
        "so nobody can do both. Nothing was changed."
    )
    assert list(person.appointments.values_list("role", flat=True)) == [held]


def test_a_clash_counts_only_while_both_would_last():
    person, staff, today = UserFactory(), UserFactory(), timezone.localdate()
    appoint_person(person, by=staff, role="editor", ends_on=today + timedelta(days=10))
    with pytest.raises(RolesClash):
        appoint_person(person, by=staff, role="chair", starts_on=today + timedelta(days=9))
    row = appoint_person(person, by=staff, role="chair", starts_on=today + timedelta(days=10))
    assert row.starts_on == today + timedelta(days=10)


def test_the_same_role_is_not_given_twice_for_the_same_days():
    person, staff, today = UserFactory(roles=["scribe"]), UserFactory(), timezone.localdate()
    with pytest.raises(AppointmentOverlaps):
        appoint_person(person, by=staff, role="scribe", starts_on=today + timedelta(days=400))
    assert person.appointments.count() == 1


def test_wrong_dates_are_refused():
    person, staff, today = UserFactory(), UserFactory(), timezone.localdate()
    with pytest.raises(DatesWrong):
        appoint_person(person, by=staff, role="scribe", starts_on=today, ends_on=today)
    row = appoint_person(person, by=staff, role="scribe")
    with pytest.raises(DatesWrong):
        end_appointment(row, by=staff, ends_on=today - timedelta(days=1))


def test_an_appointment_that_has_not_begun_can_be_ended_and_then_never_begins():
    person, staff, today = UserFactory(), UserFactory(), timezone.localdate()
    row = appoint_person(person, by=staff, role="scribe", starts_on=today + timedelta(days=5))
    ended = end_appointment(row, by=staff)
    assert list(person.appointments.in_force(today + timedelta(days=5))) == []
    assert ended.ends_on == today + timedelta(days=5)


def test_an_ended_appointment_cannot_be_ended_again():
    today = timezone.localdate()
    row = AppointmentFactory(starts_on=today - timedelta(days=9), ends_on=today)
    with pytest.raises(AppointmentOver):
        end_appointment(row, by=UserFactory())


# --- accounts -------------------------------------------------------------------------------------------------------------


def test_an_opened_account_has_no_usable_password_and_opening_it_again_changes_nothing():
    person = open_account("New@Example.coop", by=None, name="New Person")
    again = open_account("new@example.coop", by=None, name="Other Name")
    assert (again.pk, again.name, again.email, again.has_usable_password()) == (
        person.pk,
        "New Person",
        "new@example.coop",
        False,
    )
    assert recorded() == [("open_account", "system")]


def test_the_record_says_which_details_changed_and_never_what_they_were():
    person = UserFactory(name="Old Name")
    change_profile(person, by=person, name="New Name", language="en-gb")
    change_profile(person, by=person, name="New Name", language="en-gb")
    assert list(Entry.objects.values_list("data", "target_label")) == [({"fields": ["name"]}, f"person {person.pk}")]


def test_the_first_member_of_staff_comes_from_the_command_line(capsys):
    call_command("appoint", "first@example.coop", "staff", "--name", "First Person")
    person = User.objects.get(email="first@example.coop")
    assert (person.name, person.roles, person.roles_waiting) == ("First Person", frozenset(), {"staff"})
    assert "second sign-in step" in capsys.readouterr().out
    with pytest.raises(CommandError, match="already holds"):
        call_command("appoint", "first@example.coop", "staff")
    with pytest.raises(CommandError, match="not an e-mail address"):
        call_command("appoint", "nobody", "staff")
