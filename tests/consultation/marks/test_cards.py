"""Ballots on paper: printed once, also when the form is sent again, and one for each person at the door."""

import uuid

import pytest
from django.test import Client

from consultation.models import Ballot, EventHelper
from tests.consultation.marks.pages import at
from tests.factories.events import registered
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


def test_cards_are_printed_with_their_codes_and_again_from_the_same_form(event, staff):
    key = staff.get(at("marks-staff", event)).context["give_form"]["key"].value()
    one, other = (staff.post(at("ballots-give", event), {"number": 3, "key": key}) for _time in range(2))
    assert (one.status_code, one.context["cards"]) == (200, other.context["cards"])
    assert "no-store" in one["Cache-Control"]
    assert event.ballots.count() == 4
    code = one.context["cards"][0][0]
    assert Ballot.objects.filter(token_hash=Ballot.hash_of(code)).count() == 1


@pytest.mark.parametrize("number", ["", "0", "-1", "2001", "many", "9" * 40])
def test_a_wrong_number_of_cards_makes_none(event, staff, number):
    answer = staff.post(at("ballots-give", event), {"number": number, "key": uuid.uuid4()})
    assert (answer.status_code, event.ballots.count()) == (422, 1)


def test_the_door_hands_out_one_ballot_a_person(event):
    helper, person = UserFactory(), registered(event, is_here=True)
    door = Client()
    door.force_login(helper)
    assert door.post(at("ballot-give", event, person.key)).status_code == 404
    EventHelper.objects.create(event=event, person=helper, part="door")
    assert len(door.post(at("ballot-give", event, person.key)).context["cards"]) == 1
    again = door.post(at("ballot-give", event, person.key))
    assert (again.status_code, "cards" in again.context) == (409, False)
    assert event.ballots.count() == 2
