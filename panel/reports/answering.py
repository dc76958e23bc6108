"""How the panel stands with its answers, in figures, and what its desk lists."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Avg, Count, F, Min, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from blog.models import Post
from commons.contributions.models import Contribution, ContributionQuerySet
from commons.people.models import User
from commons.themes.models import Theme
from consultation.models import Event, EventNote, EventSession, Idea, Source
from consultation.reports import spoken_at
from panel.models import Anchor, Decision, Part, Section, Voice
from panel.reports.voices import answerable, answered_in, is_answered, of_events


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
    """How many of the contributions that the panel answers wait for it, how many too long, and how long an answer took: two
    queries. Of one section with `section`."""
    spoken = answerable()
    decisions = Voice.objects.filter(decision__undone_at=None)
    if section is not None:
        spoken = spoken.filter(answered_in([section]))
        decisions = decisions.filter(Q(contribution__anchor__section=section) | Q(decision__section=section))
    decisions = decisions.filter(contribution__in=spoken)
    counts = spoken.annotate(has_answer=is_answered()).aggregate(
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


class DeskPlace(models.TextChoices):
    """Where the desk looks for what was said. One event or one session of it is named by `place_code`."""

    SECTIONS = "sections", gettext_lazy("To a section")
    IDEAS = "ideas", gettext_lazy("As a big idea")
    EVENTS = "events", gettext_lazy("At any event")


def place_code(place: Event | EventSession) -> str:
    return f"{'event' if isinstance(place, Event) else 'session'}-{place.pk}"


def desk_places() -> list[tuple[str, Any]]:
    """Every place the desk can look in, as choices: two queries."""
    at_events = [
        (
            str(event.title_told),
            [
                (place_code(event), _("%(event)s, all of it") % {"event": event.title_told}),
                *((place_code(session), str(session.title_told)) for session in sessions),
            ],
        )
        for event, sessions in spoken_at()
    ]
    return [*DeskPlace.choices, *at_events]


def said_in(place: str) -> models.QuerySet:
    """The numbers of the contributions that were said in one of `desk_places`."""
    match place.split("-"):
        case [DeskPlace.SECTIONS]:
            return Anchor.objects.values("contribution")
        case [DeskPlace.IDEAS]:
            return Idea.objects.values("contribution")
        case [DeskPlace.EVENTS]:
            return of_events()
        case ["event", number]:
            return of_events(Q(session__event=number), Q(event=number))
        case ["session", number]:
            return EventNote.objects.filter(session=number).values("contribution")
    raise ValueError(place)


def about_theme(theme: Theme) -> models.QuerySet:
    """The numbers of the contributions under a theme: ideas that bear it, what was said at a table or in a session that has it,
    and proposals."""
    ideas = Idea.objects.filter(themes=theme).values("contribution")
    said = Q(table__theme=theme) | Q(table=None, session__theme=theme)
    return ideas.union(of_events(said, Q(theme=theme)), all=True)


def belonging_to(sections: models.QuerySet) -> Q:
    """What whoever writes on these sections has to know: what belongs to them, and what was said in sessions about them."""
    notes = EventNote.objects.filter(session__about__section__in=sections)
    return answered_in(sections) | Q(pk__in=notes.values("contribution"))


def on_desk(
    *,
    state: str = DeskState.WAITING,
    place: str = "",
    section: Section | None = None,
    part: Part | None = None,
    theme: Theme | None = None,
    kind: str = "",
    words: str = "",
    owner: User | None = None,
) -> ContributionQuerySet:
    """What the panel answers: what has the earliest day of a promised answer first, then what has waited longest."""
    rows = answerable().with_authors().select_related("thread", "owner")
    match state:
        case DeskState.WAITING:
            rows = rows.exclude(is_answered())
        case DeskState.LATE:
            rows = rows.exclude(is_answered()).filter(reply_by__lt=timezone.localdate())
        case DeskState.ANSWERED:
            rows = rows.filter(is_answered())
    if place:
        rows = rows.filter(pk__in=said_in(place))
    if section is not None:
        rows = rows.filter(belonging_to(Section.objects.filter(pk=section.pk)))
    if part is not None:
        rows = rows.filter(belonging_to(part.sections.all()))
    if theme is not None:
        rows = rows.filter(pk__in=about_theme(theme))
    if kind:
        rows = rows.filter(kind=kind)
    if owner is not None:
        rows = rows.filter(owner=owner)
    if words:
        rows = rows.matching(words)
    return rows.order_by("reply_by", "made_at", "pk")
