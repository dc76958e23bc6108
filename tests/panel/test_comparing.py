"""Two versions of a section compared: every paragraph of both is there once, and every word is where it was."""

import time
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.comparing import (
    WordChange,
    compare,
    in_words,
    matches_between,
    matching_runs,
    paired,
    word_pieces,
    words_of,
)
from panel.paragraphs import paragraphs_of, text_of
from tests.panel.edits import Writer, chances, markdown_of, thoroughly

OLD = """\
# Money for new co-ops

We will explore options for lending to new co-ops.

- a desk for loans
- training for boards

The board reviews this every year."""


def kinds(old, new):
    return [change.kind for change in compare(old, new)]


def told(old, new):
    return [word for words in in_words(compare(old, new)) for word in words]


def test_a_word_that_was_replaced_is_told_as_replaced():
    new = OLD.replace("explore options", "open a desk by March 2028")
    assert kinds(OLD, new) == ["same", "changed", "same", "same"]
    assert told(OLD, new) == [WordChange("replaced", "explore options", "open a desk by March 2028")]


def test_words_that_came_or_went_are_told_without_the_space_around_them():
    new = OLD.replace("for lending to", "for patient lending to").replace(" every year", "")
    assert told(OLD, new) == [WordChange("added", "", "patient"), WordChange("removed", "every year", "")]


def test_paragraphs_that_came_or_went_are_told_whole():
    new = OLD.replace("The board reviews this every year.", "Nobody reviews it.\n\n---\n\nA closing word.")
    assert kinds(OLD, new)[3:] == ["changed", "added", "added"]
    new = OLD.replace("\n\nThe board reviews this every year.", "") + "\n\n## Who pays\n\nThe members do."
    assert told(OLD, new) == [
        WordChange("removed", "The board reviews this every year.", ""),
        WordChange("added", "", "Who pays"),
        WordChange("added", "", "The members do."),
    ]


def test_a_short_heading_that_took_the_place_of_another_is_one_change():
    assert told(OLD, OLD.replace("Money for new co-ops", "Finance")) == [
        WordChange("replaced", "Money for new co-ops", "Finance")
    ]


def test_an_item_of_a_list_is_told_and_not_the_list():
    assert told(OLD, OLD.replace("training for boards", "training for all boards\n- mentors")) == [
        WordChange("added", "", "all"),
        WordChange("added", "", "mentors"),
    ]


def test_other_emphasis_another_address_or_another_kind_is_a_change_though_the_words_stayed():
    old = "See [the plan](https://one.coop) for members.\n\nAims"
    for new in (old.replace("one", "two"), old.replace("members", "**members**"), old.replace("Aims", "# Aims")):
        changes = [change for change in compare(old, new) if change.kind != "same"]
        assert [change.kind for change in changes] == ["changed"]
        text = changes[0].old.text
        assert in_words(changes) == [[WordChange("restyled", text, text)]]
        assert {piece.kind for piece in changes[0].pieces} == {"same"}


def test_another_line_width_or_way_to_write_a_list_is_no_change():
    new = OLD.replace("options for", "options\nfor").replace("- ", "* ").replace("\n", "\r\n")
    assert kinds(OLD, new) == ["same"] * 4


def test_a_paragraph_that_moved_is_removed_and_added_and_says_so():
    first, list_, last = OLD.split("\n\n")[1:]
    changes = compare(f"{first}\n\n{list_}\n\n{last}", f"{first}\n\n{last}\n\n{list_}")
    assert sorted((change.kind, change.moved) for change in changes) == [
        ("added", True),
        ("removed", True),
        ("same", False),
        ("same", False),
    ]


def test_a_long_paragraph_is_recognised_although_a_short_one_changed_places_with_it():
    old = "The end.\n\nWe will explore a desk for loans, run by the federation."
    new = "We will open a desk for loans, run by the federation.\n\nThe end."
    assert [change.kind for change in compare(old, new)].count("changed") == 1
    assert WordChange("replaced", "explore", "open") in told(old, new)


