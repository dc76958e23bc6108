"""The pages of the marks as a test opens them: a phone that has scanned a card, what stands in its form, and what it ticks."""

import re

from django.test import Client
from django.urls import reverse

from consultation.actions.marks import close_marks, freeze_marks, publish_marks
from consultation.models import Event

CODE = "BCDF-GHJK-LMNP-QRST"


def at(name: str, event: Event, *args: object) -> str:
    return reverse(f"consultation:event-{name}", args=[event.slug, *args])


def opened(event: Event, code: str = CODE) -> Client:
    """A browser that has scanned a card."""
    phone = Client()
    phone.get(at("marks", event), {"ballot": code})
    return phone


def form_of(phone: Client, event: Event) -> dict[str, object]:
    form = phone.get(at("marks", event)).context["form"]
    return {name: form[name].value() for name in ("ballot", "based_on")}


def chosen(event: Event, **places: list[int]) -> dict[str, list[int]]:
    """`desirable_1=[1, 2]`: the first two ideas of the first theme."""
    themes = sorted(set(event.ideas.values_list("theme", flat=True)))
    found = {}
    for name, numbers in places.items():
        kind, theme = name.split("_")
        pks = list(event.ideas.filter(theme=themes[int(theme) - 1]).order_by("place").values_list("pk", flat=True))
        found[f"{kind}_{themes[int(theme) - 1]}"] = [pks[number - 1] for number in numbers]
    return found


def words(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def finished(event: Event) -> Event:
    close_marks(event, by=None)
    return publish_marks(freeze_marks(event, by=None), by=None)
