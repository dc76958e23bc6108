"""Notices told together: on one line what says the same or happened to one thing, under the headings of their kinds."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from commons.digests.models import Notice
from commons.digests.reports.kinds import Group, kind_named
from commons.richtext import Piece


@dataclass(frozen=True)
class Line:
    """One line: the newest notice, for how many `more` like it it stands, and the words that changed."""

    notice: Notice
    more: int = 0
    pieces: Sequence[Piece] = ()
    is_new: bool = False

    @property
    def text(self) -> str:
        """What it says, in one piece: where many things stand together, nobody's line breaks make it look like another one."""
        return " ".join(self.notice.text.split())

    @property
    def words_before(self) -> str:
        return " ".join("".join(piece.text for piece in self.pieces if piece.kind != "inserted").split())

    @property
    def words_after(self) -> str:
        return " ".join("".join(piece.text for piece in self.pieces if piece.kind != "deleted").split())


@dataclass(frozen=True)
class Heading:
    """What stands under one heading, the newest first."""

    label: str
    lines: Sequence[Line]
    count: int


def words_of(notices: Sequence[Notice]) -> dict[int, Sequence[Piece]]:
    """By the number of a notice: the words that changed. As many queries as there are kinds that tell of words."""
    found: dict[int, Sequence[Piece]] = {}
    for name, some in groupby(sorted(notices, key=lambda notice: notice.kind), key=lambda notice: notice.kind):
        if (kind := kind_named(name)) and kind.words:
            found |= kind.words(list(some))
    return found


def headings(
    notices: Iterable[Notice], words: Mapping[int, Sequence[Piece]], *, new_since: dt.datetime | None = None
) -> list[Heading]:
    """Notices of one person under their headings; on one line what says the same, or is of one kind and about one `thing`, with
    the newest words. `new_since`: what was not seen before that moment is new."""
    order = list(Group)
    by_group: dict[Group, list[Notice]] = {}
    for notice in notices:
        if kind := kind_named(notice.kind):
            by_group.setdefault(kind.group, []).append(notice)
    return [
        Heading(str(group.label), _lines(by_group[group], words, new_since), sum(one.like for one in by_group[group]))
        for group in order
        if group in by_group
    ]


def _lines(notices: list[Notice], words: Mapping[int, Sequence[Piece]], new_since: dt.datetime | None) -> list[Line]:
    newest_first = sorted(notices, key=lambda notice: (notice.made_at, notice.pk), reverse=True)
    things: dict[tuple[Any, ...], list[Notice]] = {}
    for notice in newest_first:
        things.setdefault(_thing(notice), []).append(notice)
    return [
        Line(
            same[0],
            more=sum(one.like for one in same) - 1,
            pieces=words.get(same[0].pk, ()),
            is_new=new_since is not None and (same[0].seen_at is None or same[0].seen_at > new_since),
        )
        for same in things.values()
    ]


def _thing(notice: Notice) -> tuple[Any, ...]:
    """What has one line. Two facts that are told in other words, or lead elsewhere, are two lines: nothing else tells them."""
    if notice.thing:
        return (notice.kind, notice.thing)
    by_its_words = notice.about_id if kind_named(notice.kind).words else None
    return (notice.kind, notice.path, notice.subject, notice.text, by_its_words)
