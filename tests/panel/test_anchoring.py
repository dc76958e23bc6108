"""Comments tied to exact words: found where they were quoted, found again in every later version, and never on other words."""

import re
import time
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given

from panel.anchoring import CONTEXT, Found, Quote, find, find_again, find_surely, quote_at
from panel.comparing import words_of
from panel.paragraphs import paragraphs_of, plain, text_of
from tests.panel.edits import Block, Chance, Writer, chances, markdown_of, thoroughly

OLD = (
    "Money for new co-ops\n"
    "We will explore options for lending to new co-ops. The board decides on each loan.\n"
    "A desk for loans\n"
    "Training for the boards of rural co-operatives, run by the federation\n"
    "The board reviews the fund every year and reports to the members in May."
)


def place_of(text, words, after=0):
    start = text.index(words, after)
    return start, start + len(words)


def what_became(words, new, old=OLD, after=0):
    """(state, words now) of words quoted from the old text."""
    place = place_of(old, words, after)
    [found] = find_again([(quote_at(old, *place), place)], old, new)
    if found.state == "gone":
        assert (found.start, found.end, found.words) == (None, None, "")
    else:
        assert new[found.start : found.end] == found.words
    return found.state, found.words


# --- quoting and finding --------------------------------------------------------------------------------------------------


def test_a_quote_has_the_words_and_what_stood_around_them():
    text = "a" * 50 + " the words " + "b" * 50
    assert quote_at(text, 50, 61) == Quote("the words", "a" * (CONTEXT - 1) + " ", " " + "b" * (CONTEXT - 1))
    assert quote_at("words", 0, 5) == Quote("words", "", "")


@pytest.mark.parametrize("place", [(3, 3), (3, 4), (-1, 2), (2, 1), (0, 99)])
def test_nothing_and_nowhere_cannot_be_quoted(place):
    with pytest.raises(ValueError, match=r"no words|no place"):
        quote_at("one two", *place)


@pytest.mark.parametrize(
    "typed",
    [
        "explore options",
        "  explore options\n",
        "explore   \t options",
        "explore\u00a0options",
        "explore\r\noptions",
    ],
)
def test_words_are_found_whatever_white_space_a_browser_puts_between_them(typed):
    assert find(OLD, Quote(typed)) == place_of(OLD, "explore options")


def test_words_are_found_over_the_end_of_a_paragraph():
    assert find(OLD, Quote("each loan. A desk")) == place_of(OLD, "each loan.\nA desk")


def test_words_are_found_in_either_form_of_unicode():
    text = plain("Y gronfa yng Nghaerdydd a'r ŵyl: café")
    assert find(text, Quote(unicodedata.normalize("NFD", "ŵyl: café"))) == place_of(text, "ŵyl: café")


def test_words_that_are_not_there_are_not_found():
    assert find(OLD, Quote("explore option")) is None
    assert find(OLD, Quote("Explore options")) is None
    assert find("", Quote("words")) is None
    assert find(OLD, Quote("")) is None
    assert find(OLD, Quote(" \u00a0")) is None


def test_words_are_not_found_inside_longer_words_unless_they_were_quoted_so():
    assert find("another theme", Quote("the")) is None
    assert find("another theme, the end", Quote("the")) == (15, 18)
    assert find("another theme", Quote("the", "ano", "r theme")) == (3, 6)


def test_of_several_places_the_one_in_its_context_is_found():
    first, second = (match.start() for match in re.finditer("The board", OLD))
    assert find(OLD, quote_at(OLD, first, first + 9)) == (first, first + 9)
    assert find(OLD, quote_at(OLD, second, second + 9)) == (second, second + 9)
    assert find(OLD, quote_at(OLD, second, second + 9), near=0) == (second, second + 9)


def test_of_several_places_that_say_the_same_the_nearest_is_found():
    assert find("yes no yes no yes", Quote("yes")) == (0, 3)
    assert find("yes no yes no yes", Quote("yes"), near=8) == (7, 10)
    assert find("yes no yes no yes", Quote("yes"), near=17) == (14, 17)


