"""A section's paragraphs: nothing of the Markdown is lost, and the canonical text is what a reader sees."""

import time
import unicodedata
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commons.richtext import to_html
from panel.paragraphs import paragraph_at, paragraphs_of, places_of, plain, sentences_of, text_of
from tests.panel.edits import Writer, chances, markdown_of, thoroughly

SECTION = """\
# Money for new co-ops

We **will** explore [options](https://example.coop/options) for
lending, in *2027*.

- a desk for loans
- training:

  1. for boards
  2. for members

> Members said: *more*.
>
> And sooner.

| Who   | When |
|-------|------|
| board | May  |

```
code  stays
```

---

The end.
"""


def test_paragraphs_are_numbered_and_headings_and_rules_are_not():
    assert [(paragraph.number, paragraph.kind, paragraph.text) for paragraph in paragraphs_of(SECTION)] == [
        (None, "heading", "Money for new co-ops"),
        (1, "text", "We will explore options for lending, in 2027."),
        (2, "list", "a desk for loans\ntraining:\nfor boards\nfor members"),
        (3, "quote", "Members said: more.\nAnd sooner."),
        (4, "table", "Who When\nboard May"),
        (5, "code", "code stays"),
        (None, "rule", ""),
        (6, "text", "The end."),
    ]


def test_a_source_is_the_slice_that_its_offsets_say():
    paragraphs = paragraphs_of(SECTION)
    assert [SECTION[paragraph.start : paragraph.end] for paragraph in paragraphs] == [
        paragraph.source for paragraph in paragraphs
    ]
    assert paragraphs[2].source == "- a desk for loans\n- training:\n\n  1. for boards\n  2. for members"


def test_the_addresses_of_links_are_kept_beside_the_words():
    assert paragraphs_of(SECTION)[1].links == ("https://example.coop/options",)
    assert paragraphs_of("[a][1] <https://b.coop>\n\n[1]: https://a.coop")[0].links == (
        "https://a.coop",
        "https://b.coop",
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("*a* b", "_a_\nb"),
        ("- a\n- b", "* a\n* b"),
        ("a &amp; b", "a & b"),
        ("cafe\u0301", "café"),
        ("# a", "a\n="),
    ],
)
def test_two_ways_to_write_the_same_look_the_same(one, other):
    assert paragraphs_of(one)[0].shown == paragraphs_of(other)[0].shown


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("*a* b", "a *b*"),
        ("*a* b", "**a** b"),
        ("[a](https://one.coop)", "[a](https://two.coop)"),
        ("[a][1]\n\n[1]: https://one.coop", "[a][1]\n\n[1]: https://two.coop"),
        ("# a", "## a"),
        ("- a", "1. a"),
        ("1. a", "2. a"),
        ("a  \nb", "a\nb"),
        ("`a`", "a"),
        ("    a\n      b", "    a\n    b"),
        ("a", "> a"),
    ],
)
def test_what_looks_different_is_told_apart_though_the_words_are_the_same(one, other):
    assert plain(paragraphs_of(one)[0].text) == plain(paragraphs_of(other)[0].text)
    assert paragraphs_of(one)[0].shown != paragraphs_of(other)[0].shown


def test_windows_line_ends_change_the_offsets_but_not_the_words():
    windows = SECTION.replace("\n", "\r\n")
    paragraphs = paragraphs_of(windows)
    assert [paragraph.text for paragraph in paragraphs] == [paragraph.text for paragraph in paragraphs_of(SECTION)]
    assert all(windows[paragraph.start : paragraph.end] == paragraph.source for paragraph in paragraphs)


@pytest.mark.parametrize("markdown", ["", "\n", "  \n\t\r\n", "[a]: https://example.coop", "\u00a0"])
def test_a_text_without_words_has_no_text(markdown):
    assert text_of(paragraphs_of(markdown)) == ""


def test_blocks_without_words_are_kept_but_not_numbered():
    assert [(paragraph.number, paragraph.source) for paragraph in paragraphs_of("![](a)\n\n-\n\nb\n\n#")] == [
        (None, "![](a)"),
        (None, "-"),
        (1, "b"),
        (None, "#"),
    ]


