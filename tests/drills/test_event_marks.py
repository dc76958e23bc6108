"""600 people mark over HTTP: all of them at once, and once with the close in the middle."""

import pytest

from consultation.actions.marks import close_marks
from consultation.models import Event
from tests.journeys.test_marking import a_full_hall, assert_all_counted, assert_wholly_in_or_refused

PEOPLE = 600


@pytest.mark.django_db(transaction=True)
def test_600_people_mark_at_once_and_every_ballot_is_counted_once(live_server):
    event, hall = a_full_hall(live_server.url, PEOPLE)
    assert_all_counted(event, hall, PEOPLE)
    print(f"{PEOPLE} ballots, {hall.ticked.total()} marks, {hall.screens.total()} looks at the screen")


@pytest.mark.django_db(transaction=True)
def test_the_close_in_the_middle_of_600(live_server):
    def close_at_half(number: int) -> None:
        if number == PEOPLE // 2:
            close_marks(Event.objects.get(), by=None)

    event, hall = a_full_hall(live_server.url, PEOPLE, after=close_at_half)
    assert_wholly_in_or_refused(event, hall, PEOPLE)
    print(f"in: {hall.statuses[302]}, too late: {hall.statuses[409]}, found it closed: {hall.statuses[0]}")