def test_words_are_surely_those_that_were_quoted_only_in_their_context_or_if_they_are_long():
    quote = quote_at(OLD, *place_of(OLD, "decides"))
    assert find_surely(OLD, quote) == place_of(OLD, "decides")
    assert find_surely(OLD.replace("on each loan", "about it"), quote) == place_of(OLD, "decides")
    assert find_surely("Somebody else decides otherwise.", quote) is None
    long = quote_at(OLD, *place_of(OLD, "rural co-operatives, run by the federation"))
    assert find_surely("Only rural co-operatives, run by the federation, may.", long) == (5, 47)
    assert find_surely("yes and yes", Quote("yes")) is None
    assert find_surely("yes and no", Quote("yes")) == (0, 3)
    assert find_surely("", quote) is None


def test_right_to_left_words_and_emoji_are_found():
    text = "صندوق للقروض 👩‍🌾 קרן 👩‍🌾 الصندوق"
    for words in ("صندوق", "👩‍🌾 קרן", "الصندوق"):
        assert find(text, quote_at(text, *place_of(text, words))) == place_of(text, words)


@given(chances)
@thoroughly
def test_every_quote_is_found_where_it_was_taken(chance):
    text = text_of(paragraphs_of(markdown_of(Writer(chance).draft())))
    for place in random_places(chance, text, 10):
        quote = quote_at(text, *place)
        found = find(text, quote, near=place[0])
        assert found is not None
        # Another place may have the same words and context: then it says the same.
        assert quote_at(text, *found) == quote


def random_places(chance: Chance, text: str, number: int) -> list[tuple[int, int]]:
    """Places that have words: any characters of the text, some a word long and some over paragraphs."""
    places = []
    while text and len(places) < number:
        start = chance.randrange(len(text))
        end = min(len(text), start + chance.choice((1, 3, 8, 20, 60, 200)))
        if chance.random() < 0.7:
            start = text.rfind(" ", 0, start) + 1
            end = text.find(" ", end) if " " in text[end:] else len(text)
        if text[start:end].strip():
            places.append((start, end))
    return places


# --- found again: what is the same ----------------------------------------------------------------------------------------


def test_words_that_stayed_are_the_same_wherever_they_are_now():
    new = "A new opening paragraph.\n" + OLD.replace("explore", "open by March 2028 the")
    for words in ("Money for", "options for lending", "The board decides", "The board reviews", "May."):
        assert what_became(words, new) == ("same", words)


def test_short_words_beside_a_change_are_the_same_at_their_own_place():
    new = OLD.replace("each loan", "every single loan")
    for after, words in ((0, "on"), (0, "The board"), (OLD.index("reviews"), "the")):
        assert what_became(words, new, after=after) == ("same", words)


def test_a_paragraph_that_moved_takes_its_comments_along_however_short():
    lines = ["Aims", *OLD.split("\n"), "Ways"]
    new = "\n".join([*lines[4:], *lines[:4]])
    for words in ("Aims", "We", "We will explore options", "decides on", "loans", "in May.", "Training", "Ways"):
        assert what_became(words, new, "\n".join(lines)) == ("same", words)


def test_a_paragraph_that_moved_and_was_changed_takes_along_what_stayed():
    lines = OLD.split("\n")
    new = "\n".join([lines[0], *lines[2:], lines[1].replace("each loan", "every large loan")])
    assert what_became("explore options", new) == ("same", "explore options")
    assert what_became("decides on each loan", new) == ("changed", "decides on every large loan")


def test_a_sentence_that_moved_to_another_paragraph_is_the_same_there():
    sentence = " The board decides on each loan."
    new = OLD.replace(sentence, "") + sentence
    assert what_became("decides on each loan", new) == ("same", "decides on each loan")
    assert what_became("each", new) == ("same", "each")


def test_long_words_that_were_moved_without_their_surroundings_are_the_same():
    new = (
        OLD.replace("rural co-operatives, run by the federation", "all")
        + " All rural co-operatives, run by the federation."
    )
    assert what_became("rural co-operatives, run by the federation", new) == (
        "same",
        "rural co-operatives, run by the federation",
    )


def test_a_paragraph_that_was_cut_in_two_or_put_together_keeps_its_comments():
    new = OLD.replace(". The board decides", ".\nThe board decides").replace(
        "A desk for loans\nT", "A desk for loans. T"
    )
    for words in ("We will explore", "new co-ops. The board decides", "each loan", "A desk", "loans\nTraining for"):
        state, now = what_became(words, new)
        assert (state, plain(now)) in {("same", plain(words)), ("changed", plain(words.replace("\n", ". ")))}
    assert what_became("new co-ops. The board decides", new) == ("same", "new co-ops.\nThe board decides")


