"""The headers of ten kinds of pages, served over HTTPS as in production, judged by the rules of MDN's HTTP Observatory."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPMessage
from urllib.parse import urlsplit

import pytest

from tests.browser.world import World
from tests.served import served

SIX_MONTHS = 15_768_000
PRIVATE_REFERRERS = {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}
# Bonus points count only for sites that are good without them.
LEAST_FOR_BONUS = 90


@dataclass(frozen=True)
class Answer:
    status: int
    headers: HTTPMessage

    @property
    def policy(self) -> dict[str, list[str]]:
        directives = (
            part.split() for part in self.headers.get("Content-Security-Policy", "").split(";") if part.strip()
        )
        return {name: sources for name, *sources in directives}

    @property
    def cookies(self) -> list[str]:
        return self.headers.get_all("Set-Cookie") or []


def content_security(answer: Answer) -> int:
    policy = answer.policy
    if not policy:
        return -25
    scripts = policy.get("script-src", policy.get("default-src", ["*"]))
    objects = policy.get("object-src", policy.get("default-src", ["*"]))
    if {"'unsafe-inline'", "data:", "https:", "http:", "*"} & {*scripts, *objects}:
        return -20
    if "'unsafe-eval'" in scripts:
        return -10
    if {"'unsafe-inline'", "data:", "https:", "*"} & set(policy.get("style-src", policy.get("default-src", ["*"]))):
        return 0
    locked = policy.get("default-src") == ["'none'"] and policy.get("form-action") in (["'self'"], ["'none'"])
    return 10 if locked else 5


def cookies(answer: Answer) -> int:
    flags = [{flag.strip().lower() for flag in cookie.split(";")[1:]} for cookie in answer.cookies]
    if not flags:
        return 0
    if any("secure" not in own for own in flags):
        return -40
    if any("httponly" not in own for own in flags):
        return -30
    return 5 if all(own & {"samesite=lax", "samesite=strict"} for own in flags) else 0


def sharing(answer: Answer) -> int:
    return -50 if "Access-Control-Allow-Origin" in answer.headers else 0


def referrer(answer: Answer) -> int:
    said = answer.headers.get("Referrer-Policy")
    return 0 if said is None else 5 if said in PRIVATE_REFERRERS else -5


def transport(answer: Answer) -> int:
    age = re.search(r"max-age=(\d+)", answer.headers.get("Strict-Transport-Security", ""))
    return -20 if age is None else 0 if int(age[1]) >= SIX_MONTHS else -10


def sniffing(answer: Answer) -> int:
    return 0 if answer.headers.get("X-Content-Type-Options") == "nosniff" else -5


def framing(answer: Answer) -> int:
    if answer.policy.get("frame-ancestors") in (["'none'"], ["'self'"]):
        return 5
    return 0 if answer.headers.get("X-Frame-Options") in {"DENY", "SAMEORIGIN"} else -20


def embedding(answer: Answer) -> int:
    said = answer.headers.get("Cross-Origin-Resource-Policy")
    return {None: 0, "same-origin": 10, "same-site": 10, "cross-origin": 0}.get(said, -5)


TESTS = (content_security, cookies, sharing, referrer, transport, sniffing, framing, embedding)


def score(answer: Answer) -> int:
    """Points by the rules of github.com/mdn/mdn-http-observatory (grader/charts.js). 100 is an A+."""
    points = [test(answer) for test in TESTS]
    bare = 100 + sum(point for point in points if point < 0)
    return max(0, bare + (sum(point for point in points if point > 0) if bare >= LEAST_FOR_BONUS else 0))


@dataclass(frozen=True)
class Site:
    address: str
    world: World

    def get(self, path: str, role: str = "visitor", *, encrypted: bool = True) -> Answer:
        where = urlsplit(self.address)
        browser = HTTPConnection(where.hostname, where.port, timeout=30)
        session = self.world.clients[role].cookies.get("session")
        headers = {"X-Forwarded-Proto": "https" if encrypted else "http"}
        if session is not None:
            headers["Cookie"] = f"__Host-session={session.value}"
        browser.request("GET", path, headers=headers)
        answer = browser.getresponse()
        answer.read()
        browser.close()
        return Answer(answer.status, answer.headers)


@pytest.fixture
def site(transactional_db, settings, tmp_path) -> Iterator[Site]:
    settings.PRIVATE_DIR = tmp_path
    world = World()
    with served(tmp_path, HTTPS="1", TRUSTED_PROXY_COUNT="1") as address:
        yield Site(address, world)


def kinds(world: World) -> dict[str, tuple[str, str, int]]:
    """Ten kinds of pages: (address, role, status)."""
    wave = world.wave.slug
    return {
        "home": ("/", "visitor", 200),
        "text": ("/about/privacy/", "visitor", 200),
        "census": ("/census/", "visitor", 200),
        "code": ("/census/code/", "visitor", 200),
        "question": (f"/census/{wave}/start/form/", "code:new", 200),
        "sign in": ("/accounts/login/", "visitor", 200),
        "you": ("/you/", "member", 200),
        "wave": (f"/staff/census/{wave}/", "staff", 200),
        "export": (f"/exports/{world.jobs['done'].pk}/", "analyst", 200),
        "withdraw a code": (
            f"/staff/census/{wave}/cases/{world.codes['sent'].case_id}/codes/{world.codes['sent'].pk}/revoke/",
            "staff",
            200,
        ),
        "not found": ("/no/such/page/", "visitor", 404),
    }


PRIVATE = ("code", "question", "sign in", "you", "wave", "export", "withdraw a code")


def test_ten_kinds_of_pages_are_sent_as_safely_as_can_be(site: Site):
    answers = {name: site.get(path, role) for name, (path, role, _status) in kinds(site.world).items()}
    assert {name: answer.status for name, answer in answers.items()} == {
        name: status for name, (_path, _role, status) in kinds(site.world).items()
    }
    scores = {name: score(answer) for name, answer in answers.items()}
    assert {name: points for name, points in scores.items() if points < 100} == {}
    for name, answer in answers.items():
        policy, headers = answer.policy, answer.headers
        assert not [source for sources in policy.values() for source in sources if "unsafe" in source], name
        for directive in ("default-src", "frame-ancestors", "base-uri", "object-src"):
            assert policy[directive] == ["'none'"], name
        assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload", name
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin", name
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin", name
        assert headers["X-Content-Type-Options"] == "nosniff", name
        assert headers["Referrer-Policy"] in {"strict-origin-when-cross-origin", "same-origin"}, name
    for name in PRIVATE:
        said = {part.strip() for part in answers[name].headers["Cache-Control"].split(",")}
        assert {"no-store", "private"} <= said, name
    # An address that names a code is told to no other site.
    assert answers["withdraw a code"].headers["Referrer-Policy"] == "same-origin"


def test_every_cookie_travels_encrypted_and_unseen_by_scripts(site: Site):
    set_by = [site.get(path, role) for path, role, _status in kinds(site.world).values()]
    names = {cookie.partition("=")[0] for answer in set_by for cookie in answer.cookies}
    assert "__Host-csrf" in names
    for cookie in (cookie for answer in set_by for cookie in answer.cookies):
        flags = {flag.strip().lower() for flag in cookie.split(";")[1:]}
        assert {"secure", "httponly", "path=/", "samesite=lax"} <= flags, cookie


def test_who_comes_unencrypted_is_sent_to_the_same_page_encrypted(site: Site):
    answer = site.get("/census/?from=letter", encrypted=False)
    encrypted = site.address.replace("http://", "https://")
    assert (answer.status, answer.headers["Location"]) == (301, f"{encrypted}/census/?from=letter")
    assert site.get("/health/live/", encrypted=False).status == 200


def headers_of(**changed: str) -> Answer:
    headers = HTTPMessage()
    good = {
        "Content-Security-Policy": "default-src 'none'; script-src 'self'; form-action 'self'; frame-ancestors 'none'",
        "Strict-Transport-Security": "max-age=31536000",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Set-Cookie": "__Host-session=x; Secure; HttpOnly; SameSite=Lax; Path=/",
    }
    for name, value in (good | {key.replace("_", "-"): value for key, value in changed.items()}).items():
        if value:
            headers[name] = value
    return Answer(200, headers)


@pytest.mark.parametrize(
    ("changed", "points"),
    [
        ({}, 125),
        ({"Cross_Origin_Resource_Policy": "same-origin"}, 135),
        (
            {
                "Content_Security_Policy": "default-src 'none'; script-src 'self' 'unsafe-inline'; frame-ancestors 'none'"
            },
            80,
        ),
        ({"Content_Security_Policy": ""}, 55),
        ({"Set_Cookie": "session=x; HttpOnly; SameSite=Lax"}, 60),
        ({"Strict_Transport_Security": ""}, 80),
        ({"X_Content_Type_Options": ""}, 120),
        ({"Access_Control_Allow_Origin": "*"}, 50),
    ],
)
def test_points_are_lost_for_what_is_missing(changed: dict[str, str], points: int):
    assert score(headers_of(**changed)) == points
