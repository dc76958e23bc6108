"""What people write, made safe to show. Text is kept as the Markdown that was typed and becomes HTML each time it is shown, so a
rule made stricter later holds for old text too. Two fences stand behind each other: the Markdown reader, which knows no HTML, and
an allow-list that what it wrote must pass. Pure functions; the module knows no models and no request."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache, lru_cache
from html import escape
from typing import Literal
from urllib.parse import urlsplit

import nh3
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

LINK_REL = "nofollow noopener ugc"
SCHEMES = frozenset({"http", "https", "mailto", "tel"})
DEEPEST_HEADING = 6
NOT_IN_LINKS = re.compile(r"[\x00-\x20\x7f\\]|%(?:[01][0-9a-f]|5c|7f)", re.IGNORECASE)

# Letters by their Unicode class, yet nothing is seen of them: Hangul fillers and the empty Braille cell.
UNSEEN_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")

TAGS = {
    "a", "blockquote", "br", "code", "em", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "s", "strong",
    "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {"a": {"href"}, "ol": {"start"}, "th": {"scope"}}
CLEANER = nh3.Cleaner(
    tags=TAGS,
    attributes=ATTRIBUTES,
    clean_content_tags={"script", "style"},
    link_rel=LINK_REL,
    url_schemes=set(SCHEMES),
)
PICTURE_ATTRIBUTES = {"src", "alt", "width", "height", "loading"}

Pictures = Mapping[str, tuple[str, int, int]]
"""Pictures of this site by their address: what each shows, in words, and its width and height."""


class _Renderer(RendererHTML):
    """Writes HTML without classes or style attributes, and without images but for those in `env["pictures"]`."""

    def image(self, tokens: Sequence[Token], idx: int, options: object, env: Mapping[str, Pictures]) -> str:
        """The words that describe the picture; the picture itself could tell its owner who reads the page. One of our own is
        shown, with the words that stand in the text or else those that were given with it."""
        said, address = tokens[idx].content, str(tokens[idx].attrGet("src") or "")
        if address not in env["pictures"]:
            return escape(said)
        alt, width, height = env["pictures"][address]
        # Without the marks that stand in it.
        said = escape(self.renderInlineAsText(tokens[idx].children or [], options, env).strip() or alt)
        return f'<img src="{escape(address)}" alt="{said}" width="{int(width)}" height="{int(height)}" loading="lazy">'

    def fence(self, tokens: Sequence[Token], idx: int, options: object, env: object) -> str:
        return f"<pre><code>{escape(tokens[idx].content)}</code></pre>\n"

    def th_open(self, tokens: Sequence[Token], idx: int, options: object, env: object) -> str:
        return '<th scope="col">'


@cache
def _reader() -> MarkdownIt:
    """The "js-default" rules: CommonMark with tables and strike-through, raw HTML off. It keeps no state between texts."""
    return MarkdownIt("js-default", renderer_cls=_Renderer)


def to_html(
    markdown: str, *, top_heading: int = 2, close_gaps: bool = False, pictures: Pictures | None = None
) -> SafeString:
    """HTML that may stand in a page as it is.

    Headings begin at `top_heading`, because the page has its own h1; none is deeper than h6. With `close_gaps` the first one
    is always of that level and none skips one, whatever was typed. Links keep http, https, mailto, tel
    and addresses on this site; every other link, and one whose text cannot be seen, is left as plain text. Images are replaced
    by their description; those whose address stands in `pictures`, and no others, are shown.
    """
    return _html(markdown, top_heading, close_gaps, tuple(pictures.items()) if pictures else ())


# A page that many read holds the same texts each time. A text is found by nothing but itself, and only while the process lives,
# so that what may be shown, and a rule made stricter, are never a matter of what is kept here.
@lru_cache(maxsize=256)
def _html(
    markdown: str, top_heading: int, close_gaps: bool, shown: tuple[tuple[str, tuple[str, int, int]], ...]
) -> SafeString:
    pictures = dict(shown)
    tokens = _read(markdown)
    if close_gaps:
        _close_gaps(tokens)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1]) + top_heading - 1, DEEPEST_HEADING)}"
        if token.children:
            token.children = _without_bad_links(token.children)
    reader = _reader()
    html = reader.renderer.render(tokens, reader.options, {"pictures": pictures})
    return SafeString((_cleaner_with(pictures) if pictures else CLEANER).clean(html))


def _close_gaps(tokens: list[Token]) -> None:
    """Make each heading one level deeper than the heading it stands under: screen readers announce a skipped level as if
    something were missing."""
    above: list[str] = []
    for token in tokens:
        if token.type == "heading_open":
            typed = token.tag
            above = [tag for tag in above if tag < typed]
            above.append(typed)
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{len(above)}"


def _cleaner_with(pictures: Pictures) -> nh3.Cleaner:
    """The allow-list with images, of these addresses alone."""

    def keep(tag: str, attribute: str, value: str) -> str | None:
        return None if (tag, attribute) == ("img", "src") and value not in pictures else value

    return nh3.Cleaner(
        tags=TAGS | {"img"},
        attributes=ATTRIBUTES | {"img": PICTURE_ATTRIBUTES},
        attribute_filter=keep,
        clean_content_tags={"script", "style"},
        link_rel=LINK_REL,
        url_schemes=set(SCHEMES),
    )


def to_text(markdown: str) -> str:
    """The words alone, for mail, search and summaries: paragraphs apart by an empty line, link addresses in brackets."""
    blocks: list[str] = []
    # For each list that is open: the number of its next item, or None for a list without numbers.
    lists: list[int | None] = []
    marker = ""
    row: list[str] | None = None
    for token in _read(markdown):
        match token.type:
            case "bullet_list_open":
                lists.append(None)
            case "ordered_list_open":
                lists.append(int(token.attrGet("start") or 1))
            case "bullet_list_close" | "ordered_list_close":
                lists.pop()
            case "list_item_open":
                number = lists[-1]
                marker = "- " if number is None else f"{number}. "
                lists[-1] = None if number is None else number + 1
            case "tr_open":
                row = []
            case "tr_close":
                blocks.append(" | ".join(row or []))
                row = None
            case "inline":
                words = _inline_text(_without_bad_links(token.children or []))
                if row is not None:
                    row.append(words)
                else:
                    blocks.append("  " * max(len(lists) - 1, 0) + marker + words)
                    marker = ""
            case "fence" | "code_block":
                blocks.append(token.content.rstrip("\n"))
            case "hr":
                blocks.append("---")
    return "\n\n".join(blocks)


@dataclass(frozen=True)
class Piece:
    """A stretch of text that both versions have, or only the old or the new one."""

    kind: Literal["same", "deleted", "inserted"]
    text: str


COMPARED_AT_ONCE = 2_000


def word_difference(old: str, new: str) -> list[Piece]:
    """What became of `old` on the way to `new`, word by word.

    The same and deleted pieces together are `old`, the same and inserted ones `new`, to the last character. Lines are compared
    first and words only inside what differs; a stretch in which both have more than `COMPARED_AT_ONCE` of them is shown as
    replaced whole, so that a long text cannot keep the page waiting.
    """
    pieces: list[Piece] = []
    for before, after in _changes(old.splitlines(keepends=True), new.splitlines(keepends=True)):
        if before == after:
            _add(pieces, "same", "".join(before))
            continue
        for gone, come in _changes(_words("".join(before)), _words("".join(after))):
            if gone == come:
                _add(pieces, "same", "".join(gone))
            else:
                _add(pieces, "deleted", "".join(gone))
                _add(pieces, "inserted", "".join(come))
    return pieces


def _read(markdown: str) -> list[Token]:
    # A lone surrogate is no character: it could not be stored or sent.
    return _reader().parse(markdown.encode("utf-8", "replace").decode())


def _without_bad_links(tokens: list[Token]) -> list[Token]:
    """The tokens of one block, less the ends of links that lead nowhere good or that nobody would see."""
    dropped: set[int] = set()
    for start, token in enumerate(tokens):
        if token.type != "link_open":
            continue
        # Links do not nest, so the next end is this link's.
        end = next(at for at in range(start, len(tokens)) if tokens[at].type == "link_close")
        if not _may_link(str(token.attrGet("href") or "")) or not _is_seen(tokens[start + 1 : end]):
            dropped |= {start, end}
        token.attrs = {"href": token.attrs["href"]}
    return [token for at, token in enumerate(tokens) if at not in dropped]


def _may_link(address: str) -> bool:
    # Browsers read a backslash as a slash and skip control characters, so that "/\\evil" and "/<tab>/evil" leave the site. The
    # reader has written both as %-codes by now.
    if NOT_IN_LINKS.search(address):
        return False
    if address.startswith(("/", "#")):
        return not address.startswith("//")
    try:
        parts = urlsplit(address)
        scheme, host = parts.scheme, parts.hostname or ""
    except ValueError:
        return False
    if scheme in {"http", "https"}:
        # International names are in their ASCII form by now.
        return re.fullmatch(r"[a-z0-9._-]+|[0-9a-f:.]+", host) is not None
    return scheme in SCHEMES and bool(parts.path)


def _is_seen(tokens: list[Token]) -> bool:
    return any(
        not unicodedata.category(character).startswith(("C", "Z", "M")) and character not in UNSEEN_LETTERS
        for token in tokens
        for character in token.content
    )


def _inline_text(tokens: list[Token]) -> str:
    parts: list[str] = []
    address = ""
    text_from = 0
    for token in tokens:
        match token.type:
            case "softbreak" | "hardbreak":
                parts.append("\n")
            case "link_open":
                address, text_from = str(token.attrGet("href")), len(parts)
            case "link_close":
                if "".join(parts[text_from:]) != address:
                    parts.append(f" ({address})")
            case _:
                parts.append(token.content)
    return "".join(parts)


def _words(text: str) -> list[str]:
    # The space after a word belongs to it: bare spaces are so common that comparing them costs more than all words.
    return re.findall(r"\w+\s*|[^\w\s]\s*|\s+", text)


def _changes(old: list[str], new: list[str]) -> Iterator[tuple[list[str], list[str]]]:
    """Stretches of both, in order: equal ones as a pair of equal lists, others as what went and what came."""
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    if head:
        yield old[:head], new[:head]
    old_middle, new_middle = old[head : len(old) - tail], new[head : len(new) - tail]
    if min(len(old_middle), len(new_middle)) > COMPARED_AT_ONCE:
        yield old_middle, new_middle
    else:
        for _tag, old_from, old_to, new_from, new_to in SequenceMatcher(None, old_middle, new_middle).get_opcodes():
            yield old_middle[old_from:old_to], new_middle[new_from:new_to]
    if tail:
        yield old[len(old) - tail :], new[len(new) - tail :]


def _add(pieces: list[Piece], kind: Literal["same", "deleted", "inserted"], text: str) -> None:
    if text:
        pieces.append(Piece(kind, text))
