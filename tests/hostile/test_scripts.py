"""Names, reasons, file names and texts that hold scripts, seen by everyone in a real browser, with the content security policy on
and off: none runs, and the policy has nothing to report. A report would mean that only the policy stood in the way.

With the policy every page is walked: it reports whatever tries to run. Without it, to see that nothing does, every third is
walked here. The drill walks every state of every page, both ways.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from django.urls import reverse
from playwright.sync_api import Browser

from census.exports import LettersReport
from census.models import CodeBatch
from tests.browser.conftest import Walker
from tests.browser.pages import pages_of
from tests.browser.site_page import SitePage, one_of_each
from tests.browser.world import World
from tests.hostile.forms import forms_of
from tests.hostile.scripts import CORPUS, SHORT, Tainter
from tests.kept import Kept

WATCH = """
    window.alert = window.confirm = window.prompt = () => console.error("A SCRIPT RAN");
    document.addEventListener("securitypolicyviolation", (event) =>
        console.error("REFUSED " + event.violatedDirective + " " + event.sample));
"""
# What no page of ours writes, so that it can only come from a string of the corpus. One page shows a mail in a frame: that frame
# is ours if it leads to that mail and lets it do nothing but be left by a link.
FOREIGN = """() => Array.from(document.querySelectorAll("*")).filter((node) =>
    Array.from(node.attributes).some((one) => one.name.startsWith("on") || one.name === "srcdoc" ||
        (["href", "src", "action", "formaction"].includes(one.name) &&
            /^\\s*(javascript|data:text|vbscript)/i.test(one.value))) ||
    (node.localName === "script" && !node.src) || ["object", "embed", "video", "math"].includes(node.localName) ||
    (node.localName === "iframe" && !(
        node.getAttribute("sandbox") === "allow-top-navigation-by-user-activation" &&
        /^\\/demo\\/mailbox\\/[-\\w]+\\/html\\/$/.test(node.getAttribute("src"))))
).map((node) => node.outerHTML.slice(0, 200))"""


def build_tainted() -> World:
    return World(Tainter())


@pytest.fixture
def tainted(live_server, settings, tmp_path: Path, kept: Callable[..., Kept]) -> World:
    settings.ROOT_URLCONF = "tests.browser.urls"
    settings.PRIVATE_DIR = tmp_path
    settings.DEMO = True
    return kept(build_tainted).laid_out(tmp_path)


@pytest.fixture(params=[True, False], ids=["with the policy", "without the policy"])
def walker(request, browser: Browser, live_server, tainted: World) -> Iterator[Walker]:
    walker = Walker(browser, live_server.url, tainted, bypass_csp=not request.param)
    walker.context.add_init_script(WATCH)
    yield walker
    walker.close()


def tainted_pages(world: World) -> Iterator[SitePage]:
    """Every page; every form and every search given back with what was sent; and an address that does not exist."""
    for page in pages_of(world):
        if not page.has_errors and page.status == 200:
            yield page
    for form in forms_of(world):
        # A photograph is given back as a picture, round which the browser itself puts a page with a style of its own.
        if form.good and form.name not in {"sign out", "publish a photograph"}:
            send = {name: SHORT for name in form.good if name not in {"case", "based_on"}}
            yield SitePage(f"form: {form.name}", form.role, form.url, send=send, more={"own_form": True})
    slug = world.wave.slug
    searches = [
        ("staff", reverse("census:case-list", args=[slug])),
        ("staff", reverse("people:person-list")),
        ("staff", reverse("people:register-import-detail", args=[world.imports["done"].pk])),
        ("member", reverse("people:organisation-find")),
        ("visitor", reverse("account_login")),
    ]
    for role, url in searches:
        yield SitePage(f"search: {url}", role, f"{url}?q={quote(SHORT)}&next={quote(SHORT)}&page={quote(SHORT)}")
    yield SitePage("no such page", "staff", f"/{quote(SHORT)}/")


# Two walk with the policy, so that two cores can.
WALKS = {"with the policy": [slice(0, None, 2), slice(1, None, 2)], "without the policy": [slice(0, None, 3)]}


@pytest.mark.parametrize(
    ("walker", "part"),
    [
        pytest.param(policy == "with the policy", part, id=f"{policy} {number}")
        for policy, parts in WALKS.items()
        for number, part in enumerate(parts, start=1)
    ],
    indirect=["walker"],
)
def test_no_script_runs_in_anybodys_browser(walker: Walker, part: slice):
    none_runs(walker, one_of_each(tainted_pages(walker.world))[part])


def none_runs(walker: Walker, pages: list[SitePage]) -> None:
    assert len(CORPUS) >= 150
    assert walker.world.tainted.used == set(CORPUS)
    found: list[str] = []
    where = ""
    walker.page.on("dialog", lambda dialog: (found.append(f"{where}: a dialog"), dialog.dismiss()))
    walker.page.on(
        "console",
        lambda said: (
            found.append(f"{where}: {said.text}") if said.text.startswith(("A SCRIPT RAN", "REFUSED")) else None
        ),
    )
    marked = 0
    for page in pages:
        where = str(page)
        walker.open(page)
        found += [f"{where}: {foreign}" for foreign in walker.page.evaluate(FOREIGN)]
        marked += "alert(1)" in walker.page.inner_text("body")
    assert found == []
    assert walker.strays == []
    # The strings stand on many pages, as text.
    assert len(pages) > 50
    assert marked > len(pages) // 5


def test_only_the_frame_of_a_mail_is_ours(browser: Browser):
    ours = '<iframe sandbox="allow-top-navigation-by-user-activation" src="/demo/mailbox/a-1/html/"></iframe>'
    others = [
        ours.replace("-by-user-activation", ""),
        ours.replace("/demo", "//example.org/demo"),
        ours.replace("html/", "html/../"),
        ours.replace("sandbox", "srcdoc='x' sandbox"),
        "<iframe></iframe>",
    ]
    page = browser.new_page()
    found = []
    for html in (ours, *others):
        page.set_content(html)
        found.append(len(page.evaluate(FOREIGN)))
    page.close()
    assert found == [0, 1, 1, 1, 1, 1]


def test_no_script_runs_in_the_letters(walker: Walker):
    # One batch of the walk above is enough: every letter is written by the same lines.
    batch = CodeBatch.objects.exclude(codes=None).first()
    letters = b"".join(chunk for _count, chunk in LettersReport().chunks({"batch": batch.pk})).decode()
    assert "alert(1)" in letters
    found: list[str] = []
    walker.page.on("console", lambda said: found.append(said.text))
    walker.page.goto(f"{walker.address}/health/live/")
    walker.page.set_content(letters)
    assert walker.page.evaluate(FOREIGN) == []
    assert [said for said in found if said.startswith("A SCRIPT RAN")] == []


def test_the_watch_sees_a_script_and_a_refusal(walker: Walker, request):
    """So that a walk that finds nothing says something."""
    said: list[str] = []
    walker.page.on("console", lambda message: said.append(message.text))
    walker.page.goto(f"{walker.address}/census/")
    walker.page.evaluate("html => { document.querySelector('main').innerHTML = html; }", SHORT)
    for _moment in range(50):
        if any(text.startswith(("A SCRIPT RAN", "REFUSED")) for text in said):
            break
        walker.page.wait_for_timeout(100)
    ran = any(text.startswith("A SCRIPT RAN") for text in said)
    refused = any(text.startswith("REFUSED") for text in said)
    with_policy = "with the policy" in request.node.name
    assert (ran, refused) == (not with_policy, with_policy)
    assert len(walker.page.evaluate(FOREIGN)) == 1
