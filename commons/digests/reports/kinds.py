"""Reading notices. What a notice tells of may have been hidden, withdrawn or erased since: only the app that wrote it can know.
So each app registers its kinds of notice in its notices.py (`register_kind`), and every page, count and mail asks `still_so`.

    register_kind("reply", label=_("A reply to you"), why=_("You said something here."), group=Group.REPLIES, direct=True,
                  rows=lambda about, reader: Contribution.objects.public().filter(pk=about))

The key of such a notice holds the number of the row it is about, as in "reply:12".
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy

from commons.digests.models import Notice, NoticeQuerySet
from commons.richtext import Piece


class Group(models.TextChoices):
    """Under which heading a notice stands, in the order of the headings."""

    CHANGED = "changed", gettext_lazy("You said, we changed")
    ANSWERS = "answers", gettext_lazy("Answers to you")
    REPLIES = "replies", gettext_lazy("Replies to you")
    WRITING = "writing", gettext_lazy("What you write")
    EVENTS = "events", gettext_lazy("Events you come to")
    FOLLOWED = "followed", gettext_lazy("What you follow")
    DATES = "dates", gettext_lazy("Dates")
    OWN = "own", gettext_lazy("Your account and your organisation")


Rows = Callable[[models.OuterRef, models.OuterRef], models.QuerySet]
Words = Callable[[Sequence[Notice]], Mapping[int, Sequence[Piece]]]
May = Callable[[Any, Sequence[Notice]], Collection[int]]


@dataclass(frozen=True)
class Kind:
    """One kind of notice. `label` names it and `why` says in a sentence why one is told. `rows` gives the rows that must still be
    there, from the number a notice is about and that of its reader; without it the notice stays true whatever happens. `words`
    gives what changed in words, by the number of the notice, for many at once. A `direct` kind may be sent at once to who wishes;
    a `service` is sent at once to everybody, because they wait for it or have to act, and a `sometimes` to some of them, as its
    `why` says. `may` says what the database cannot: which
    of some notices of one reader their permissions of today still allow, by number. It is asked of one reader at a time, so only
    a service can have it. A service that `can_wait` goes to many at once, of whom nobody waits for it: its mails go out after all
    others, and no faster than digests.
    """

    name: str
    label: Any
    why: Any
    group: Group
    rows: Rows | None = None
    words: Words | None = None
    direct: bool = False
    service: bool = False
    may: May | None = None
    can_wait: bool = False
    sometimes: bool = False

    def __post_init__(self) -> None:
        if self.may and not self.service:
            raise ValueError(f"{self.name} is no service, so it goes into digests, where permissions are not asked")


_kinds: dict[str, Kind] = {}


def register_kind(name: str, **given: Any) -> None:
    """Make a kind of notice known, by the fields of `Kind`. One that is not known is shown nowhere and sent to nobody."""
    _kinds[name] = Kind(name, **given)


def kinds() -> list[Kind]:
    """All of them, by their headings."""
    order = list(Group)
    return sorted(_kinds.values(), key=lambda kind: (order.index(kind.group), kind.name))


def kind_named(name: str) -> Kind | None:
    return _kinds.get(name)


def is_direct(name: str) -> bool:
    return name in _kinds and _kinds[name].direct


def can_wait(name: str) -> bool:
    return name in _kinds and _kinds[name].can_wait


def still_so(notices: NoticeQuerySet, *, among: Iterable[str] | None = None) -> NoticeQuerySet:
    """Those whose subject may still be told of, whoever they are for: asked of the database in the same query. `among` names the
    kinds that can occur, where that is known, so that nothing is asked in vain."""
    asked = [kind for kind in kinds() if among is None or kind.name in set(among)]
    told = models.Q(kind__in=[kind.name for kind in asked if kind.rows is None])
    for kind in asked:
        if kind.rows is not None:
            rows = kind.rows(models.OuterRef("about_id"), models.OuterRef("recipient_id"))
            told |= models.Q(models.Exists(rows), kind=kind.name)
    return notices.filter(told)


def kinds_in(notices: NoticeQuerySet) -> set[str]:
    """Which kinds occur among them: one short query, where asking for each kind that there is would be one very long one."""
    return set(notices.order_by().values_list("kind", flat=True).distinct())


def asking_permission() -> list[str]:
    """The kinds that also ask what their reader may see today."""
    return [kind.name for kind in kinds() if kind.may]


def refused_to(reader: Any, notices: Iterable[Notice]) -> set[int]:
    """The numbers of those that this reader's permissions of today do not allow. No query where no kind asks."""
    by_kind: dict[str, list[Notice]] = {}
    for notice in notices:
        if (kind := _kinds.get(notice.kind)) and kind.may:
            by_kind.setdefault(notice.kind, []).append(notice)
    refused: set[int] = set()
    for name, some in by_kind.items():
        refused |= {notice.pk for notice in some} - set(_kinds[name].may(reader, some))
    return refused
