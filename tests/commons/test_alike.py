"""Nearly the same words are found, and the same opinion in other words is not."""

import json
import random
from itertools import combinations

import pytest

from commons.alike import EMPTY_WORDS, MARKS, are_alike, fingerprint_of, shingles_of, words_in
from coopstrategy.demo.crowd import TEXTS

LETTER = (
    "Please make sure that every co-op can borrow from its own members without paying a bank for the privilege, and set up a "
    "lending desk that answers within ten working days. Our federation has asked for this since 2011."
)
PARAPHRASE = (
    "Co-ops ought to be able to take loans from members cheaply. A desk for lending, with an answer in two weeks, would help all "
    "of us, and federations have said so for over a decade now."
)
WELSH = (
    "Gwnewch yn siŵr bod pob cwmni cydweithredol yn gallu benthyca gan ei aelodau ei hun heb dalu banc am y fraint, a sefydlwch "
    "ddesg fenthyca sy’n ateb o fewn deg diwrnod gwaith."
)


def alike(one: str, other: str) -> bool:
    return are_alike(shingles_of(one), shingles_of(other))


@pytest.mark.parametrize(
    "other",
    [
        LETTER.upper(),
        f"Dear panel,\n\n{LETTER}\n\nYours, Ann Example, Loom Street Co-op",
        f"**{LETTER}** 🙂🙂",
        LETTER.replace("Our federation", "The Welsh farmers’ federation"),
        LETTER.replace("ten", "five").replace("2011", "2009"),
        "  ".join(LETTER.split(" ")),
        LETTER.replace(", and", " and").replace(".", "!"),
    ],
)
def test_a_letter_with_another_greeting_or_another_name_is_nearly_the_same(other):
    assert (alike(LETTER, other), bool(set(fingerprint_of(LETTER)) & set(fingerprint_of(other)))) == (True, True)


def test_two_letters_with_greetings_and_names_of_their_own_are_nearly_the_same():
    one = f"Dear panel, I live in Leeds. {LETTER} Thank you, Ann Example"
    other = f"Hello, as a member of a dairy co-op in Fife I write to say this. {LETTER} Best wishes from Bryn Sample, secretary"
    assert alike(one, other) is True


@pytest.mark.parametrize("other", [PARAPHRASE, WELSH, "", "🙂", LETTER[:60], " ".join(reversed(LETTER.split()))])
def test_other_words_are_other_words(other):
    assert alike(LETTER, other) is False


def test_welsh_is_compared_with_its_accents():
    assert words_in("Siŵr o’r tŷ") == ["siŵr", "o'r", "tŷ"]
    assert alike(WELSH, f"Annwyl banel, {WELSH} Diolch, Siân") is True


@pytest.mark.parametrize(
    "text",
    ["", "   ", "🙂🙂🙂", "I agree", "I agree with this", "Yes, I totally agree with this!", "Thank you for this", "No comment",
     "Rwy’n cytuno â hyn", "+1", "Agreed.", "Well said", "—", "\x00"],
)  # fmt: skip
def test_what_says_nothing_has_no_fingerprint(text):
    assert (fingerprint_of(text), alike(text, text)) == ([], False)


def test_a_short_text_is_alike_only_when_it_is_the_same():
    assert alike("Pay workers a fair wage now", "PAY workers a fair wage, now!") is True
    assert alike("Pay workers a fair wage now", "Pay workers a fair wage today") is False
    assert alike("Pay workers a fair wage now", f"Pay workers a fair wage now. {LETTER}") is False


def test_a_fingerprint_is_the_same_tomorrow_and_on_another_machine():
    marks = fingerprint_of("Pay workers a fair wage now")
    assert (len(marks), marks[:3]) == (MARKS, [393749824, 1394428390, -1830512100])
    assert {-(2**31) <= mark < 2**31 for mark in marks} == {True}


def test_texts_that_are_half_alike_share_a_mark_nearly_always():
    """The promise of the module's docstring, tried with words drawn by dice."""
    dice, shared = random.Random(1997), 0
    for _round in range(200):
        words = [f"w{dice.randrange(10**6)}" for _word in range(60)]
        cut = dice.randrange(20)
        other = [*words[: 40 - cut], *(f"v{dice.randrange(10**6)}" for _word in range(16)), *words[40 - cut + 16 :]]
        one, two = " ".join(words), " ".join(other)
        assert alike(one, two) is True
        shared += bool(set(fingerprint_of(one)) & set(fingerprint_of(two)))
    assert shared >= 185


def comments_of_the_demo() -> list[str]:
    """Every text of a voice of the demo's, from all its files."""
    found = []

    def look(thing):
        if isinstance(thing, dict):
            for key, value in thing.items():
                if key in {"says", "summary"} and isinstance(value, str):
                    found.append(value)
                look(value)
        elif isinstance(thing, list):
            for one in thing:
                look(one)

    for path in sorted(TEXTS.parent.glob("*_texts/*.json")):
        look(json.loads(path.read_text(encoding="utf-8")))
    return sorted(set(found))


def test_no_two_texts_of_the_demo_are_taken_for_a_campaign():
    texts = comments_of_the_demo()
    shingles = [shingles_of(text) for text in texts]
    found = [(texts[i], texts[j]) for i, j in combinations(range(len(texts)), 2) if are_alike(shingles[i], shingles[j])]
    assert (len(texts) > 100, found) == (True, [])


def test_the_empty_words_are_words():
    assert {word for word in EMPTY_WORDS if words_in(word) != [word]} == set()
