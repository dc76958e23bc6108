"""Drafts as people write them, and what people do to them: for the property tests here and for the drills.

Everything is drawn from one `Chance`, which is made of a number and says it when a test fails: Hypothesis chooses numbers
(`chances`), a drill counts. `EXAMPLES` says how many cases each property is tried on; `PANEL_EXAMPLES=1000` in the environment
raises it.
"""

import os
import random
from dataclasses import dataclass, replace

from hypothesis import settings
from hypothesis import strategies as st

EXAMPLES = int(os.environ.get("PANEL_EXAMPLES", "300"))
thoroughly = settings(max_examples=EXAMPLES, deadline=None)


class Chance(random.Random):
    """Random numbers that can be had again."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number

    def __repr__(self) -> str:
        return f"Chance({self.number})"


chances = st.builds(Chance, st.integers(0, 2**32 - 1))

WORDS = [
    "members", "lending", "loans", "co-operative", "co-ops", "panel", "strategy", "the", "the", "the", "of", "of",
    "and", "and", "to", "to", "in", "a", "for", "by", "with", "on", "will", "must", "shall", "board", "review",
    "fund", "rural", "housing", "energy", "growers", "democracy", "Wales", "Cymru", "gydweithredol", "ŵyl",
    "Nghaerdydd", "€40,000", "£1.5m", "4.2", "2028", "e.g.", "don’t", "member’s", "“open”", "(see", "mutual's", "R&D",
    "50%", "half-yearly", "café", "cafe\u0301", "naïve", "w\u0302yl", "एकता", "العمل", "תקווה", "👩‍🌾", "🏴󠁧󠁢󠁷󠁬󠁳󠁿",
    "👍🏽", "–", "—", ";", ":", "explore", "support", "ask", "report", "train", "invest", "federation", "development",
    "capital", "shares", "withdrawable", "patient", "training", "mentors", "apprentices", "council", "partners",
    "procurement", "local", "supply", "chain", "community", "wealth", "anchor", "institutions", "audit", "annual",
]  # fmt: skip
ENDS = [".", ".", ".", ".", "?", "!", ".”", "…"]
MARKS = ["*{}*", "**{}**", "_{}_", "[{}](https://example.coop/a_b)", "`{}`", "~~{}~~"]


@dataclass(frozen=True)
class Block:
    """One block of a draft. `origin`: its number in the first draft, or None if it is new. `touched`: not as it was there."""

    source: str
    origin: int | None = None
    touched: bool = False


Draft = list[Block]


def markdown_of(draft: Draft) -> str:
    return "\n\n".join(block.source for block in draft)


class Writer:
    """Writes and edits drafts. With `fresh`, every word it writes after `draft` is one that nobody else writes."""

    def __init__(self, chance: Chance, *, marked: bool = True, fresh: str = "") -> None:
        self.chance, self.marked, self.fresh = chance, marked, fresh
        self.written = 0

    def word(self) -> str:
        if self.fresh:
            self.written += 1
            return f"{self.fresh}{self.written}"
        word = self.chance.choice(WORDS)
        if self.marked and self.chance.random() < 0.08:
            word = self.chance.choice(MARKS).format(word)
        return word

    def sentence(self) -> str:
        words = [self.word() for _ in range(self.chance.randint(3, 14))]
        return " ".join([f"So{self.chance.randint(1, 99)}", *words]) + self.chance.choice(ENDS)

    def paragraph(self) -> str:
        return " ".join(self.sentence() for _ in range(self.chance.randint(1, 4)))

    def block(self) -> str:
        match self.chance.randint(0, 9):
            case 0:
                return f"{'#' * self.chance.randint(1, 3)} {self.word()} {self.word()}"
            case 1:
                return "\n".join(f"- {self.sentence()}" for _ in range(self.chance.randint(1, 4)))
            case 2:
                return "\n".join(f"{at}. {self.sentence()}" for at in range(1, self.chance.randint(2, 4)))
            case 3:
                return f"> {self.paragraph()}"
            case 4:
                row = [f"| {self.word()} | {self.word()} |" for _ in range(self.chance.randint(2, 3))]
                return "\n".join([row[0], "|---|---|", *row[1:]])
        return self.paragraph()

    def draft(self, most_blocks: int = 7) -> Draft:
        return [Block(self.block(), at) for at in range(self.chance.randint(0, most_blocks))]

    def edited(self, draft: Draft, most_edits: int = 6, *, moves: bool = True) -> Draft:
        """The draft after some edits, anywhere from none to `most_edits`."""
        for _ in range(self.chance.randint(0, most_edits)):
            draft = self.edited_once(draft, moves=moves)
        return draft

    def edited_once(self, draft: Draft, *, moves: bool) -> Draft:
        edits = [
            self._replace_words, self._replace_words, self._insert_words, self._delete_words, self._insert_sentence,
            self._delete_sentence, self._new_block, self._delete_block, self._split_block, self._join_blocks,
        ]  # fmt: skip
        if moves:
            edits += [self._move_block, self._swap_sentences]
        return self.chance.choice(edits)(list(draft))

    def _some_block(self, draft: Draft) -> int | None:
        return self.chance.randrange(len(draft)) if draft else None

    def _on_words(self, draft: Draft, new_words: int, gone_words: int) -> Draft:
        """Some words of one block made others. First and last words stay, so that lines and sentences stay what they are."""
        at = self._some_block(draft)
        if at is None:
            return draft
        lines = draft[at].source.split("\n")
        number = self.chance.randrange(len(lines))
        words = lines[number].split(" ")
        if len(words) < 5 or lines[number].startswith("|"):
            return draft
        first = self.chance.randint(2, len(words) - 2)
        gone = words[first : min(first + gone_words, len(words) - 1)]
        if any(word.endswith((".", "?", "!", ".”", "…")) or word.startswith("So") for word in gone):
            return draft
        words[first : first + len(gone)] = [self.word() for _ in range(new_words)]
        lines[number] = " ".join(words)
        draft[at] = replace(draft[at], source="\n".join(lines), touched=True)
        return draft

    def _replace_words(self, draft: Draft) -> Draft:
        return self._on_words(draft, self.chance.randint(1, 3), self.chance.randint(1, 3))

    def _insert_words(self, draft: Draft) -> Draft:
        return self._on_words(draft, self.chance.randint(1, 4), 0)

    def _delete_words(self, draft: Draft) -> Draft:
        return self._on_words(draft, 0, self.chance.randint(1, 4))

    def _on_sentences(self, draft: Draft, change) -> Draft:
        at = self._some_block(draft)
        if at is None or not draft[at].source.startswith("So"):
            return draft
        sentences = [f"So{rest}" for rest in f" {draft[at].source}".split(" So")[1:]]
        sentences = change(sentences)
        if not sentences:
            return draft
        draft[at] = replace(draft[at], source=" ".join(sentences), touched=True)
        return draft

    def _insert_sentence(self, draft: Draft) -> Draft:
        def change(sentences: list[str]) -> list[str]:
            sentences.insert(self.chance.randint(0, len(sentences)), self.sentence())
            return sentences

        return self._on_sentences(draft, change)

    def _delete_sentence(self, draft: Draft) -> Draft:
        def change(sentences: list[str]) -> list[str]:
            sentences.pop(self.chance.randrange(len(sentences)))
            return sentences

        return self._on_sentences(draft, change)

    def _swap_sentences(self, draft: Draft) -> Draft:
        def change(sentences: list[str]) -> list[str]:
            self.chance.shuffle(sentences)
            return sentences

        return self._on_sentences(draft, change)

    def _new_block(self, draft: Draft) -> Draft:
        draft.insert(self.chance.randint(0, len(draft)), Block(self.block(), None, True))
        return draft

    def _delete_block(self, draft: Draft) -> Draft:
        at = self._some_block(draft)
        return draft if at is None else draft[:at] + draft[at + 1 :]

    def _move_block(self, draft: Draft) -> Draft:
        at = self._some_block(draft)
        if at is not None:
            draft.insert(self.chance.randrange(len(draft)), draft.pop(at))
        return draft

    def _split_block(self, draft: Draft) -> Draft:
        at = self._some_block(draft)
        if at is None or not draft[at].source.startswith("So") or " So" not in draft[at].source:
            return draft
        first, rest = draft[at].source.split(" So", 1)
        draft[at : at + 1] = [replace(draft[at], source=first, touched=True), Block(f"So{rest}", None, True)]
        return draft

    def _join_blocks(self, draft: Draft) -> Draft:
        for at in range(len(draft) - 1):
            if draft[at].source.startswith("So") and draft[at + 1].source.startswith("So"):
                draft[at : at + 2] = [Block(f"{draft[at].source} {draft[at + 1].source}", draft[at].origin, True)]
                break
        return draft
