"""600 people mark within a minute while a screen looks on every two seconds, beside a plain Django form with the same boxes."""

import json
import random
import threading
import time
import uuid
from itertools import cycle
from pathlib import Path
from urllib.parse import urlencode

from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.test import Client
from django.urls import reverse

from consultation.actions.marks import give_ballots
from consultation.models import Event, MarkKind
from consultation.views.marks.ballots import BALLOTS
from tests.benchmarks.clients import Tally, Walk, percentile, walk_along
from tests.benchmarks.measure import tell
from tests.benchmarks.servers import processor_seconds, served
from tests.benchmarks.test_census_page import plain_table
from tests.factories.events import a_marking
from tests.factories.people import UserFactory
from tests.journeys.hall import HIDDEN, Phone, mark

__all__ = ["plain_table"]

PEOPLE, MINUTE, POLL = 600, 60.0, 2.0
CLIENTS, ROUNDS, SECONDS, WARM_UP = 16, 3, 5.0, 2.0


def groups_of(event: Event) -> dict[str, list[str]]:
    """The boxes of the ballot: name of the field, values."""
    found: dict[str, list[str]] = {}
    for theme, idea in event.ideas.order_by("place").values_list("theme", "pk"):
        for kind in MarkKind:
            found.setdefault(f"{kind.value}_{theme}", []).append(str(idea))
    return found


def ticked(event: Event, dice: random.Random) -> dict[str, list[str]]:
    return {name: dice.sample(values, 3) for name, values in groups_of(event).items()}


def plain_pages(event: Event, path: str) -> dict[str, list[dict]]:
    fields = [
        {
            "name": name,
            "label": name,
            "control": "checkboxes",
            "choices": [(value, "An idea in one line") for value in values],
        }
        for name, values in groups_of(event).items()
    ]
    return {path: fields}


class Timed(Phone):
    """A phone that knows how long each answer took, in seconds by method."""

    def ask(self, method: str, path: str, body: str | None = None) -> tuple[int, str]:
        began = time.perf_counter()
        answer = super().ask(method, path, body)
        (self.get if method == "GET" else self.post).append(time.perf_counter() - began)
        return answer