class Seen(HTMLParser):
    """The words a browser would show."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words = ""
        self.feed(html)
        self.close()

    def handle_data(self, data):
        self.words += data


NOISE = st.text(
    alphabet=st.sampled_from("ab. \n\n\t#*_`[]()!>|-=+~<&;1)\\:\r\u00a0é\u0301\u0651ش👩\u200d🌾\x0b\u2028\x00\ud800"),
    max_size=120,
)


@given(NOISE)
@thoroughly
def test_nothing_of_the_markdown_is_lost_and_what_lies_between_is_not_read(markdown):
    at = 0
    for paragraph in paragraphs_of(markdown):
        assert at <= paragraph.start < paragraph.end
        assert markdown[paragraph.start : paragraph.end] == paragraph.source
        assert text_of(paragraphs_of(markdown[at : paragraph.start])) == ""
        at = paragraph.end
    assert text_of(paragraphs_of(markdown[at:])) == ""


@given(NOISE)
@thoroughly
def test_the_canonical_text_is_nfc_without_double_space_and_is_what_the_page_shows(markdown):
    paragraphs = paragraphs_of(markdown)
    text = text_of(paragraphs)
    assert unicodedata.is_normalized("NFC", text)
    assert text == text.strip()
    assert not any(a.isspace() and b.isspace() for a, b in pairwise(text))
    assert set(filter(str.isspace, text)) <= {" ", "\n"}
    assert plain(text) == plain(Seen(to_html(markdown)).words)


@given(chances)
@thoroughly
def test_every_place_of_the_text_is_in_its_paragraph(chance):
    paragraphs = paragraphs_of(markdown_of(Writer(chance).draft()))
    text = text_of(paragraphs)
    for paragraph, (start, end) in zip(paragraphs, places_of(paragraphs), strict=True):
        assert text[start:end] == paragraph.text
        for offset in {start, end} if paragraph.text else ():
            assert paragraph_at(paragraphs, offset) is paragraph
    if text:
        assert paragraph_at(paragraphs, len(text)).text == text[-len(paragraph_at(paragraphs, len(text)).text) :]


@pytest.mark.parametrize(("markdown", "offset"), [("", 0), ("---", 0), ("a", 2), ("a", -1)])
def test_there_is_no_paragraph_where_there_are_no_words(markdown, offset):
    with pytest.raises(ValueError, match="no words"):
        paragraph_at(paragraphs_of(markdown), offset)


@pytest.mark.parametrize(
    "sentences",
    [
        ["We met Dr. Jones. ", "She was kind."],
        ["It costs £1.5m, i.e. 4.2 per cent. ", "Is that much? ", "No!"],
        ["J. Smith wrote to the U.K. office on No. 4. ", "Nobody answered."],
        ["See para. 4 and pp. 12–14. ", "The rest is new."],
        ["She said “yes.” ", "He said (no.) ", "They left…  ", "Then"],
        ["Loans, shares etc. are open. ", "And so on"],
        ["The answer is no. ", "Ask again."],
        ["1. Open a desk. ", "2. Close it."],
        ["One line\n", "another. ", "Third"],
        ["Mae hyn, h.y. benthyciadau, yn bwysig. ", "Iawn?"],
        ["هل هذا جيد؟ ", "نعم. ", "شكرا"],
        ["これは文です。", "次の文！", "終わり"],
        ["Good 👩‍🌾! ", "👍🏽 Fine."],
        ["no capital after. this goes on"],
        ["It is the mutual's. ", "It is the members’. ", "Good."],
        ["This is _done_. ", "That is `not`.” ", "So *there*."],
        [],
    ],
)
def test_sentences_end_where_a_reader_ends_them(sentences):
    assert sentences_of("".join(sentences)) == sentences


@given(st.text(alphabet=st.sampled_from('aA1.?!… \n"”)(*eg。؟é'), max_size=80))
@thoroughly
def test_sentences_joined_give_the_text_again(text):
    sentences = sentences_of(text)
    assert "".join(sentences) == text
    assert all(sentences)


@pytest.mark.parametrize(
    "text", ["word and more. " * 10_000, "." * 60_000, "? " * 30_000, "a.b." * 15_000, ". )" * 20_000, "e.g. " * 12_000]
)
def test_a_long_and_twisted_text_is_cut_in_time(text):
    began = time.process_time()
    assert "".join(sentences_of(text)) == text
    assert time.process_time() - began < 2


def test_ten_thousand_words_in_one_paragraph_are_read_in_time():
    began = time.process_time()
    (paragraph,) = paragraphs_of("Some words are here, and **more** of them there. " * 1_112)
    assert time.process_time() - began < 4
    assert len(paragraph.text.split()) > 10_000
