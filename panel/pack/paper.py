"""The XML of a Word file, below what python-docx offers: paragraphs, tables and tracked changes (WordprocessingML, ECMA-376
part 1, 17.13.5). Elements are made straight from lxml, because a table of a thousand rows would else take minutes."""

import datetime as dt
import itertools
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from docx.document import Document
from docx.oxml.ns import qn
from lxml import etree

from panel.pack.reading import BREAK, PLAIN, Counted, Line, Look, Runs, clean

Fate = Literal["same", "inserted", "deleted"]
MARKS = {"inserted": "w:ins", "deleted": "w:del"}
STYLES = {"text": "Normal", "quote": "Quote", "code": "Code", "more": "ListContinue"}
DEEPEST_LIST, DEEPEST_HEADING = 3, 9
TAB = "\t"
STEP = 360
"""From one level of a list to the next, in twentieths of a point."""
APART = re.compile(f"([{BREAK}{TAB}])")


@dataclass(frozen=True, slots=True)
class Piece:
    """Words with one look and one fate. `was` is how they looked before, where only that changed."""

    words: str
    look: Look = PLAIN
    fate: Fate = "same"
    was: Look | None = None


def pieces_of(runs: Runs, fate: Fate = "same") -> list[Piece]:
    return [Piece(words, look, fate) for words, look in runs]


@cache
def named(name: str) -> str:
    """A name with the address of its space, as lxml wants it. A table asks for the same few a hundred thousand times."""
    return qn(name)


def make(tag: str, **attributes: object) -> etree._Element:
    """An element of the main namespace; attributes are of it too."""
    return etree.Element(named(tag), {named(f"w:{name}"): str(value) for name, value in attributes.items()})


class Paper:
    """Writes to the end of a document. Every change is marked as made by `author`, at the moment that `at` is set to."""

    def __init__(self, document: Document, author: str) -> None:
        self.document, self.author = document, author
        self.at = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
        self._end = document.element.body.sectPr
        self._numbers = itertools.count(1)
        self._lists: dict[Counted, int] = {}

    def add(self, element: etree._Element) -> etree._Element:
        self._end.addprevious(element)
        return element

    # --- paragraphs -------------------------------------------------------------------------------------------------------

    def paragraph(
        self,
        style: str,
        pieces: Iterable[Piece],
        *,
        mark: Fate = "same",
        inset: tuple[int, int] | None = None,
        numbering: int | None = None,
        bookmark: str = "",
    ) -> etree._Element:
        """A paragraph, not yet put anywhere. `mark` is the fate of its end: a break that came or went. `inset` is how far it
        stands from the edge, and its first line to the left of that."""
        pieces = list(pieces)
        turned = _is_turned("".join(piece.words for piece in pieces))
        paragraph = make("w:p")
        look = make("w:pPr")
        look.append(make("w:pStyle", val=style))
        if numbering is not None:
            listed = make("w:numPr")
            listed.append(make("w:ilvl", val=0))
            listed.append(make("w:numId", val=numbering))
            look.append(listed)
        if turned:
            look.append(make("w:bidi"))
        if inset is not None:
            look.append(make("w:ind", left=inset[0], hanging=inset[1]))
        if mark != "same":
            of_mark = make("w:rPr")
            of_mark.append(self._stamp(MARKS[mark]))
            look.append(of_mark)
        paragraph.append(look)
        if bookmark:
            number = next(self._numbers)
            paragraph.append(make("w:bookmarkStart", id=number, name=bookmark))
            paragraph.append(make("w:bookmarkEnd", id=number))
        for piece in pieces:
            if piece.words:
                paragraph.append(self._tracked(self._run(piece, turned=turned), piece.fate))
        return paragraph

    def line(
        self,
        line: Line,
        fate: Fate = "same",
        *,
        heading: int = 0,
        edge: int = 0,
        plain: str = "",
        pieces: Iterable[Piece] | None = None,
    ) -> etree._Element:
        """A line as a paragraph, `edge` from the margin. Headings stand below those of level `heading`. With `plain`, the style
        is that one whatever it is, so that a list in a small table has small letters."""
        style, inset, numbering = style_of(line, heading), None, None
        if line.style in {"item", "more"}:
            inset = (edge + STEP * line.depth, STEP if line.style == "item" else 0)
        elif line.style != "heading" and (edge or line.style == "quote"):
            inset = (edge + (STEP if line.style == "quote" else 0), 0)
        if line.style == "item":
            numbering = self._list(line.counted, style)
        runs = pieces_of(line.runs, fate) if pieces is None else pieces
        return self.paragraph(plain or style, runs, mark=fate, inset=inset, numbering=numbering)

    def _list(self, counted: Counted | None, style: str) -> int:
        """The number of a list in the file; each list with numbers begins to count anew."""
        own = self.document.styles.element.get_by_id(style).pPr.numPr.numId.val
        if counted is None:
            return own
        if counted not in self._lists:
            numbering = self.document.part.numbering_part.element
            number = numbering.add_num(numbering.num_having_numId(own).abstractNumId.val)
            number.add_lvlOverride(ilvl=0).add_startOverride(counted.start)
            self._lists[counted] = number.numId
        return self._lists[counted]

    # --- runs and what became of them -------------------------------------------------------------------------------------

    def _run(self, piece: Piece, *, turned: bool) -> etree._Element:
        run = make("w:r")
        look = _look(piece.look, turned=turned)
        if piece.was is not None and piece.was != piece.look:
            before = self._stamp("w:rPrChange")
            before.append(_look(piece.was, turned=turned))
            look.append(before)
        if len(look):
            run.append(look)
        tag = "w:delText" if piece.fate == "deleted" else "w:t"
        for words in APART.split(piece.words):
            if words in {BREAK, TAB}:
                run.append(make("w:br" if words == BREAK else "w:tab"))
            elif words:
                text = make(tag)
                text.text = words
                text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
                run.append(text)
        return run

    def _tracked(self, element: etree._Element, fate: Fate) -> etree._Element:
        if fate == "same":
            return element
        change = self._stamp(MARKS[fate])
        change.append(element)
        return change

    def _stamp(self, tag: str) -> etree._Element:
        at = self.at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return make(tag, id=next(self._numbers), author=self.author, date=at)

    # --- links inside the file, tables ------------------------------------------------------------------------------------

    def link(self, style: str, words: str, bookmark: str) -> etree._Element:
        """A paragraph that leads to a bookmark."""
        paragraph = self.paragraph(style, ())
        link = make("w:hyperlink", anchor=bookmark, history=1)
        run = self._run(Piece(words), turned=False)
        look = make("w:rPr")
        look.append(make("w:color", val="0F5063"))
        look.append(make("w:u", val="single"))
        run.insert(0, look)
        link.append(run)
        paragraph.append(link)
        return paragraph

    def table(
        self,
        widths: Sequence[int],
        rows: Iterable[Sequence[Sequence[etree._Element]]],
        *,
        fate: Fate = "same",
        title: str = "",
    ) -> etree._Element:
        """A table whose first row is its heading and comes again on each page. Widths are in twentieths of a point; a cell is a
        list of paragraphs."""
        table = make("w:tbl")
        table.append(_look_of_table(widths, title))
        grid = etree.SubElement(table, named("w:tblGrid"))
        for width in widths:
            grid.append(make("w:gridCol", w=width))
        for place, cells in enumerate(rows):
            row = etree.SubElement(table, named("w:tr"))
            look = etree.SubElement(row, named("w:trPr"))
            if place == 0:
                look.append(make("w:cantSplit"))
                look.append(make("w:tblHeader"))
            if fate != "same":
                look.append(self._stamp(MARKS[fate]))
            for width, paragraphs in zip(widths, cells, strict=True):
                row.append(_cell(width, paragraphs or [self.paragraph("Normal", ())]))
        return table


