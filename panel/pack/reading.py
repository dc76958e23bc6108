"""Markdown as a Word file has it: blocks of lines, each line a row of words with one look.

It is read by the rules by which the site shows the same text, block by block as `panel.paragraphs` counts them, so that numbers
and comparisons mean the same blocks."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal, NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

from panel.paragraphs import Kind, paragraphs_of

# XML has no room for these at all, not even written as numbers.
NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
WHITE = re.compile(r"[ \t\n\r\f\v]+")
BREAK = "\u2028"
"""Stands in the words for a line break inside a paragraph."""


class Look(NamedTuple):
    """How words look."""

    bold: bool = False
    italic: bool = False
    struck: bool = False
    code: bool = False


PLAIN = Look()
BOLD = Look(bold=True)
Runs = tuple[tuple[str, Look], ...]


@dataclass(eq=False, slots=True)
class Counted:
    """A list with numbers; two such lists are never the same one."""

    start: int


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph of a Word file. `depth` is the level of a heading, or how deep a list item lies; `more` is what follows in
    the same item."""

    style: Literal["text", "heading", "item", "more", "quote", "code"]
    runs: Runs
    depth: int = 0
    counted: Counted | None = None

    @property
    def text(self) -> str:
        return "".join(words for words, _look in self.runs)


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a section: its lines, or the cells of a table, whose first row is its heading."""

    number: int | None
    kind: Kind
    start: int
    lines: tuple[Line, ...] = ()
    rows: tuple[tuple[Runs, ...], ...] = ()


@cache
def _reader() -> MarkdownIt:
    return MarkdownIt("js-default")


def clean(text: str) -> str:
    """The text less what XML cannot hold."""
    return NOT_IN_XML.sub("", text)


def blocks_of(markdown: str, site: str = "") -> list[Block]:
    """The blocks of a text, each for one of `paragraphs_of(markdown)`. `site` completes addresses that begin with a slash."""
    return [
        _block(paragraph.number, paragraph.kind, paragraph.start, tokens, site)
        for paragraph, tokens in zip(paragraphs_of(markdown), _grouped(markdown), strict=True)
    ]


def lines_of(markdown: str, site: str = "") -> list[Line]:
    """A text as lines alone, for a cell of a table: headings are bold lines, tables a line for each row."""
    lines = [line for tokens in _grouped(markdown) for line in _lines(tokens, site)]
    return [
        replace(line, style="text", depth=0, runs=in_bold(line.runs)) if line.style == "heading" else line
        for line in lines
    ]


def in_bold(runs: Runs) -> Runs:
    return tuple((words, look._replace(bold=True)) for words, look in runs)


def _grouped(markdown: str) -> Iterator[list[Token]]:
    """The tokens of each top-level block."""
    block: list[Token] = []
    for token in _reader().parse(markdown.encode("utf-8", "replace").decode()):
        block.append(token)
        if token.level == 0 and token.nesting <= 0:
            yield block
            block = []


def _block(number: int | None, kind: Kind, start: int, tokens: Sequence[Token], site: str) -> Block:
    if kind == "table":
        return Block(number, kind, start, rows=tuple(_rows(tokens, site)))
    return Block(number, kind, start, lines=tuple(_lines(tokens, site)))


def _rows(tokens: Sequence[Token], site: str) -> Iterator[tuple[Runs, ...]]:
    cells: list[Runs] = []
    for token in tokens:
        match token.type:
            case "tr_open":
                cells = []
            case "inline":
                cells.append(tuple(_runs(token.children or [], site)))
            case "tr_close":
                yield tuple(cells)


def _lines(tokens: Sequence[Token], site: str) -> Iterator[Line]:
    lists: list[Counted | None] = []
    quotes, level, begins = 0, 0, False
    cells: list[Runs] | None = None
    for token in tokens:
        match token.type:
            case "bullet_list_open":
                lists.append(None)
            case "ordered_list_open":
                lists.append(Counted(int(token.attrGet("start") or 1)))
            case "bullet_list_close" | "ordered_list_close":
                lists.pop()
            case "list_item_open":
                begins = True
            case "blockquote_open":
                quotes += 1
            case "blockquote_close":
                quotes -= 1
            case "heading_open":
                level = int(token.tag[1])
            case "heading_close":
                level = 0
            case "tr_open":
                cells = []
            case "tr_close":
                yield Line("text", tuple(_joined(cells or [])))
                cells = None
            case "inline" if cells is not None:
                cells.append(tuple(_runs(token.children or [], site)))
            case "inline" | "fence" | "code_block":
                runs = _code(token.content) if token.type != "inline" else tuple(_runs(token.children or [], site))
                if token.type != "inline" and not lists:
                    yield Line("code", runs)
                elif lists:
                    yield Line("item" if begins else "more", runs, len(lists), lists[-1])
                    begins = False
                elif level:
                    yield Line("heading", runs, level)
                else:
                    yield Line("quote" if quotes else "text", runs)


def _joined(cells: Sequence[Runs]) -> Iterator[tuple[str, Look]]:
    for place, runs in enumerate(cells):
        if place:
            yield " | ", PLAIN
        yield from runs


def _code(content: str) -> Runs:
    return ((clean(content).rstrip("\n").expandtabs(4).replace("\n", BREAK), Look(code=True)),)


def _runs(tokens: Sequence[Token], site: str) -> Iterator[tuple[str, Look]]:
    """The words of one line. A link is its text and then its address; a picture is its description."""
    look = PLAIN
    address, said = "", ""
    for token in tokens:
        match token.type:
            case "strong_open" | "strong_close":
                look = look._replace(bold=token.nesting > 0)
            case "em_open" | "em_close":
                look = look._replace(italic=token.nesting > 0)
            case "s_open" | "s_close":
                look = look._replace(struck=token.nesting > 0)
            case "link_open":
                address, said = _shown_address(str(token.attrGet("href") or ""), site), ""
            case "link_close":
                if address and address != said:
                    yield f" ({address})", look
                address = ""
            case "softbreak":
                yield " ", look
            case "hardbreak":
                yield BREAK, look
            case _:
                words = WHITE.sub(" ", clean(token.content))
                said += words
                if words:
                    yield words, look._replace(code=token.type == "code_inline")


def _shown_address(address: str, site: str) -> str:
    if address.startswith("#"):
        return ""
    if address.startswith("/") and not address.startswith("//"):
        address = site + address
    return clean(address.removeprefix("mailto:"))
