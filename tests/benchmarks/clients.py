"""Many people at once: threads that keep a connection each and never pause. Each fills in page after page: look, then send."""

import http.client
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urlencode

HIDDEN = re.compile(rb'<input type="hidden" name="(\w+)" value="([^"]*)"')
# Django takes a token that is the cookie's own value, so the first page need not be read for it.
TOKEN = "benchmark" * 3 + "token"


@dataclass(frozen=True)
class Walk:
    """The pages one person fills in: (path, form data) in order; `onward` says that each leads to the path of the next."""

    cookie: str
    pages: list[tuple[str, dict]]
    onward: bool = False


@dataclass
class Tally:
    """Seconds of each request, by kind; how long it all took, and the client's own use of the processor."""

    get: list[float] = field(default_factory=list)
    post: list[float] = field(default_factory=list)
    seconds: float = 0.0
    client_seconds: float = 0.0
    server_seconds: float = 0.0

    def add(self, other: "Tally") -> None:
        self.get += other.get
        self.post += other.post
        self.seconds += other.seconds
        self.client_seconds += other.client_seconds
        self.server_seconds += other.server_seconds

    @property
    def flows(self) -> int:
        return len(self.post)

    @property
    def requests(self) -> int:
        return len(self.get) + len(self.post)


def percentile(times: list[float], percent: int) -> float:
    """In milliseconds, by nearest rank."""
    return 1000 * sorted(times)[max(0, -(-len(times) * percent // 100) - 1)]


def walk_along(port: int, walks: Iterator[Walk], clients: int, seconds: float) -> Tally:
    """`clients` people at work until the time is over; pages begun are finished. Anything but the expected answer is raised."""
    total, lock, errors = Tally(), threading.Lock(), []
    deadline = time.monotonic() + seconds

    def person() -> None:
        mine = Tally()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            while time.monotonic() < deadline:
                with lock:
                    walk = next(walks)
                for place, (path, data) in enumerate(walk.pages):
                    onward = walk.pages[place + 1][0] if walk.onward and place + 1 < len(walk.pages) else None
                    _fill_in(connection, walk.cookie, path, data, mine, onward)
                    if time.monotonic() >= deadline:
                        break
        except Exception as error:  # noqa: BLE001 - told by the thread that started us
            errors.append(error)
        finally:
            connection.close()
            with lock:
                total.add(mine)

    threads = [threading.Thread(target=person) for _client in range(clients)]
    began, used = time.perf_counter(), time.process_time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    total.seconds, total.client_seconds = time.perf_counter() - began, time.process_time() - used
    if errors:
        raise errors[0]
    return total


def _fill_in(
    connection: http.client.HTTPConnection, cookie: str, path: str, data: dict, tally: Tally, onward: str | None
) -> None:
    headers = {"Cookie": f"{cookie}; csrftoken={TOKEN}; csrf={TOKEN}"}
    status, _location, page = _ask(connection, tally.get, "GET", path, None, headers)
    assert status == 200, f"GET {path} was answered with {status}"
    hidden = {name.decode(): unescape(value.decode()) for name, value in HIDDEN.findall(page)}
    body = urlencode({**hidden, **data, "csrfmiddlewaretoken": TOKEN}, doseq=True)
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    status, location, _page = _ask(connection, tally.post, "POST", path, body, headers)
    assert status == 302, f"POST {path} was answered with {status}: {body}"
    assert onward in (None, location), f"POST {path} led to {location} and not to {onward}"


def _ask(connection, times, method, path, body, headers) -> tuple[int, str | None, bytes]:
    began = time.perf_counter()
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    content = answer.read()
    times.append(time.perf_counter() - began)
    return answer.status, answer.headers["Location"], content
