"""Threads that are slowed or closed, and the most that one person may have waiting for a moderator."""

import datetime as dt
import uuid
from functools import partial

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from commons.audit.models import Entry
from commons.contributions.actions import (
    MOST_HELD,
    ThreadClosed,
    TooSoon,
    add_contribution,
    close_thread,
    drop_support,
    edit_contribution,
    slow_thread,
    support_contribution,
    withdraw_contribution,
)
from commons.contributions.models import Contribution, Thread
from commons.moderation.actions import decide_moderation
from tests.at_once import together
from tests.factories.contributions import ContributionFactory, ThreadFactory
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 25, 10, 0, tzinfo=dt.UTC)


def trusted():
    """Somebody whose words moderators have let through before."""
    person = UserFactory()
    ContributionFactory.create_batch(2, author=person)
    return person


def slowed(minutes: int = 5) -> Thread:
    return slow_thread(ThreadFactory(), by=UserFactory(), minutes=minutes)


def say(thread: Thread, person, *, after: dt.timedelta = dt.timedelta(0), body: str = "Lend to us.", **more):
    with time_machine.travel(NOW + after, tick=False):
        return add_contribution(thread, by=person, body=body, **more)


# --- slowed ---------------------------------------------------------------------------------------------------------------


def test_in_a_slowed_thread_a_person_waits_between_two_contributions():
    thread, person = slowed(5), trusted()
    say(thread, person)
    with pytest.raises(TooSoon) as refusal:
        say(thread, person, after=dt.timedelta(minutes=1, seconds=30))
    assert str(refusal.value) == (
        "This discussion is slowed down: you can speak again in 4 minutes. Your words are still in the form."
    )
    say(thread, person, after=dt.timedelta(minutes=5))
    assert Contribution.objects.in_thread(thread).count() == 2


def test_the_last_minute_is_told_in_words():
    thread, person = slowed(5), trusted()
    say(thread, person)
    with pytest.raises(TooSoon) as refusal:
        say(thread, person, after=dt.timedelta(minutes=4, seconds=1))
    assert str(refusal.value) == (
        "This discussion is slowed down: you can speak again in a minute. Your words are still in the form."
    )


def test_others_and_other_threads_do_not_wait():
    thread, person = slowed(5), trusted()
    say(thread, person)
    say(thread, trusted())
    say(ThreadFactory(), person)
    assert Contribution.objects.in_thread(thread).count() == 2


def test_a_reply_waits_like_anything_else():
    thread, person = slowed(5), trusted()
    row = say(thread, trusted())
    say(thread, person)
    with pytest.raises(TooSoon):
        say(thread, person, parent=row, after=dt.timedelta(minutes=1))


def test_the_second_half_of_a_double_click_is_not_too_soon():
    thread, person, key = slowed(5), trusted(), uuid.uuid4()
    assert say(thread, person, key=key) == say(thread, person, key=key, after=dt.timedelta(seconds=1))


def test_a_thread_that_is_slowed_no_more_makes_nobody_wait():
    thread, person = slowed(120), trusted()
    say(thread, person)
    thread = slow_thread(thread, by=person, minutes=0)
    say(thread, person, after=dt.timedelta(seconds=1))
    assert Contribution.objects.in_thread(thread).count() == 2


def test_slowing_down_stands_in_the_record():
    slowed(30)
    assert list(Entry.objects.filter(verb="slow_thread").values_list("data", flat=True)) == [{"minutes": 30}]


@pytest.mark.django_db(transaction=True)
def test_two_windows_at_once_do_not_slip_past_the_wait():
    thread, person = slowed(5), trusted()
    ends = together(*(partial(add_contribution, thread, by=person, body=f"Number {n}.") for n in range(4)))
    assert ends == {"done": 1, TooSoon.__name__: 3}


# --- closed ---------------------------------------------------------------------------------------------------------------


def test_a_closed_thread_says_why_and_keeps_what_was_said():
    thread = ThreadFactory()
    row = say(thread, trusted())
    thread = close_thread(thread, by=UserFactory(), closes_at=NOW, reason="It went in circles.")
    with pytest.raises(ThreadClosed) as refusal:
        say(thread, trusted())
    assert str(refusal.value) == "It went in circles."
    assert list(Contribution.objects.public().in_thread(thread)) == [row]


def test_a_thread_closes_by_itself_on_its_date():
    thread = close_thread(ThreadFactory(), by=UserFactory(), closes_at=NOW + dt.timedelta(hours=1), reason="Enough.")
    say(thread, trusted(), after=dt.timedelta(minutes=59))
    with pytest.raises(ThreadClosed):
        say(thread, trusted(), after=dt.timedelta(minutes=60))


