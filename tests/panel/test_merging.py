"""Two people's changes to one text brought together: nothing is lost, nothing is mixed, and what cannot be decided is asked."""

import time

import pytest
from hypothesis import given

from panel.comparing import words_of
from panel.merging import Chunk, UnsettledClashes, merge, units_of
from tests.panel.edits import Block, Chance, Writer, chances, markdown_of, thoroughly

BASE = """\
# Money for new co-ops

We will explore options for lending. The board decides on each loan. Members hear of it in May.

- a desk for loans
- training for boards

The end."""


def clashes(mine, theirs, base=BASE):
    return [(clash.base, clash.mine, clash.theirs) for clash in merge(base, mine, theirs).clashes]


# --- what does not clash --------------------------------------------------------------------------------------------------


def test_changes_to_different_paragraphs_are_both_taken():
    mine, theirs = BASE.replace("The end", "The very end"), BASE.replace("desk", "counter")
    assert merge(BASE, mine, theirs).text == BASE.replace("The end", "The very end").replace("desk", "counter")


def test_changes_to_different_sentences_of_one_paragraph_are_both_taken():
    mine, theirs = BASE.replace("explore options", "open a desk"), BASE.replace("each loan", "every loan")
    assert merge(BASE, mine, theirs).text == BASE.replace("explore options", "open a desk").replace(
        "each loan", "every loan"
    )


def test_a_sentence_put_beside_one_that_the_other_changed_is_taken():
    mine = BASE.replace("lending. The", "lending. That is new. The")
    theirs = BASE.replace("each loan", "every loan")
    assert merge(BASE, mine, theirs).text == mine.replace("each loan", "every loan")


def test_a_paragraph_cut_in_two_by_one_and_changed_by_the_other_is_cut_and_changed():
    mine, theirs = BASE.replace("lending. The", "lending.\n\nThe"), BASE.replace("each loan", "every loan")
    assert merge(BASE, mine, theirs).text == mine.replace("each loan", "every loan")


def test_items_put_at_different_places_of_a_list_are_both_taken():
    mine, theirs = BASE.replace("- a desk", "- mentors\n- a desk"), BASE.replace("boards\n", "boards\n- audit\n")
    assert merge(BASE, mine, theirs).text == BASE.replace("- a desk", "- mentors\n- a desk").replace(
        "boards\n", "boards\n- audit\n"
    )


def test_what_one_deleted_and_the_other_left_alone_is_gone():
    mine = BASE.replace(" The board decides on each loan.", "").replace("- a desk for loans\n", "")
    theirs = BASE.replace("The end", "The very end")
    assert merge(BASE, mine, theirs).text == mine.replace("The end", "The very end")


def test_what_both_put_there_is_there_once():
    both = BASE.replace("The end.", "A new paragraph.\n\nThe end.")
    assert merge(BASE, both, both.replace("desk", "counter")).text == both.replace("desk", "counter")


def test_windows_line_ends_are_no_change():
    mine, theirs = BASE.replace("desk", "counter").replace("\n", "\r\n"), BASE.replace("end", "very end")
    assert merge(BASE, mine, theirs).text == BASE.replace("desk", "counter").replace("end", "very end")
    assert merge(BASE, BASE.replace("\n", "\r\n"), BASE.replace("\n", "\r")).text == BASE


def test_lines_that_were_only_broken_elsewhere_do_not_clash_with_new_words():
    mine, theirs = BASE.replace("explore options", "explore\noptions"), BASE.replace("lending", "giving loans")
    assert merge(BASE, mine, theirs).text == theirs


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "merged"), [("", "", "", ""), ("", "a", "", "a"), ("a", "", "a", "")]
)
def test_empty_texts_can_be_merged(base, mine, theirs, merged):
    assert merge(base, mine, theirs).text == merged


# --- what clashes ---------------------------------------------------------------------------------------------------------


def test_two_changes_of_one_sentence_clash_and_the_sentence_with_both_is_offered():
    mine, theirs = BASE.replace("explore", "open"), BASE.replace("for lending", "for giving loans")
    merged = merge(BASE, mine, theirs)
    assert merged.chunks == [
        Chunk("# Money for new co-ops"),
        Chunk(
            "",
            "We will explore options for lending.",
            "We will open options for lending.",
            "We will explore options for giving loans.",
            "We will open options for giving loans.",
            is_clash=True,
        ),
        Chunk(BASE[BASE.index("The board") :]),
    ]
    assert merged.settled({0: "mine"}) == mine
    assert merged.settled({0: "theirs"}) == theirs
    assert merged.settled({0: "woven"}) == mine.replace("for lending", "for giving loans")
    assert merged.settled({0: "both"}) == mine.replace(
        "for lending.", "for lending. We will explore options for giving loans."
    )


