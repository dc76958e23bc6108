"""Whether two texts are nearly the same words: the same letter with another greeting and another name below it.

A text is taken as its set of shingles, three words in a row each; how alike two are is the share of shingles they have in
common (the Jaccard coefficient). Comparing each text with each other would take too long for many, so each text has a
fingerprint: of 72 random orders of all shingles, which shingle comes first in each (MinHash), three and three taken together
as one mark. Texts that are half alike share at least one of the 24 marks in 96 of 100 cases, and those that are more alike
nearly always; texts that share a few phrases seldom do. Whoever finds that two share a mark compares their shingles
(`are_alike`).

Short texts are alike only if they are the same words, and say something: "I agree" from many is no campaign.

Source: A. Broder, "On the resemblance and containment of documents", SEQUENCES 1997; bands: J. Leskovec, A. Rajaraman, J.
Ullman, *Mining of Massive Datasets* (Cambridge, 2014), chapter 3.
"""

import hashlib
import re
import unicodedata

ALIKE = 0.5
"""The share of shingles from which two texts are nearly the same words."""
SHORT = 8
"""Words below which two texts must be the same to be alike."""
IN_A_ROW = 3
MARKS, ORDERS_A_MARK = 24, 3
PRIME = (1 << 61) - 1

# Words of agreeing and thanking, and small ones, in English and Welsh. A short text must say two others.
EMPTY_WORDS = frozenset(
    [
        "a",
        "all",
        "and",
        "as",
        "at",
        "be",
        "but",
        "do",
        "for",
        "from",
        "good",
        "great",
        "have",
        "i",
        "idea",
        "in",
        "is",
        "it",
        "me",
        "much",
        "my",
        "no",
        "not",
        "of",
        "ok",
        "on",
        "one",
        "or",
        "our",
        "point",
        "section",
        "so",
        "support",
        "supports",
        "supported",
        "text",
        "that",
        "the",
        "this",
        "to",
        "too",
        "totally",
        "us",
        "very",
        "we",
        "well",
        "what",
        "with",
        "would",
        "yes",
        "you",
        "your",
        "agree",
        "agreed",
        "agrees",
        "absolutely",
        "completely",
        "strongly",
        "fully",
        "thank",
        "thanks",
        "please",
        "comment",
        "comments",
        "none",
        "nothing",
        "add",
        "disagree",
        "hello",
        "dear",
        "hi",
        "regards",
        "a",
        "ac",
        "ar",
        "am",
        "at",
        "ei",
        "eu",
        "ein",
        "eich",
        "fi",
        "hi",
        "hon",
        "hwn",
        "hyn",
        "i",
        "mae",
        "na",
        "ni",
        "o",
        "oes",
        "rwy",
        "rwyf",
        "rwyn",
        "yn",
        "y",
        "yr",
        "yw",
        "diolch",
        "cytuno",
        "llwyr",
        "iawn",
        "da",
        "dim",
        "wyf",
        "chi",
        "cefnogi",
        "gyda",
        "â",
    ]
)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def _number(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


# How each of the random orders ranks a shingle: (a × shingle + b) mod PRIME. Written down for good by their numbers.
ORDERS = tuple((1 + _number(f"a{n}") % (PRIME - 1), _number(f"b{n}") % PRIME) for n in range(MARKS * ORDERS_A_MARK))


def words_in(text: str) -> list[str]:
    """Its words, without capitals, stops and signs. A word of Welsh keeps its circumflex."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold().replace("’", "'"))


def shingles_of(text: str) -> frozenset[str]:
    """What it is compared by. Nothing for a text that says nothing; of a short one, all of it in one piece."""
    words = words_in(text)
    if len(words) < SHORT:
        said = [word for word in words if word not in EMPTY_WORDS]
        return frozenset([" ".join(words)]) if len(set(said)) > 1 and len(words) > IN_A_ROW else frozenset()
    return frozenset(" ".join(words[at : at + IN_A_ROW]) for at in range(len(words) - IN_A_ROW + 1))


def fingerprint_of(text: str) -> list[int]:
    """Its marks, as whole numbers of 32 bits with a sign; none for a text that says nothing."""
    numbers = [_number(shingle) % PRIME for shingle in shingles_of(text)]
    if not numbers:
        return []
    firsts = [min((a * number + b) % PRIME for number in numbers) for a, b in ORDERS]
    return [_mark(at, firsts[at * ORDERS_A_MARK : (at + 1) * ORDERS_A_MARK]) for at in range(MARKS)]


def _mark(at: int, firsts: list[int]) -> int:
    pieces = ",".join(map(str, [at, *firsts])).encode()
    return int.from_bytes(hashlib.blake2b(pieces, digest_size=4).digest(), "big", signed=True)


def are_alike(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two texts, given as their shingles, are nearly the same words."""
    return bool(one) and len(one & other) >= ALIKE * len(one | other)
