"""The broker goes, and the cache with it, while people comment, save pages of the census and ask for exports; when it is back
all that waited is done. Real processes over HTTP. The drill has it away for ten minutes, with the timetable as it is."""

import http.client
import itertools
import os
import random
import re
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from urllib.parse import urlencode, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from census.actions.codes import issue_codes
from census.models import Case, PageRevision
from commons.contributions.models import Contribution
from commons.digests.models import Digest, MailState, Notice
from commons.exports.actions import MOST_UNFINISHED
from commons.exports.models import ExportJob
from commons.people.models import User
from commons.queues import State
from tests.census.conftest import register, wave  # noqa: F401 - an open census
from tests.drills.parts import Parts, running
from tests.drills.workers import wait_until
from tests.factories.contributions import ContributionFactory
from tests.factories.notices import wish, with_digests_due
from tests.factories.people import UserFactory
from tests.mail_server import mail_server

pytestmark = pytest.mark.django_db(transaction=True)

AWAY = float(os.environ.get("BROKER_AWAY", "8"))
CLOCK = os.environ.get("BROKER_CLOCK", "tests.drills.drill_clock")
PEOPLE, DIGESTS = 6, 30
WITHIN = 120.0
BETWEEN = max(0.5, AWAY / 60)  # seconds between two things that one of them does
TOKEN = "a" * 32


class Browser:
    """The cookies of one person, and what every answer to them was."""

    answers: Counter[int] = Counter()
    slowest = 0.0

    def __init__(self, site: str, person: User | None = None) -> None:
        self.site, self.cookies = site, {"csrf": TOKEN}
        if person is not None:
            client = Client()
            client.force_login(person)
            self.cookies |= {name: morsel.value for name, morsel in client.cookies.items()}

    def ask(self, method: str, path: str, typed: Mapping[str, str] | None = None) -> tuple[int, str]:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), "Origin": self.site}
        if typed is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        line = http.client.HTTPConnection(urlsplit(self.site).netloc, timeout=60)
        began = time.monotonic()
        line.request(method, path, typed and urlencode({**typed, "csrfmiddlewaretoken": TOKEN}), headers)
        answer = line.getresponse()
        text = answer.read().decode()
        line.close()
        Browser.slowest = max(Browser.slowest, time.monotonic() - began)
        Browser.answers[answer.status] += 1
        for cookie in answer.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, answer.headers["Location"] or text

    def opens(self, path: str) -> str:
        return self.ask("GET", path)[1]

    def sends(self, path: str, typed: Mapping[str, str]) -> None:
        """What is typed is taken, and the page that follows opens."""
        status, place = self.ask("POST", path, typed)
        assert status == 302, (path, status, place[:2000])
        self.opens(place)


def commenting(site: str, person: User, others: list[Contribution]) -> Callable[[], None]:
    browser = Browser(site, person)

    def comment() -> None:
        path = reverse("contributions:reply", args=[random.choice(others).pk])
        browser.opens(path)
        browser.sends(path, {"body": f"Said at {time.time()}.", "shown_as": "name", "key": str(uuid.uuid4())})

    return comment


def answering(site: str, code: str) -> Callable[[], None]:
    browser, path = Browser(site), "/census/needs-2026/start/form/"
    letters = [code]
    turns = itertools.cycle(["full", "short"])  # what has not changed would not be written again

    def save() -> None:
        if letters:
            browser.sends(reverse("census:code"), {"code": letters.pop()})
        shown = browser.opens(path)
        hidden = {name: re.search(f'name="{name}" value="([^"]*)"', shown).group(1) for name in ("case", "based_on")}
        browser.sends(path, hidden | {"q01": "en", "q02": next(turns)})

    return save


def exporting(site: str, person: User) -> Callable[[], None]:
    """As many files as one person may wait for; after that a look at the list."""
    browser, path = Browser(site, person), reverse("exports:job-ask", args=["consultation-ideas"])
    left = [path] * MOST_UNFINISHED

    def ask() -> None:
        if not left:
            browser.opens(reverse("exports:job-list"))
            return
        browser.opens(left.pop())
        browser.sends(path, {"key": uuid.uuid4().hex})

    return ask