def test_words_that_come_back_are_the_same_again():
    without = OLD.replace("We will explore options for lending to new co-ops. ", "")
    other = OLD.replace("explore options", "open a desk")
    quote = quote_at(OLD, *place_of(OLD, "explore options"))
    assert find_again([(quote, None)], without, OLD) == [
        Found("same", *place_of(OLD, "explore options"), "explore options")
    ]
    assert find_again([(quote, None)], other, OLD)[0].state == "same"
    assert find_again([(quote, place_of(other, "open a desk"))], other, OLD)[0].state == "same"


# --- found again: what is not ---------------------------------------------------------------------------------------------


def test_the_same_short_words_at_another_place_are_not_the_same():
    new = OLD.replace("The board decides on each loan.", "")
    assert what_became("The board", new) == ("gone", "")
    assert what_became("The", new) == ("gone", "")
    assert what_became("decides", new) == ("gone", "")


def test_a_word_that_another_sentence_brought_is_not_the_same():
    new = OLD.replace(
        "Training for the boards of rural co-operatives, run by the federation",
        "What the auditors of every large mutual have asked us to publish",
    )
    for words in ("the boards", "the", "of", "for"):
        assert what_became(words, new, after=OLD.index("Training")) == ("gone", "")
    assert what_became("the", "One.\nOmega the sigma.\nTwo.", "One.\nAlpha the gamma.\nTwo.") == ("gone", "")


def test_words_that_stood_twice_are_not_the_same_when_theirs_were_deleted():
    old = "We report to the members.\nFirst part.\nWe report to the members.\nLast part, with much more to say."
    new = "First part.\nWe report to the members.\nLast part, with much more to say."
    first, second = (match.span() for match in re.finditer(r"We report to the members\.", old))
    quotes = [(quote_at(old, *place), place) for place in (first, second)]
    assert [found.state for found in find_again(quotes, old, new)] == ["gone", "same"]


def test_words_that_were_deleted_are_not_found_in_a_paragraph_that_always_said_the_same():
    old = "Housing. We shall report to all members every year.\nEnergy. We shall report to all members every year."
    new = old.split("\n")[1]
    assert what_became("report to all", new, old) == ("gone", "")
    assert what_became("We shall report to all members every year", new, old) == ("gone", "")
    # Nor when the version after that changes nothing.
    quote = quote_at(old, *place_of(old, "report to all"))
    assert find_again([(quote, None)], new, new) == [Found("gone", None, None, "")]


def test_longer_words_are_other_words():
    assert what_became("fund", OLD.replace("the fund", "the fund-raising")) == ("gone", "")
    assert find("co-operative, a co-op", Quote("co-op")) == (16, 21)
    assert find("co-operative", Quote("operative")) is None
    assert find("co-operative", Quote("operative", "co-", "")) == (3, 12)
    assert find("👩‍🌾 and 👩", Quote("👩")) == (8, 9)
    assert what_became("each loan", OLD.replace("each loan", "each loans"))[0] == "changed"


# --- found again: what was changed ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "was", "now", "expected"),
    [
        ("explore options for lending", "explore options", "open a desk", "open a desk for lending"),
        ("lending to new co-ops", "to new", "to all new", "lending to all new co-ops"),
        ("We will explore options", "We will", "By March 2028 we shall", "By March 2028 we shall explore options"),
        ("reports to the members in May", "members in May", "public", "reports to the public"),
        ("run by the federation", "the federation", "the two federations", "run by the two federations"),
        ("boards", "boards", "bords", "bords"),
        ("reviews", "reviews", "reviewed", "reviewed"),
    ],
)  # fmt: skip
def test_changed_words_are_shown_as_what_stands_there_now(words, was, now, expected):
    assert what_became(words, OLD.replace(was, now, 1)) == ("changed", expected)


def test_a_sentence_that_was_put_before_changed_words_is_no_part_of_them():
    new = OLD.replace("We will explore", "An entirely new sentence comes first. They intend")
    assert what_became("We will explore options for lending", new) == ("changed", "They intend options for lending")
    new = OLD.replace("members in May.", "public. A new sentence comes last.")
    assert what_became("reports to the members in May.", new) == ("changed", "reports to the public.")


