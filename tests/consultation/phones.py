"""Phones at an event: one of Python that does what the script does, and a real one in a browser; and a hall full of both, in
which connections come and go, phones are killed and answers are lost on the way.

Every phone knows what it wrote, and after each step what its own line must say.
"""

import datetime as dt
import json
import random
import re
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener

from django.urls import reverse
from playwright.sync_api import Page, Route, expect

from consultation.models import Event, EventNote, EventSession, EventTable
from tests.factories.events import a_session, a_table, an_event
from tests.factories.themes import a_theme

AT_ONCE = 40


class _Stays(HTTPRedirectHandler):
    def redirect_request(self, *args: object) -> None:
        return None


OPENER = build_opener(_Stays)


def ask(url: str, body: bytes | None = None) -> tuple[int, bytes, str]:
    """The status, the body, and the cookie that was set."""
    request = Request(url, data=body, headers={"Content-Type": "application/json"} if body else {})  # noqa: S310 - ours
    try:
        with OPENER.open(request, timeout=60) as answer:
            return answer.status, answer.read(), answer.headers.get("Set-Cookie") or ""
    except HTTPError as answer:
        with answer:
            return answer.code, answer.read(), answer.headers.get("Set-Cookie") or ""


@dataclass
class PlainPhone:
    """A phone without a browser. `kept` is its disk: what waits there, in order; `statuses` is every answer that it saw."""

    address: str
    page: str
    event: Event
    session: EventSession
    chance: random.Random
    clock: dt.timedelta = dt.timedelta()
    token: str = ""
    kept: dict[str, dict] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)
    statuses: list[int] = field(default_factory=list)
    is_offline: bool = False

    @property
    def url(self) -> str:
        return f"{self.address}{reverse(f'consultation:event-{self.page}', args=[self.event.slug])}"

    def open(self, code: str) -> None:
        status, _body, cookie = ask(f"{self.url}?{urlencode({'code': code})}")
        self.statuses.append(status)
        self.token = SimpleCookie(cookie)[f"event-{self.page}"].value

    def write(self, text: str) -> None:
        made_at = (dt.datetime.now(dt.UTC) + self.clock).isoformat()
        piece = {"id": str(uuid.uuid4()), "text": text, "made_at": made_at}
        more = {"kind": "issue"} if self.page == "table" else {"kind": "words", "session": self.session.pk, "name": ""}
        self.kept[piece["id"]] = piece | more

    @property
    def waits(self) -> int:
        return len(self.kept) - len(self.held)

    def send(self, *, lose: bool = False, anyway: bool = False) -> None:
        """Everything that waits; with `lose` the answer never arrives; `anyway` also what is there already."""
        if self.is_offline:
            return
        waiting = [piece for number, piece in self.kept.items() if anyway or number not in self.held]
        for start in range(0, len(waiting), AT_ONCE):
            body = json.dumps({"token": self.token, "items": waiting[start : start + AT_ONCE]}).encode()
            status, said, _cookie = ask(f"{self.url}send/", body)
            self.statuses.append(status)
            if status == 200 and not lose:
                self.held |= set(json.loads(said)["held"])

    def step(self, text: str) -> None:
        """One note, on a day on which everything goes wrong."""
        self.is_offline = self.chance.random() < 0.5
        self.write(text)
        before = self.waits
        match self.chance.randrange(4):
            case 0:
                self.send(lose=True)
                assert self.waits == before
            case 1:
                self.send()
                self.send(anyway=True)
            case 2:
                # Killed: whatever was not on the disk is gone, and nothing was anywhere else.
                self.kept, self.held = json.loads(json.dumps(self.kept)), set(self.held)
                assert self.waits == before
            case _:
                self.send()
        assert self.is_offline is False or self.waits == before

    def go_home(self) -> None:
        self.is_offline = False
        self.send()


