"""One version of a section as its readers point at it, so that what is drawn points at words that truly stand there."""

from dataclasses import dataclass
from typing import Any

from commons.contributions.models import Contribution
from panel.anchoring import Quote, find, quote_at
from panel.models import Anchor, Version
from panel.paragraphs import paragraphs_of, places_of, text_of


@dataclass
class Reading:
    """One version as its readers point at it."""

    version: Version
    text: str
    paragraphs: list[tuple[int | None, int, int]]

    @classmethod
    def of(cls, version: Version) -> "Reading":
        found = paragraphs_of(version.body)
        places = places_of(found)
        return cls(
            version,
            text_of(found),
            [(one.number, start, end) for one, (start, end) in zip(found, places, strict=True)],
        )

    def place_of(self, words: str) -> tuple[int, int]:
        """Where words stand. Raises ValueError if they do not."""
        place = find(self.text, Quote(words))
        if place is None:
            raise ValueError(f"{self.version}: these words are not there: {words}")
        return place

    def paragraph_of(self, words: str) -> tuple[int | None, int, int]:
        """The paragraph that holds some words: its number and its place."""
        start, _end = self.place_of(words)
        return next(one for one in reversed(self.paragraphs) if one[1] <= start)

    def anchor(self, voice: dict[str, Any], contribution: Contribution) -> Anchor:
        """What a voice points at: `at` these words, at the paragraph that holds `para`, or the section."""
        anchor = Anchor(contribution=contribution, section=self.version.section, version=self.version)
        words = voice.get("at") or voice.get("para")
        if not words:
            return anchor
        number, start, end = self.paragraph_of(words)
        anchor.reach = Anchor.Reach.PARAGRAPH
        if "at" in voice:
            start, end = self.place_of(words)
            anchor.reach = Anchor.Reach.WORDS
        quote = quote_at(self.text, start, end)
        anchor.exact, anchor.prefix, anchor.suffix = quote.exact, quote.prefix, quote.suffix
        anchor.paragraph_then = anchor.paragraph = number
        anchor.start, anchor.end, anchor.words_now = start, start + len(quote.exact), quote.exact
        return anchor