class Doing(threading.Thread):
    """One person who does the same thing again and again until they are told to stop. Whatever goes wrong is kept."""

    def __init__(self, deed: Callable[[], None], told: threading.Event) -> None:
        super().__init__(daemon=True)
        self.deed, self.told = deed, told
        self.times, self.trouble = 0, ""

    def run(self) -> None:
        try:
            while not self.told.wait(BETWEEN):
                self.deed()
                self.times += 1
        except Exception as trouble:  # noqa: BLE001 - the test says what it was
            self.trouble = repr(trouble)


def waiting() -> Counter[str]:
    """All that is still to be done, by its kind."""
    replies = Contribution.objects.exclude(parent=None)
    done = [MailState.NONE, MailState.SENT]
    return +Counter(
        {
            "replies to announce": replies.filter(announced_at=None).count(),
            "exports": ExportJob.objects.unfinished().count(),
            "mails": Notice.objects.exclude(mail_state__in=done).count(),
            "digests": DIGESTS - Digest.objects.filter(mail_state=MailState.SENT).count(),
        }
    )


def test_nothing_fails_without_the_broker_and_all_is_done_when_it_is_back(tmp_path, broker, settings, wave):  # noqa: F811
    settings.SITE_ADDRESS = "http://localhost"
    codes = issue_codes(wave, list(Case.objects.all()), by=None, label="Letters").codes.select_related("case__wave")
    authors, speakers = ([UserFactory() for _person in range(PEOPLE)] for _side in range(2))
    for person in authors:
        wish(person, "off", at_once=True)
    for person in speakers:
        ContributionFactory.create_batch(2, author=person)  # enough to be trusted
    said = [ContributionFactory(author=person) for person in authors]
    with mail_server() as server:
        parts = Parts(tmp_path, broker, EMAIL_URL=server.url, CACHE_URL=broker.cache_url, MAILS_PER_MINUTE="1000000")
        parts.environment["PRIVATE_DIR"] = str(tmp_path / "private")
        parts.web("web")
        parts.worker("worker")
        parts.clock("clock", app=CLOCK)
        with running(parts):
            deeds = [commenting(parts.address, person, said) for person in speakers]
            deeds += [answering(parts.address, code.plain()) for code in codes]
            deeds += [exporting(parts.address, UserFactory(roles=["staff"])) for _person in range(2)]
            Browser.answers.clear()
            parts.kill("broker")
            with_digests_due(DIGESTS)
            told = threading.Event()
            people = [Doing(deed, told) for deed in deeds]
            for one in people:
                one.start()
            time.sleep(AWAY)
            told.set()
            for one in people:
                one.join(70)
            assert [one.trouble for one in people if one.trouble] == []
            times = [one.times for one in people]
            left = waiting()
            sys.stdout.write(
                f"\nBROKER away for {AWAY:.0f} s: {sum(times)} things done by {len(people)} people, the slowest answer took "
                f"{Browser.slowest:.2f} s; answers {dict(Browser.answers)}; left to do {dict(left)}\n"
            )
            parts.start("broker")
            back = time.monotonic()
            wait_until(lambda: not waiting(), WITHIN, "not done within two minutes:", left=waiting)
            sys.stdout.write(f"BROKER all done {time.monotonic() - back:.0f} s after it was back\n")
            assert all(parts.is_up(name) for name in parts.commands)
    assert {status for status in Browser.answers if status >= 400} == set()
    assert min(times) > 0
    comments, saved, exports = (
        sum(times[:PEOPLE]),
        sum(times[PEOPLE:-2]),
        sum(min(one, MOST_UNFINISHED) for one in times[-2:]),
    )
    assert left == {"replies to announce": comments, "exports": exports, "digests": DIGESTS}
    assert PageRevision.objects.count() == saved
    assert set(ExportJob.objects.values_list("state", flat=True)) == {State.DONE}
    # Each reply at once to its author, each export's notice, and the digests: each once.
    arrived = [mail.message_id for mail in server.arrived]
    assert len(arrived) == len(set(arrived)) == comments + exports + DIGESTS
