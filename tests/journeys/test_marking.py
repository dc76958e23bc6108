"""Sixty people mark in a moment, while the screen looks on: every ballot counts, and counts once. The drill does it with 600."""

import uuid

import pytest
from django.core.cache import cache
from django.db import connections
from django.test import Client
from django.urls import reverse

from consultation.actions.marks import close_marks, freeze_marks, give_ballots
from consultation.models import Event, Mark
from consultation.reports.marks import board_of
from tests.factories.events import a_marking
from tests.factories.people import UserFactory
from tests.journeys.hall import Hall, Phone, fill

PEOPLE = 60


def a_full_hall(site: str, people: int, **more: object) -> tuple[Event, Hall]:
    """An event with 27 ideas, a ballot for each, and what came of it when all of them marked."""
    cache.clear()
    event = a_marking(ideas=9, themes=3)
    codes = give_ballots(event, people, by=None, key=uuid.uuid4())
    staff = Client()
    staff.force_login(UserFactory(roles=["staff"]))
    screen = Phone(site, {name: morsel.value for name, morsel in staff.cookies.items()})
    path, screen_path = (reverse(f"consultation:event-{name}", args=[event.slug]) for name in ("marks", "screen-now"))
    hall = fill(site, path, codes, screen=screen, screen_path=screen_path, close_all=connections.close_all, **more)
    event.refresh_from_db()
    return event, hall


def assert_all_counted(event: Event, hall: Hall, people: int) -> None:
    assert hall.statuses == {302: people}
    assert set(hall.screens) == {200}
    board = board_of(event)
    assert (board.given, board.cast) == (people, people)
    counted = {("desirable", idea.pk): idea.desirable for idea in board.ideas}
    counted |= {("achievable", idea.pk): idea.achievable for idea in board.ideas}
    assert counted == {place: hall.ticked[place] for place in counted}
    assert Mark.objects.count() == hall.ticked.total()
    assert set(event.ballots.values_list("revision", flat=True)) == {1}


def assert_wholly_in_or_refused(event: Event, hall: Hall, people: int) -> None:
    """`ticked` holds the marks of those who were told that theirs are counted."""
    freeze_marks(event, by=None)
    inside = hall.statuses[302]
    # 409 came too late to save; 0 found marking closed before there was anything to save.
    assert inside + hall.statuses[409] + hall.statuses[0] == people
    assert 0 < inside < people
    assert event.ballots.exclude(cast_at=None).count() == inside
    counts = {("desirable", idea.pk): idea.desirable_count for idea in event.ideas.all()}
    counts |= {("achievable", idea.pk): idea.achievable_count for idea in event.ideas.all()}
    assert counts == {place: hall.ticked[place] for place in counts}


@pytest.mark.django_db(transaction=True)
def test_sixty_people_mark_at_once_and_every_ballot_is_counted_once(live_server):
    event, hall = a_full_hall(live_server.url, PEOPLE)
    assert_all_counted(event, hall, PEOPLE)


@pytest.mark.django_db(transaction=True)
def test_when_marking_closes_in_the_middle_each_ballot_is_wholly_in_or_refused(live_server):
    def close_at_half(number: int) -> None:
        if number == PEOPLE // 2:
            close_marks(Event.objects.get(), by=None)

    event, hall = a_full_hall(live_server.url, PEOPLE, after=close_at_half)
    assert_wholly_in_or_refused(event, hall, PEOPLE)
