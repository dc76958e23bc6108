"""A phone at an event, as the pages' script behaves, and what it sends."""

import json
import uuid

from django.test import Client
from django.urls import reverse


class Phone:
    """A phone at a table or in the room, as the script behaves: it opens the page by a code and sends with its token."""

    def __init__(self, event, code: str, page: str = "table") -> None:
        self.client, self.event, self.page = Client(), event, page
        self.url = reverse(f"consultation:event-{page}", args=[event.slug])
        self.opened = self.client.get(self.url, {"code": code})
        cookie = self.client.cookies.get(f"event-{page}")
        self.token = cookie.value if cookie else ""

    def send(self, *items, token=None, event=None):
        """The status, and what the answer says."""
        url = reverse(f"consultation:event-{self.page}-send", args=[(event or self.event).slug])
        body = {"token": self.token if token is None else token, "items": list(items)}
        answer = Client().post(url, json.dumps(body), content_type="application/json")
        return answer.status_code, answer.json()


def an_id() -> str:
    return str(uuid.uuid4())


def a_line(text: str = "We need looms.", kind: str = "issue", **given) -> dict:
    return {"id": an_id(), "kind": kind, "text": text, "made_at": "2026-11-26T10:00:00.000Z"} | given