def test_changes_that_touch_or_overlap_are_not_woven():
    for mine, theirs in (("open", "close"), ("open", "explore all"), ("open up", "open up all")):
        merged = merge(BASE, BASE.replace("explore", mine), BASE.replace("explore", theirs))
        assert [clash.woven for clash in merged.clashes] == [None]
        with pytest.raises(ValueError, match="not offered"):
            merged.settled({0: "woven"})


def test_what_one_deleted_and_the_other_changed_clashes():
    mine, theirs = BASE.replace("The board decides on each loan. ", ""), BASE.replace("each loan", "every loan")
    assert clashes(mine, theirs) == [("The board decides on each loan.", "", "The board decides on every loan.")]
    merged = merge(BASE, mine, theirs)
    assert (merged.settled({0: "mine"}), merged.settled({0: "theirs"})) == (mine, theirs)
    assert merged.settled({0: "both"}) == theirs


def test_two_paragraphs_put_at_the_same_place_clash_and_both_can_be_kept():
    mine, theirs = (BASE.replace("The end.", f"{words}\n\nThe end.") for words in ("One new.", "Another one."))
    assert clashes(mine, theirs) == [("", "One new.", "Another one.")]
    assert merge(BASE, mine, theirs).settled({0: "both"}) == BASE.replace(
        "The end.", "One new.\n\nAnother one.\n\nThe end."
    )


def test_two_items_put_at_the_same_place_of_a_list_stay_items_of_it():
    mine, theirs = (BASE.replace("boards\n", f"boards\n- {item}\n") for item in ("audit", "mentors"))
    assert merge(BASE, mine, theirs).settled({0: "both"}) == BASE.replace("boards\n", "boards\n- audit\n- mentors\n")


def test_what_both_put_first_does_not_clash_with_what_one_put_after_it():
    mine = BASE.replace("The end.", "Agreed words.\n\nThe end.")
    theirs = BASE.replace("The end.", "Agreed words.\n\nMore words.\n\nThe end.")
    assert merge(BASE, mine, theirs).text == theirs


def test_two_sentences_made_one_clash_with_a_change_of_either():
    mine = BASE.replace("loan. Members", "loan and members")
    for was, now in (("each loan", "every loan"), ("in May", "in June")):
        [(base, my_words, their_words)] = clashes(mine, BASE.replace(was, now))
        assert base == "The board decides on each loan. Members hear of it in May."
        assert my_words == "The board decides on each loan and members hear of it in May."
        assert their_words == base.replace(was, now)


def test_two_sentences_made_one_clash_with_a_deletion_of_either():
    mine = BASE.replace("loan. Members", "loan and members")
    for gone in (" Members hear of it in May.", " The board decides on each loan."):
        theirs = BASE.replace(gone, "")
        [(base, my_words, their_words)] = clashes(mine, theirs)
        assert base == "The board decides on each loan. Members hear of it in May."
        assert my_words == "The board decides on each loan and members hear of it in May."
        assert their_words == base.replace(gone, "").replace(gone.strip() + " ", "")
        assert merge(BASE, mine, theirs).settled({0: "theirs"}) == theirs


def test_a_sentence_written_anew_clashes_with_a_change_of_it():
    mine = BASE.replace("The board decides on each loan.", "Nothing like that will ever happen again.")
    theirs = BASE.replace("each loan", "every loan")
    assert clashes(mine, theirs) == [
        (
            "The board decides on each loan.",
            "Nothing like that will ever happen again.",
            "The board decides on every loan.",
        )
    ]


def test_a_sentence_that_one_deleted_and_the_other_wrote_anew_clashes():
    mine = BASE.replace(" The board decides on each loan.", "")
    theirs = BASE.replace("The board decides on each loan.", "Nothing like that will ever happen again.")
    assert clashes(mine, theirs) == [
        ("The board decides on each loan.", "", "Nothing like that will ever happen again.")
    ]


def test_what_stood_between_two_texts_that_both_sides_changed_is_the_wider():
    mine, theirs = BASE.replace("lending. The", "lending.\nThe"), BASE.replace("lending. The", "lending.\n\nThe")
    assert merge(BASE, mine, theirs).text == merge(BASE, theirs, mine).text == theirs


def test_a_list_that_takes_the_place_of_a_sentence_starts_a_line_of_its_own():
    base = "A sentence that goes.\n"
    merged = merge(base, "- a list instead\n- of it\n", "Words that come before. More of them. A sentence that goes.\n")
    assert merged.text == "Words that come before. More of them.\n\n- a list instead\n- of it\n"


