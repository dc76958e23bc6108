"""The strategy pack: the Word file opens and holds what is public, its changes are Word's own, and what is taken away is gone."""

import datetime as dt
import errno
import io
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import docx
import hypothesis
import hypothesis.strategies as st
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from docx.oxml.ns import qn

from commons.contributions.actions import Speaking, edit_contribution, withdraw_contribution
from commons.contributions.models import Contribution, Mandate, ShownAs
from commons.exports import exports
from commons.moderation.actions import decide_moderation, report_subject
from commons.moderation.models import Standing
from commons.people.models import User
from panel.actions.deciding import accept_suggestion, make_decision, undo_decision
from panel.actions.publishing import move_section, publish_section
from panel.exports import pack as pack_file
from panel.models import Decision
from panel.pack import Pack, PackedAnswer, PackedPart, PackedSection, document_of
from tests.factories.panel import a_section, publish, said_to
from tests.factories.people import MembershipFactory, OrganisationFactory, UserFactory

NOW = dt.datetime(2026, 11, 20, 10, 30, tzinfo=dt.UTC)
OLD = """# Lending

We will lend to co-ops. **Every** region gets a desk.

This goes away and nobody will miss it.

- one
- two

| kind | number |
|---|---|
| desks | 3 |

See [the census](/census/).
"""
NEW = """# Lending and trust

We will lend to co-ops. **Every** region gets a *staffed* desk.

- one
- two and a half
- three

| kind | number |
|---|---|
| desks | 4 |

See [the census](/census/).

This is new.
"""


# --- The builder -------------------------------------------------------------------------------------------------------------


def pack_of(*sections: PackedSection, answers=(), **given) -> Pack:
    own = {
        "title": "The pack",
        "author": "Reference panel",
        "site": "Co-op Strategy",
        "address": "https://site.example",
    }
    return Pack(
        made_at=NOW, parts=[PackedPart("Be excellent", "", list(sections))], answers=list(answers), **own | given
    )


def a_packed(body: str, before: str | None = None, title: str = "Lending") -> PackedSection:
    return PackedSection("lending", 1, title, 1 if before is None else 2, NOW, body, before)


def an_answer(**given) -> PackedAnswer:
    own = {
        "number": 7,
        "place": "1.2 Lending",
        "who": "Ann Example",
        "mandate": "",
        "made_on": NOW.date(),
        "body": "Hello.",
    }
    return PackedAnswer(**own | given)


def opened(content: bytes) -> docx.document.Document:
    return docx.Document(io.BytesIO(content))


def headings(document) -> list[tuple[str, str]]:
    return [
        (paragraph.style.name, paragraph.text)
        for paragraph in document.paragraphs
        if paragraph.style.name.startswith(("Heading", "Title"))
    ]


def said_in(element) -> str:
    """The words of an element, put in, taken out and others."""
    return "".join(one.text or "" for one in element.iter(qn("w:t"), qn("w:delText")))


def part_of(document, title: str) -> list:
    """The elements of the body below the heading of the first level with this title."""
    found, inside = [], False
    for element in document.element.body:
        style = element.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        if style is not None and style.get(qn("w:val")) == "Heading1":
            inside = said_in(element) == title
        elif inside:
            found.append(element)
    return found


def lines_when(elements, *, accepted: bool) -> list[str]:
    """The words of each paragraph once all changes are accepted or rejected, as Word does it: a break that is gone joins two."""
    lines, line = [], ""
    for paragraph in [found for element in elements for found in element.iter(qn("w:p"))]:
        for run in paragraph.iter(qn("w:r")):
            inserted, deleted = (any(up.tag == qn(tag) for up in run.iterancestors()) for tag in ("w:ins", "w:del"))
            if not (deleted if accepted else inserted):
                line += "".join({qn("w:tab"): " ", qn("w:br"): " "}.get(part.tag, part.text or "") for part in run)
        mark = paragraph.find(f"{qn('w:pPr')}/{qn('w:rPr')}/{qn('w:del' if accepted else 'w:ins')}")
        if mark is None:
            lines, line = [*lines, line.strip()], ""
    return [line for line in [*lines, line] if line]