def arrive(people: int, seconds: float, come) -> tuple[Tally, float]:
    """Everybody comes at a moment of their own within that time, whether those before are served or not. What each answer took,
    and after how many seconds the last was served."""
    tally, lock, errors = Tally(), threading.Lock(), []
    began = time.monotonic()
    dice = random.Random(1844)

    def person(number: int, moment: float) -> None:
        time.sleep(moment)
        try:
            mine = come(number)
        except Exception as error:  # noqa: BLE001 - told below
            errors.append(error)
            return
        with lock:
            tally.add(mine)

    moments = sorted(dice.uniform(0, seconds) for _person in range(people))
    threads = [threading.Thread(target=person, args=[number, moment]) for number, moment in enumerate(moments)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return tally, time.monotonic() - began


def timed_phone(site: str) -> Timed:
    phone = Timed(site)
    phone.get, phone.post = [], []
    return phone


def watch(site: str, path: str, cookies: dict[str, str], done: threading.Event, taken: list[float]) -> None:
    phone = timed_phone(site)
    phone.cookies = dict(cookies)
    while not done.wait(POLL):
        status, _page = phone.ask("GET", path)
        assert status == 200
    taken += phone.get


def told(name: str, tally: Tally, last: float) -> None:
    for what, times in (("look", tally.get), ("save", tally.post)):
        for percent in (50, 95, 99):
            tell(f"{name}: {what}, p{percent}", percentile(times, percent), "ms")
    tell(f"{name}: the last of {PEOPLE} was served after", last, "s", goal="at most 62")


def test_600_people_mark_within_a_minute(plain_table, site_env, durable_postgres, tmp_path: Path):
    event, dice = a_marking(ideas=9, themes=3), random.Random(7)
    path, screen = (reverse(f"consultation:event-{name}", args=[event.slug]) for name in ("marks", "screen-now"))
    codes = give_ballots(event, PEOPLE, by=None, key=uuid.uuid4())
    staff = Client()
    staff.force_login(UserFactory(roles=["staff"]))
    cookies = {name: morsel.value for name, morsel in staff.cookies.items()}
    pages = tmp_path / "pages.json"
    pages.write_text(json.dumps(plain_pages(event, path)))
    plain_env = {
        "PLAIN_FORM_PAGES": str(pages),
        "PLAIN_FORM_DATABASE": connection.settings_dict["NAME"],
        "PLAIN_FORM_SOCKETS": str(durable_postgres.sockets),
    }
    with (
        served("coopstrategy.wsgi:application", env=site_env, log=tmp_path / "site.log") as site,
        served("tests.benchmarks.plain_form:application", env=plain_env, log=tmp_path / "plain.log") as peer,
    ):
        ours_at, plain_at = (f"http://127.0.0.1:{server.port}" for server in (site, peer))

        def marks(number: int) -> Tally:
            phone = timed_phone(ours_at)
            status, _ticked = mark(ours_at, path, codes[number], random.Random(number), phone=phone)
            assert status == 302
            phone.ask("GET", path)
            return Tally(get=phone.get, post=phone.post)

        def fills_in(number: int) -> Tally:
            phone = timed_phone(plain_at)
            _status, page = phone.ask("GET", path)
            body = urlencode(dict(HIDDEN.findall(page)) | ticked_once[number], doseq=True)
            assert phone.ask("POST", path, body)[0] == 302
            return Tally(get=phone.get, post=phone.post)

        ticked_once = [ticked(event, random.Random(number)) for number in range(PEOPLE)]
        done, looks = threading.Event(), []
        watcher = threading.Thread(target=watch, args=(ours_at, screen, cookies, done, looks))
        watcher.start()
        ours, ours_last = arrive(PEOPLE, MINUTE, marks)
        done.set()
        watcher.join()
        assert event.ballots.filter(cast_at__isnull=False).count() == PEOPLE
        assert {1} == set(event.ballots.values_list("revision", flat=True))
        plain, plain_last = arrive(PEOPLE, MINUTE, fills_in)

        # As much as both can: the same boxes, again and again.
        ballots = []
        for pk in event.ballots.values_list("pk", flat=True):
            session = SessionStore()
            session[BALLOTS] = {event.slug: str(pk)}
            session.save()
            ballots.append(f"session={session.session_key}")
        our_walks = cycle([Walk(cookie, [(path, ticked(event, dice))]) for cookie in ballots])
        plain_walks = cycle([Walk("", [(path, ticked(event, dice))]) for _ballot in ballots])
        ours_most, plain_most = Tally(), Tally()
        for number in range(ROUNDS + 1):
            for server, walks, tally in ((site, our_walks, ours_most), (peer, plain_walks, plain_most)):
                used = processor_seconds(server.pid) + processor_seconds(durable_postgres.process.pid)
                made = walk_along(server.port, walks, CLIENTS, SECONDS if number else WARM_UP)
                made.server_seconds = (
                    processor_seconds(server.pid) + processor_seconds(durable_postgres.process.pid) - used
                )
                if number:
                    tally.add(made)
    told("ballot (scan, look, save, look again)", ours, ours_last)
    told("plain form (look, save)", plain, plain_last)
    tell("screen, every 2 s meanwhile, p95", percentile(looks, 95), "ms")
    tell("ballot against the plain form, p95 of a save", percentile(ours.post, 95) / percentile(plain.post, 95))
    for name, tally in (("ballot", ours_most), ("plain form", plain_most)):
        tell(f"{name}: flows (look, save) a second with {CLIENTS} at once", tally.flows / tally.seconds, "a second")
        tell(f"{name}: processor, a request", 1000 * tally.server_seconds / tally.requests, "ms")
    ratio = (ours_most.flows / ours_most.seconds) / (plain_most.flows / plain_most.seconds)
    tell("ballot against the plain form, flows a second", ratio, goal="at least 0.5")