def test_a_sentence_that_became_an_item_starts_a_line_whatever_is_put_before_it():
    base = "A sentence that goes. Training and growers explore."
    mine, theirs = "Nothing alike at all. Training and growers explore.", "- Training and growers explore more."
    assert (
        merge(base, mine, theirs).settled({0: "mine"}) == "Nothing alike at all.\n- Training and growers explore more."
    )


def test_a_dash_in_the_middle_of_a_line_stays_there():
    base, theirs = "One sentence here.", "One sentence here. - And a dash. # And more."
    assert merge(base, base, theirs).text == merge(base, theirs, theirs).text == theirs


def test_a_paragraph_and_a_sentence_that_met_nowhere_stay_apart():
    base = "The board decides. Members hear of it. Then they vote."
    mine = "The board decides.\n\nLoans are for housing.\n\nMembers hear of it. Then they vote."
    theirs = "The board decides. Nobody else may. Then they vote."
    assert merge(base, mine, theirs).text == mine.replace("Members hear of it", "Nobody else may")


def test_an_unsettled_clash_has_no_text():
    merged = merge(BASE, BASE.replace("explore", "open"), BASE.replace("explore", "close"))
    assert not merged.is_clean
    with pytest.raises(UnsettledClashes):
        _ = merged.text
    with pytest.raises(UnsettledClashes):
        merged.settled({1: "mine"})
    with pytest.raises(ValueError, match="not offered"):
        merged.settled({0: "ours"})


def test_each_clash_has_its_own_number():
    mine = BASE.replace("explore", "open").replace("The end", "My end")
    theirs = BASE.replace("explore", "close").replace("The end", "Their end")
    merged = merge(BASE, mine, theirs)
    assert [clash.mine for clash in merged.clashes] == ["We will open options for lending.", "My end."]
    assert merged.settled({0: "theirs", 1: "mine"}) == BASE.replace("explore", "close").replace("The end", "My end")


def test_right_to_left_words_emoji_and_accents_are_merged_whole():
    base = "هذا صندوق للقروض. نحن هنا.\n\n👩‍🌾 cafe\u0301 ŵyl."
    mine, theirs = base.replace("للقروض", "للمنح"), base.replace("👩‍🌾", "👩‍🍳")
    assert merge(base, mine, theirs).text == mine.replace("👩‍🌾", "👩‍🍳")
    assert clashes(base.replace("👩‍🌾", "👩"), theirs, base) == [
        ("👩‍🌾 cafe\u0301 ŵyl.", "👩 cafe\u0301 ŵyl.", "👩‍🍳 cafe\u0301 ŵyl.")
    ]


# --- units ----------------------------------------------------------------------------------------------------------------


def test_sentences_items_headings_rows_and_lines_of_code_are_units():
    markdown = (
        "# A. Title\n\nOne is\nhere. Two.\n- item. More\n  of it\n\n> said. Then\n> more\n\n| a. B | c |\n|--|--|\n\n"
        "```\nx. Y\n\nz\n```\nEnd  \nhard"
    )
    assert units_of(markdown).units == [
        "# A. Title", "One is\nhere.", "Two.", "- item.", "More\n  of it", "> said.", "Then\n> more", "| a. B | c |", "|--|--|",
        "```", "x. Y", "z", "```", "End", "hard",
    ]  # fmt: skip


@given(chances)
@thoroughly
def test_units_and_the_space_between_them_are_the_text(chance):
    markdown = "".join(chance.choice("ab. \n\n#-|>`!?* \t\r1)") for _ in range(chance.randint(0, 80)))
    text = units_of(markdown)
    assert len(text.spaces) == len(text.units) + 1
    together = text.spaces[0] + "".join(unit + space for unit, space in zip(text.units, text.spaces[1:], strict=True))
    assert together == markdown.replace("\r\n", "\n").replace("\r", "\n")
    assert all(unit.strip() and unit == unit.rstrip() for unit in text.units)
    assert all(not space or space.isspace() for space in text.spaces)


# --- whatever is edited ---------------------------------------------------------------------------------------------------


def three(chance, *, most_edits=5, moves=True, fresh=False):
    """A text, and what two people made of it."""
    draft = Writer(chance).draft()
    return tuple(
        markdown_of(blocks)
        for blocks in (
            draft,
            *(
                Writer(chance, fresh=side if fresh else "").edited(draft, most_edits, moves=moves)
                for side in ("Mine", "Theirs")
            ),
        )
    )


