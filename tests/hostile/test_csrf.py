"""Nothing can be sent to the site from another site: without a token, with another's, or with another origin."""

import re

from django.test import Client
from django.urls import reverse

from tests.architecture.addresses import addresses
from tests.browser.pages import pages_of
from tests.browser.world import World

# These take a post without a token, and why nothing can be done with it from another site.
NO_TOKEN = {
    "digests:unsubscribe": "A mail program sends it (RFC 8058): the token in the address says who asks, and no cookie is read.",
    "digests:bounce": "The mail server sends it, and proves itself by a key.",
}


def as_strict(client: Client) -> Client:
    """The same browser, its posts checked as a real server checks them."""
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    return strict


def test_no_address_takes_a_post_without_a_token(world: World):
    """All of them: those in the list of pages, and each address by itself with values that fit."""
    fitting = {
        "<slug:wave>": world.wave.slug,
        "<slug:section>": "start",
        "<slug:page>": "form",
        "<slug:report>": "census-letters",
        "<slug:key>": "wren",
        "<slug:name>": world.caught,
        "<slug:slug>": world.posts["public"].slug,
        "<int:year>": world.posts["public"].year,
        "<int:month>": 11,
        "<int:proposal>": world.proposal.pk,
        "<uuid:picture>": world.own_picture.pk,
        "<int:pk>": world.codes["sent"].case_id,
        "<int:number>": 1,
        "<int:old>": 1,
        "<int:new>": 2,
        "<uuid:key>": world.places["waiting"].key,
        "<uuid:pk>": world.jobs["waiting"].pk,
        "<uuid:code>": world.codes["sent"].pk,
        "<str:token>": world.tokens["daily"],
    }
    taken, without = [], set()
    for address in addresses():
        if address.route.startswith("admin/"):
            continue
        path = "/" + re.sub(r"<[^>]+>", lambda part: str(fitting[part[0]]), address.route)
        for role in ("visitor", "member", "staff", "analyst", "code:begun"):
            answer = as_strict(world.clients[role]).post(path, {"case": "1"})
            if address.name in NO_TOKEN:
                without.add(address.name)
            elif answer.status_code != 403:
                taken.append(f"{path} as {role}: {answer.status_code}")
    assert (taken, without) == ([], set(NO_TOKEN))


def test_every_form_that_is_shown_to_somebody_refuses_another_token_and_another_origin(world: World):
    taken, count = [], 0
    for page in pages_of(world):
        if page.send is not None or page.status != 200:
            continue
        client = as_strict(world.clients[page.role])
        shown = client.get(page.url).content.decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', shown)
        if token is None:
            continue
        count += 1
        others = client.post(page.url, {"csrfmiddlewaretoken": "A" * 64}).status_code
        foreign = client.post(
            page.url, {"csrfmiddlewaretoken": token[1]}, HTTP_ORIGIN="https://evil.example"
        ).status_code
        if (others, foreign) != (403, 403):
            taken.append(f"{page}: {others}, {foreign}")
    assert taken == []
    assert count > 60


def test_a_token_of_the_page_itself_is_taken(world: World):
    """So that the refusals above say something."""
    client = as_strict(world.clients["member"])
    url = reverse("people:profile-change")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', client.get(url).content.decode())[1]
    data = {"csrfmiddlewaretoken": token, "name": "Sam", "language": "en-gb"}
    assert client.post(url, data).status_code == 302
