"""Who has been heard on the small site, links that are handed on, and the same words from many; and every page of them."""

from collections.abc import Iterator
from typing import Any

from django.core.cache import cache
from django.urls import reverse

from commons.contributions.actions.fingerprints import take_fingerprints
from commons.contributions.models import Contribution
from commons.people.actions.doors import make_door, retire_door
from commons.people.models import Organisation
from tests.browser.site_page import SitePage, errors
from tests.factories.contributions import ContributionFactory


def draw_heard(world: Any) -> None:
    """A door in each state, with long names, and the same words from fourteen, some of them through a door."""
    name = world.tainted
    federation = Organisation.objects.order_by("pk").first()
    label = name("Spring letter of the federation of everybody who grows, mends, weaves or lends anything", 120)
    world.doors = {
        "open": make_door(by=world.staff, kind="partner", label=label, organisation=federation),
        "closed": retire_door(make_door(by=None, kind="event", label=name("Congress", 120)), by=world.staff),
    }
    words = name("Give every co-op in the valleys a loom, and a weaver who can teach us how to use it.", 4000)
    world.same = ContributionFactory.create_batch(14, body=words, author=world.member, thread=world.section.thread)
    Contribution.objects.filter(pk__in=[row.pk for row in world.same[:8]]).update(door=world.doors["open"])
    while take_fingerprints(by=None):
        pass
    cache.clear()


def heard_pages(world: Any) -> Iterator[SitePage]:
    heard, missing = reverse("heard"), reverse("people:missing-list")
    yield SitePage("who we have heard from", "visitor", heard)
    yield SitePage("who we have heard from", "staff", f"{heard}?strand=census")
    yield SitePage("who we have heard from", "visitor", f"{heard}?strand=comments&without=any", "without doors")
    yield SitePage("who we have heard from", "visitor", f"{heard}?strand=purple&without=x", "wrong filter")
    yield SitePage("campaigns", "visitor", reverse("heard-campaigns"))
    yield SitePage("one campaign", "visitor", reverse("heard-campaign", args=[world.same[0].pk]))
    yield SitePage("one of many", "visitor", world.same[1].get_absolute_url())
    yield SitePage("links to hand on", "staff", reverse("people:door-list"))
    make = reverse("people:door-make")
    yield SitePage("make a link", "staff", make)
    yield errors("make a link", "staff", make, {"label": "", "kind": "purple", "organisation": "zzzz"}, status=422)
    for state, door in world.doors.items():
        yield SitePage(f"a link, {state}", "staff", door.get_absolute_url())
        yield SitePage(f"a partner’s page, {state}", "visitor", reverse("heard-door", args=[door.key]))
    yield SitePage("who is missing", "staff", missing)
    yield SitePage("who is missing", "staff", f"{missing}?q=zzzz&sector=purple", "nothing found")
