"""Everybody registers in the minute in which registration opens: real requests to the site as production serves it. The drill
sends three thousand by two thousand people."""

import http.client
import os
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from commons.audit.models import Entry
from consultation.models import Event, Registration
from tests.factories.events import an_event
from tests.factories.people import UserFactory
from tests.served import served

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = int(os.environ.get("RUSH_PEOPLE", "60"))
PLACES = int(os.environ.get("RUSH_PLACES", "20"))
LINES = 16
TOKEN = "a" * 32


def session_of(person) -> str:
    client = Client()
    client.force_login(person)
    [name] = [name for name in client.cookies if "session" in name]
    return f"{name}={client.cookies[name].value}"


class Crowd:
    """People with a browser each, who press on so many lines at once; each answer with how long it took."""

    def __init__(self, site: str, sessions: list[str]) -> None:
        self.site, self.waiting = site, list(sessions)
        self.statuses: list[int] = []
        self.seconds: list[float] = []
        self.turn = threading.Lock()

    def press(self, path: str, typed: dict[str, str]) -> None:
        body = urlencode({**typed, "csrfmiddlewaretoken": TOKEN})

        def line() -> None:
            while True:
                with self.turn:
                    if not self.waiting:
                        return
                    cookie = self.waiting.pop()
                began = time.perf_counter()
                link = http.client.HTTPConnection(urlsplit(self.site).netloc, timeout=120)
                headers = {
                    "Content-Type": "application/x-www-form-urlencoded",
                    "Cookie": f"{cookie}; csrf={TOKEN}",
                    "Origin": self.site,
                }
                link.request("POST", path, body, headers)
                answer = link.getresponse()
                answer.read()
                link.close()
                with self.turn:
                    self.statuses.append(answer.status)
                    self.seconds.append(time.perf_counter() - began)

        threads = [threading.Thread(target=line) for _line in range(LINES)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def test_everybody_registers_at_once_and_every_place_is_given_once(tmp_path: Path):
    event = an_event(capacity=PLACES)
    people = [UserFactory() for _person in range(PEOPLE)]
    # Every second person clicks twice.
    sessions = [session_of(person) for person in people]
    with served(tmp_path) as site:
        crowd = Crowd(site, [*sessions, *sessions[::2]])
        began = time.perf_counter()
        crowd.press(reverse("consultation:event-register", args=[event.slug]), {"access_needs": "A ramp"})
        took = time.perf_counter() - began
    ordered = sorted(crowd.seconds)
    middle, late = ordered[len(ordered) // 2], ordered[len(ordered) * 95 // 100]
    sys.stdout.write(
        f"RUSH {len(ordered)} presses by {PEOPLE} people for {PLACES} places in {took:.1f} s: half within {middle:.2f} s, "
        f"19 of 20 within {late:.2f} s, the slowest {ordered[-1]:.2f} s\n"
    )
    assert set(crowd.statuses) == {302}
    rows = list(Registration.objects.order_by("number").values_list("number", "state"))
    assert rows == [(number, "in" if number <= PLACES else "waiting") for number in range(1, PEOPLE + 1)]
    assert Registration.objects.values("person").distinct().count() == PEOPLE
    assert Entry.objects.filter(verb="register_person").count() == PEOPLE
    assert Event.objects.get().revision == 1
