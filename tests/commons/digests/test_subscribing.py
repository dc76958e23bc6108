"""What somebody wishes is changed one thing at a time: the other stays as it is at that moment."""

import pytest

from commons.audit.models import Entry
from commons.digests.actions import change_subscription
from commons.digests.models import Subscription
from tests.at_once import behind
from tests.factories.notices import wish
from tests.factories.people import UserFactory


def wishes() -> tuple[str, bool]:
    return Subscription.objects.values_list("frequency", "at_once").get()


@pytest.mark.parametrize(
    ("wished", "then"),
    [
        ({}, ("daily", True)),
        ({"frequency": "weekly"}, ("weekly", True)),
        ({"frequency": "off"}, ("off", True)),
        ({"at_once": False}, ("daily", False)),
        ({"frequency": "off", "at_once": False}, ("off", False)),
    ],
)
def test_what_is_not_named_stays_as_it_is(db, wished, then):
    person = wish(UserFactory(), "daily", at_once=True).person
    row = change_subscription(person, by=person, **wished)
    assert (wishes(), (row.frequency, row.at_once)) == (then, then)


def test_where_nothing_changes_nothing_is_on_record(db):
    person = wish(UserFactory(), "daily").person
    change_subscription(person, by=person)
    change_subscription(person, by=person, frequency="daily")
    assert Entry.objects.filter(verb="change_subscription").count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("first", "second", "then"),
    [
        ({"frequency": "off"}, {"at_once": False}, ("off", False)),
        ({"at_once": False}, {"frequency": "weekly"}, ("weekly", False)),
    ],
)
def test_two_changes_in_the_same_moment_both_count(first, second, then):
    person = wish(UserFactory(), "daily", at_once=True).person
    ended = behind(
        lambda: change_subscription(person, by=person, **first),
        waiting=lambda: change_subscription(person, by=person, **second),
    )
    assert (ended, wishes()) == ("done", then)
