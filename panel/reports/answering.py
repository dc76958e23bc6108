"""How the panel stands with its answers, in figures, and what its desk lists."""

import datetime as dt
from dataclasses import dataclass

from django.db import models
from django.db.models import Avg, Count, Exists, F, Min, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy

from blog.models import Post
from commons.contributions.models import Contribution, ContributionQuerySet
from commons.people.models import User
from consultation.models import Source
from panel.models import Decision, Part, Section, Voice
from panel.reports.voices import answerable, answered


@dataclass(frozen=True)
class Reckoned:
    """How the panel stands with its answers. Times in days."""

    given: int
    answered: int
    waiting: int
    late: int
    days_taken: float | None
    oldest: dt.date | None


def answering_counts(section: Section | None = None) -> Reckoned:
    """How many public contributions to sections wait for an answer, how many too long, and how long one took: two queries."""
    spoken = Contribution.objects.public().filter(anchor__isnull=False)
    decisions = Voice.objects.filter(decision__undone_at=None, contribution__in=spoken)
    if section is not None:
        spoken = spoken.filter(anchor__section=section)
        decisions = decisions.filter(contribution__anchor__section=section)
    is_answered = Exists(answered().filter(pk=OuterRef("pk")))
    counts = spoken.annotate(has_answer=is_answered).aggregate(
        given=Count("pk"),
        answered=Count("pk", filter=Q(has_answer=True)),
        late=Count("pk", filter=Q(has_answer=False, reply_by__lt=timezone.localdate())),
        oldest=Min("made_at", filter=Q(has_answer=False)),
    )
    taken = decisions.aggregate(taken=Avg(F("decision__made_at") - F("contribution__made_at")))["taken"]
    return Reckoned(
        given=counts["given"],
        answered=counts["answered"],
        waiting=counts["given"] - counts["answered"],
        late=counts["late"],
        days_taken=None if taken is None else taken.total_seconds() / 86_400,
        oldest=counts["oldest"] and timezone.localdate(counts["oldest"]),
    )


def outcome_counts(section: Section | None = None) -> list[tuple[str, str, int]]:
    """By outcome: its code, its words, and how many public voices were answered so, posts and sources that were cited among
    them. One query."""
    voices = Voice.objects.filter(decision__undone_at=None)
    if section is not None:
        voices = voices.filter(decision__section=section)
    said = Count("contribution", filter=Q(contribution__in=Contribution.objects.public()), distinct=True)
    posts = Count("post", filter=Q(post__in=Post.objects.public()), distinct=True)
    sources = Count("source", filter=Q(source__in=Source.objects.public()), distinct=True)
    counts = dict(voices.order_by().values_list("decision__outcome").annotate(number=said + posts + sources))
    return [(code, str(label), counts.get(code, 0)) for code, label in Decision.Outcome.choices]


class DeskState(models.TextChoices):
    """Which contributions the desk lists."""

    WAITING = "waiting", gettext_lazy("Waiting for an answer")
    LATE = "late", gettext_lazy("Past the day by which we promised an answer")
    ANSWERED = "answered", gettext_lazy("Answered")
    ALL = "all", gettext_lazy("All")


def on_desk(
    *,
    state: str = DeskState.WAITING,
    section: Section | None = None,
    part: Part | None = None,
    kind: str = "",
    words: str = "",
    owner: User | None = None,
) -> ContributionQuerySet:
    """Public contributions to sections, those that have waited longest first, and after them ideas."""
    rows = answerable().with_authors().select_related("thread")
    match state:
        case DeskState.WAITING:
            rows = rows.exclude(pk__in=answered().values("pk"))
        case DeskState.LATE:
            rows = rows.exclude(pk__in=answered().values("pk")).filter(reply_by__lt=timezone.localdate())
        case DeskState.ANSWERED:
            rows = rows.filter(pk__in=answered().values("pk"))
    if section is not None:
        rows = rows.filter(anchor__section=section)
    if part is not None:
        rows = rows.filter(anchor__section__part=part)
    if kind:
        rows = rows.filter(kind=kind)
    if owner is not None:
        rows = rows.filter(owner=owner)
    if words:
        rows = rows.matching(words)
    return rows.order_by("reply_by", "made_at", "pk")