def test_an_emoji_or_an_accent_is_never_torn():
    assert word_pieces("A 👩‍🌾 e\u0301", "A 👩‍🍳 e\u0300")[1].text == "👩‍🌾 e\u0301"
    assert told("Flag 🏴󠁧󠁢󠁷󠁬󠁳󠁿 up", "Flag 🏴󠁧󠁢󠁳󠁣󠁴󠁿 up") == [WordChange("replaced", "🏴󠁧󠁢󠁷󠁬󠁳󠁿", "🏴󠁧󠁢󠁳󠁣󠁴󠁿")]
    assert told("هذا صندوق للقروض", "هذا صندوق للمنح") == [WordChange("replaced", "للقروض", "للمنح")]
    assert words_of("Co-op’s £1.5m, एकता\u200d!") == ["Co-op’s", "£", "1.5m", ",", "एकता\u200d", "!"]


@pytest.mark.parametrize(("old", "new"), [("", ""), ("", "a"), ("a", ""), ("---", ""), ("[a]: b", "")])
def test_empty_texts_can_be_compared(old, new):
    changes = compare(old, new)
    assert [change.old for change in changes if change.old] == paragraphs_of(old)
    assert [change.new for change in changes if change.new] == paragraphs_of(new)


@given(chances)
@thoroughly
def test_both_versions_are_in_the_comparison_in_order_and_whole(chance):
    writer = Writer(chance)
    draft = writer.draft()
    old, new = markdown_of(draft), markdown_of(writer.edited(draft))
    changes = compare(old, new)
    assert [change.old for change in changes if change.old] == paragraphs_of(old)
    assert [change.new for change in changes if change.new] == paragraphs_of(new)
    for change in changes:
        was, now = change.old, change.new
        assert (change.kind == "added", change.kind == "removed") == (was is None, now is None)
        assert (change.kind == "same") == (was is not None and now is not None and was.shown == now.shown)
        if change.kind == "same":
            assert change.pieces == []
        else:
            assert "".join(piece.text for piece in change.pieces if piece.kind != "inserted") == (
                was.text if was else ""
            )
            assert "".join(piece.text for piece in change.pieces if piece.kind != "deleted") == (
                now.text if now else ""
            )
            assert all(one.kind != other.kind for one, other in pairwise(change.pieces))


@given(chances)
@thoroughly
def test_the_old_words_without_those_told_as_gone_and_with_those_told_as_come_are_the_new_words(chance):
    writer = Writer(chance)
    draft = writer.draft()
    changes = compare(markdown_of(draft), markdown_of(writer.edited(draft)))
    for change, told_words in zip(changes, in_words(changes), strict=True):
        words = Counter(words_of(change.old.text if change.old else ""))
        for word in told_words:
            gone, come = Counter(words_of(word.was)), Counter(words_of(word.now))
            assert gone <= words
            words = words - gone + come
            assert (word.was != word.now) == (word.verb != "restyled")
            assert (word.verb == "added", word.verb == "removed") == (not word.was, not word.now)
        assert words == Counter(words_of(change.new.text if change.new else ""))


@given(
    st.text(alphabet=st.sampled_from("ab é\u0301.\n👩\u200d🌾"), max_size=60),
    st.text(alphabet=st.sampled_from("ab é\u0301.\n👩\u200d🌾"), max_size=60),
)
@thoroughly
def test_any_two_texts_can_be_put_together_again_from_their_pieces(old, new):
    pieces = word_pieces(old, new)
    assert "".join(piece.text for piece in pieces if piece.kind != "inserted") == old
    assert "".join(piece.text for piece in pieces if piece.kind != "deleted") == new
    assert {piece.kind for piece in word_pieces(old, old)} <= {"same"}


@given(st.lists(st.sampled_from("abcd"), max_size=14), st.lists(st.sampled_from("abce"), max_size=14))
@thoroughly
def test_runs_are_equal_rise_in_both_lists_and_miss_nothing_between_them(old, new):
    runs = matching_runs(old, new)
    assert all(old[run.old : run.old + run.length] == new[run.new : run.new + run.length] != [] for run in runs)
    for one, other in pairwise(runs):
        assert one.old + one.length <= other.old
        assert one.new + one.length <= other.new
        assert (one.old + one.length, one.new + one.length) != other[:2]
    ends = [(0, 0), *((run.old + run.length, run.new + run.length) for run in runs)]
    starts = [*((run.old, run.new) for run in runs), (len(old), len(new))]
    for (old_from, new_from), (old_to, new_to) in zip(ends, starts, strict=True):
        assert not set(old[old_from:old_to]) & set(new[new_from:new_to])


