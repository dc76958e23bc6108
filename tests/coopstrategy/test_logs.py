"""No log holds a secret that stands in an address."""

import logging
import logging.config
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.urls import URLResolver, get_resolver

from commons.digests.models import MailingList
from coopstrategy.logs import shown_path
from coopstrategy.middleware import SECRET_PARTS
from tests.factories.notices import wish
from tests.factories.people import UserFactory


def addresses(resolver: URLResolver, before: str = "/") -> Iterator[tuple[str, list[str]]]:
    """Every address of the site with places for its parts, and the names of these."""
    for possibilities, *_rest in (found for some in resolver.reverse_dict.lists() for found in some[1]):
        for address, parts in possibilities:
            yield before + address, parts
    for prefix, inner in resolver.namespace_dict.values():
        yield from addresses(inner, before + prefix)


def with_secrets() -> set[str]:
    """An example of every address with a secret in it."""
    return {
        address % {part: "S3CRET" if part in SECRET_PARTS else "1" for part in parts}
        for address, parts in addresses(get_resolver("tests.coopstrategy.demo_urls"))
        if not SECRET_PARTS.isdisjoint(parts)
    }


def test_of_every_address_with_a_secret_no_log_shows_it():
    found = with_secrets()
    assert ("/unsubscribe/S3CRET/" in found, len(found) >= 7) == (True, True)
    assert sorted(address for address in found if "S3CRET" in shown_path(address)) == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("/unsubscribe/1.digest~x/", "/unsubscribe/..."),
        ("Conflict: /unsubscribe/1.digest~x", "Conflict: /unsubscribe/..."),
        ("POST /unsubscribe/x/ was slow", "POST /unsubscribe/... was slow"),
        ("/events/congress/door/x/undo/", "/events/congress/door/..."),
        ("/events/congress/", "/events/congress/"),
        ("/blog/2026/we-unsubscribe/", "/blog/2026/we-unsubscribe/"),
    ],
)
def test_only_the_secret_is_left_out(text, shown):
    assert shown_path(text) == shown


def test_whatever_becomes_of_it_nothing_is_logged_of_who_stops_a_mail(client, db, caplog):
    structured = logging.config.DictConfigurator(settings.LOGGING).configure_formatter(
        settings.LOGGING["formatters"]["structured"]
    )
    caplog.set_level(logging.INFO)
    token = wish(UserFactory()).token_for(MailingList.DIGEST)
    caplog.clear()
    found = [
        client.get(f"/unsubscribe/{token}/").status_code,
        client.post(f"/unsubscribe/{token}/", {"undo": "x"}).status_code,
        client.put(f"/unsubscribe/{token}/").status_code,
        client.get(f"/unsubscribe/{token}").status_code,
        client.get(f"/unsubscribe/{token}/x/").status_code,
    ]
    logged = [structured.format(record) for record in caplog.records]
    assert found == [200, 409, 405, 301, 404]
    assert [line for line in logged if token in line or token.split("~")[1] in line] == []
    assert len([line for line in logged if "/unsubscribe/..." in line]) >= 2 * len(found)


def test_the_page_on_which_a_mail_is_stopped_is_kept_by_no_store(client, db):
    token = wish(UserFactory()).token_for(MailingList.DIGEST)
    assert {word.strip() for word in client.get(f"/unsubscribe/{token}/")["Cache-Control"].split(",")} >= {
        "no-store",
        "private",
    }
