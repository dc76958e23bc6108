"""Many presses in one moment: requests sent to a live server by threads, each with the cookies of one browser."""

import http.client
import threading
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from django.test import Client


class Presser:
    """A browser's cookies (those of a test client that has come in) and the hidden fields of a page it has open."""

    def __init__(self, client: Client, site: str) -> None:
        self.client, self.site = client, site

    def presses(self, path: str, typed: Mapping[str, str], times: int) -> list[int]:
        """Open the page once, then send what was typed `times` times at once; the statuses that came back, in order."""
        context = self.client.get(path).context
        form = context.get("form")
        hidden = {"case": context["case_token"]} | ({"based_on": form["based_on"].value()} if form else {})
        body = urlencode({**hidden, **typed, "csrfmiddlewaretoken": str(context["csrf_token"])}, doseq=True)
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": "; ".join(f"{name}={morsel.value}" for name, morsel in self.client.cookies.items()),
            "Origin": self.site,
        }
        start, statuses = threading.Barrier(times), []

        def press() -> None:
            connection = http.client.HTTPConnection(urlsplit(self.site).netloc, timeout=30)
            connection.connect()
            start.wait()
            connection.request("POST", path, body, headers)
            statuses.append(connection.getresponse().status)
            connection.close()

        threads = [threading.Thread(target=press) for _ in range(times)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sorted(statuses)
