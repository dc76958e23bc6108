"""With script off every page says the same, nothing stands there that only a script could work, and forms lead on. The drill
walks every state of every page."""

import re
from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from census.models import PageRevision
from tests.browser.conftest import Walker
from tests.browser.pages import pages_of
from tests.browser.site_page import SitePage, one_of_each
from tests.browser.world import World

# What is to be read and filled in. A script may add comforts (a suggestion list, a button that prints), so only what is there
# without one is compared. Times and tokens differ from one look to the next.
TOLD = """() => ({
    heading: document.querySelector("h1").textContent.trim(),
    names: Array.from(document.querySelectorAll("main [name]:not([type=hidden])"))
        .filter((one) => one.checkVisibility()).map((one) => one.name),
    dead: Array.from(document.querySelectorAll("button, [role=button]"))
        .filter((one) => one.checkVisibility() && (one.type === "button" || !one.form))
        .map((one) => one.outerHTML.slice(0, 120)),
    scripts: Array.from(document.querySelectorAll("a[href^='#']"))
        .filter((one) => one.checkVisibility() && !(one.hash && document.querySelector(one.hash))).map((one) => one.outerHTML),
})"""


# Shared out, so that several cores can walk.
PARTS = 3


@pytest.mark.parametrize("part", range(PARTS))
def test_no_page_needs_a_script(world: World, walk: Callable[..., Walker], part: int):
    pages = [page for page in pages_of(world) if page.send is None and not page.role.startswith("code:bare")]
    no_script_needed(world, walk, one_of_each(pages)[part::PARTS])


def no_script_needed(world: World, walk: Callable[..., Walker], pages: list[SitePage]) -> None:
    plain = walk(world, java_script_enabled=False)
    scripted = walk(world)
    found = []
    for page in pages:
        plain.open(page)
        told = plain.page.evaluate(TOLD)
        found += [f"{page}: {trouble}" for trouble in told["dead"] + told["scripts"]]
        if page.role.startswith("code:"):
            scripted.open(page)
            with_script = scripted.page.evaluate(TOLD)
            if told["heading"] != with_script["heading"]:
                found.append(f"{page}: {told['heading']!r} is {with_script['heading']!r} with script")
            # A script may hide a list behind the box that searches it, never the other way round.
            if set(with_script["names"]) - set(told["names"]):
                found.append(f"{page}: only with script: {set(with_script['names']) - set(told['names'])}")
    assert found == []
    assert len(pages) > 40


def test_a_question_is_refused_and_saved_without_a_script(world: World, walk: Callable[..., Walker]):
    walker = walk(world, java_script_enabled=False)
    walker.become("code:new")
    page = walker.page
    url = walker.address + reverse("census:page", args=[world.wave.slug, "start", "form"])
    page.goto(url)
    page.get_by_role("button", name="Save and continue").click()
    expect(page).to_have_title(re.compile("^Error: "))
    link = page.locator(".error-summary a").first
    link.click()
    expect(page).to_have_url(re.compile(re.escape(link.get_attribute("href")) + "$"))
    assert page.locator(page.url.partition("#")[2] and f"[id='{page.url.partition('#')[2]}']").count() == 1
    page.get_by_label("English").check()
    page.get_by_role("button", name="Save and continue").click()
    expect(page).to_have_url(re.compile("/start/who/(#|$)"))
    assert PageRevision.objects.filter(response__case=world.codes["new"].case_id).count() == 1


def test_an_export_tells_how_far_it_is_without_a_script(world: World, walk: Callable[..., Walker]):
    walker = walk(world, java_script_enabled=False)
    walker.become("analyst")
    walker.page.goto(walker.address + reverse("exports:job-detail", args=[world.jobs["running"].pk]))
    assert walker.page.locator("meta[http-equiv=refresh]").get_attribute("content") == "10"