def test_what_took_the_place_of_words_keeps_it_as_long_as_nobody_touches_it():
    quote, now = quote_at(OLD, *place_of(OLD, "explore options")), OLD.replace("explore options", "close the desk")
    place = place_of(now, "close the desk")
    new = "A new paragraph.\n" + now
    assert find_again([(quote, place)], now, new) == [
        Found("changed", *place_of(new, "close the desk"), "close the desk")
    ]


def test_words_in_another_order_are_changed():
    old = "Alpha first.\nWe will set up a loan fund for rural co-ops by 2028.\nThe last."
    new = "Alpha first.\nBy 2028 a fund that lends to co-ops in rural places will be set up.\nThe last."
    state, now = what_became("loan fund for rural co-ops", new, old)
    assert (state, {"fund", "rural", "co-ops"} <= set(now.split())) == ("changed", True)


def test_other_words_in_their_place_mean_that_they_are_gone():
    assert what_became("explore", OLD.replace("explore", "open")) == ("gone", "")
    assert what_became("explore options", OLD.replace("explore options", "close the desk")) == ("gone", "")
    assert what_became("We will explore options", "\n".join(OLD.split("\n")[2:])) == ("gone", "")


def test_what_was_changed_stays_changed_until_too_little_of_the_first_words_is_left():
    first = "We will set up a fund for rural housing co-ops"
    versions = [
        f"Opening words.\n{middle} by 2028.\nClosing words."
        for middle in (
            first,
            "We will set up a fund for rural housing groups",
            "We will set up a fund for rural housing groups",
            "We will set up a scheme for urban housing groups",
            "They might close that scheme for urban sport clubs",
        )
    ]
    place = place_of(versions[0], first)
    quote = quote_at(versions[0], *place)
    states = []
    for old, new in pairwise(versions):
        [found] = find_again([(quote, place)], old, new)
        place = None if found.start is None else (found.start, found.end)
        states.append(found.state)
    assert states == ["changed", "changed", "changed", "gone"]


def test_empty_texts_and_quotes_are_no_trouble():
    quote = Quote("words")
    assert find_again([], "", "") == []
    assert find_again([(quote, None)], "", "") == [Found("gone", None, None, "")]
    assert find_again([(quote, (0, 5))], "words", "")[0].state == "gone"
    assert find_again([(quote, None)], "", "words")[0].state in {"same", "gone"}
    assert find_again([(Quote(" "), (0, 5))], "words", "words")[0].state == "gone"


def test_a_place_outside_the_text_is_refused():
    with pytest.raises(ValueError, match="no place"):
        find_again([(Quote("a"), (0, 2))], "a", "a")


def test_right_to_left_words_and_emoji_are_found_again():
    old = "אחד\nهذا صندوق للقروض الريفية.\n👩‍🌾 זו קרן לאגודות. 👍🏽"
    new = "هذا صندوق للقروض الريفية.\nאחד\n👩‍🌾 זו קרן חדשה לאגודות. 👍🏽"
    assert what_became("صندوق للقروض", new, old) == ("same", "صندوق للقروض")
    assert what_became("👩‍🌾", new, old) == ("same", "👩‍🌾")
    assert what_became("קרן לאגודות", new, old) == ("changed", "קרן חדשה לאגודות")


# --- whatever is edited ---------------------------------------------------------------------------------------------------


@given(chances)
@thoroughly
def test_no_edit_ever_makes_other_words_the_same(chance):
    writer = Writer(chance)
    draft = writer.draft()
    text = text_of(paragraphs_of(markdown_of(draft)))
    known = [(quote_at(text, *place), place) for place in random_places(chance, text, 12)]
    for _version in range(3):
        draft = writer.edited(draft)
        new = text_of(paragraphs_of(markdown_of(draft)))
        answers = find_again(known, text, new)
        for (quote, _place), found in zip(known, answers, strict=True):
            if found.state == "gone":
                assert (found.start, found.end, found.words) == (None, None, "")
                continue
            assert found.words == new[found.start : found.end] == found.words.strip() != ""
            assert (plain(found.words) == quote.exact.replace("\n", " ")) == (found.state == "same")
            if found.state == "same" and is_of_whole_words(quote.prefix, quote.exact, quote.suffix):
                assert is_of_whole_words(new[: found.start], found.words, new[found.end :])
        known = [
            (quote, None if found.start is None else (found.start, found.end))
            for (quote, _place), found in zip(known, answers, strict=True)
        ]
        text = new


