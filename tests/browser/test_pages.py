"""The list of pages holds every page there is."""

from django.urls import resolve

from tests.architecture.addresses import addresses
from tests.browser.pages import NO_PAGE, pages_of, pages_of_empty_site
from tests.browser.world import World


def test_every_address_has_a_page_in_the_list_or_shows_none(world: World):
    # Django's admin draws its own pages; nobody works there.
    known = {address.name for address in addresses() if not address.route.startswith("admin/")}
    listed = {resolve(page.url.partition("?")[0]).view_name for page in pages_of(world) if page.name != "not found"}
    assert listed == known - set(NO_PAGE)
    assert set(NO_PAGE) <= known


def test_every_page_is_listed_once(world: World):
    names = [str(page) for page in pages_of(world)]
    assert sorted(names) == sorted(set(names))


def test_every_role_of_the_list_has_a_browser_and_every_browser_a_page(world: World):
    assert {page.role for page in pages_of(world)} == set(world.clients)
    assert {page.role for page in pages_of_empty_site()} == {"visitor", "staff"}
