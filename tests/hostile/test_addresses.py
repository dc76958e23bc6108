"""Hostile addresses: what stands after the question mark and in the path never breaks a page, never slows it, and never reaches a
column that nobody meant to offer."""

import re

from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests.browser.pages import pages_of
from tests.browser.site_page import SitePage
from tests.browser.world import World
from tests.hostile.inputs import encoded
from tests.hostile.tries import timed, trouble_with

# Every name that some page reads from its address, and some that none does.
KNOWN = (
    *("q", "page", "sector", "region", "state", "verb", "actor", "before", "organisation", "choose", "role", "outcome"),
    *(
        "remark",
        "batch",
        "wave",
        "show",
        "step",
        "next",
        "return",
        "to",
        "sort",
        "order_by",
        "via",
        "strand",
        "without",
    ),
)
UNKNOWN = (
    *("organisation__user__password", "name__startswith", "id__gt", "pk__in", "user__password__regex", "__class__"),
    *("select", "where", "extra", "format", "debug", "fields", "include", "_", "utm_source"),
)
VALUES = (
    b"",
    b"\x00",
    b"a\x00b",
    b"\xff\xed\xa0\x80",
    b"99999999999999999999",
    b"-1",
    b"0",
    b"x" * 100_000,
    b"a " * 5_000,
    b"'; SELECT pg_sleep(5); --",
    b"%_\\",
    "\u202e👩‍👩‍👧‍👦".encode(),
    b"//evil.example/",
    b"<script>alert(1)</script>",
    b"nan",
    b"last",
)
PATHS = (
    *("/%00/", "/census/%00/", "/census/%ff%fe/", "/census/needs-2026%00/", "/census/needs-2026/start/form%00/"),
    *("/staff/people/99999999999999999999/", "/staff/people/-1/", "/staff/people/1.0/", "/staff/people/%D9%A1/"),
    *("/staff/census/needs-2026/cases/99999999999999999999/", "/you/memberships/99999999999999999999/end/"),
    *("/you/organisations/99999999999999999999/ask/", "/staff/texts/99999999999999999999/", "/exports/nonsense/"),
    *("/exports/00000000-0000-0000-0000-000000000000/", "/exports/ask/..%2f..%2fetc/", "/exports/ask/%00/"),
    *("/static/%00", "/static/..%2f..%2fcoopstrategy/settings.py", "/static/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd"),
    *("//evil.example/", "//evil.example/%2f..", "/\\evil.example", "/census//", "/?", "/%3Cscript%3Ealert(1)%3C/script%3E/"),
    *("/" + "a" * 50_000 + "/", "/census/" + "a" * 50_000 + "/", "/census/needs-2026/" + "x/" * 5_000),
)  # fmt: skip


def query(pairs: list[tuple[str, bytes]]) -> str:
    return encoded(pairs).decode()


def got(client: Client, url: str, search: str):
    return timed(lambda: client.get(url, query_string=search))


def shown_pages(world: World) -> dict[tuple[str, str], SitePage]:
    """One for each view: (role, address)."""
    return {(page.role, page.url): page for page in pages_of(world) if page.send is None and "?" not in page.url}


def test_no_page_breaks_on_what_stands_after_the_question_mark(world: World):
    found, count = [], 0
    for (role, url), page in shown_pages(world).items():
        client = world.clients[role]
        for value in VALUES[:4]:
            answer, seconds = got(client, url, query([(name, value) for name in (*KNOWN, *UNKNOWN)]))
            # The page that is broken on purpose stays so.
            if page.status != 500:
                found += [f"{url} {value[:20]!r}: {trouble}" for trouble in trouble_with(answer, seconds)]
            count += 1
    assert found == []
    assert count > 300


