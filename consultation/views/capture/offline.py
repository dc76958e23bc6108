"""The worker that keeps the page of a table, or of the room, on the phone."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.generic import View

from consultation.views.one_event import EventMixin

# What the two pages need to stand without a connection, by the page.
FRAME = (
    "css/site.css",
    "css/parts.css",
    "css/forms.css",
    "css/capture.css",
    "js/site.js",
    "js/outbox.js",
    "fonts/atkinson-hyperlegible-next-latin-wght-normal.woff2",
    "fonts/bricolage-grotesque-latin-wght-normal.woff2",
    "img/icon.svg",
)


def release_of(names: tuple[str, ...]) -> str:
    """The name of this very state of the pages' parts: another one is fetched anew."""
    found = [Path(path) for name in names if (path := finders.find(name))]
    return sha256(b"".join(path.read_bytes() for path in found)).hexdigest()[:16]


class WorkerView(EventMixin, View):
    """The worker that lets one page of an event stand without a connection. It stands below that page, so it reaches no other."""

    public = True
    http_method_names = ["get", "head"]
    page = "table"

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        names = (*FRAME, f"js/{self.page}.js")
        address = reverse("consultation:" + f"event-{self.page}", args=[self.event.slug])
        told = {
            "release": release_of((*names, "js/worker.js")),
            "page": address,
            "assets": [staticfiles_storage.url(name) for name in names],
        }
        source = Path(finders.find("js/worker.js")).read_text()
        first = f"const TOLD = {json.dumps(told)};\n"
        response = HttpResponse(first + source, content_type="text/javascript; charset=utf-8")
        response.headers["Cache-Control"] = "no-cache"
        return response
