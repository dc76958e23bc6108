"""A hall full of phones: everybody scans a card, looks at the ballot, marks and saves, many at once and over HTTP, while the
screen of the room asks every moment."""

import http.client
import random
import re
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urlencode, urlsplit

HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
BOX = re.compile(r'<input type="checkbox" name="(\w+)" value="(\d+)"')


@dataclass
class Phone:
    """One person's browser: keeps its cookies, follows no redirect by itself."""

    site: str
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: str | None = None) -> tuple[int, str]:
        connection = http.client.HTTPConnection(urlsplit(self.site).netloc, timeout=60)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), "Origin": self.site}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _equals, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        page = answer.read().decode()
        connection.close()
        return answer.status, page


def mark(
    site: str, path: str, code: str, dice: random.Random, *, times: int = 1, phone: Phone | None = None
) -> tuple[int, list[tuple[str, int]]]:
    """Scan, look, tick up to three of each group, save (`times` in a row). The last status, and what was ticked."""
    phone = phone or Phone(site)
    assert phone.ask("GET", f"{path}?ballot={code}")[0] == 302
    status, page = phone.ask("GET", path)
    assert status == 200
    # Whatever stands before the ballot belongs to the frame.
    form = page[page.find("data-marks=") :]
    groups: dict[str, list[str]] = {}
    for name, value in BOX.findall(form):
        groups.setdefault(name, []).append(value)
    if not groups:
        return 0, []
    chosen = {name: dice.sample(values, dice.randint(1, min(3, len(values)))) for name, values in groups.items()}
    hidden = {
        name: unescape(value)
        for name, value in HIDDEN.findall(page)
        if name in {"ballot", "based_on", "csrfmiddlewaretoken"}
    }
    body = urlencode({**hidden, **chosen}, doseq=True)
    statuses = [phone.ask("POST", path, body)[0] for _time in range(times)]
    # Who was taken by the first click and came too late with the second is taken.
    last = 302 if 302 in statuses else statuses[-1]
    return last, [(name.partition("_")[0], int(value)) for name, values in chosen.items() for value in values]


@dataclass
class Hall:
    """What came of it: how often each status was the last, and how often each idea was ticked by those who were taken."""

    statuses: Counter = field(default_factory=Counter)
    ticked: Counter = field(default_factory=Counter)
    screens: Counter = field(default_factory=Counter)


def fill(
    site: str, path: str, codes: list[str], *, people: int = 12, screen: Phone | None = None,
    screen_path: str = "", after: Callable[[int], None] = lambda number: None, close_all: Callable[[], None] = lambda: None,
) -> Hall:  # fmt: skip
    """Everybody marks, `people` at once. `after(number)` is called when so many have come; every tenth clicks twice."""
    hall, lock, done = Hall(), threading.Lock(), threading.Event()

    def come(number: int, code: str) -> None:
        try:
            after(number)
            status, ticked = mark(site, path, code, random.Random(number), times=2 if number % 10 == 0 else 1)
        finally:
            close_all()
        with lock:
            hall.statuses[status] += 1
            if status == 302:
                hall.ticked.update(ticked)

    def watch() -> None:
        while screen is not None and not done.wait(0.2):
            hall.screens[screen.ask("GET", screen_path)[0]] += 1

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        with ThreadPoolExecutor(people) as pool:
            for coming in [pool.submit(come, number, code) for number, code in enumerate(codes)]:
                coming.result()
    finally:
        done.set()
        watcher.join()
    return hall
