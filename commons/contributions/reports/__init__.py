"""Reading threads: one page of a thread with its replies, and what became of each contribution.

What a thread is about and what became of a contribution is known only further up. The apps there register it: `register_subject`
names the one-to-one relation from their model to `Thread`, and which of its rows everybody may see; `register_teller` names a
function that tells of many contributions at once, so that a page asks as often for five hundred as for one. `register_choice`
names the threads that others may point to, and `register_closer` a function that says why nothing new can be said in a thread
today.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.db.models.functions import RowNumber
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from commons import richtext
from commons.contributions.models import Audience, Contribution, ContributionQuerySet, Order, Support, Thread
from commons.moderation.models import Standing

ROOTS_A_PAGE = 20
REPLIES_SHOWN = 10


@dataclass(frozen=True)
class Answer:
    """What the panel said to it, in the section `place`. `tone` is "yes", "part", "no" or "later"."""

    label: str
    tone: str
    reason_html: SafeString
    made_at: dt.datetime
    url: str
    place: str
    votes: tuple[int, int] | None = None


@dataclass(frozen=True)
class TakenBack:
    """An answer that was undone, and why."""

    label: str
    reason: str
    made_at: dt.datetime
    undone_at: dt.datetime


@dataclass(frozen=True)
class Place:
    """Where it was said: `label` and `url` of the place, and `under` what heading. Where it points at a text, `then_label` and
    `then_url` are the text of that day, with the `quote` as it was, its `state` ("same", "changed", "gone") and the words that
    stand there now. Where they changed, `ask_url` is where the author says whether it `still_applies`."""

    label: str
    url: str = ""
    under: str = ""
    then_label: str = ""
    then_url: str = ""
    quote: str = ""
    state: str = "same"
    state_label: str = ""
    words_now: str = ""
    ask_url: str = ""
    still_applies: bool | None = None


@dataclass(frozen=True)
class Changed:
    """Words that changed because of it: as a difference, and in which version; without a `url` they wait to be published."""

    pieces: tuple[richtext.Piece, ...]
    label: str
    url: str = ""
    at: dt.datetime | None = None


@dataclass(frozen=True)
class Citation:
    """The strategy speaks of a text. `label` and `url` are the place; `quote` the passage that was cited, or nothing for the
    whole text, and `state_label` says so where the text reads otherwise by now. `outcome` is what was decided, with its
    `tone` ("yes", "part", "no", "later" or "note") and `reason`, and `changes` are the words that changed because of it."""

    label: str
    url: str
    made_at: dt.datetime
    quote: str = ""
    state_label: str = ""
    outcome: str = ""
    tone: str = "note"
    reason: str = ""
    changes: tuple[Changed, ...] = ()


@dataclass(frozen=True)
class Told:
    """What an app above knows of one contribution."""

    place: Place | None = None
    # Those that stand, the newest last. Most have one; an idea may be answered in several sections.
    answers: tuple[Answer, ...] = ()
    changes: tuple[Changed, ...] = ()
    taken_back: tuple[TakenBack, ...] = ()
    # Other suggestions that touch the same words.
    clashes: tuple[int, ...] = ()
    # What it was gathered into with others, such as a proposal.
    gathered: Place | None = None

    def and_more(self, other: "Told") -> "Told":
        """Both together: what one app knows of it, and what another does."""
        return Told(
            place=self.place or other.place,
            answers=self.answers + other.answers,
            changes=self.changes + other.changes,
            taken_back=self.taken_back + other.taken_back,
            clashes=self.clashes + other.clashes,
            gathered=self.gathered or other.gathered,
        )

    @property
    def answer(self) -> Answer | None:
        """The newest."""
        return self.answers[-1] if self.answers else None


@dataclass(frozen=True)
class Choice:
    """A thread that others may point to: what it is about, and the heading under which it stands in a list."""

    thread_id: int
    label: str
    group: str


Chooser = Callable[[], Iterable[Choice]]
_choosers: list[Chooser] = []
Closer = Callable[[Thread], str]
_closers: list[Closer] = []
Teller = Callable[[Sequence[Contribution]], dict[int, Told]]
Shown = Callable[[], models.QuerySet]
_subjects: list[str] = []
_shown: dict[str, Shown] = {}
_tellers: list[Teller] = []
NOTHING = Told()


def register_subject(relation: str, *, shown: Shown | None = None) -> None:
    """Make known that `thread.<relation>` is what a thread is about. `shown` gives the rows that everybody may see, where not all
    are."""
    if relation not in _subjects:
        _subjects.append(relation)
    if shown is not None:
        _shown[relation] = shown


def register_teller(teller: Teller) -> Teller:
    """Make known a function that says, for many contributions at once, what became of them. Usable as a decorator."""
    if teller not in _tellers:
        _tellers.append(teller)
    return teller


def register_choice(chooser: Chooser) -> Chooser:
    """Make known a function that names the threads others may point to, in their order. Usable as a decorator."""
    if chooser not in _choosers:
        _choosers.append(chooser)
    return chooser


def register_closer(closer: Closer) -> Closer:
    """Make known a function that says, in a sentence for everybody, why nothing new can be said in an open thread today; empty
    where it knows of no reason. Usable as a decorator."""
    if closer not in _closers:
        _closers.append(closer)
    return closer


def choices() -> list[Choice]:
    """Every thread that others may point to, in the order in which the apps above name them."""
    return [choice for chooser in _choosers for choice in chooser()]


def subject_of(thread: Thread) -> Any:
    """What a thread is about, or None: one query at most, none if it was fetched `with_subjects`."""
    thread = thread if hasattr(thread, "_subjects_fetched") else with_subjects(Thread.objects.all()).get(pk=thread.pk)
    return next((found for name in _subjects if (found := getattr(thread, name, None)) is not None), None)


def with_subjects(threads: models.QuerySet) -> models.QuerySet:
    """Threads with what they are about, fetched along."""
    return threads.select_related(*_subjects).annotate(_subjects_fetched=models.Value(True))


def is_subject_public(thread: Thread) -> bool:
    """Whether those who may read a thread may read what it is about: one query at most. A thread about nothing stands for
    itself."""
    subject = subject_of(thread) if thread.audience == Audience.EVERYONE else None
    return subject is None or getattr(subject, "is_public", True)


def with_subject_shown(rows: ContributionQuerySet) -> ContributionQuerySet:
    """Of some contributions those that are said of what is still shown: `is_subject_public`, asked of the database."""
    for relation, shown in _shown.items():
        way = Thread._meta.get_field(relation).field.name
        is_shown = models.Exists(shown().filter(**{way: models.OuterRef("thread")}))
        rows = rows.filter(models.Q(**{f"thread__{relation}": None}) | is_shown)
    return rows


def closed_because(thread: Thread) -> str:
    """Why nothing can be said in a thread now, in a sentence for everybody; empty where something can. One query, and what the
    apps above ask."""
    return shut_because(thread) or gone_because(thread)


def gone_because(thread: Thread) -> str:
    """The same, for the reason alone that the subject of the thread is not public."""
    if is_subject_public(thread):
        return ""
    return _("What this was said to is not public any more, so nothing can be added to it.")


def shut_because(thread: Thread) -> str:
    """Why what was said in a thread stands as it is by now, and nobody can agree with it any more; empty where the talk goes on.
    That its subject is not public is no such reason: an author may mend what waits for a moderator."""
    if not thread.is_open_at(timezone.now()):
        return thread.close_reason or _("Nothing more can be said here.")
    return next((reason for closer in _closers if (reason := closer(thread))), "")


def told_of(contributions: Iterable[Contribution]) -> dict[int, Told]:
    """What became of each: as many queries as the apps above need for one."""
    rows = list(contributions)
    told: dict[int, Told] = {}
    for teller in _tellers:
        for pk, known in teller(rows).items():
            told[pk] = told.get(pk, NOTHING).and_more(known)
    return told


@dataclass
class Line:
    """One contribution as a page shows it. `is_shown` is false for a place that only holds replies together."""

    row: Contribution
    told: Told = NOTHING
    is_shown: bool = True
    is_new: bool = False
    is_supported: bool = False
    is_own: bool = False
    replies: list["Line"] = field(default_factory=list)
    more_replies: int = 0

    @property
    def pieces(self) -> list[richtext.Piece]:
        """A suggestion as a difference of words."""
        return suggested(self.row, self.told)


def suggested(row: Contribution, told: Told) -> list[richtext.Piece]:
    """The words a suggestion speaks of and those it would have instead, as a difference of words."""
    if not row.is_suggestion or told.place is None:
        return []
    return richtext.word_difference(told.place.quote, row.replacement)


@dataclass(frozen=True)
class ThreadPage:
    """One page of a thread. `following` is the number to ask the next page with, None on the last."""

    lines: list[Line]
    total: int
    new: int
    order: str
    following: int | None


def readable(rows: ContributionQuerySet, user: Any) -> ContributionQuerySet:
    """What a thread shows to somebody: what is public, one's own that waits for a moderator, and the places of what is not shown
    any more but has public replies."""
    shown = models.Q(standing=Standing.PUBLISHED)
    if user.is_authenticated:
        shown |= models.Q(standing=Standing.HELD, author=user)
    answered = Contribution.objects.published().filter(parent=models.OuterRef("pk"))
    return rows.filter(shown | models.Exists(answered))


def is_shown(row: Contribution, user: Any) -> bool:
    """Whether its words may stand in a list for this person."""
    return row.is_published or (row.standing == Standing.HELD and user.is_authenticated and row.author_id == user.pk)


def lines_of(rows: Iterable[Contribution], user: Any, *, since: dt.datetime | None = None) -> list[Line]:
    """Contributions as lines, with what became of them and whether this person agreed: a fixed number of queries."""
    rows = list(rows)
    told = told_of([row for row in rows if is_shown(row, user)])
    supported = set()
    if user.is_authenticated and rows:
        supported = set(
            Support.objects.filter(person=user, contribution__in=rows).values_list("contribution", flat=True)
        )
    return [
        Line(
            row,
            told=told.get(row.pk, NOTHING),
            is_shown=is_shown(row, user),
            is_new=since is not None and row.made_at > since and not _is_own(row, user),
            is_supported=row.pk in supported,
            is_own=_is_own(row, user),
        )
        for row in rows
    ]


def _is_own(row: Contribution, user: Any) -> bool:
    return user.is_authenticated and row.author_id == user.pk


def thread_page(
    thread: Thread,
    user: Any,
    *,
    rows: ContributionQuerySet | None = None,
    order: str = Order.NEWEST,
    after: int | None = None,
    since: dt.datetime | None = None,
    size: int = ROOTS_A_PAGE,
) -> ThreadPage:
    """One page of the roots of a thread, each with its first replies. `rows` narrows the roots (to one paragraph, say).

    `after` is the number of the last contribution of the page before. A thread of 5,000 takes one query more than one of 5, which
    stands here whole and need not be counted.
    """
    rows = Contribution.objects.all() if rows is None else rows
    roots = rows.in_thread(thread).roots()
    last = Contribution.objects.filter(pk=after, thread=thread).first() if after else None
    listed = readable(roots, user).in_order(order).with_authors().defer("search")
    if last is not None:
        listed = listed.after(last, order)
    found = list(listed[: size + 1])
    shown, is_whole = found[:size], last is None and len(found) <= size
    lines = lines_of([*shown, *_first_replies(shown, user)], user, since=since)
    _hang(lines[len(shown) :], {line.row.pk: line for line in lines[: len(shown)]})
    new = 0
    if since is not None:
        new = Contribution.objects.published().in_thread(thread).since(since).exclude(author=user).count()
    return ThreadPage(
        lines=lines[: len(shown)],
        # What stands here whole need not be counted once more.
        total=sum(row.is_published for row in shown) if is_whole else roots.published().count(),
        new=new,
        order=order,
        following=None if len(found) <= size else shown[-1].pk,
    )


def _first_replies(roots: Sequence[Contribution], user: Any) -> Iterable[Contribution]:
    """The first replies to each of these, with `siblings`: how many there are."""
    if not roots:
        return []
    place = models.Window(RowNumber(), partition_by="root", order_by=["made_at", "pk"])
    size = models.Window(models.Count("pk"), partition_by="root")
    return (
        readable(Contribution.objects.filter(root__in=[row.pk for row in roots]), user)
        .with_authors()
        .defer("search")
        .annotate(place=place, siblings=size)
        .filter(place__lte=REPLIES_SHOWN)
        .order_by("root", "made_at", "pk")
    )


def _hang(replies: Iterable[Line], roots: dict[int, Line]) -> None:
    """Give each root its replies, in the order in which they read: each below what it answers."""
    for line in replies:
        root = roots[line.row.root_id]
        root.replies.append(line)
        root.more_replies = max(0, line.row.siblings - REPLIES_SHOWN)
    for root in roots.values():
        root.replies = in_reading_order(root.replies)


def in_reading_order(replies: Sequence[Line]) -> list[Line]:
    """Replies below what they answer; one whose parent is not among them stands at the end."""
    below: dict[int | None, list[Line]] = {}
    known = {line.row.pk for line in replies}
    for line in replies:
        below.setdefault(line.row.parent_id if line.row.parent_id in known else None, []).append(line)
    ordered: list[Line] = []
    waiting = list(reversed(below.get(None, [])))
    while waiting:
        line = waiting.pop()
        ordered.append(line)
        waiting += reversed(below.get(line.row.pk, []))
    return ordered


def replies_to(root: Contribution, user: Any) -> list[Line]:
    """Every reply below one contribution, in reading order; for its own page."""
    rows = readable(Contribution.objects.filter(root=root.root_id or root.pk), user).with_authors()
    lines = in_reading_order(lines_of(rows.order_by("made_at", "pk"), user))
    if root.root_id is None:
        return lines
    # Only what hangs below this reply.
    below, found = {root.pk}, []
    for line in lines:
        if line.row.parent_id in below:
            below.add(line.row.pk)
            found.append(line)
    return found
