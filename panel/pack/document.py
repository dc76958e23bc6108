"""The whole Word file: what it is, the text, the text with tracked changes, the table of comments and answers."""

import datetime as dt
import io
from collections import Counter
from collections.abc import Iterator

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from docx import Document
from docx.document import Document as DocumentType
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor, Twips
from lxml import etree

from panel.pack import tracking
from panel.pack.contents import Pack, PackedAnswer, PackedChange, PackedSection
from panel.pack.paper import Paper, Piece, make, style_of
from panel.pack.reading import BOLD, PLAIN, Line, Look, clean, lines_of
from panel.pack.tracking import SectionWriter

FONT, INK, PETROL = "Arial", RGBColor(0x16, 0x24, 0x2B), RGBColor(0x0F, 0x50, 0x63)
SIZES = {
    "Title": 26,
    "Heading 1": 20,
    "Heading 2": 16,
    "Heading 3": 14,
    "Heading 4": 12,
    "Heading 5": 11,
    "Heading 6": 11,
}
LANGUAGE = "en-GB"
LONGEST_PROPERTY = 255
MARGIN, SHORT, LONG = Cm(2), Cm(21), Cm(29.7)
EDGE = Twips(tracking.EDGE)
ANSWER_WIDTHS = (2_000, 2_300, 4_500, 3_400, 2_300)
"""Of the columns of the table of comments and answers, in twentieths of a point; the sheet lies on its side."""
TEXT, CHANGES, ANSWERS = "text", "changes", "answers"


def document_of(pack: Pack) -> bytes:
    """The pack as a Word file (Office Open XML)."""
    document = Document()
    _set_up(document, pack)
    paper = Paper(document, clean(pack.author))
    _write_front(paper, pack)
    _write_text(paper, pack)
    _write_changes(paper, pack)
    _lay_on_side(document)
    _write_answers(paper, pack)
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


# --- How it looks ------------------------------------------------------------------------------------------------------------


def _set_up(document: DocumentType, pack: Pack) -> None:
    known = document.core_properties
    known.title, known.subject = (clean(words)[:LONGEST_PROPERTY] for words in (pack.title, pack.site))
    known.author = known.last_modified_by = clean(pack.author)[:LONGEST_PROPERTY]
    known.language, known.comments = LANGUAGE, ""
    known.created = known.modified = pack.made_at.astimezone(dt.UTC)
    styles = document.styles
    for language in styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), LANGUAGE)
    document.settings.element.find(qn("w:themeFontLang")).set(qn("w:val"), LANGUAGE)
    for name in ("Normal", *SIZES):
        style = styles[name]
        style.font.name, style.font.color.rgb = FONT, INK if name == "Normal" else PETROL
        # A font of the theme would win over the one named.
        fonts = style.element.rPr.rFonts
        for kind in [kind for kind in fonts.attrib if kind.endswith("Theme")]:
            del fonts.attrib[kind]
        if name != "Normal":
            style.font.size, style.font.bold, style.font.italic = Pt(SIZES[name]), True, False
    for border in styles["Title"].element.iter(qn("w:bottom")):
        border.set(qn("w:color"), str(PETROL))
    _add_styles(document)
    sheet = document.sections[0]
    sheet.page_width, sheet.page_height = SHORT, LONG
    sheet.left_margin = sheet.right_margin = sheet.top_margin = sheet.bottom_margin = MARGIN
    foot = sheet.footer.paragraphs[0]
    foot.text = f"{clean(pack.title)}. {_('Page')} "
    page = make("w:fldSimple", instr="PAGE")
    page.append(make("w:r"))
    foot.add_run().element.addnext(page)


def _add_styles(document: DocumentType) -> None:
    styles = document.styles
    styles["Normal"].paragraph_format.space_after = Pt(8)
    numbered = styles.add_style("Numbered", WD_STYLE_TYPE.PARAGRAPH)
    numbered.paragraph_format.left_indent, numbered.paragraph_format.first_line_indent = EDGE, -EDGE
    numbered.paragraph_format.tab_stops.add_tab_stop(EDGE)
    number = styles.add_style("Paragraph Number", WD_STYLE_TYPE.PARAGRAPH)
    number.paragraph_format.keep_with_next, number.paragraph_format.space_after = True, Pt(0)
    code = styles.add_style("Code", WD_STYLE_TYPE.PARAGRAPH)
    code.font.name, code.font.size = "Consolas", Pt(10)
    cell = styles.add_style("Cell", WD_STYLE_TYPE.PARAGRAPH)
    cell.font.size, cell.paragraph_format.space_after = Pt(9), Pt(3)
    cell.paragraph_format.line_spacing = 1.1
    for style in (numbered, number, code, cell):
        style.base_style = styles["Normal"]
    for name in ("List Bullet", "List Number", "List Bullet 2", "List Number 2", "List Bullet 3", "List Number 3"):
        styles[name].base_style = styles["Normal"]