def is_of_whole_words(before, words, after):
    return words_of(before + words + after) == words_of(before) + words_of(words) + words_of(after)


@given(chances)
@thoroughly
def test_comments_in_paragraphs_that_nobody_touched_stay_where_they_are(chance):
    writer = Writer(chance)
    draft = writer.draft()
    edited = writer.edited(draft)
    old, new = (text_of(paragraphs_of(markdown_of(blocks))) for blocks in (draft, edited))
    untouched = "\n".join(block.source for block in edited if not block.touched).split("\n")
    # A line that stands twice says nothing about which of the two is meant.
    lines = [
        line
        for line in old.split("\n")
        if old.split("\n").count(line) == new.split("\n").count(line) == 1
        and line in text_of(paragraphs_of("\n\n".join(untouched)))
    ]
    known, expected = [], []
    for line in lines:
        (old_start, _), (new_start, _) = (whole_line(text, line) for text in (old, new))
        for start, end in random_places(chance, line, 3):
            quote = quote_at(old, old_start + start, old_start + end)
            start += len(line[start:end]) - len(line[start:end].lstrip())
            known.append((quote, (old_start + start, old_start + start + len(quote.exact))))
            expected.append(Found("same", new_start + start, new_start + start + len(quote.exact), quote.exact))
    assert find_again(known, old, new) == expected


def whole_line(text, line):
    at = f"\n{text}\n".index(f"\n{line}\n")
    return at, at + len(line)


@given(chances)
@thoroughly
def test_words_that_were_away_for_a_version_come_back_to_their_place(chance):
    writer = Writer(chance)
    draft = writer.draft()
    text, between = (text_of(paragraphs_of(markdown_of(blocks))) for blocks in (draft, writer.edited(draft, 12)))
    known = [
        (quote, place)
        for place in random_places(chance, text, 12)
        for quote in [quote_at(text, *place)]
        if quote.exact.replace("\n", " ") not in between.replace("\n", " ")
        and len("".join((quote.prefix + quote.suffix).split())) >= CONTEXT
    ]
    away = find_again(known, text, between)
    assert "same" not in {found.state for found in away}
    known = [
        (quote, None if found.start is None else (found.start, found.end))
        for (quote, _place), found in zip(known, away, strict=True)
    ]
    back = find_again(known, between, text)
    assert [found.state for found in back] == ["same"] * len(known)
    assert [(quote_at(text, found.start, found.end)) for found in back] == [quote for quote, _place in known]


def test_ten_thousand_comments_on_three_thousand_words_are_found_again_in_time():
    chance = Chance(1)
    writer = Writer(chance)
    draft = [Block(writer.block(), at) for at in range(180)]
    text = text_of(paragraphs_of(markdown_of(draft)))
    new = text_of(paragraphs_of(markdown_of(writer.edited(draft, 20))))
    assert len(text.split()) > 3_000
    known = [(quote_at(text, *place), place) for place in random_places(chance, text, 10_000)]
    began = time.process_time()
    answers = find_again(known, text, new)
    assert time.process_time() - began < 5
    assert {found.state for found in answers} == {"same", "changed", "gone"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a " * 3_000, "a b " * 2_000),
        ("word and more. " * 1_500, "word but more. " * 1_500),
        ("one two three " * 3_500, "three two one " * 3_500),
        (" ".join(f"w{at}" for at in range(10_000)), " ".join(f"w{at}" for at in range(10_000) if at % 50)),
    ],
)
def test_a_text_that_repeats_itself_does_not_keep_the_page_waiting(old, new):
    old, new = plain(old), plain(new)
    places = random_places(Chance(2), old, 1_000)
    began = time.process_time()
    answers = find_again([(quote_at(old, *place), place) for place in places], old, new)
    assert time.process_time() - began < 6
    assert all(new[found.start : found.end] == found.words for found in answers if found.start is not None)