@given(chances)
@thoroughly
def test_who_changed_nothing_gets_what_the_other_wrote(chance):
    base, mine, theirs = three(chance)
    assert merge(base, base, theirs).text == theirs
    assert merge(base, mine, base).text == mine
    assert merge(base, mine, mine).text == mine
    assert merge(base, base, base).chunks in ([], [Chunk(base)])


@given(chances)
@thoroughly
def test_no_word_that_one_side_added_is_lost(chance):
    base, mine, theirs = three(chance, most_edits=8, fresh=True)
    merged = merge(base, mine, theirs)
    agreed = set(words_of(" ".join(chunk.text for chunk in merged.chunks)))
    for text, side in ((mine, "mine"), (theirs, "theirs")):
        added = set(words_of(text)) - set(words_of(base))
        clashing = set(words_of(" ".join(getattr(clash, side) for clash in merged.clashes)))
        assert added <= agreed | clashing
    everything = dict.fromkeys(range(len(merged.clashes)), "both")
    assert (set(words_of(mine)) | set(words_of(theirs))) - set(words_of(base)) <= set(
        words_of(merged.settled(everything))
    )


@given(chances)
@thoroughly
def test_no_word_is_put_in_that_nobody_wrote(chance):
    base, mine, theirs = three(chance)
    merged = merge(base, mine, theirs)
    for choice in ("mine", "theirs", "both"):
        settled = merged.settled(dict.fromkeys(range(len(merged.clashes)), choice))
        assert set(words_of(settled)) <= set(words_of(mine)) | set(words_of(theirs))
    for clash in merged.clashes:
        for text, side in ((base, clash.base), (mine, clash.mine), (theirs, clash.theirs)):
            assert side in text


@given(chances)
@thoroughly
def test_every_sentence_is_one_that_somebody_wrote(chance):
    base, mine, theirs = three(chance)
    merged = merge(base, mine, theirs)
    written = {" ".join(unit.split()) for text in (mine, theirs) for unit in units_of(text).units}
    for chunk in merged.chunks:
        assert {" ".join(unit.split()) for unit in units_of(chunk.text).units} <= written


@given(chances)
@thoroughly
def test_what_one_side_deleted_and_the_other_left_alone_is_gone(chance):
    base, mine, theirs = three(chance, moves=False, fresh=True)
    merged = merge(base, mine, theirs)
    if merged.is_clean:
        left = set(words_of(merged.text))
        for text in (mine, theirs):
            gone = set(words_of(base)) - set(words_of(text))
            # Sentences begin and end alike, and lists are numbered alike, whoever writes them.
            assert not [word for word in left & gone if word[0].isalpha() and not word.startswith("So")]


@given(chances)
@thoroughly
def test_it_does_not_matter_who_is_mine_and_who_is_theirs(chance):
    base, mine, theirs = three(chance, most_edits=8)
    merged, turned = merge(base, mine, theirs), merge(base, theirs, mine)
    assert [
        Chunk(chunk.text, chunk.base, chunk.theirs, chunk.mine, chunk.woven, chunk.is_clash) for chunk in turned.chunks
    ] == merged.chunks
    numbers = range(len(merged.clashes))
    assert merged.settled(dict.fromkeys(numbers, "mine")) == turned.settled(dict.fromkeys(numbers, "theirs"))


@given(chances)
@thoroughly
def test_paragraphs_stay_paragraphs(chance):
    base, mine, theirs = three(chance, most_edits=8)
    merged = merge(base, mine, theirs)
    for choice in ("mine", "theirs", "both"):
        settled = merged.settled(dict.fromkeys(range(len(merged.clashes)), choice))
        starts = [line for text in (base, mine, theirs) for line in text.split("\n")]
        for line in settled.split("\n"):
            # A heading, item, quote or row stands at the start of a line, as it did.
            assert not line.startswith(("#", "- ", ">", "|")) or any(line.split(" So")[0] in start for start in starts)
            assert " - So" not in line
            assert " # " not in line


def test_long_texts_are_merged_in_time():
    chance = Chance(3)
    writer = Writer(chance)
    draft = [Block(writer.block(), at) for at in range(180)]
    base, mine, theirs = (markdown_of(blocks) for blocks in (draft, writer.edited(draft, 60), writer.edited(draft, 60)))
    assert len(base.split()) > 3_000
    for texts in (
        (base, mine, theirs),
        (base, markdown_of(writer.draft(180)), mine),
        ("a b. " * 3_000, "a. " * 3_000, "b. " * 3_000),
    ):
        began = time.process_time()
        merged = merge(*texts)
        assert time.process_time() - began < 5
        assert merged.chunks