def test_a_short_line_between_two_that_were_written_anew_is_still_in_its_place():
    old = "Alpha beta gamma delta epsilon zeta.\nAims\nEta theta iota kappa lambda mu."
    new = "One two three four five six seven.\nAims\nEight nine ten eleven twelve thirteen."
    matches = matches_between(old, new, find_moves=True)
    assert (old.index("Aims"), new.index("Aims"), 4) in matches.kept
    assert matches.moved == []


@given(chances)
@thoroughly
def test_matches_are_equal_words_and_no_word_is_matched_twice(chance):
    writer = Writer(chance)
    draft = writer.draft()
    old = text_of(paragraphs_of(markdown_of(draft)))
    new = text_of(paragraphs_of(markdown_of(writer.edited(draft))))
    matches = matches_between(old, new, find_moves=True)
    for text, side in ((old, 0), (new, 1)):
        taken = sorted((run[side], run[side] + run.length) for run in [*matches.kept, *matches.moved])
        assert all(one[1] <= other[0] for one, other in pairwise(taken))
        assert all(end <= len(text) for _start, end in taken)
    for run in [*matches.kept, *matches.moved]:
        words = old[run.old : run.old + run.length], new[run.new : run.new + run.length]
        assert words[0].replace("\n", " ") == words[1].replace("\n", " ")
    assert all(one.new + one.length <= other.new for one, other in pairwise(matches.kept))


@given(
    st.lists(st.sampled_from(["one two", "two three", "three four", "one two three four", "five", "***"]), max_size=9),
    st.lists(st.sampled_from(["one two", "two three", "three six", "one two three four", "five", "***"]), max_size=9),
)
@thoroughly
def test_each_entry_is_in_one_pair_and_pairs_rise(old, new):
    pairs = paired(old, new, old, new)
    assert [before for before, _after in pairs if before is not None] == list(range(len(old)))
    assert [after for _before, after in pairs if after is not None] == list(range(len(new)))


def section_of(words, seed="abcdefghijklmnopqrst"):
    """A section of about so many words, in paragraphs of about 60."""
    vocabulary = [f"{first}{second}{'en' * (at % 3)}" for at, first in enumerate(seed) for second in "aeiouy"]
    text = [vocabulary[at * at % 97 % len(vocabulary)] for at in range(words)]
    sentences = [" ".join(["So", *text[at : at + 12]]) + "." for at in range(0, words, 12)]
    return "\n\n".join(" ".join(sentences[at : at + 5]) for at in range(0, len(sentences), 5))


def test_three_thousand_words_with_a_few_changes_are_compared_in_time():
    old = section_of(3_000)
    new = old.replace("So aa", "So bb", 4)
    began = time.process_time()
    changes = compare(old, new)
    assert time.process_time() - began < 0.5
    assert [change.kind for change in changes].count("changed") in range(1, 5)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (section_of(3_000), section_of(3_000, "zyxwvutsrqponmlkjihg")),
        (section_of(3_000), "\n\n".join(section_of(3_000).split("\n\n")[::-1])),
        ("a\n\n" * 1_000, "b\n\na\n\n" * 1_000),
        ("a b " * 5_000, "b c a " * 5_000),
        (section_of(10_000).replace("\n\n", " "), section_of(10_000, "zyxwvutsrqponmlkjihg").replace("\n\n", " ")),
        ("\n\n".join(section_of(3_000).split()), "\n\n".join(section_of(3_000).split()[::-1])),
        ("x " * 30_000, "y " * 30_000),
    ],
    ids=["different", "turned round", "letters", "two words", "one paragraph", "words as paragraphs", "one word"],
)
def test_texts_that_have_nothing_or_everything_in_common_do_not_hang(old, new):
    began = time.process_time()
    changes = compare(old, new)
    assert time.process_time() - began < 6
    assert [change.new for change in changes if change.new] == paragraphs_of(new)
