"""Every page, its errors, and the questions of the census in every state, on a desk, on a phone, and as narrow as 400 % zoom
makes it: axe finds nothing, nothing has to be scrolled sideways, errors are met first, and what is pressed is large enough. The
drill walks the other states too."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from django.urls import reverse

from tests.architecture.tree import ROOT
from tests.browser.blog import blog_pages
from tests.browser.capture import capture_pages
from tests.browser.conftest import Walker
from tests.browser.events import event_pages
from tests.browser.heard import heard_pages
from tests.browser.library import library_pages
from tests.browser.marks import marks_pages
from tests.browser.notices import notice_pages
from tests.browser.pages import (
    account_pages,
    answering_pages,
    demo_pages,
    member_pages,
    pages_of_empty_site,
    public_pages,
    staff_pages,
)
from tests.browser.site_page import SitePage, one_of_each
from tests.browser.strategy import strategy_pages
from tests.browser.world import EmptyWorld, World

AXE = next(Path(axe_playwright_python.__file__).parent.rglob("axe.min.js")).read_text()
EVERYTHING = ["tag", ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]]
# 1280 wide at 400 % zoom is 320 by 256.
SIZES = ((1280, 900), (390, 844), (320, 256))
# The telephone is asked for everything. At the other two sizes nothing but the room differs: no style sheet changes between 390
# and 320, and on a desk none changes a colour of words (two tests below keep that). If anything is drawn on a desk alone, the
# desk is asked for everything too.
ASK_FOR_ROOM = ["target-size", "scrollable-region-focusable"]
COLOUR = re.compile(
    r"[{;\s](?:color|background[a-z-]*|opacity|filter|mix-blend-mode|text-shadow|font-size|font-weight)\s*:|--[a-z0-9-]+\s*:"
)
LEAST, LEAST_CONTROL = 24, 44

RUN_AXE = """([type, values]) => axe.run(document, {runOnly: {type, values}, resultTypes: ["violations"]}).then((found) =>
    found.violations.map((one) => one.id + ": " + one.nodes.map((node) => node.target.join(" ") + " " +
        node.any.concat(node.all, node.none).map((check) => check.message).join("; ")).slice(0, 3).join(" | ")))"""

# What a page shows of its frame. Sizes are of what can be pressed: a choice is pressed by its label too.
LOOK = """([least, leastControl]) => {
    const all = (css) => Array.from(document.querySelectorAll(css));
    const drawn = {checkOpacity: true, checkVisibilityCSS: true};
    const seen = (node) => node.checkVisibility(drawn) && node.getBoundingClientRect().width > 1;
    const whole = (node) => node.closest(".option") || (node.closest(".task-name") && node.closest(".task")) || node;
    const tooSmall = (node, size) => {
        const box = whole(node).getBoundingClientRect();
        return box.height < size - 0.5 || box.width < Math.min(size, 24) - 0.5;
    };
    const sized = (box) => Math.round(box.width) + "x" + Math.round(box.height);
    const name = (node) => node.tagName.toLowerCase() + "." + node.className + " " +
        (node.textContent || node.name || "").trim().slice(0, 30) + " " + sized(node.getBoundingClientRect());
    const edge = document.documentElement.clientWidth + 1;
    const controls = all("button, summary, select, textarea, a.button, input:not([type=hidden])");
    const links = all("nav a, .back-link, .skip, .task a, th a, .pagination a");
    return {
        headings: all("h1").filter(seen).map((node) => node.textContent.trim()),
        lang: document.documentElement.lang,
        skip: all("a.skip[href='#main']").length,
        title: document.title,
        focus: document.activeElement.className,
        wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
        widest: all("main *").filter((node) => seen(node) && node.getBoundingClientRect().right > edge)
            .slice(0, 2).map(name),
        small: controls.filter((node) => seen(node) && tooSmall(node, leastControl)).map(name)
            .concat(links.filter((node) => seen(node) && tooSmall(node, least)).map(name)),
    };
}"""


# Called on a desk it remembers what is drawn; called again it tells how much of that is gone.
DRAWN = """() => {
    const before = window.drawnBefore;
    window.drawnBefore = Array.from(document.querySelectorAll("body *")).filter((node) => node.checkVisibility());
    return before ? before.filter((node) => !node.checkVisibility()).length : 0;
}"""


def troubles_of(walker: Walker, page: SitePage) -> list[str]:
    """Everything that is wrong with one page, at every size."""
    answer = walker.open(page)
    browser = walker.page
    found = []
    if answer.status != page.status:
        return [f"status {answer.status}, not {page.status}"]
    if browser.url != f"{walker.address}{page.url}":
        return [f"led to {browser.url}"]
    browser.evaluate(AXE)
    only_on_a_desk = 0
    for width, height in SIZES:
        browser.set_viewport_size({"width": width, "height": height})
        look = browser.evaluate(LOOK, [LEAST, LEAST_CONTROL])
        if width == 1280:
            found += frame_troubles(page, look)
        if width != 320:
            only_on_a_desk = browser.evaluate(DRAWN)
        if look["wide"] > 0:
            found.append(f"at {width}: {look['wide']} px too wide: {look['widest']}")
        found += [f"at {width}: too small to press: {small}" for small in look["small"]]
        found += [f"at {width}: {violation}" for violation in browser.evaluate(RUN_AXE, rules_at(width))]
    browser.set_viewport_size({"width": 390, "height": 844})
    browser.evaluate("document.documentElement.style.fontSize = '200%'")
    look = browser.evaluate(LOOK, [LEAST, LEAST_CONTROL])
    if look["wide"] > 0:
        found.append(f"at 390 with letters twice as large: {look['wide']} px too wide: {look['widest']}")
    browser.evaluate("document.documentElement.style.fontSize = ''")
    browser.set_viewport_size({"width": 1280, "height": 900})
    if only_on_a_desk:
        found += [f"at 1280: {violation}" for violation in browser.evaluate(RUN_AXE, EVERYTHING)]
    return found


def rules_at(width: int) -> list[Any]:
    return EVERYTHING if width == 390 else ["rule", ASK_FOR_ROOM]


def frame_troubles(page: SitePage, look: dict[str, Any]) -> Iterator[str]:
    if len(look["headings"]) != 1:
        yield f"headings of the first level: {look['headings']}"
    if look["lang"] != "en-gb":
        yield f"language: {look['lang']!r}"
    if look["skip"] != 1:
        yield f"{look['skip']} links to skip to the main content"
    if look["title"].startswith("Error: ") != page.has_errors:
        yield f"title: {look['title']!r}"
    if page.has_errors and look["focus"] != "error-summary":
        yield f"the focus is on {look['focus']!r}"


def walk_all(walker: Walker, pages: Iterable[SitePage]) -> dict[str, list[str]]:
    found = {str(page): troubles_of(walker, page) for page in pages}
    assert len(found) > 4
    return {name: troubles for name, troubles in found.items() if troubles}


GROUPS = [
    public_pages,
    account_pages,
    answering_pages,
    member_pages,
    staff_pages,
    strategy_pages,
    blog_pages,
    library_pages,
    event_pages,
    capture_pages,
    marks_pages,
    heard_pages,
    notice_pages,
    demo_pages,
]
# Long walks are shared out, so that several cores can walk.
PARTS = {
    account_pages: 3,
    answering_pages: 5,
    staff_pages: 4,
    strategy_pages: 5,
    blog_pages: 5,
    library_pages: 2,
    event_pages: 3,
    capture_pages: 2,
    marks_pages: 1,
    heard_pages: 2,
}
# What most people meet, on whatever telephone they have, is walked whole each time.
WALKED_WHOLE = {answering_pages}
WALKS = [
    pytest.param(group, slice(part, None, PARTS.get(group, 1)), id=f"{group.__name__} {part + 1}")
    for group in GROUPS
    for part in range(PARTS.get(group, 1))
]


@pytest.mark.parametrize(("group", "part"), WALKS)
def test_nothing_is_in_anybodys_way(
    world: World, walk: Callable[..., Walker], group: Callable[[World], Iterator[SitePage]], part: slice, settings: Any
):
    settings.DEMO = group is demo_pages
    walker = walk(world)
    pages = list(group(world))
    troubles = walk_all(walker, (pages if group in WALKED_WHOLE else one_of_each(pages))[part])
    assert troubles == {}, json.dumps(troubles, indent=1, ensure_ascii=False)
    assert walker.strays == []


def test_nothing_is_in_the_way_on_a_new_and_empty_site(site: str, walk: Callable[..., Walker]):
    walker = walk(EmptyWorld())
    troubles = walk_all(walker, pages_of_empty_site())
    assert troubles == {}, json.dumps(troubles, indent=1, ensure_ascii=False)


def test_no_style_sheet_changes_between_the_two_narrow_widths():
    """What ASK_FOR_ROOM relies on."""
    sheets = "".join(path.read_text() for path in (ROOT / "static/css").glob("*.css"))
    widths = [float(rem) * 16 for rem in re.findall(r"@media[^{]*?\((?:min|max)-width: ([\d.]+)rem\)", sheets)]
    assert len(widths) > 5
    assert [width for width in widths if 320 <= width <= 390] == []


def test_no_style_sheet_gives_words_another_colour_on_a_wide_screen():
    """What ASK_FOR_ROOM relies on: the words have the contrast they have on a telephone."""
    sheets = "".join(path.read_text() for path in (ROOT / "static/css").glob("*.css"))
    by_width = re.findall(r"@media[^{]*-width:[^{]*\{((?:[^{}]*\{[^{}]*\})*[^{}]*)\}", sheets)
    coloured = [rule for part in by_width for rule in re.findall(r"[^{;]*\{[^}]*\}", part) if COLOUR.search(rule)]
    assert len(by_width) > 20
    assert coloured == []


def test_the_walk_sees_what_is_wrong(world: World, walk: Callable[..., Walker]):
    """So that a walk which finds nothing says something."""
    walker = walk(world)
    walker.open(SitePage("census code", "visitor", reverse("census:code")))
    walker.page.evaluate(
        """() => {
            document.querySelector("h1").outerHTML = "<p>no heading</p><img src='/static/img/icon.svg'><button>x</button>";
            document.querySelector("main").style.width = "2000px";
            document.documentElement.lang = "";
        }"""
    )
    walker.page.evaluate(AXE)
    look = walker.page.evaluate(LOOK, [LEAST, LEAST_CONTROL])
    assert look["wide"] > 700
    assert look["small"][0].startswith("button. x")
    expected = SitePage("census code", "visitor", "", "errors")
    assert [trouble.split(":")[0] for trouble in frame_troubles(expected, look)] == [
        "headings of the first level",
        "language",
        "title",
        "the focus is on ''",
    ]
    assert {"image-alt", "html-has-lang", "page-has-heading-one"} <= {
        violation.split(":")[0] for violation in walker.page.evaluate(RUN_AXE, rules_at(390))
    }
