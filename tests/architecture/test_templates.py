"""The content security policy forbids inline script and style, so no template may contain any."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "templates"
# Mail programs know no style sheets, and the printed letters are opened from the reader's own disk.
NOT_PAGES = {"emails", "census/letters_head.html"}
TEMPLATES = sorted(
    path
    for path in ROOT.rglob("*.html")
    if not {path.relative_to(ROOT).parts[0], path.relative_to(ROOT).as_posix()} & NOT_PAGES
)
NOT_MARKUP = re.compile(r"{#.*?#}|{% comment %}.*?{% endcomment %}", re.DOTALL)
INLINE = {
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "a style attribute": re.compile(r"[\s\"']style\s*=", re.IGNORECASE),
    "a script without src": re.compile(r"<script\b(?![^>]*\bsrc=)", re.IGNORECASE),
    "an event handler": re.compile(r"<[a-z][^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "a javascript: address": re.compile(r"javascript:", re.IGNORECASE),
    "something from another site": re.compile(r"(?:src|<link[^>]*href)\s*=\s*[\"'](?:https?:)?//", re.IGNORECASE),
}


def inline_in(markup: str) -> list[str]:
    markup = NOT_MARKUP.sub("", markup)
    return [name for name, pattern in INLINE.items() if pattern.search(markup)]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_page_brings_its_own_script_or_style(path: Path):
    assert inline_in(path.read_text()) == []


def test_all_kinds_of_inline_code_are_seen():
    bad = (
        '<style>p{}</style><p style="x"></p><script>1</script><button onclick="x">'
        '<a href="javascript:1"></a><script src="//elsewhere.example/x.js"></script>'
    )
    assert inline_in(bad) == list(INLINE)


@pytest.mark.parametrize("path", sorted((ROOT / "components").glob("*.html")), ids=lambda path: path.name)
def test_every_component_says_first_what_it_is_for(path: Path):
    without_loads = re.sub(r"{% load [^%]*%}", "", path.read_text()).lstrip()
    assert without_loads[:13] == "{% comment %}"