def _lay_on_side(document: DocumentType) -> None:
    sheet = document.add_section(WD_SECTION.NEW_PAGE)
    sheet.orientation = WD_ORIENT.LANDSCAPE
    sheet.page_width, sheet.page_height = LONG, SHORT


# --- What it says ------------------------------------------------------------------------------------------------------------


def _write_front(paper: Paper, pack: Pack) -> None:
    said = _("%(site)s, %(day)s. This file was made from what is public at %(address)s, and holds nothing else.") % {
        "site": pack.site,
        "day": date_format(pack.made_at, "j F Y, H:i"),
        "address": pack.address,
    }
    paper.add(_plain(paper, "Title", pack.title))
    paper.add(_plain(paper, "Normal", said))
    contents = {
        TEXT: (_("The text"), _("As it stands, without marks.")),
        CHANGES: (
            _("The text with what changed"),
            _(
                "Each section with what changed since the version before, as tracked changes to go through, accept or reject."
            ),
        ),
        ANSWERS: (
            _("Comments and answers"),
            _("What was said to each section, what the panel answered, and which words changed."),
        ),
    }
    for bookmark, (title, words) in contents.items():
        paper.add(paper.link("Normal", title, bookmark))
        paper.add(_plain(paper, "Normal", words))
    paper.add(_plain(paper, "Normal", _("The sections:"), bold=True))
    for section in _sections(pack):
        paper.add(paper.link("ListBullet", f"{section.number} {clean(section.title)}", f"section_{section.number}"))


def _sections(pack: Pack) -> Iterator[PackedSection]:
    for part in pack.parts:
        yield from part.sections


def _write_text(paper: Paper, pack: Pack) -> None:
    paper.add(_heading(paper, 1, _("The text"), TEXT, new_page=True))
    for part in pack.parts:
        paper.add(_heading(paper, 2, part.title))
        for line in lines_of(part.intro, pack.address):
            paper.add(paper.line(line, heading=2))
        for section in part.sections:
            paper.add(_heading(paper, 3, f"{section.number} {section.title}", f"section_{section.number}"))
            paper.add(_plain(paper, "Normal", _version_of(section)))
            SectionWriter(paper, section.number, pack.address, heading=3).write(section.body)


def _version_of(section: PackedSection) -> str:
    return _("Version %(number)s, published on %(day)s.") % {
        "number": section.version,
        "day": date_format(section.published_at, "j F Y"),
    }


def _write_changes(paper: Paper, pack: Pack) -> None:
    paper.add(_heading(paper, 1, _("The text with what changed"), CHANGES, new_page=True))
    how = _("Words put in and taken out are marked as changes by “%(author)s”, on the day the version was published.")
    paper.add(_plain(paper, "Normal", how % {"author": pack.author}))
    for section in _sections(pack):
        paper.at = section.published_at
        paper.add(_heading(paper, 2, f"{section.number} {section.title}"))
        writer = SectionWriter(paper, section.number, pack.address, heading=2)
        if section.before is None:
            paper.add(_plain(paper, "Normal", _("This is the first version, so nothing has changed.")))
            writer.write(section.body)
        else:
            numbers = {"old": section.version - 1, "new": section.version}
            paper.add(_plain(paper, "Normal", _("What changed from version %(old)s to version %(new)s.") % numbers))
            writer.write_changes(section.before, section.body)


def _write_answers(paper: Paper, pack: Pack) -> None:
    paper.add(_heading(paper, 1, _("Comments and answers"), ANSWERS))
    cited = Counter(answer.cited for answer in pack.answers)
    posts, sources = cited["post"], cited["source"]
    said = len({answer.number for answer in pack.answers if not answer.cited})
    count = said + pack.left_out
    words = ngettext("%(count)s contribution is public.", "%(count)s contributions are public.", count) % {
        "count": count
    }
    where = _("Each has its own page at %(address)s/contributions/, followed by its number.") % {
        "address": pack.address
    }
    paper.add(_plain(paper, "Normal", f"{words} {where}"))
    if posts:
        words = ngettext(
            "The panel also cites the independent blog, %(count)s time.",
            "The panel also cites the independent blog, %(count)s times.",
            posts,
        )
        paper.add(_plain(paper, "Normal", words % {"count": posts}))
    if sources:
        words = ngettext(
            "The panel also cites the library, %(count)s time.",
            "The panel also cites the library, %(count)s times.",
            sources,
        )
        paper.add(_plain(paper, "Normal", words % {"count": sources}))
    if pack.left_out:
        left = _("This table holds the newest %(shown)s. The %(left)s older ones are on the site.")
        paper.add(_plain(paper, "Normal", left % {"shown": said, "left": pack.left_out}))
    if not pack.answers:
        return
    paper.add(paper.table(ANSWER_WIDTHS, _rows(paper, pack), title=_("Comments and answers")))
    paper.add(paper.paragraph("Normal", ()))


