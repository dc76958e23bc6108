"""Reading notices. What a notice tells of may have been hidden, withdrawn or erased since: only the app that wrote it can know.
So each app registers its kinds of notice in its notices.py (`register_kind`), and every page, count and mail asks `still_so`.

    register_kind("reply", label=_("A reply to you"), why=_("You said something here."), group=Group.REPLIES, direct=True,
                  rows=lambda about, reader: Contribution.objects.public().filter(pk=about))

The key of such a notice holds the number of the row it is about, as in "reply:12".
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commons.digests.models import Frequency, Notice, NoticeQuerySet, Subscription
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
    a `service` is sent at once to everybody, because they wait for it or have to act. `may` says what the database cannot: which
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


_kinds: dict[str, Kind] = {}


def register_kind(
    name: str,
    *,
    label: Any,
    why: Any,
    group: Group,
    rows: Rows | None = None,
    words: Words | None = None,
    direct: bool = False,
    service: bool = False,
    may: May | None = None,
    can_wait: bool = False,
) -> None:
    """Make a kind of notice known. One that is not known is shown nowhere and sent to nobody."""
    if may and not service:
        raise ValueError(f"{name} is no service, so it goes into digests, where permissions are not asked")
    _kinds[name] = Kind(name, label, why, group, rows, words, direct, service, may, can_wait)


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


def told_to(reader: Any) -> NoticeQuerySet:
    """The reader's own notices that may still be told. One query before its own."""
    told = still_so(Notice.objects.visible_to(reader))
    return told.exclude(pk__in=refused_to(reader, told.filter(kind__in=asking_permission())))


# A number that nobody counts any further.
MANY = 100


def unseen_count(user: Any) -> int:
    """How many notices the person has not looked at, as far as they may still be told: one query on a small index where there
    are none, two where there are some, none for a visitor."""
    if not user.is_authenticated:
        return 0
    unseen = Notice.objects.visible_to(user).unseen()
    found = kinds_in(unseen)
    if not found:
        return 0
    if asked := found.intersection(asking_permission()):
        unseen = unseen.exclude(pk__in=refused_to(user, unseen.filter(kind__in=asked)))
    return still_so(unseen.order_by(), among=found)[:MANY].count()


def recent(user: Any, most: int = 5) -> list[Notice]:
    """The person's newest notices, for the list in digests/_recent.html."""
    if not user.is_authenticated:
        return []
    return list(told_to(user)[:most])


# What is read again within this time is read on the same visit.
ONE_VISIT = dt.timedelta(minutes=30)


@dataclass(frozen=True)
class Visit:
    """When somebody's visit to the page of notices began, and when the one before it ended; neither for a first visit."""

    began_at: dt.datetime
    before_at: dt.datetime | None


def visit_of(user: Any, now: dt.datetime) -> Visit:
    """What was seen on this visit is still new. One query."""
    began_at = now - ONE_VISIT
    before = Notice.objects.visible_to(user).filter(seen_at__lte=began_at).aggregate(at=models.Max("seen_at"))["at"]
    return Visit(began_at, before)


# --- Told together ------------------------------------------------------------------------------------------------------------


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
        if (kind := _kinds.get(name)) and kind.words:
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
        if kind := _kinds.get(notice.kind):
            by_group.setdefault(kind.group, []).append(notice)
    return [
        Heading(str(group.label), _lines(by_group[group], words, new_since), len(by_group[group]))
        for group in order
        if group in by_group
    ]


def of_first_things(notices: Iterable[Notice], most: int) -> list[Notice]:
    """Those that have room on so many lines, where the first come first."""
    things: set[tuple[str, ...]] = set()
    kept = []
    for notice in notices:
        thing = _thing(notice)
        if thing in things or len(things) < most:
            things.add(thing)
            kept.append(notice)
    return kept


def _lines(notices: list[Notice], words: Mapping[int, Sequence[Piece]], new_since: dt.datetime | None) -> list[Line]:
    newest_first = sorted(notices, key=lambda notice: (notice.made_at, notice.pk), reverse=True)
    things: dict[tuple[str, ...], list[Notice]] = {}
    for notice in newest_first:
        things.setdefault(_thing(notice), []).append(notice)
    return [
        Line(
            same[0],
            more=len(same) - 1,
            pieces=words.get(same[0].pk, ()),
            is_new=new_since is not None and (same[0].seen_at is None or same[0].seen_at > new_since),
        )
        for same in things.values()
    ]


def _thing(notice: Notice) -> tuple[str, ...]:
    """What has one line. Two facts that are told in other words, or lead elsewhere, are two lines: nothing else tells them."""
    if notice.thing:
        return (notice.kind, notice.thing)
    return (notice.kind, notice.path, notice.subject, notice.text)


# --- When ---------------------------------------------------------------------------------------------------------------------

DUE_AT = dt.time(7)
"""The hour in London at which a digest is due. The clocks change at one in the morning, so this hour is there once a day."""


def moment_of(period: dt.date) -> dt.datetime:
    """When the digest of a period is due. It tells of what came before."""
    return timezone.make_aware(dt.datetime.combine(period, DUE_AT))


def period_at(frequency: str, now: dt.datetime) -> dt.date:
    """The newest period that is due: today or yesterday, or for a weekly one the last Monday."""
    local = timezone.localtime(now)
    day = local.date() if local.time() >= DUE_AT else local.date() - dt.timedelta(days=1)
    return day - dt.timedelta(days=day.weekday()) if frequency == Frequency.WEEKLY else day


def next_period(frequency: str, now: dt.datetime) -> dt.date:
    """The period that is due next."""
    return period_at(frequency, now) + dt.timedelta(days=7 if frequency == Frequency.WEEKLY else 1)


def subscription_of(user: Any) -> Subscription:
    """How the person wishes to be told; unsaved and silent, where they never chose."""
    found = Subscription.objects.visible_to(user).select_related("person").first()
    return found or Subscription(person=user)


def is_gathered(kind: Kind, subscription: Subscription) -> bool:
    """Whether a notice of this kind waits for the person's digest."""
    return not (kind.direct and subscription.at_once)


def next_mail(kind: Kind, subscription: Subscription, now: dt.datetime) -> str:
    """When a notice of this kind could next come by e-mail, in a sentence."""
    if subscription.is_stopped:
        return _("By e-mail: never. %(why)s") % {"why": subscription.get_stopped_why_display()}
    if kind.service or not is_gathered(kind, subscription):
        return _("By e-mail: at once.")
    if subscription.frequency == Frequency.OFF:
        return _("By e-mail: never. It stands on this site.")
    day = next_period(subscription.frequency, now)
    return _("By e-mail: on %(day)s at the earliest.") % {"day": _day(day)}


def _day(day: dt.date) -> str:
    return date_format(day, "l j F")
