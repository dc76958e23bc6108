"""Organisations that have not sent their answers are reminded: when, how often at most, and until when."""

import datetime as dt
from itertools import pairwise

import pytest
import time_machine
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from census.actions.refusing import note_refusal, take_back_refusal
from census.actions.reminding import remind_organisations
from census.actions.responses import start_response
from census.actions.waves import extend_close
from census.models import Case, Reminder, Response, Wave
from census.models.reminders import MOST
from census.reports import reminders_of
from census.tasks import remind
from commons.audit.models import Entry
from commons.digests.models import Notice
from commons.digests.tasks import send_service_messages
from coopstrategy.celery import app
from tests.at_once import together
from tests.census.replies import send_reply
from tests.factories.census import a_register, a_wave
from tests.factories.people import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2027, 3, 1, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.fixture
def clock():
    """Noon of the day on which the census opens, for 40 days."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def wave(db, clock) -> Wave:
    a_register()
    return a_wave(closes=40 * DAY, opens_at=NOON)


@pytest.fixture
def case(wave) -> Case:
    return Case.objects.select_related("wave", "organisation").order_by("pk").first()


@pytest.fixture
def person(case):
    return MembershipFactory(organisation=case.organisation).user


def days_reminded(clock, days: int = 45) -> list[int]:
    """On which days from now somebody is reminded, asked every six hours."""
    found, began = [], timezone.now()
    for step in range(days * 4):
        clock.move_to(began + step * DAY / 4)
        if remind_organisations(by=None):
            found.append(step // 4)
    return found


def test_who_has_not_begun_is_reminded_two_weeks_and_three_days_before_the_close(person, clock):
    assert days_reminded(clock) == [26, 37]
    assert (
        list(Notice.objects.order_by("pk").values_list("recipient", "subject", "path", "mail_state"))
        == [
            (
                person.pk,
                "Rivermead Housing Co-operative has not answered the census yet",
                "/census/needs-2026/",
                "waiting",
            )
        ]
        * 2
    )
    assert Notice.objects.order_by("pk").first().text == (
        "It closes on Saturday 10 April, 1pm. Anybody who speaks for your organisation can answer. If you do not wish to answer, "
        "say so there, and we stop asking."
    )


def test_who_has_begun_and_saved_nothing_for_a_week_is_reminded_then_too(case, person, clock):
    start_response(case, by=person)
    assert days_reminded(clock) == [7, 26, 37]
    subjects = set(Notice.objects.values_list("subject", flat=True))
    assert subjects == {"The census of Rivermead Housing Co-operative was begun, and not sent yet"}


def test_who_is_at_it_is_not_reminded_until_a_day_later(case, person, clock):
    clock.shift(25 * DAY)
    start_response(case, by=person)
    clock.shift(DAY / 2)
    Response.objects.update(saved_at=timezone.now())
    assert days_reminded(clock, 3) == [1]


@pytest.mark.parametrize("status", ["out_of_scope", "duplicate"])
def test_who_is_not_asked_any_more_is_not_reminded(case, person, clock, status):
    Case.objects.filter(pk=case.pk).update(status=status)
    assert days_reminded(clock) == []


def test_who_does_not_wish_to_answer_is_not_reminded(case, person, clock):
    note_refusal(case, by=person)
    assert days_reminded(clock) == []


def test_who_may_be_asked_again_is_reminded_again(case, person, clock):
    note_refusal(case, by=person)
    clock.shift(30 * DAY)
    take_back_refusal(case, by=person)
    assert days_reminded(clock, 10) == [0, 7]


def test_who_has_sent_is_not_reminded(case, person, clock):
    send_reply(case, person, form="short")
    assert days_reminded(clock) == []


def test_an_organisation_without_people_is_not_reminded(case, clock):
    MembershipFactory(organisation=case.organisation, state="asked")
    MembershipFactory(organisation=case.organisation, user__is_active=False)
    assert (days_reminded(clock), Reminder.objects.count()) == ([], 0)


def test_a_close_that_is_moved_again_and_again_reminds_at_most_four_times_and_never_twice_in_five_days(
    case, person, clock
):
    start_response(case, by=person)
    wave, found = case.wave, []
    for _turn in range(5):
        clock.move_to(wave.closes_at - 15 * DAY)
        found += [timezone.now().date()] * len(days_reminded(clock, 14))
        wave = extend_close(wave, by=None, closes_at=wave.closes_at + 15 * DAY, reason="Post is slow.")
    made = list(Reminder.objects.order_by("pk").values_list("made_at", flat=True))
    assert (len(found), len(made)) == (MOST, MOST)
    assert min(later - before for before, later in pairwise(made)) >= 5 * DAY


def test_nobody_is_reminded_at_night(person, clock):
    told = []
    for hour in range(24):
        clock.move_to(NOON + 27 * DAY + dt.timedelta(hours=hour))
        if remind_organisations(by=None):
            told.append(timezone.localtime().hour)
            Reminder.objects.all().delete()
    assert told == [13, 14, 15, 16, 17, 9, 10, 11, 12]


def test_a_wave_shorter_than_an_occasion_skips_it(db, clock):
    a_register()
    a_wave(closes=10 * DAY, opens_at=NOON)
    MembershipFactory(organisation=Case.objects.order_by("pk").first().organisation)
    assert days_reminded(clock) == [7]


def test_what_is_sent_between_the_reminder_and_its_mail_stops_the_mail(case, person, clock):
    clock.shift(26 * DAY)
    assert remind_organisations(by=None) == 1
    send_reply(case, person, form="short")
    mail.outbox.clear()
    Notice.objects.filter(kind="census-sent").delete()
    send_service_messages()
    assert (mail.outbox, Notice.objects.get().mail_state) == ([], "dropped")


def test_who_says_between_the_reminder_and_its_mail_that_they_do_not_wish_to_answer_gets_no_mail(case, person, clock):
    clock.shift(26 * DAY)
    remind_organisations(by=None)
    note_refusal(case, by=person)
    send_service_messages()
    assert (mail.outbox, Notice.objects.get().mail_state) == ([], "dropped")


@pytest.mark.django_db(transaction=True)
def test_five_at_once_remind_each_organisation_once(person, clock):
    clock.shift(26 * DAY)
    assert together(*[lambda: remind_organisations(by=None)] * 5) == {"done": 5}
    assert (Reminder.objects.count(), Notice.objects.count()) == (1, 1)


def test_reminding_many_takes_as_many_queries_as_reminding_one(case, person, clock, django_assert_num_queries):
    clock.shift(26 * DAY)
    with django_assert_num_queries(16) as few:
        remind_organisations(by=None)
    Reminder.objects.all().delete()
    for one in Case.objects.select_related("organisation"):
        MembershipFactory.create_batch(3, organisation=one.organisation)
    with django_assert_num_queries(len(few)):
        assert remind_organisations(by=None) == 3


def test_the_mails_of_reminders_can_wait(case, person, clock):
    clock.shift(26 * DAY)
    remind_organisations(by=None)
    assert list(Notice.objects.values_list("kind", "mail_can_wait")) == [("census-unfinished", True)]


def test_it_is_on_record_without_names(case, person, clock):
    clock.shift(26 * DAY)
    remind_organisations(by=None)
    entry = Entry.objects.get(verb="remind_organisations")
    assert (entry.target_label, entry.data) == (str(case.wave), {"occasion": "soon", "count": 1})


def test_the_board_says_on_which_occasions_organisations_are_reminded_and_how_many_were(client, case, person, clock):
    clock.shift(26 * DAY)
    remind()
    assert reminders_of(case.wave) == [
        ("When nothing was saved for 7 days", 0),
        ("14 days before the close", 1),
        ("3 days before the close", 0),
    ]
    client.force_login(UserFactory(roles=["staff"]))
    page = client.get(reverse("census:wave", args=[case.wave.slug])).content.decode()
    assert "<li>14 days before the close: 1 organisation reminded</li>" in page
    assert "between 9am and 6pm" in page
    assert "No organisation is reminded twice in 5 days, nor more than 4 times." in page


def test_it_is_in_the_timetable():
    assert [one["schedule"] for one in app.conf.beat_schedule.values() if one["task"] == remind.name] == [600.0]
