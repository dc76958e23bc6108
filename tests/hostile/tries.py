"""Sending one hostile input to one form, and what must hold of every answer."""

import time
from collections.abc import Callable
from urllib.parse import urljoin, urlsplit

from django.core.cache import cache
from django.http import HttpResponse

from tests.browser.world import World
from tests.hostile.forms import Form, send_pairs, undone
from tests.hostile.inputs import as_read

LONGEST = 2.0
HERE = "http://testserver/some/page/"


def timed(ask: Callable[[], HttpResponse]) -> tuple[HttpResponse, float]:
    """The answer, and the seconds of processor time it took: a busy machine must not look like a slow page."""
    began = time.thread_time()
    answer = ask()
    return answer, time.thread_time() - began


def trouble_with(answer: HttpResponse, seconds: float) -> list[str]:
    found = []
    if answer.status_code >= 500:
        found.append(f"status {answer.status_code}")
    if seconds > LONGEST:
        found.append(f"took {seconds:.1f} s")
    where = urlsplit(urljoin(HERE, answer.headers.get("Location", "")))
    if where.scheme not in {"http", "https"} or where.netloc != urlsplit(HERE).netloc:
        found.append(f"led away to {answer.headers['Location']}")
    if "evil" in " ".join(f"{name}: {value}" for name, value in answer.headers.items() if name != "Location"):
        found.append("a header holds what was sent")
    return found


def try_values(world: World, form: Form, name: str, value: bytes) -> list[str]:
    """One field hostile, the others good. Returns what is wrong."""
    client = world.clients[form.role]
    found: list[str] = []

    def try_out() -> None:
        read = form.reads.get(name)
        before = read() if read else None
        pairs = list((form.good | {name: value}).items())
        answer, seconds = timed(lambda: send_pairs(client, form, pairs))
        if seconds > LONGEST:  # A busy machine may be slow once; what is slow twice is slow.
            answer, seconds = timed(lambda: send_pairs(client, form, pairs))
        found.extend(trouble_with(answer, seconds))
        if read and answer.status_code < 500:
            after = read()
            taken = answer.status_code == 302 or after != before
            if taken and after not in as_read(value):
                found.append(f"{value[:60]!r} was kept as {str(after)[:60]!r} ({answer.status_code})")

    undone(client, try_out)
    cache.clear()
    return [f"{form.name}, {name}={value[:40]!r}: {trouble}" for trouble in found]