def changed_lines(before: str, body: str, *, accepted: bool) -> list[str]:
    document = opened(document_of(pack_of(a_packed(body, before))))
    # The heading of the section and the line that names its versions come first.
    return lines_when(part_of(document, "The text with what changed")[3:], accepted=accepted)


def text_lines(body: str) -> list[str]:
    document = opened(document_of(pack_of(a_packed(body))))
    return lines_when(part_of(document, "The text")[3:], accepted=True)


def without_numbers(lines: list[str]) -> list[str]:
    bare = [re.sub(r"^1\.\d+ ?", "", line) for line in lines]
    return [line for line in bare if line]


def test_the_file_has_its_parts_as_headings_in_order():
    document = opened(document_of(pack_of(a_packed(NEW, OLD))))
    assert headings(document) == [
        ("Title", "The pack"),
        ("Heading 1", "The text"),
        ("Heading 2", "Be excellent"),
        ("Heading 3", "1 Lending"),
        ("Heading 4", "Lending and trust"),
        ("Heading 1", "The text with what changed"),
        ("Heading 2", "1 Lending"),
        ("Heading 3", "Lending"),
        ("Heading 1", "Comments and answers"),
    ]


def test_the_clean_text_stands_in_the_file_with_its_numbers():
    assert text_lines(NEW) == [
        "Lending and trust",
        "1.1 We will lend to co-ops. Every region gets a staffed desk.",
        "1.2",
        "one",
        "two and a half",
        "three",
        "1.3",
        "kind",
        "number",
        "desks",
        "4",
        "1.4 See the census (https://site.example/census/).",
        "1.5 This is new.",
    ]


def test_the_looks_of_markdown_are_looks_in_word():
    document = opened(document_of(pack_of(a_packed("A **bold** *leaning* ~~struck~~ `code` end."))))
    [paragraph] = [one for one in document.paragraphs if one.text.endswith("end.")][:1]
    looks = [
        (run.text, bool(run.bold), bool(run.italic), bool(run.font.strike), run.font.name == "Consolas")
        for run in paragraph.runs
        if run.text.strip() and not run.text.startswith("1.1")
    ]
    assert looks == [
        ("A ", False, False, False, False),
        ("bold", True, False, False, False),
        ("leaning", False, True, False, False),
        ("struck", False, False, True, False),
        ("code", False, False, False, True),
        (" end.", False, False, False, False),
    ]


def test_lists_quotes_code_and_tables_have_styles_of_their_own():
    body = "- a\n  - b\n\n5. five\n6. six\n\n> said\n\n    code  =  1\n\n| x |\n|---|\n| y |\n"
    document = opened(document_of(pack_of(a_packed(body))))
    styles = {paragraph.text: paragraph.style.name for paragraph in document.paragraphs}
    assert [styles[words] for words in ("a", "b", "five", "six", "said", "code  =  1")] == [
        "List Bullet", "List Bullet 2", "List Number", "List Number", "Quote", "Code",
    ]  # fmt: skip
    assert [[cell.text for cell in row.cells] for row in document.tables[0].rows] == [["x"], ["y"]]


def test_each_list_with_numbers_begins_where_it_says():
    document = opened(document_of(pack_of(a_packed("5. five\n6. six\n\ntext\n\n1. one\n"))))
    numbering = document.part.numbering_part.element
    starts = {
        number.numId: int(number.find(f"{qn('w:lvlOverride')}/{qn('w:startOverride')}").get(qn("w:val")))
        for number in numbering.findall(qn("w:num"))
        if number.find(qn("w:lvlOverride")) is not None
    }
    listed = [one for one in document.paragraphs if one._p.pPr.numPr is not None]
    used = {one.text: one._p.pPr.numPr.numId.val for one in listed}
    assert [starts[used[words]] for words in ("five", "six", "one")] == [5, 5, 1]


