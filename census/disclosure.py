"""Keeps small groups out of published counts, so that nobody can tell who has answered from what the site shows.

For the counts that are public while a wave is open: how many organisations have answered, by kind of co-op and by
nation and region. A count below the threshold is hidden, and so are as many others as it takes that it cannot be
worked out by subtracting what is shown from the total.

Source: Hundepool et al., *Statistical Disclosure Control* (Wiley, 2012) and the SDC Handbook of the ESSnet (chapter on
frequency tables): minimum frequency rule for primary suppression; secondary suppression judged by the interval that
someone who knows every published figure can work out for a hidden one.

What is guarded against: a reader who knows the total, every count shown, how many organisations there are in each
group (the register is public), that counts are whole numbers from none to all of a group, and this rule itself. Not
guarded against: comparing what the site showed on different days, what an organisation knows of itself and its
friends, and what the total alone tells (if everyone has answered, each group has). Publishing a nation beside its own
regions would add a subtotal that this module does not know of: do not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cell:
    """One group as counted: `count` organisations that answered, of `eligible` that could (None: not known)."""

    key: str
    count: int
    eligible: int | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """One group as published. `count` is None where it is hidden; nothing tells why it was, on purpose."""

    key: str
    count: int | None

    @property
    def hidden(self) -> bool:
        return self.count is None


@dataclass(frozen=True, slots=True)
class Publication:
    """What may be shown: the total (None: below the threshold) and each breakdown by its name."""

    total: int | None
    margins: Mapping[str, tuple[Shown, ...]]


def hide_small(counts: Sequence[Cell], threshold: int, total_known: bool = True) -> tuple[Shown, ...]:
    """One breakdown with its small groups hidden, in the same order.

    Hidden first: 0 < count < threshold (a true zero is shown), and every group of fewer than `threshold` organisations.
    Then, if the total is known from anywhere, further groups, smallest first, until `protected` holds. If nothing less
    will do, the whole breakdown is hidden. Where the total itself must stay hidden, so must the whole breakdown.

    Raises ValueError for a threshold below 2, doubled keys, or counts that are negative or above the group's size.
    """
    _check(counts, threshold)
    total = sum(cell.count for cell in counts)
    everything = tuple(Shown(cell.key, None) for cell in counts)
    if total == 0 and total_known:
        # The total says it already, and a site that has just opened should say "none yet" rather than hide.
        return tuple(Shown(cell.key, 0) for cell in counts)
    if 0 < total < threshold:
        return everything
    hidden = {cell.key for cell in counts if _is_small(cell, threshold)}
    while total_known and not protected([cell for cell in counts if cell.key in hidden], threshold):
        # Groups that nobody answered from cannot lend cover: a hidden zero would only look like a small count.
        spare = sorted((cell for cell in counts if cell.key not in hidden and cell.count), key=lambda cell: cell.count)
        if not spare:
            return everything
        enough = (cell for cell in spare if protected([c for c in counts if c.key in hidden or c is cell], threshold))
        hidden.add(next(enough, spare[0]).key)
    return tuple(Shown(cell.key, None if cell.key in hidden else cell.count) for cell in counts)


def hide_margins(margins: Mapping[str, Sequence[Cell]], threshold: int) -> Publication:
    """Several breakdowns of the same organisations (by sector, by region) and their common total, safe together.

    The total ties each breakdown, but tells nothing of how one divides another, so each can be made safe alone. Each
    must count everyone once (with a group for "not recorded"): raises ValueError if they do not add up to one total.
    """
    totals = {name: sum(cell.count for cell in cells) for name, cells in margins.items()}
    if len(set(totals.values())) > 1:
        raise ValueError(f"the breakdowns do not add up to the same total: {totals}")
    total = next(iter(totals.values()), 0)
    shown = {name: hide_small(cells, threshold) for name, cells in margins.items()}
    return Publication(None if 0 < total < threshold else total, shown)


def interval(cell: Cell, hidden: Sequence[Cell], threshold: int) -> tuple[int, int | None]:
    """The narrowest (lowest, highest) that a reader can work out for one hidden cell; None: no upper limit known.

    The reader knows what the hidden cells add up to. A hidden cell of a large enough group is known not to be zero,
    because zeros are shown.
    """
    together = sum(other.count for other in hidden)
    others = [other for other in hidden if other.key != cell.key]
    highest = together - sum(_least(other, threshold) for other in others)
    if cell.eligible is not None:
        highest = min(highest, cell.eligible)
    lowest = _least(cell, threshold)
    if all(other.eligible is not None for other in others):
        lowest = max(lowest, together - sum(other.eligible for other in others))
    return lowest, highest


def protected(hidden: Sequence[Cell], threshold: int) -> bool:
    """Whether cells whose sum is known hide each other: every interval is at least the threshold wide.

    A group too small for that must stay as unknown as before anything was published. The hidden cells together are
    always known (total less what is shown), so together they must reach the threshold. Any set of some of them is then
    at least as uncertain as the most certain hidden cell: with one sum known, a set is uncertain by the smallest of
    its own leeway, the leeway of the rest, the sum less all least values, and all greatest values less the sum. The
    last two are the same for every set, and the first two are never below the leeway of one cell inside or outside.
    """
    if not hidden:
        return True
    if sum(cell.count for cell in hidden) < threshold:
        return False
    for cell in hidden:
        lowest, highest = interval(cell, hidden, threshold)
        leeway = threshold
        if cell.eligible is not None:
            leeway = min(threshold, cell.eligible - _least(cell, threshold))
        if highest - lowest < leeway:
            return False
    return True


def _is_small(cell: Cell, threshold: int) -> bool:
    return 0 < cell.count < threshold or _is_small_group(cell, threshold)


def _is_small_group(cell: Cell, threshold: int) -> bool:
    return cell.eligible is not None and 0 < cell.eligible < threshold


def _least(cell: Cell, threshold: int) -> int:
    return 0 if _is_small_group(cell, threshold) else 1


def _check(counts: Sequence[Cell], threshold: int) -> None:
    if threshold < 2:
        raise ValueError("a threshold below 2 hides nothing")
    if len({cell.key for cell in counts}) < len(counts):
        raise ValueError("two groups have the same key")
    for cell in counts:
        if cell.count < 0 or (cell.eligible is not None and cell.count > cell.eligible):
            raise ValueError(f"“{cell.key}”: {cell.count} of {cell.eligible} is not possible")
