"""What a visit costs in bytes over the wire, served as in production, and that nobody else hears of it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import Walker
from tests.browser.site_page import SitePage
from tests.browser.world import World
from tests.served import served

MOST_AT_FIRST, MOST_AGAIN = 150_000, 30_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("served")


@pytest.fixture
def walker(browser: Browser, transactional_db: None, settings, folder) -> Iterator[Walker]:
    settings.PRIVATE_DIR = folder
    world = World()
    with served(folder) as address:
        walker = Walker(browser, address, world)
        yield walker
        walker.close()


def weigh(walker: Walker, page: SitePage) -> int:
    """Bytes that came over the wire, headers and all, until the network was quiet."""
    received: list[float] = []
    wire = walker.context.new_cdp_session(walker.page)
    wire.on("Network.loadingFinished", lambda done: received.append(done["encodedDataLength"]))
    wire.send("Network.enable")
    walker.become(page.role)
    walker.page.goto(f"{walker.address}{page.url}", wait_until="networkidle")
    wire.detach()
    assert received
    return round(sum(received))


def weighed_pages(world: World) -> list[SitePage]:
    grid, long = (world.pages_of_types[kind] for kind in ("grid", "long"))
    return [
        SitePage("home", "visitor", "/"),
        SitePage("census", "visitor", "/census/"),
        *(
            SitePage(f"question, {page.id}", "code:ready", f"/census/{world.wave.slug}/{page.section.id}/{page.id}/")
            for page in (grid, long)
        ),
    ]


def test_a_visit_is_light(walker: Walker, browser: Browser):
    weights = {}
    strays = []
    for page in weighed_pages(walker.world):
        fresh = Walker(browser, walker.address, walker.world)
        weights[page.name] = (weigh(fresh, page), weigh(fresh, page))
        strays += fresh.strays
        fresh.close()
    assert {name: pair for name, pair in weights.items() if pair[0] > MOST_AT_FIRST or pair[1] > MOST_AGAIN} == {}
    assert all(first > 20_000 for first, _again in weights.values()), weights
    assert strays == []