def test_whoever_accepts_all_changes_reads_the_new_text_and_whoever_rejects_them_the_old_one():
    assert without_numbers(changed_lines(OLD, NEW, accepted=True)) == without_numbers(text_lines(NEW))
    assert without_numbers(changed_lines(OLD, NEW, accepted=False)) == without_numbers(text_lines(OLD))


@pytest.mark.parametrize(
    ("before", "body"),
    [
        ("One.\n\nTwo.\n\nThree.", "Three.\n\nOne.\n\nTwo and more."),
        ("- a\n- b\n- c", "- a\n- c"),
        ("- a\n- c", "- a\n- b\n- c\n- d"),
        ("> One said.\n>\n> Two said.", "> One said so.\n>\n> Two said."),
        ("All gone.", "Something else entirely stands here."),
        ("# Only a heading", "# Only another heading\n\nAnd text."),
        ("Same words.", "Same **words**."),
        ("1. a\n2. b", "- a\n- b"),
        ("Text and\nlines  \nbroken.", "Text and lines  \nbroken here."),
        ("    code = 1", "    code = 2"),
        ("مرحبا بالعالم", "مرحبا يا عالم"),
    ],
)
def test_accepting_and_rejecting_give_the_two_texts(before, body):
    assert without_numbers(changed_lines(before, body, accepted=True)) == without_numbers(text_lines(body))
    assert without_numbers(changed_lines(before, body, accepted=False)) == without_numbers(text_lines(before))


BLOCKS = [
    "# A heading",
    "## Another *heading*",
    "We will lend to co-ops. **Every** region gets a desk.",
    "We will lend to people. Every region gets a *staffed* desk, soon.",
    "See [the census](/census/) for `code` and ~~more~~.",
    "One line  \nand another\nand a third",
    "- one\n- two",
    "- one\n- two and a half\n- three",
    "- one\n  - deep\n\n    more\n- two",
    "1. one\n2. two",
    "> Said once.\n>\n> Said twice.",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "| a | b |\n|---|---|\n| 1 | 3 |",
    "    code = 1",
    "***",
    "مرحبا بالعالم",
]


@hypothesis.settings(max_examples=15, deadline=None)
@hypothesis.given(*[st.lists(st.sampled_from(BLOCKS), min_size=1, max_size=6)] * 2)
def test_accepting_and_rejecting_give_the_two_texts_whatever_they_are(before, body):
    before, body = "\n\n".join(before), "\n\n".join(body)
    assert without_numbers(changed_lines(before, body, accepted=True)) == without_numbers(text_lines(body))
    assert without_numbers(changed_lines(before, body, accepted=False)) == without_numbers(text_lines(before))


def test_every_change_is_made_by_the_panel_on_the_day_of_the_publication_and_has_a_number_of_its_own():
    document = opened(document_of(pack_of(a_packed(NEW, OLD))))
    changes = [one for tag in ("w:ins", "w:del") for one in document.element.body.iter(qn(tag))]
    assert {(one.get(qn("w:author")), one.get(qn("w:date"))) for one in changes} == {
        ("Reference panel", "2026-11-20T10:30:00Z")
    }
    numbers = [one.get(qn("w:id")) for one in changes]
    assert len(numbers) == len(set(numbers)) > 10


def test_the_clean_text_holds_no_change():
    document = opened(document_of(pack_of(a_packed(NEW, OLD))))
    assert [
        one for element in part_of(document, "The text") for tag in ("w:ins", "w:del") for one in element.iter(qn(tag))
    ] == []


def test_words_that_stayed_and_look_otherwise_keep_their_old_look_as_a_change():
    document = opened(document_of(pack_of(a_packed("Same **words**.", "Same words."))))
    [change] = document.element.body.iter(qn("w:rPrChange"))
    assert [len(change.find(qn("w:rPr"))), change.getparent().find(qn("w:b")) is not None] == [0, True]


