"""Two people's answers to the same page, brought together question by question without losing either."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from census.instrument.shapes import Instrument


class Filled(NamedTuple):
    """What is stored of a page: values and marks by code. A plain pair `(answers, marks)` does as well."""

    answers: Mapping[str, Any]
    marks: Mapping[str, str]

    def codes(self) -> set[str]:
        return self.answers.keys() | self.marks.keys()

    def only(self, codes: tuple[str, ...]) -> Filled:
        return Filled(
            {code: self.answers[code] for code in codes if code in self.answers},
            {code: self.marks[code] for code in codes if code in self.marks},
        )


@dataclass(frozen=True, slots=True)
class Conflict:
    """A question that both sides changed, differently. Each side holds the question and its detail, if it has one."""

    code: str
    base: Filled
    mine: Filled
    theirs: Filled


def three_way(
    base: Filled | tuple, mine: Filled | tuple, theirs: Filled | tuple, instrument: Instrument | None = None
) -> tuple[Filled, list[Conflict]]:
    """What both sides agree on, and the questions where a person must choose.

    Per question: only one side changed it, that side counts; both the same, fine; both differently, a conflict, and
    the merged page keeps *their* (the stored) answer until someone chooses. With `instrument`, the detail behind
    "Other" goes together with its question: what one wrote is never joined to what another ticked.
    """
    base, mine, theirs = Filled(*base), Filled(*mine), Filled(*theirs)
    details = instrument.details if instrument is not None else {}
    units: dict[str, tuple[str, ...]] = {}
    for code in sorted(base.codes() | mine.codes() | theirs.codes()):
        main = details[code].parent.code if code in details else code
        units[main] = tuple(sorted({*units.get(main, ()), code}))
    merged = Filled({}, {})
    conflicts = []
    for main, codes in units.items():
        was, here, there = base.only(codes), mine.only(codes), theirs.only(codes)
        chosen = here if there == was else there
        if there not in (was, here) and here != was:
            conflicts.append(Conflict(main, was, here, there))
        merged.answers.update(chosen.answers)
        merged.marks.update(chosen.marks)
    if instrument is not None:
        order = {code: place for place, code in enumerate(instrument.questions)}
        conflicts.sort(key=lambda conflict: order.get(conflict.code, len(order)))
    return merged, conflicts