def _rows(paper: Paper, pack: Pack) -> Iterator[list[list[etree._Element]]]:
    heads = (_("Number and place"), _("Who"), _("What was said"), _("Answer and reason"), _("What changed"))
    yield [[_plain(paper, "Cell", head, bold=True)] for head in heads]
    cited = {"post": _("Blog"), "source": _("Library")}
    for answer in pack.answers:
        yield [
            [
                _plain(paper, "Cell", cited.get(answer.cited, str(answer.number)), bold=True),
                *(_plain(paper, "Cell", words) for words in (answer.place, answer.said_in) if words),
            ],
            _who(paper, answer),
            _said(paper, answer, pack.address),
            _answered(paper, answer, pack.address),
            [_changed(paper, change) for change in answer.changes],
        ]


def _who(paper: Paper, answer: PackedAnswer) -> list[etree._Element]:
    day = answer.made_on and date_format(answer.made_on, "j F Y")
    lines = [_plain(paper, "Cell", answer.who, bold=True)]
    lines += [_plain(paper, "Cell", words) for words in (answer.mandate, day) if words]
    return lines


def _said(paper: Paper, answer: PackedAnswer, address: str) -> list[etree._Element]:
    lines = []
    if answer.cited:
        lines.append(_plain(paper, "Cell", answer.cited_title, bold=True))
        told = (answer.cited_url and f"{address}{answer.cited_url}", answer.body and f"“{answer.body}”")
        return lines + [_plain(paper, "Cell", words) for words in told if words]
    if answer.title:
        lines.append(_plain(paper, "Cell", answer.title, bold=True))
    if answer.quote:
        lines.append(_pair(paper, _("About the words:"), f"“{answer.quote}”"))
    if answer.is_suggestion:
        instead = f"“{answer.replacement}”" if answer.replacement.strip() else _("nothing: take them out")
        lines.append(_pair(paper, _("Instead of them:"), instead))
    return lines + [_in_cell(paper, line) for line in lines_of(answer.body, address)]


def _answered(paper: Paper, answer: PackedAnswer, address: str) -> list[etree._Element]:
    if not answer.outcome:
        words = _("Not answered yet.")
        if answer.reply_by:
            words += " " + _("An answer is promised by %(day)s.") % {"day": date_format(answer.reply_by, "j F Y")}
        return [_plain(paper, "Cell", words)]
    facts = [words for words in (answer.votes, answer.decided_on and date_format(answer.decided_on, "j F Y")) if words]
    return [
        _pair(paper, answer.outcome + ("," if facts else ""), ", ".join(facts)),
        *(_in_cell(paper, line) for line in lines_of(answer.reason, address)),
    ]


def _changed(paper: Paper, change: PackedChange) -> etree._Element:
    """As words struck and bold, not tracked: nobody should accept or reject them here."""
    looks = {"same": PLAIN, "deleted": Look(struck=True), "inserted": BOLD}
    pieces = [Piece(clean(" ".join(piece.text.split("\n"))), looks[piece.kind]) for piece in change.pieces]
    return paper.paragraph("Cell", [*pieces, Piece(f" ({clean(change.label) or _('in the next version')})")])


def _in_cell(paper: Paper, line: Line) -> etree._Element:
    return paper.line(line, plain="Cell")


def _pair(paper: Paper, name: str, words: str) -> etree._Element:
    return paper.paragraph("Cell", [Piece(clean(name), BOLD), Piece(" " + clean(" ".join(words.split())))])


def _plain(paper: Paper, style: str, words: str, *, bold: bool = False) -> etree._Element:
    return paper.paragraph(style, [Piece(clean(" ".join(words.split())), BOLD if bold else PLAIN)])


def _heading(paper: Paper, level: int, words: str, bookmark: str = "", *, new_page: bool = False) -> etree._Element:
    style = style_of(Line("heading", (), level))
    heading = paper.paragraph(style, [Piece(clean(" ".join(words.split())))], bookmark=bookmark)
    if new_page:
        heading.find(qn("w:pPr")).insert(1, make("w:pageBreakBefore"))
    return heading
