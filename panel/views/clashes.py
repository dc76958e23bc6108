"""Two people changed the same words: each place, as the page that asks between them shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from commons.richtext import Piece
from panel.comparing import ParagraphChange, WordChange, in_words, word_pieces
from panel.merging import Chunk, Merge

SURROUNDINGS = 140


@dataclass(frozen=True)
class Side:
    """What was made of the words that stood there: as a difference of words, and told."""

    text: str
    pieces: Sequence[Piece]
    told: Sequence[WordChange]


@dataclass(frozen=True)
class ShownClash:
    """One place. `number` names it in the form, `before` is what stands before it, `woven` has the changes of both if it can;
    `chosen` is "mine", "theirs", "both", "woven", or "" for not chosen yet."""

    number: int
    before: str
    base: str
    mine: Side
    theirs: Side
    woven: Side | None
    chosen: str

    @property
    def place(self) -> int:
        return self.number + 1


def shown_clashes(merge: Merge, choices: Mapping[int, str]) -> list[ShownClash]:
    shown: list[ShownClash] = []
    before = ""
    for chunk in merge.chunks:
        if not chunk.is_clash:
            before = chunk.text.strip()
            continue
        shown.append(_shown(chunk, len(shown), before, choices))
        before = ""
    return shown


def _shown(clash: Chunk, number: int, before: str, choices: Mapping[int, str]) -> ShownClash:
    last = before.rsplit("\n", 1)[-1]
    chosen = choices.get(number, "")
    return ShownClash(
        number=number,
        before=last if len(last) <= SURROUNDINGS else f"… {last[-SURROUNDINGS:].split(' ', 1)[-1]}",
        base=clash.base.strip("\n"),
        mine=_side(clash.base, clash.mine),
        theirs=_side(clash.base, clash.theirs),
        woven=None if clash.woven is None else _side(clash.base, clash.woven),
        chosen="" if chosen == "woven" and clash.woven is None else chosen,
    )


def _side(base: str, text: str) -> Side:
    base, text = base.strip("\n"), text.strip("\n")
    pieces = word_pieces(base, text)
    [told] = in_words([ParagraphChange("added", None, None, pieces)])
    return Side(text, pieces, told)
