"""Marking at events of the small site, and every page of it in every state."""

import datetime as dt
import itertools
from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils import timezone

from consultation.actions.marks import (
    cast_ballot,
    choose_proposals,
    close_marks,
    freeze_marks,
    publish_marks,
    show_marks,
)
from consultation.models import Event
from consultation.views.marks.ballots import BALLOTS
from tests.browser.site_page import SitePage, errors
from tests.factories.events import a_ballot, an_event, an_event_idea
from tests.factories.themes import a_theme

STATES = ("bare", "planned", "new", "open", "hidden", "closed", "counted", "published")
CODE = "BCDF-GHJK-LMNP-QRST"


def draw_marks(world: Any) -> None:
    """An event in each state of its marking. The browser "ballots" has a ballot open at each of them."""
    world.marking = {state: _an_event(world, state) for state in STATES}
    ballots = {}
    for state, event in world.marking.items():
        ballot = a_ballot(event, CODE if state == "open" else "")
        ballots[event.slug] = str(ballot.pk)
        if state not in {"bare", "planned", "new"}:
            _cast_some(event, ballot)
    show_marks(world.marking["hidden"], by=world.staff, live=False)
    for state, steps in {
        "closed": [close_marks],
        "counted": [close_marks, freeze_marks],
        "published": [close_marks, freeze_marks, publish_marks],
    }.items():
        for step in steps:
            step(world.marking[state], by=world.staff)
    ideas = world.marking["published"].ideas.order_by("place").values_list("pk", flat=True)
    choose_proposals(world.marking["published"], ideas[::3], by=world.staff)
    for state in STATES:
        world.marking[state].refresh_from_db()
    world.clients["ballots"] = world.with_session({BALLOTS: ballots})


def _an_event(world: Any, state: str) -> Event:
    name, now = world.tainted, timezone.now()
    times = {} if state == "bare" else {"marks_open_at": now - dt.timedelta(hours=1)}
    if state == "planned":
        times["marks_open_at"] = now + dt.timedelta(hours=3)
    if times:
        times["marks_close_at"] = now + dt.timedelta(hours=5)
    event = an_event(
        name("The Congress of co-operatives of the whole country", 120),
        slug=f"marking-{state}",
        say_code=f"MARK-{state}"[:12],
        starts=dt.timedelta(hours=-5),
        hours=12,
        **times,
    )
    for theme, number in itertools.product(range(0 if state == "bare" else 3), range(4)):
        an_event_idea(
            event,
            name("Joint marketing, so that the co-operative form seems as natural as any other", 160),
            theme=world.theme if theme == 0 else a_theme(f"Theme of the Congress {theme}", place=10 + theme),
            issue=name(f"Issue {number // 2} that many people spoke of", 160),
            text=name("We would begin with ten co-ops and see.", 2000),
        )
    return event


def _cast_some(event: Event, first: Any) -> None:
    """Some ideas with the same counts, some with none."""
    ideas = list(event.ideas.order_by("place").values_list("pk", flat=True))
    wanted = [ideas[:3], ideas[1:4], ideas[4:6]]
    for ballot, desirable in zip([first, a_ballot(event), a_ballot(event)], wanted, strict=True):
        cast_ballot(ballot, by=None, desirable=desirable, achievable=ideas[4:7], based_on=0)
    a_ballot(event)


def marks_pages(world: Any) -> Iterator[SitePage]:
    def at(name: str, state: str) -> str:
        return reverse(f"consultation:event-{name}", args=[world.marking[state].slug])

    yield SitePage("code of a ballot", "visitor", at("marks", "open"))
    yield SitePage("code of a ballot", "visitor", at("marks", "planned"), "before marking")
    yield SitePage("code of a ballot", "visitor", at("marks", "published"), "after marking")
    yield errors("code of a ballot", "visitor", at("marks", "open"), {"code": "WRONG"}, status=422)
    for state in STATES:
        yield SitePage(f"a ballot, {state}", "ballots", at("marks", state))
    yield errors("a ballot, with nothing chosen", "ballots", at("marks", "new"), {}, status=422)
    stale = {"based_on": "0", **_ticked(world.marking["open"], 1)}
    yield errors("a ballot, changed in another window", "ballots", at("marks", "open"), stale, status=409)
    for state in STATES:
        yield SitePage(f"screen, {state}", "staff", at("screen", state))
        yield SitePage(f"results, {state}", "visitor", at("results", state))
        yield SitePage(f"marks for staff, {state}", "staff", at("marks-staff", state))
    yield SitePage("screen", "visitor", at("screen", "published"))
    yield SitePage("ballots on paper", "staff", at("ballots-give", "new"), send={"number": "3"}, form="#cards form")
    yield errors(
        "ballots on paper", "staff", at("ballots-give", "new"), {"number": "no"}, form="#cards form", status=422
    )
    yield errors("open marking", "staff", at("marks-open", "bare"), {"closes_at_0": "x"}, form="#open form", status=422)
    nothing = dict.fromkeys(_ticked(world.marking["published"], 0), "")
    choose = at("proposals-choose", "published")
    yield errors("choose proposals", "staff", choose, nothing, form="#proposals form", status=422)


def _ticked(event: Event, place: int) -> dict[str, str]:
    """One idea of the first theme as a form sends it: as desirable, and as a proposal where `place` is 0."""
    idea = event.ideas.order_by("place")[place]
    return {f"desirable_{idea.theme_id}": str(idea.pk)} if place else {f"ideas_{idea.theme_id}": str(idea.pk)}