def style_of(line: Line, heading: int = 0) -> str:
    """The id of the style of a line."""
    if line.style == "heading":
        return f"Heading{min(heading + line.depth, DEEPEST_HEADING)}"
    depth = min(line.depth, DEEPEST_LIST)
    deep = "" if depth < 2 else str(depth)
    if line.style == "item":
        return ("ListNumber" if line.counted else "ListBullet") + deep
    return STYLES[line.style] + (deep if line.style == "more" else "")


def _look(look: Look, *, turned: bool) -> etree._Element:
    properties = make("w:rPr")
    if look.code:
        properties.append(make("w:rFonts", ascii="Consolas", hAnsi="Consolas", cs="Consolas"))
    if look.bold:
        properties.append(make("w:b"))
        properties.append(make("w:bCs"))
    if look.italic:
        properties.append(make("w:i"))
        properties.append(make("w:iCs"))
    if look.struck:
        properties.append(make("w:strike"))
    if turned:
        properties.append(make("w:rtl"))
    return properties


def _is_turned(words: str) -> bool:
    """Whether the words are read from right to left: their first letter says it."""
    for letter in words:
        direction = unicodedata.bidirectional(letter)
        if direction in {"L", "R", "AL"}:
            return direction != "L"
    return False


def _look_of_table(widths: Sequence[int], title: str) -> etree._Element:
    look = make("w:tblPr")
    look.append(make("w:tblStyle", val="TableGrid"))
    look.append(make("w:tblW", w=sum(widths), type="dxa"))
    look.append(make("w:tblLayout", type="fixed"))
    look.append(make("w:tblLook", val="0020", firstRow=1, lastRow=0, firstColumn=0, lastColumn=0, noHBand=1, noVBand=1))
    if title:
        look.append(make("w:tblCaption", val=clean(title)))
    return look


def _cell(width: int, paragraphs: Sequence[etree._Element]) -> etree._Element:
    cell = make("w:tc")
    look = etree.SubElement(cell, named("w:tcPr"))
    look.append(make("w:tcW", w=width, type="dxa"))
    cell.extend(paragraphs)
    return cell
