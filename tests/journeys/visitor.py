"""Somebody in front of a browser, who reads and presses what is on the page."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from playwright.sync_api import Page, expect

from census.instrument import Instrument, form_data

SAVE = "Save and continue"


def codes_in(letters: str) -> list[str]:
    """The access codes as they stand in the printed letters."""
    return re.findall(r'<p class="code">([^<]+)</p>', letters)


class Visitor:
    """`page` of a browser on the site at `site`. Every method is something a person does or sees."""

    def __init__(self, page: Page, site: str) -> None:
        self.page, self.site = page, site

    def another_tab(self) -> "Visitor":
        """The same person with the same cookies in a second tab."""
        tab = self.page.context.new_page()
        tab.set_default_timeout(10_000)
        return Visitor(tab, self.site)

    # --- looking ---

    @property
    def place(self) -> str:
        """The path of the page shown."""
        return urlsplit(self.page.url).path

    @property
    def text(self) -> str:
        return self.page.inner_text("main")

    @property
    def heading(self) -> str:
        return self.page.locator("h1").first.inner_text()

    @property
    def notes(self) -> list[str]:
        """What the site just told."""
        return self.page.locator(".messages .notice").all_inner_texts()

    @property
    def errors(self) -> list[str]:
        return self.page.locator(".error-summary li").all_inner_texts()

    # --- going ---

    def opens(self, path: str) -> "Visitor":
        self.page.goto(self.site + path)
        return self

    def presses(self, name: str, *, times: int = 1) -> None:
        """A button, by its words: once, or several times as fast as a hand can."""
        self.page.get_by_role("button", name=name, exact=True).first.click(click_count=times)
        self.page.wait_for_load_state()

    def follows(self, name: str) -> None:
        self.page.get_by_role("link", name=name).first.click()
        self.page.wait_for_load_state()

    def comes_in_with(self, code: str) -> None:
        self.opens("/census/code/")
        self.page.get_by_label("Your census code").fill(code)
        self.presses("Continue")

    def signs_in(self, email: str, password: str = "", *, mails: list[Any] | None = None, secret: str = "") -> None:
        """On the page of signing in: by password, or by the code that comes into `mails`; then by `secret` the second step."""
        self.page.locator("input[name=login]").fill(email)
        self.page.locator("input[name=password]").fill(password)
        self._sends("Sign in")
        if not password:
            (figures,) = re.findall(r"^\s*(\d{6})\s*$", mails[-1].body, re.MULTILINE)
            self.page.locator("input[name=code]").fill(figures)
            self._sends("Continue")
        if secret:
            self.page.locator("input[name=code]").fill(figures_now(secret))
            self._sends("Sign in")

    def _sends(self, name: str) -> None:
        """A button of the page itself, when the frame around it has one of the same name."""
        self.page.locator("main").get_by_role("button", name=name, exact=True).click()
        self.page.wait_for_load_state()

    # --- answering ---

    def fills_in(self, fields: Mapping[str, Any]) -> None:
        """Every field of the page, by name, with what `form_data` gives; blanks are left alone."""
        for name, given in fields.items():
            for value in given if isinstance(given, list) else [given]:
                if value != "":
                    self._fills(name, value)

    def _fills(self, name: str, value: str) -> None:
        control = self.page.locator(f'[name="{name}"]').first
        match control.evaluate("field => field.type"):
            case "radio" | "checkbox":
                chosen = self.page.locator(f'[name="{name}"][value="{value}"]')
                if not chosen.is_checked():
                    self.page.locator(f'label[for="{chosen.get_attribute("id")}"]').click()
                expect(chosen).to_be_checked()
            case "select-one":
                control.select_option(value)
            case _:
                control.fill(value)
                control.blur()

    def fills_page(self, instrument: Instrument, answers: Mapping[str, Any], marks: Mapping[str, str]) -> None:
        section, page = self.place.strip("/").split("/")[-2:]
        for question in instrument.page(section, page).questions:
            if question.code in answers or question.code in marks:
                self.fills_in(form_data(question, answers, marks))

    def answers_everything(
        self, instrument: Instrument, answers: Mapping[str, Any], marks: Mapping[str, str]
    ) -> list[str]:
        """From the page shown to the check page; returns the pages visited as "section/page"."""
        visited: list[str] = []
        while not self.place.endswith("/check/"):
            here = "/".join(self.place.strip("/").split("/")[-2:])
            assert here not in visited, f"{here} came twice: {self.errors}"
            visited.append(here)
            self.fills_page(instrument, answers, marks)
            self.presses(SAVE)
        return visited


def figures_now(secret: str) -> str:
    """The six figures that an authenticator app with this secret shows now."""
    counters = list(yield_hotp_counters_from_time())
    return format_hotp_value(hotp_value(secret, counters[len(counters) // 2]))
