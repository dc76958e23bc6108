"""A walk through every page in a real browser."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, Response

from tests.browser.site_page import SitePage
from tests.browser.world import World
from tests.chromium import DESK, leave
from tests.kept import Kept

# Fills the form with what a test gives, also where a person could not (a value no option has), and sends it.
SEND = """([css, given, leaveUrl]) => {
    const WRITTEN = ["text", "hidden", "email", "password", "search", "tel", "textarea"];
    const form = leaveUrl ? document.createElement("form") : document.querySelector(css);
    if (leaveUrl) {
        form.method = "post";
        const token = document.querySelector("[name=csrfmiddlewaretoken]");
        if (token) form.append(token.cloneNode());
        document.body.append(form);
    }
    for (const [name, value] of Object.entries(given)) {
        const boxes = Array.from(form.elements).filter((box) => box.name === name && box.type !== "submit");
        boxes.forEach((box) => { if (["radio", "checkbox"].includes(box.type)) box.checked = false; });
        const box = boxes[0];
        if (box && WRITTEN.includes(box.type)) { box.value = value; continue; }
        boxes.forEach((other) => other.removeAttribute("name"));
        const hidden = document.createElement("input");
        hidden.type = "hidden"; hidden.name = name; hidden.value = value;
        form.append(hidden);
    }
    HTMLFormElement.prototype.submit.call(form);
}"""


class Walker:
    """One browser that visits pages as different people, by taking over their cookies. `strays` are the requests it made to
    any other host."""

    def __init__(self, browser: Browser, address: str, world: World, **context: Any) -> None:
        self.address, self.world = address, world
        self.context: BrowserContext = browser.new_context(viewport=DESK, locale="en-GB", **context)
        self.strays: list[str] = []
        # Listened to and not routed: with a route the browser keeps nothing, and a walk takes twice as long.
        self.context.on("request", self._note_strays)
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(10_000)
        self.role = ""

    def _note_strays(self, request: Request) -> None:
        if not request.url.startswith((f"{self.address}/", "data:")):
            self.strays.append(request.url)

    def become(self, role: str) -> None:
        if role == self.role:
            return
        self.context.clear_cookies()
        jar = self.world.clients[role].cookies
        cookies = [{"name": name, "value": morsel.value, "url": self.address} for name, morsel in jar.items()]
        if cookies:
            self.context.add_cookies(cookies)
        self.role = role

    def open(self, site_page: SitePage) -> Response:
        """Go there and, if the state needs it, send the form. Returns the last answer."""
        self.become(site_page.role)
        answer = self.page.goto(f"{self.address}{site_page.url}", wait_until="load")
        if site_page.send is not None:
            assert site_page.more.get("own_form") or self.page.locator(site_page.form).count(), (
                f"no form on {site_page}"
            )
            with self.page.expect_navigation(wait_until="load") as sent:
                self.page.evaluate(SEND, [site_page.form, site_page.send, bool(site_page.more.get("own_form"))])
            answer = sent.value
        return answer

    def close(self) -> None:
        leave(self.context)


@pytest.fixture
def site(live_server, settings, tmp_path) -> str:
    """The address of a running site that shows its error pages and its demo pages too."""
    settings.ROOT_URLCONF = "tests.browser.urls"
    settings.PRIVATE_DIR = tmp_path
    return live_server.url


@pytest.fixture
def world(site: str, tmp_path: Path, kept: Callable[..., Kept]) -> World:
    return kept(World).laid_out(tmp_path)


@pytest.fixture
def walk(browser: Browser, site: str) -> Iterator[Callable[..., Walker]]:
    walkers: list[Walker] = []

    def make(world: World, **context: Any) -> Walker:
        walkers.append(Walker(browser, site, world, **context))
        return walkers[-1]

    yield make
    for walker in walkers:
        walker.close()
