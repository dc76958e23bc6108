"""Counts of co-ops told so roughly that nobody can work out a small one, whatever else is shown beside them.

Suppression, as the census does it, protects one table. Here many tables stand side by side: of all strands together and of
each, with what came through doors and without. Whoever subtracts one from another learns how many are in one and not in the
other, and that may be one co-op. So nothing is told to the last digit: every count is told as a step, and

1. every step holds at least `threshold` values, so that no count is known to less than that; 2. the edges of the steps depend
only on what everybody knows already: how large the group is, and which exact counts are printed elsewhere. Nothing can be
read from the choice of the edges themselves; 3. a step is cut by what everybody knows (`least`, `most`) before it is judged:
an exact count beside it does not narrow it.

Of two counts of which one is part of the other, each told as such a step, the difference is never known to less than
`threshold` values either: it lies between the distance of the nearer and that of the farther edges, and these are at least
that far apart. What a reader learns from sums (all groups together are the total) is judged by `holds_together`.

Source: Hundepool et al., *Statistical Disclosure Control* (Wiley, 2012), chapter 5, on rounding to a base and on the interval
that is left to somebody who knows every published figure (the audit of a table). Not guarded against: what the site showed on
other days."""

from collections.abc import Sequence
from dataclasses import dataclass

# Edges in per cent, the finest first. A small group gets a coarser ladder.
LADDERS = ((5, 10, 25, 50), (10, 25, 50), (25, 50), (50,))


@dataclass(frozen=True, slots=True)
class Step:
    """A count from `low` to `high`, both included. As a share: from `from_percent` to just under `to_percent`."""

    low: int
    high: int
    from_percent: int = 0
    to_percent: int = 100

    @property
    def values(self) -> int:
        return self.high - self.low + 1


def ladder_for(of: int, threshold: int, *ranges: tuple[int, int]) -> tuple[int, ...]:
    """The finest edges by which a count `of` a group may be told, for each range (least, most) that somebody knows a count to
    lie in: each step holds `threshold` values, or all that are possible. Empty where not even "under half" does: then nothing
    is told."""
    for ladder in LADDERS:
        steps = _steps(ladder, of)
        if all(
            step.values >= min(threshold, most - least + 1)
            for least, most in ranges
            for step in _cut(steps, least, most)
        ):
            return ladder
    return ()


def share(count: int, of: int, ladder: Sequence[int], known: tuple[int, int]) -> Step | None:
    """A count as a step of its share `of` a group. A count outside of what is known is told as if it stood at the edge."""
    if not ladder:
        return None
    count = min(max(count, known[0]), known[1])
    return next(step for step in _cut(_steps(ladder, of), *known) if step.low <= count <= step.high)


def _steps(ladder: Sequence[int], of: int) -> list[Step]:
    edges = [0, *ladder, 100]
    # The first whole number that is at least so many per cent.
    firsts = [-(-edge * of // 100) for edge in edges[:-1]]
    lasts = [*(first - 1 for first in firsts[1:]), of]
    return [Step(*four) for four in zip(firsts, lasts, edges[:-1], edges[1:], strict=True)]


def _cut(steps: Sequence[Step], least: int, most: int) -> list[Step]:
    return [
        Step(max(step.low, least), min(step.high, most), step.from_percent, step.to_percent)
        for step in steps
        if step.low <= most and step.high >= least
    ]


def stepped(count: int, width: int, known: tuple[int, int], *, edge: int = 0) -> Step:
    """A count as a step of `width` values, with edges at `edge` and every `width` up and down from there. The first and the
    last step may be longer, so that none is shorter."""
    least, most = known
    first = edge - (edge - least - width) // width * width
    last = edge + (most + 1 - width - edge) // width * width
    if first > last:
        return Step(least, most)
    if count < first:
        return Step(least, first - 1)
    if count >= last:
        return Step(last, most)
    low = edge + (count - edge) // width * width
    return Step(low, low + width - 1)


def holds_together(steps: Sequence[Step], total: Step, threshold: int) -> bool:
    """Whether groups that add up to a total leave each other at least `threshold` values, to a reader who knows all of
    them."""
    low, high = sum(step.low for step in steps), sum(step.high for step in steps)
    return all(
        min(step.high, total.high - (low - step.low)) - max(step.low, total.low - (high - step.high)) + 1
        >= min(threshold, step.values)
        for step in steps
    )