def lists(world: World) -> list[tuple[str, str]]:
    """Pages that read their address: (role, address)."""
    slug = world.wave.slug
    return [
        ("staff", reverse("census:case-list", args=[slug])),
        ("staff", reverse("audit:entry-list")),
        ("staff", reverse("people:person-list")),
        ("staff", reverse("people:membership-list")),
        ("staff", reverse("people:missing-list")),
        ("visitor", reverse("heard")),
        ("visitor", reverse("heard-campaigns")),
        ("staff", reverse("people:register-import-detail", args=[world.imports["done"].pk])),
        ("analyst", reverse("exports:job-ask", args=["census-letters"])),
        ("analyst", reverse("exports:job-ask", args=["census-responses"])),
        ("analyst", reverse("exports:job-list")),
        ("analyst", reverse("exports:job-detail", args=[world.jobs["running"].pk])),
        ("analyst", reverse("exports:job-progress", args=[world.jobs["running"].pk])),
        ("member", reverse("people:organisation-find")),
        ("member", reverse("people:organisation-suggest")),
        ("member", reverse("digests:notice-list")),
        ("code:begun", reverse("census:suggestions", args=[slug])),
        ("code:begun", reverse("census:page", args=[slug, "start", "form"])),
        ("visitor", reverse("account_login")),
        ("visitor", reverse("census:code")),
    ]


def test_no_list_breaks_on_any_value_of_any_of_its_parameters(world: World):
    found, count = [], 0
    for role, url in lists(world):
        for name in KNOWN:
            for value in VALUES if name in {"q", "page"} else (VALUES[1], VALUES[3], VALUES[4]):
                answer, seconds = got(world.clients[role], url, query([(name, value)]))
                found += [f"{url}?{name}={value[:20]!r}: {trouble}" for trouble in trouble_with(answer, seconds)]
                count += 1
    assert found == []
    assert count > 1_500


def body(client: Client, url: str, search: str) -> str:
    """A page without what differs each time: tokens and keys of forms."""
    text = client.get(url, query_string=search).content.decode()
    return re.sub(r'name="(csrfmiddlewaretoken|key)" value="[^"]*"', "", text)


def test_parameters_that_no_page_offers_change_nothing(world: World):
    changed = []
    for role, url in lists(world):
        client = world.clients[role]
        body(client, url, "")  # what is told once is told now
        plain = body(client, url, "")
        for name in (*UNKNOWN, "sort", "order_by"):
            for value in (b"1", b"-password"):
                if body(client, url, query([(name, value)])) != plain:
                    changed.append(f"{url}?{name}={value.decode()}")
    assert changed == []


def test_no_path_breaks_the_site(world: World):
    found = []
    for role in ("visitor", "member", "staff"):
        for path in PATHS:
            answer, seconds = timed(lambda path=path, role=role: world.clients[role].generic("GET", path))
            found += [f"{path[:60]}: {trouble}" for trouble in trouble_with(answer, seconds)]
            if b"SECRET_KEY" in answer.content or b"root:" in answer.content:
                found.append(f"{path[:60]}: gave a file away")
    assert found == []


def test_a_header_of_any_kind_breaks_nothing(world: World):
    nasty = ["\x00", "é" * 5_000, "evil.example", "' OR 1=1", "99999999999999999999", "text/html;q=abc,*/*;q=-1"]
    names = [
        "HTTP_ACCEPT_LANGUAGE",
        "HTTP_ACCEPT",
        "HTTP_REFERER",
        "HTTP_X_FORWARDED_FOR",
        "HTTP_X_REQUEST_ID",
        "HTTP_HX_REQUEST",
    ]
    found = []
    for url in ("/", "/census/", "/accounts/login/"):
        for name in names:
            for value in nasty:
                answer, seconds = timed(
                    lambda url=url, name=name, value=value: Client(raise_request_exception=False).get(
                        url, **{name: value}
                    )
                )
                found += [f"{url} {name}={value[:20]!r}: {trouble}" for trouble in trouble_with(answer, seconds)]
    assert found == []
    cookie = Client(raise_request_exception=False)
    for value in ("\x00", "x" * 4_000, "'", "None"):
        cookie.cookies[settings.SESSION_COOKIE_NAME] = value
        assert cookie.get("/").status_code == 200
    assert Client(raise_request_exception=False).get("/", HTTP_HOST="evil.example").status_code == 400
