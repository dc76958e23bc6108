"""One text of a section written as a difference from another, in Word's own tracked changes: who accepts all of them reads the
new text, and who rejects all of them the old one."""

from collections.abc import Iterator

from lxml import etree

from panel.comparing import compare, word_pieces
from panel.pack.paper import TAB, Fate, Paper, Piece, pieces_of
from panel.pack.reading import BOLD, Block, Line, Look, blocks_of, in_bold

TABLE_WIDTH = 9_600
"""What a page upright has room for, in twentieths of a point."""

EDGE = 794
"""How far words stand from the margin, so that the numbers stand out: as in the style "Numbered"."""

LINE_BY_LINE = {"text", "list", "quote", "heading"}


class SectionWriter:
    """Writes the text of one section. `number` is that of the section, and stands before those of its paragraphs."""

    def __init__(self, paper: Paper, number: int, site: str, heading: int) -> None:
        self.paper, self.number, self.site, self.heading = paper, number, site, heading

    def write(self, body: str) -> None:
        """A text as it stands."""
        for block in blocks_of(body, self.site):
            self._block(block)

    def write_changes(self, before: str, body: str) -> None:
        """A text with what became of the one before it."""
        old = {block.start: block for block in blocks_of(before, self.site)}
        new = {block.start: block for block in blocks_of(body, self.site)}
        for change in compare(before, body):
            was = old[change.old.start] if change.old else None
            now = new[change.new.start] if change.new else None
            if was is None:
                self._block(now, "inserted")
            elif now is None:
                self._block(was, "deleted")
            elif change.kind == "same":
                self._block(now)
            elif was.kind in LINE_BY_LINE and now.kind in LINE_BY_LINE:
                self._changed(was, now)
            else:
                self._block(was, "deleted")
                self._block(now, "inserted")

    def _label(self, block: Block, fate: Fate) -> list[Piece]:
        """The number of a paragraph; what is gone has none."""
        if block.number is None or fate == "deleted":
            return []
        return [Piece(f"{self.number}.{block.number}", BOLD, fate)]

    def _block(self, block: Block, fate: Fate = "same") -> None:
        paper, label = self.paper, self._label(block, fate)
        if block.kind == "text" and label:
            paper.add(paper.paragraph("Numbered", [*label, Piece(TAB, fate=fate), *_all_runs(block, fate)], mark=fate))
            return
        self._put_label(label, fate)
        if block.rows:
            paper.add(self._table(block, fate))
            # Two tables that touch would be one.
            paper.add(paper.paragraph("Normal", (), mark=fate))
        for line in block.lines:
            paper.add(paper.line(line, fate, heading=self.heading, edge=EDGE))

    def _put_label(self, label: list[Piece], fate: Fate) -> None:
        if label:
            self.paper.add(self.paper.paragraph("ParagraphNumber", label, mark=fate))

    def _table(self, block: Block, fate: Fate) -> etree._Element:
        columns = max(len(row) for row in block.rows)
        widths = [TABLE_WIDTH // columns] * columns
        rows = [
            [
                [self.paper.paragraph("Cell", pieces_of(in_bold(runs) if place == 0 else runs, fate), mark=fate)]
                for runs in (*row, *((),) * (columns - len(row)))
            ]
            for place, row in enumerate(block.rows)
        ]
        return self.paper.table(widths, rows, fate=fate)

    def _changed(self, was: Block, now: Block) -> None:
        """Lines whose words changed. A line ends as the break after it fared, and looks as the line that it ends."""
        label = self._label(now, "same")
        is_text = now.kind == "text"
        if not is_text:
            self._put_label(label, "same")
        paragraph: list[Piece] = [*label, Piece(TAB)] if is_text else []
        old, new = _Letters(was), _Letters(now)
        for piece in word_pieces(old.text, new.text):
            for place, words in enumerate(piece.text.split("\n")):
                if place:
                    ended = old.end_line() if piece.kind == "deleted" else new.end_line()
                    if piece.kind == "same":
                        old.end_line()
                    self._end(ended, paragraph, piece.kind)
                    paragraph = []
                paragraph += _with_looks(words, piece.kind, old, new)
        self._end(new.end_line(), paragraph, "same")

    def _end(self, line: Line, pieces: list[Piece], mark: Fate) -> None:
        paper = self.paper
        if line.style == "text":
            paper.add(paper.paragraph("Numbered", pieces, mark=mark))
        else:
            paper.add(paper.line(line, mark, heading=self.heading, edge=EDGE, pieces=pieces))


def _all_runs(block: Block, fate: Fate) -> list[Piece]:
    return [piece for line in block.lines for piece in pieces_of(line.runs, fate)]


class _Letters:
    """The lines of a block as one text, and how each letter of it looks; read from the front."""

    def __init__(self, block: Block) -> None:
        self.lines = list(block.lines)
        self.text = "\n".join(line.text for line in self.lines)
        self.looks = [look for line in self.lines for look in _looks_of(line)]
        self.at = self.line = 0

    def take(self, count: int) -> list[Look]:
        looks = self.looks[self.at : self.at + count]
        self.at += count
        return looks

    def end_line(self) -> Line:
        line = self.lines[self.line]
        self.line += 1
        self.at += 1
        return line


def _looks_of(line: Line) -> Iterator[Look]:
    for words, look in line.runs:
        yield from [look] * len(words)
    # The break after it.
    yield Look()


def _with_looks(words: str, fate: Fate, old: _Letters, new: _Letters) -> Iterator[Piece]:
    """The words in pieces of one look each. Of words that stayed, the old look is kept where it was another."""
    length = len(words)
    was = old.take(length) if fate != "inserted" else []
    now = new.take(length) if fate != "deleted" else was
    start = 0
    for at in range(1, length + 1):
        same_look = at < length and now[at] == now[start] and (fate != "same" or was[at] == was[start])
        if not same_look:
            yield Piece(words[start:at], now[start], fate, was[start] if fate == "same" else None)
            start = at