def test_the_table_has_a_heading_that_comes_again_and_a_row_for_each_contribution():
    answers = [
        an_answer(),
        an_answer(
            number=8,
            mandate="The Loom, as an officer or employee",
            body="Too *long*.",
            quote="ten days",
            replacement="three days",
            is_suggestion=True,
            outcome="Accepted in part",
            reason="Five.",
            votes="7 votes to 5",
            decided_on=dt.date(2026, 11, 21),
        ),
        an_answer(number=9, reply_by=dt.date(2027, 1, 2)),
    ]
    table = opened(document_of(pack_of(a_packed(NEW), answers=answers))).tables[-1]
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["Number and place", "Who", "What was said", "Answer and reason", "What changed"],
        ["7\n1.2 Lending", "Ann Example\n20 November 2026", "Hello.", "Not answered yet.", ""],
        [
            "8\n1.2 Lending",
            "Ann Example\nThe Loom, as an officer or employee\n20 November 2026",
            "About the words: “ten days”\nInstead of them: “three days”\nToo long.",
            "Accepted in part, 7 votes to 5, 21 November 2026\nFive.",
            "",
        ],
        [
            "9\n1.2 Lending",
            "Ann Example\n20 November 2026",
            "Hello.",
            "Not answered yet. An answer is promised by 2 January 2027.",
            "",
        ],
    ]


def test_the_file_says_its_title_its_author_and_its_language():
    document = opened(document_of(pack_of(a_packed(NEW))))
    known = document.core_properties
    assert (known.title, known.author, known.language, known.comments) == ("The pack", "Reference panel", "en-GB", "")
    assert {one.get(qn("w:val")) for one in document.styles.element.iter(qn("w:lang"))} == {"en-GB"}


def test_sheets_are_a4_and_the_table_lies_on_its_side():
    sheets = opened(document_of(pack_of(a_packed(NEW)))).sections
    assert [(round(sheet.page_width.mm), round(sheet.page_height.mm)) for sheet in sheets] == [(210, 297), (297, 210)]


