"""A pytest plugin that gives tests a real browser.

A Chromium that is there is used; else root installs Debian's package, and anyone else Playwright's own download. When none can be
had, the tests that need it fail and say why, because a journey that was not walked is not a pass. `BROWSER_TESTS=0` skips them.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from django.db import connections
from playwright.sync_api import Browser, BrowserContext, Error, Page, Playwright, sync_playwright

from coopstrategy.runtime.places import Lock

# The shell without windows comes first: it opens a page in a third of the time.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
MAC_PLACES = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
# A browser under test must not talk to its maker, and containers have little shared memory and no graphics card: to imitate one
# takes a sixth of the time of a walk.
FLAGS = [
    "--disable-gpu",
    "--disable-software-rasterizer",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
]
ASKED_FOR = ("the server responded with a status of 4", "net::ERR_INTERNET_DISCONNECTED")
"""What the browser logs where a test itself asked for it: a 4xx, or no connection."""
DEBIAN = {"DEBIAN_FRONTEND": "noninteractive"}
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


def present() -> str | None:
    """A Chromium on this machine; `CHROMIUM` names one in an unusual place."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named
    found = next((path for path in map(shutil.which, NAMES) if path), None)
    return found or next((path for path in MAC_PLACES if Path(path).exists()), None)


@cache
def find(playwright: Playwright) -> tuple[str | None, str]:
    """Where a Chromium is, got from the network if need be; or None and what was tried and failed."""
    with_lock = Lock(Path(os.environ["COOP_TESTS_RUN_FOLDER"]).parent / f"coop-chromium-{os.geteuid()}.lock")
    with_lock.take(wait=True)
    try:
        if path := present():
            return path, ""
        downloaded = playwright.chromium.executable_path
        if Path(downloaded).exists():
            return downloaded, ""
        tried = []
        if os.geteuid() == 0 and shutil.which("apt-get"):
            run(["apt-get", "update"], DEBIAN)
            for package in ("chromium-headless-shell", "chromium"):
                install = ["apt-get", "install", "-y", "--no-install-recommends", package, "fonts-liberation"]
                said = run(install, DEBIAN)
                if not said.returncode:
                    break
                tried.append(f"{' '.join(install)}: {last_line(said)}")
            if path := present():
                return path, ""
        said = run([sys.executable, "-m", "playwright", "install", "--only-shell", "chromium"], {})
        if not said.returncode:
            return "", ""
        tried.append(f"playwright install chromium: {last_line(said)}")
        return None, "; ".join(tried)
    finally:
        with_lock.release()


def run(command: list[str], extra: dict[str, str]) -> subprocess.CompletedProcess:
    return subprocess.run(
        command,
        env={**os.environ, **extra},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )


def last_line(said: subprocess.CompletedProcess) -> str:
    lines = [line.strip() for line in (said.stderr + said.stdout).splitlines() if line.strip()]
    return next(
        (line for line in reversed(lines) if "rror" in line or line.startswith("E:")),
        lines[-1] if lines else "no reason given",
    )


@pytest.fixture(scope="session")
def playwright_run() -> Iterator[Playwright]:
    if os.environ.get("BROWSER_TESTS") == "0":
        pytest.skip("BROWSER_TESTS=0 leaves out the tests that need a browser")
    with sync_playwright() as playwright:
        yield playwright
        # Beside Playwright's running loop Django keeps connections of their own, and nobody else closes them: one that stays
        # keeps the test database from being dropped.
        connections.close_all()


@pytest.fixture(scope="session")
def browser(playwright_run: Playwright) -> Iterator[Browser]:
    """One Chromium for the run."""
    path, why_not = find(playwright_run)
    if path is None:
        pytest.fail(
            f"No Chromium is here and none could be fetched ({why_not}). Install Chromium or Chrome, or name one by "
            "CHROMIUM=/path, or leave these tests out with BROWSER_TESTS=0.",
            pytrace=False,
        )
    try:
        running = playwright_run.chromium.launch(
            executable_path=path or None, args=FLAGS, chromium_sandbox=os.geteuid() != 0
        )
    except Error as error:
        pytest.fail(f"Chromium ({path or 'downloaded by playwright'}) did not start: {error}", pytrace=False)
    yield running
    running.close()


def leave(context: BrowserContext) -> None:
    """Close a visitor's browser. What a page sends on its way out (it keeps what was typed) would reach the server while the next
    test's tables are being emptied, so the line is cut first."""
    context.set_offline(True)
    context.close()


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Makes pages, each a visitor of their own: `new_page()`, `new_page(phone=True)`, `new_page(script=False)`, and any other
    argument of Playwright's `new_context`. The test fails if a script threw or the browser logged an error, such as something the
    content security policy refused; what is `ASKED_FOR` does not count."""
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def on_console(message) -> None:
        if message.type == "error" and not any(words in message.text for words in ASKED_FOR):
            troubles.append(f"{message.text} ({message.location.get('url', '')})")

    def make(*, phone: bool = False, script: bool = True, **context_arguments) -> Page:
        context = browser.new_context(
            **{
                "viewport": PHONE if phone else DESK,
                "has_touch": phone,
                "java_script_enabled": script,
                "locale": "en-GB",
            }
            | context_arguments
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(f"script error: {error}"))
        page.on("console", on_console)
        page.set_default_timeout(10_000)
        return page

    yield make
    for context in contexts:
        leave(context)
    assert troubles == [], "the browser complained:\n" + "\n".join(troubles)


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """A page on a desk, 1280 wide, with script."""
    return new_page()


@pytest.fixture
def phone_page(new_page: Callable[..., Page]) -> Page:
    """A page on a phone, 390 wide, with touch and script."""
    return new_page(phone=True)


@pytest.fixture
def plain_page(new_page: Callable[..., Page]) -> Page:
    """A page on a phone, 390 wide, without script."""
    return new_page(phone=True, script=False)
