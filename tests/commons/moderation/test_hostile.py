"""Every text and name around moderation holds scripts. Seen in a real browser, with the content security policy on and off, none
runs and none makes an element of the page."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser

from commons.moderation.actions import appeal_verdict, decide_appeal, report_subject
from commons.moderation.models import Verdict
from tests.chromium import DESK
from tests.commons.moderation.things import decide, held, reported
from tests.factories.people import UserFactory
from tests.hostile.scripts import CORPUS, Tainter
from tests.hostile.test_scripts import FOREIGN, WATCH

pytestmark = pytest.mark.django_db(transaction=True)

MODERATOR, AUTHOR, VISITOR = "moderator", "author", "visitor"


@pytest.fixture
def tainter() -> Tainter:
    return Tainter()


@pytest.fixture
def addresses(tainter: Tainter, people: dict) -> list[tuple[str, str]]:
    """Who looks, and where; after everything there is to write was written."""
    author, colleague = people[AUTHOR], UserFactory(name=tainter("", 150), roles=["moderator"])
    for text in CORPUS:
        held(body=text)
    bodies = {"body": tainter("", 9_000), "kind": "suggestion", "replacement": tainter("", 9_000)}
    waiting = held(author=author, **bodies)
    public = reported(author=author, note=tainter("", 1000), **bodies)
    said = {"by": colleague, "explanation": tainter("", 2000)}
    shortened = decide(public, "redact", words={"body": tainter("", 9_000), "replacement": tainter("", 400)}, **said)
    asked = appeal_verdict(shortened, by=author, text=tainter("", 2000))
    report_subject(public, by=UserFactory(name=tainter("", 150)), reason="abuse", note=tainter("", 1000))
    refused = decide(held(author=author, **bodies), "decline", **said)
    answered = appeal_verdict(refused, by=author, text=tainter("", 2000))
    decide_appeal(answered, by=UserFactory(), outcome="upheld", explanation=tainter("", 2000))
    pages = [(MODERATOR, f"{reverse('moderation:queue')}?page={number}") for number in range(1, 5)]
    pages += [
        (MODERATOR, reverse("moderation:moderation-decide", args=[row.moderation_id])) for row in (waiting, public)
    ]
    pages += [(MODERATOR, reverse("moderation:appeal-decide", args=[appeal.pk])) for appeal in (asked, answered)]
    pages += [(AUTHOR, verdict.get_absolute_url()) for verdict in Verdict.objects.all()]
    return [*pages, (AUTHOR, reverse("digests:notice-list")), (VISITOR, reverse("moderation:ledger"))]


@pytest.fixture
def people(live_server, tainter: Tainter) -> dict:
    return {
        MODERATOR: UserFactory(name=tainter("", 150), roles=["moderator"]),
        AUTHOR: UserFactory(name=tainter("", 150)),
    }


def cookies_of(person, address: str) -> list[dict[str, str]]:
    client = Client()
    if person is not None:
        client.force_login(person)
    return [{"name": name, "value": morsel.value, "url": address} for name, morsel in client.cookies.items()]


@pytest.fixture
def look(browser: Browser, live_server, people) -> Iterator:
    """Opens a page as somebody, with the policy and without it, and sends its form with a text in every field if there is one;
    gives what was wrong with it."""
    contexts = {}
    for who in (MODERATOR, AUTHOR, VISITOR):
        cookies = cookies_of(people.get(who), live_server.url)
        for has_policy in (True, False):
            context = contexts[who, has_policy] = browser.new_context(viewport=DESK, bypass_csp=not has_policy)
            context.add_init_script(WATCH)
            if cookies:
                context.add_cookies(cookies)

    def open_both(who: str, address: str, typed: str) -> list[str]:
        return [trouble for has_policy in (True, False) for trouble in open_page(who, has_policy, address, typed)]

    def open_page(who: str, has_policy: bool, address: str, typed: str) -> list[str]:
        page, found = contexts[who, has_policy].new_page(), []
        page.on(
            "console",
            lambda message: (
                message.type == "error" and "status of 422" not in message.text and found.append(message.text)
            ),
        )
        page.on("pageerror", lambda error: found.append(str(error)))
        answer = page.goto(f"{live_server.url}{address}", wait_until="load")
        found += [] if answer.status == 200 else [f"status {answer.status}"]
        found += page.evaluate(FOREIGN)
        if page.locator("main form textarea").count():
            with page.expect_navigation(wait_until="load"):
                page.evaluate(
                    """(typed) => { const form = Array.from(document.querySelectorAll("main form")).pop();
                    Array.from(form.elements).filter((box) => box.localName === "textarea")
                        .forEach((box) => { box.value = typed + box.value.slice(0, 10); });
                    Array.from(form.elements).filter((box) => box.name === "outcome").forEach((box) => { box.value = typed; });
                    const box = form.querySelector("[name=outcome]"); if (box) box.checked = true;
                    HTMLFormElement.prototype.submit.call(form); }""",
                    typed,
                )
            found += page.evaluate(FOREIGN)
        page.close()
        return found

    yield open_both
    for context in contexts.values():
        context.close()


def test_no_text_around_moderation_runs_in_anybodys_browser(look, addresses, tainter: Tainter):
    found = {
        f"{who} {address}": trouble for who, address in addresses if (trouble := look(who, address, tainter("", 900)))
    }
    assert (found, len(CORPUS) >= 150) == ({}, True)