def test_once_the_talk_is_over_words_are_not_changed_and_not_agreed_with_and_can_be_taken_back():
    person, reader = UserFactory(), UserFactory()
    row, agreed = ContributionFactory(author=person), ContributionFactory()
    agreed.thread = row.thread
    agreed.save()
    support_contribution(agreed, by=reader)
    close_thread(row.thread, by=UserFactory(), closes_at=timezone.now(), reason="It is settled.")
    with pytest.raises(
        ThreadClosed, match=r"^It is settled\. What was said stays as it is\. You can still take it back\.$"
    ):
        edit_contribution(row, by=person, body="Other words.", based_on=1)
    with pytest.raises(ThreadClosed, match=r"^It is settled\.$"):
        support_contribution(row, by=reader)
    assert (drop_support(agreed, by=reader), withdraw_contribution(row, by=person).standing) == (True, "withdrawn")
    assert Contribution.objects.get(pk=row.pk).body == row.body


def test_a_closed_thread_is_opened_again():
    person = UserFactory()
    thread = close_thread(ThreadFactory(), by=person, closes_at=NOW, reason="It went in circles.")
    thread = close_thread(thread, by=person, closes_at=None)
    say(thread, trusted())
    assert (thread.close_reason, thread.is_open_at(NOW)) == ("", True)
    data = [entry.data["closes_at"] for entry in Entry.objects.filter(verb="close_thread").order_by("pk")]
    assert data == [NOW.isoformat(), None]


# --- the most that may wait -----------------------------------------------------------------------------------------------


def test_of_five_hundred_comments_from_a_new_account_twenty_are_taken_and_the_rest_refused_plainly():
    person = UserFactory()
    taken, refusals = 0, set()
    for number in range(500):
        try:
            say(ThreadFactory(), person, body=f"Buy shares {number}.", after=dt.timedelta(seconds=number))
            taken += 1
        except TooSoon as refusal:
            refusals.add(str(refusal))
    assert (taken, Contribution.objects.filter(author=person).count()) == (MOST_HELD, 20)
    assert refusals == {
        "Many of your contributions wait for a moderator. Please wait until they have been read. "
        "Your words are still in the form."
    }
    assert Contribution.objects.public().filter(author=person).count() == 0


@pytest.mark.django_db(transaction=True)
def test_many_windows_at_once_do_not_slip_past_the_limit():
    thread, person = ThreadFactory(), UserFactory()
    for number in range(MOST_HELD - 2):
        add_contribution(thread, by=person, body=f"Number {number}.")
    ends = together(*(partial(add_contribution, thread, by=person, body=f"Last {number}.") for number in range(6)))
    assert ends == {"done": 2, TooSoon.__name__: 4}


def test_once_moderators_have_read_one_another_may_wait():
    thread, person = ThreadFactory(), UserFactory()
    rows = [say(thread, person, body=f"Number {number}.") for number in range(MOST_HELD)]
    why = {"reason": "advert", "explanation": "You sell something."}
    moderator = UserFactory(roles=["moderator"])
    decide_moderation(rows[0].moderation, by=moderator, outcome="decline", seen=1, **why)
    say(thread, person)
    with pytest.raises(TooSoon):
        say(thread, person)


def test_what_others_have_waiting_holds_nobody_up():
    thread = ThreadFactory()
    flood = UserFactory()
    for number in range(MOST_HELD):
        say(thread, flood, body=f"Number {number}.")
    assert say(thread, UserFactory()).standing == "held"


# --- on the page ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ended", ["slowed", "closed"])
def test_a_refused_reply_keeps_every_word(ended):
    thread, person = ThreadFactory(), trusted()
    row = ContributionFactory(thread=thread)
    add_contribution(thread, by=person, body="My first.")
    if ended == "slowed":
        slow_thread(thread, by=UserFactory(), minutes=120)
        said = "This discussion is slowed down: you can speak again in 120 minutes. Your words are still in the form."
    else:
        said = "It went in circles."
        close_thread(thread, by=UserFactory(), closes_at=timezone.now(), reason=said)
    client = Client()
    client.force_login(person)
    data = {"body": "Every one of my words.", "mandate": "self", "shown_as": "name", "key": uuid.uuid4()}
    response = client.post(reverse("contributions:reply", args=[row.pk]), data)
    assert response.status_code == 422
    assert response.context["form"].non_field_errors() == [said]
    assert response.context["form"]["body"].value() == "Every one of my words."