HOSTILE = [
    "\x00\x01\x08\x0b\x1f",
    "\ud800 alone",
    "\ufffe\uffff",
    "</w:t></w:r></w:p><w:p/>",
    "<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]>&y;",
    "]]> <![CDATA[ x ]]>",
    "{{ 7*7 }} {% load %} %s %(x)s",
    "<script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "![x](https://evil.example/x.png)",
    "\u202e turned \u202c",
    "مرحبا " * 50,
    "😀" * 200,
    "x" * 20_000,
    "> " * 60 + "deep",
    "".join("  " * depth + "- x\n" for depth in range(40)),
    "|" * 200 + "\n" + "|-" * 200 + "\n",
    "| a | b |\n|---|---|\n| 1 | 2 | 3 |\n| 4 |",
    "",
    "\n\n   \n",
    "***",
    "[a]: /x\n\n[a]",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_breaks_the_file(text):
    change = [pack_file.PackedChange(text, text + "!", text)]
    answer = an_answer(body=text, place=text, who=text, mandate=text, quote=text, replacement=text, is_suggestion=True)
    answered = an_answer(outcome="No", reason=text, votes=text, decided_on=NOW.date(), changes=change)
    sections = [
        a_packed(text, f"Before.\n\n{text}\n\nMore.", title=text),
        a_packed(f"{text}\n\nAfter.", text, title=text),
    ]
    content = document_of(pack_of(*sections, answers=[answer, answered], title=text or "x", author=text or "x"))
    document = opened(content)
    assert len(document.tables[-1].rows) == 3
    xml = zipfile.ZipFile(io.BytesIO(content)).read("word/document.xml").decode()
    assert [found for found in ("<!DOCTYPE", "<!ENTITY", "w:drawing") if found in xml] == []


# --- The file that is kept ---------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def private(settings, tmp_path) -> Path:
    settings.PRIVATE_DIR = tmp_path / "private"
    return settings.PRIVATE_DIR


@pytest.fixture
def section(db):
    return a_section(
        "We will lend.\n\nA desk answers within ten working days.", title="Finance that fits", slug="finance"
    )


@pytest.fixture
def chair(db) -> User:
    return UserFactory(roles=["chair"])


def download(client) -> bytes:
    response = client.get(reverse("panel:pack-file"))
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def words_of(content: bytes) -> str:
    return "\n".join(said_in(element) for element in opened(content).element.body.iter(qn("w:p")))


def kept(private: Path) -> list[str]:
    return sorted(path.suffix for path in (private / "packs").iterdir() if path.name != "lock")


def test_anybody_downloads_a_word_file_that_nothing_on_the_way_may_keep(section, client):
    response = client.get(reverse("panel:pack-file"))
    assert response.headers["Content-Type"] == (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    )
    assert re.fullmatch(
        r'attachment; filename="strategy-pack-\d{4}-\d\d-\d\d\.docx"', response.headers["Content-Disposition"]
    )
    assert "no-store" in response.headers["Cache-Control"]
    assert "We will lend." in words_of(b"".join(response.streaming_content))


def test_the_second_download_is_the_same_file_and_costs_two_queries(section, client):
    said_to(section)
    first = download(client)
    with CaptureQueriesContext(connection) as captured:
        second = download(client)
    assert (first == second, len(captured)) == (True, 2)


def test_a_new_version_of_a_section_makes_another_file_and_removes_the_old_one(section, client, private):
    before = download(client)
    publish(section, "We will lend at once.\n\nA desk answers within ten working days.")
    after = download(client)
    assert ["at once" in words_of(content) for content in (before, after)] == [False, True]
    assert kept(private) == [".docx"]


def test_words_put_in_and_taken_out_are_tracked_in_the_downloaded_file(section, client):
    publish(section, "We will lend.\n\nA desk answers within five working days.")
    body = opened(download(client)).element.body
    # A number before a paragraph is no change.
    marked = [(tag, said_in(change)) for tag in ("w:ins", "w:del") for change in body.iter(qn(tag))]
    told = [(tag, words) for tag, words in marked if words]
    assert told == [("w:ins", "five"), ("w:del", "ten")]


def a_reported(section) -> Contribution:
    row = said_to(section, body="Words one and words two.")
    report_subject(row, by=UserFactory(), reason="abuse")
    row.refresh_from_db()
    return row


def declined(row: Contribution) -> None:
    moderator = UserFactory(roles=["moderator"])
    decide_moderation(
        row.moderation, by=moderator, outcome="decline", seen=row.revision, reason="abuse", explanation="No."
    )


def shortened(row: Contribution) -> None:
    decide_moderation(
        row.moderation, by=UserFactory(roles=["moderator"]), outcome="redact", seen=row.revision, reason="abuse",
        explanation="No.", words={"body": "Only this."},
    )  # fmt: skip


def withdrawn(row: Contribution) -> None:
    withdraw_contribution(row, by=row.author)


def held(row: Contribution) -> None:
    Contribution.objects.filter(pk=row.pk).update(standing=Standing.HELD)


def edited(row: Contribution) -> None:
    edit_contribution(row, by=row.author, body="Only this.", based_on=row.revision)


@pytest.mark.parametrize("take_away", [declined, shortened, withdrawn, held, edited], ids=lambda way: way.__name__)
def test_what_is_taken_away_is_gone_from_the_next_download_and_from_the_disk(section, client, private, take_away):
    row = a_reported(section)
    assert "words two" in words_of(download(client))
    take_away(row)
    assert "words two" not in words_of(download(client))
    [file] = (private / "packs").glob("*.docx")
    assert "words two" not in words_of(file.read_bytes())


def test_an_answer_and_its_undoing_are_in_the_next_download(section, client, chair):
    row = said_to(section)
    told = [words_of(download(client))]
    decision = make_decision(section, by=chair, voices=[row], outcome=Decision.Outcome.NO, reason="Our reason.")
    told.append(words_of(download(client)))
    undo_decision(decision, by=chair, reason="Misread.")
    told.append(words_of(download(client)))
    assert ["Our reason." in words for words in told] == [False, True, False]


def test_whoever_closes_their_account_or_changes_their_name_is_not_named_in_the_next_download(section, client):
    person = UserFactory(name="Nia First")
    said_to(section, by=person)
    told = [words_of(download(client))]
    User.objects.filter(pk=person.pk).update(name="Nia Second")
    told.append(words_of(download(client)))
    person.delete()
    told.append(words_of(download(client)))
    assert [("Nia First" in words, "Nia Second" in words) for words in told] == [
        (True, False),
        (False, True),
        (False, False),
    ]
    assert "Somebody who has closed their account" in told[-1]


def test_a_section_that_moved_has_its_new_number_in_the_next_download(section, client, chair):
    other = a_section("Other words.", title="Another", slug="another")
    assert "1 Finance that fits" in words_of(download(client))
    move_section(other, by=chair, part=other.part, place=1)
    assert "2 Finance that fits" in words_of(download(client))


def test_a_withheld_name_is_not_in_the_file(section, client):
    person = UserFactory(name="Wanda Withheld")
    organisation = MembershipFactory(
        user=person, organisation=OrganisationFactory(name="Hidden Hands Limited")
    ).organisation
    speaking = Speaking(mandate=Mandate.OFFICER, organisation=organisation, shown_as=ShownAs.WITHHELD)
    said_to(section, by=person, speaking=speaking)
    told = words_of(download(client))
    assert [word in told for word in ("Wanda", person.email, "Hidden Hands", "Name withheld")] == [
        False,
        False,
        False,
        True,
    ]


def test_the_table_in_the_file_tells_what_was_said_answered_and_changed(section, client, chair):
    person = UserFactory(name="Sioned Rees")
    organisation = MembershipFactory(user=person, organisation=OrganisationFactory(name="Tonnau Limited")).organisation
    speaking = Speaking(
        mandate=Mandate.MEMBERS, organisation=organisation, agreed_on=dt.date(2026, 3, 4), votes_for=41, votes_against=2
    )
    row = said_to(
        section,
        paragraph=2,
        words="ten working days",
        by=person,
        body="Too long.",
        replacement="five days",
        speaking=speaking,
    )
    accept_suggestion(row, by=chair, reason="You are right.", votes_for=7, votes_against=5)
    section.refresh_from_db()
    publish_section(section, by=chair, based_on=section.draft.revision)
    place, who, said, answered, changed = [cell.text for cell in opened(download(client)).tables[-1].rows[1].cells]
    assert place.splitlines()[0] == str(row.pk)
    assert who.splitlines()[:2] == [
        "Sioned Rees",
        "Tonnau Limited, its members voted on 4 March 2026: 41 for, 2 against",
    ]
    assert said.splitlines() == ["About the words: “ten working days”", "Instead of them: “five days”", "Too long."]
    assert answered.splitlines()[0].startswith("Accepted, 7 votes to 5, ")
    assert answered.splitlines()[1] == "You are right."
    assert changed.endswith("(1 Finance that fits, version 2)")


def test_a_table_that_would_be_too_long_holds_the_newest_and_says_so(section, client, monkeypatch):
    rows = [said_to(section, body=f"Voice number {number}.") for number in range(3)]
    monkeypatch.setattr(pack_file, "MOST_ANSWERS", 2)
    told = words_of(download(client))
    assert [f"Voice number {number}." in told for number in range(3)] == [False, True, True]
    assert "This table holds the newest 2. The 1 older ones are on the site." in told
    withdraw_contribution(rows[0], by=rows[0].author)
    assert "older ones" not in words_of(download(client))


def test_a_full_disk_gives_a_plain_page_and_leaves_the_old_file_and_no_half_one(section, client, private, monkeypatch):
    download(client)
    said_to(section)

    def no_room(self, block):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(exports.HashedFile, "write", no_room)
        response = client.get(reverse("panel:pack-file"))
    assert response.status_code == 503
    assert "There is no room left on our disk." in response.content.decode()
    assert kept(private) == [".docx"]
    download(client)


def test_a_file_that_is_broken_off_is_never_sent_and_is_cleared_away(section, client, private):
    folder = private / "packs"
    folder.mkdir(parents=True)
    (folder / "left.part").write_bytes(b"half")
    (folder / "old.docx").write_bytes(b"old")
    download(client)
    assert kept(private) == [".docx"]


def test_before_anything_is_published_there_is_no_file_and_the_page_says_why(db, client):
    assert client.get(reverse("panel:pack-file")).status_code == 404
    for name in ("panel:pack", "panel:pack-print"):
        response = client.get(reverse(name))
        assert response.status_code == 200
        assert "The panel has not published anything yet." in response.content.decode()


# --- The pages ---------------------------------------------------------------------------------------------------------------


def test_the_page_of_the_pack_says_what_is_in_it_and_leads_to_it(section, client, chair):
    row = said_to(section)
    make_decision(section, by=chair, voices=[row], outcome=Decision.Outcome.NO, reason="No.")
    page = client.get(reverse("panel:pack")).content.decode()
    assert "A table with 1 contribution, 1 of them answered" in page
    for url in ("/strategy/pack/print/", "/strategy/pack/print/?with=changes", "/strategy/pack/file/"):
        assert f'href="{url}"' in page


def test_the_page_to_print_shows_the_clean_text_and_with_changes_what_became_of_it(section, client):
    publish(section, "We will lend.\n\nA desk answers within five working days.")
    clean = client.get(reverse("panel:pack-print")).content.decode()
    marked = client.get(reverse("panel:pack-print") + "?with=changes").content.decode()
    assert ("<del>" in clean, "within five working days" in clean) == (False, True)
    assert [
        re.sub(r"<span.*?</span>", "", found) for found in re.findall(r"<(?:del|ins)>.*?</(?:del|ins)>", marked)
    ] == [
        "<del>ten</del>",
        "<ins>five</ins>",
    ]


def test_the_page_to_print_holds_nothing_that_is_not_public(section, client):
    said_to(section, body="Public words.")
    row = said_to(section, body="Secret words.")
    held(row)
    page = client.get(reverse("panel:pack-print")).content.decode()
    assert ("Public words." in page, "Secret" in page) == (True, False)


def test_the_page_to_print_asks_as_often_for_many_as_for_one(section, client, chair):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("panel:pack-print") + "?with=changes").status_code == 200
        return len(captured)

    def more() -> None:
        make_decision(section, by=chair, voices=[said_to(section)], outcome=Decision.Outcome.NO, reason="No.")

    more()
    one = queries()
    more()
    more()
    a_section("Other words.", "Other words here.", title="Another")
    assert (queries(), one) == (2, 2)


# --- In another program ------------------------------------------------------------------------------------------------------


def converted(folder: Path, file: Path, kind: str) -> Path | None:
    """What LibreOffice makes of a file, or None where it has no word processor."""
    program = shutil.which("soffice")
    if program is None:
        return None
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    subprocess.run(
        [program, profile, "--headless", "--convert-to", kind, "--outdir", folder, file],
        capture_output=True,
        timeout=240,
    )
    made = folder / f"{file.stem}.{kind.partition(':')[0]}"
    return made if made.exists() else None


def test_libreoffice_opens_the_file_and_finds_the_changes_as_tracked(tmp_path):
    plain = tmp_path / "plain.txt"
    plain.write_text("Hello.")
    if converted(tmp_path, plain, "odt") is None:
        pytest.skip("There is no LibreOffice with a word processor here")
    file = tmp_path / "pack.docx"
    file.write_bytes(document_of(pack_of(a_packed(NEW, OLD), answers=[an_answer()])))
    told = zipfile.ZipFile(converted(tmp_path, file, "odt")).read("content.xml").decode()
    changes = re.findall(
        r"<text:(insertion|deletion)><office:change-info><dc:creator>(.*?)</dc:creator><dc:date>(.*?)<", told
    )
    assert {(who, when) for _kind, who, when in changes} == {("Reference panel", "2026-11-20T10:30:00")}
    assert {kind for kind, _who, _when in changes} == {"insertion", "deletion"}