@dataclass
class RealPhone:
    """A phone in a browser at a table."""

    page: Page
    chance: random.Random
    url: str
    written: list[str] = field(default_factory=list)
    is_offline: bool = False

    def open(self, code: str) -> None:
        self.page.goto(f"{self.url}?code={code}")
        expect(self.page.locator("[data-ready-line]")).to_have_text(
            re.compile("^This page works without"), timeout=30_000
        )

    def line(self) -> str:
        return self.page.locator("[data-count]").inner_text()

    def step(self, text: str) -> None:
        """One note; then the line must be true, whatever happened."""
        self._turn(self.chance.random() < 0.5)
        box, add = self.page.get_by_label("What was said"), self.page.get_by_role("button", name="Add this note")
        box.fill(text)
        if not self.is_offline and self.chance.random() < 0.5:
            self.page.route("**/table/send/", self._lose)
            with self.page.expect_event("requestfailed", timeout=60_000):
                add.click()
        else:
            add.click()
        expect(box).to_have_value("")
        self.written.append(text)
        self.check()
        self.page.unroute_all(behavior="ignoreErrors")
        if self.chance.random() < 0.4:
            context = self.page.context
            self.page.close(run_before_unload=False)
            self.page = context.new_page()
            self.page.goto(self.url)
            self.check()

    def check(self) -> None:
        """What is said to wait is not less than what the server lacks, and all that is written is either there or waits."""
        expect(self.page.locator("[data-list] [data-note]")).to_have_count(len(self.written), timeout=30_000)
        waits = self.waits()
        there = EventNote.objects.filter(contribution__body__in=self.written).count()
        assert waits >= len(self.written) - there, (self.line(), there, self.written)
        if self.is_offline:
            assert self.page.locator("[data-tag=waiting]:visible").count() == waits

    def waits(self) -> int:
        found = re.match(r"(\d+) notes? waits? on this phone", self.line())
        return int(found[1]) if found else 0

    @staticmethod
    def _lose(route: Route) -> None:
        route.fetch()
        route.abort("internetdisconnected")

    def _turn(self, is_offline: bool) -> None:
        self.is_offline = is_offline
        self.page.context.set_offline(is_offline)

    def go_home(self) -> None:
        self._turn(False)
        every = f"All {len(self.written)} notes are with us."
        expect(self.page.locator("[data-count]")).to_have_text(every, timeout=60_000)


def hall(
    address: str, new_page: Callable[..., Page], *, real: int, scribes: int, delegates: int, each: int, seed: int
) -> list[PlainPhone]:
    """Everybody writes `each` notes on a bad day, and goes home. What the server then holds is what was written, once each."""
    chance = random.Random(seed)
    event = an_event(starts=dt.timedelta(hours=-1))
    session = a_session(event, theme=a_theme("Finance"))
    tables: list[EventTable] = [a_table(session, number) for number in range(1, real + scribes + 1)]
    phones = [
        PlainPhone(address, page, event, session, random.Random(chance.random()))
        for page, count in (("table", scribes), ("say", delegates))
        for _phone in range(count)
    ]
    phones[0].clock = dt.timedelta(days=-1)
    codes = [table.code for table in tables[real:]] + [event.say_code] * delegates
    url = f"{address}{reverse('consultation:event-table', args=[event.slug])}"
    screens = [RealPhone(new_page(phone=True), random.Random(chance.random()), url) for _phone in range(real)]
    for screen, table in zip(screens, tables, strict=False):
        screen.open(table.code)
    written: list[str] = []
    with ThreadPoolExecutor(8) as crowd:
        list(crowd.map(PlainPhone.open, phones, codes))
        for number in range(each):
            texts = [f"Note {number} of phone {place}" for place in range(len(phones))]
            steps = crowd.map(PlainPhone.step, phones, texts)
            for place, screen in enumerate(screens):
                screen.step(f"Note {number} of screen {place}")
            list(steps)
            written += texts + [f"Note {number} of screen {place}" for place in range(len(screens))]
        list(crowd.map(PlainPhone.go_home, phones))
    for screen in screens:
        screen.go_home()
    there = sorted(EventNote.objects.values_list("contribution__body", flat=True))
    assert there == sorted(written)
    assert [phone.waits for phone in phones] == [0] * len(phones)
    assert {status for phone in phones for status in phone.statuses} == {200, 302}
    return phones
