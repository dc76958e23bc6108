"""What the panel answers, and what became of each: where it points, the answer, the words that changed. A fixed number of
queries, whatever the number of voices."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db import models
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from commons.contributions.models import Contribution, ContributionQuerySet, Kind, Thread
from commons.contributions.reports import (
    Answer,
    Changed,
    Choice,
    Place,
    TakenBack,
    Told,
    register_choice,
    register_closer,
    register_subject,
    register_teller,
)
from consultation.models import Act, EventIdea, EventNote, Idea
from consultation.reports import closed_because
from panel.models import Anchor, Change, Decision, Section, Voice

TONES = {"accepted": "yes", "in_part": "part", "no": "no", "later": "later"}
UNPLACED = frozenset({Kind.IDEA, Kind.NOTE, Kind.PROPOSAL})
"""What may point at no section and is answered all the same, in the sections that the panel chooses."""

register_subject("section")
register_subject("section_inside")


@register_closer
def closed_by_phase(thread: Thread) -> str:
    """Why nothing new can be said to the sections today: the phases of the process say it. Paper that comes late is still typed
    in, and the panel goes on talking among itself."""
    reason = closed_because(Act.COMMENT)
    return reason if reason and Section.objects.filter(thread=thread).exists() else ""


@register_choice
def sections_to_point_to() -> list[Choice]:
    """The published sections, for those who write elsewhere of what one says."""
    rows = Section.objects.published().select_related("part").in_order()
    return [Choice(row.thread_id, str(row), row.part.title) for row in rows]


@register_teller
def tell(rows: Sequence[Contribution]) -> dict[int, Told]:
    """What the panel knows of each of these: where it points, the answer, the words that changed, and who suggests otherwise."""
    ids = [row.pk for row in rows]
    anchors = {
        anchor.contribution_id: anchor
        for anchor in Anchor.objects.filter(contribution__in=ids).select_related("section__current", "version__section")
    }
    ids = [row.pk for row in rows if row.pk in anchors or row.kind in UNPLACED]
    if not ids:
        return {}
    voices = (
        Voice.objects.filter(contribution__in=ids)
        .select_related("decision__section")
        .prefetch_related(
            Prefetch("decision__changes", Change.objects.filter(dropped_at=None).select_related("version__section"))
        )
        .order_by("decision__made_at", "pk")
    )
    decisions: dict[int, list[Decision]] = defaultdict(list)
    for voice in voices:
        decisions[voice.contribution_id].append(voice.decision)
    clashes = clashing([row for row in rows if row.kind == Kind.SUGGESTION], anchors)
    return {
        pk: Told(
            place=place_of_anchor(anchors[pk]) if pk in anchors else None,
            answers=_answers(decisions[pk]),
            changes=changed_words(decisions[pk]),
            taken_back=tuple(
                TakenBack(one.get_outcome_display(), one.undone_reason, one.made_at, one.undone_at)
                for one in decisions[pk]
                if not one.is_standing
            ),
            clashes=clashes.get(pk, ()),
        )
        for pk in ids
    }


def place_of_anchor(anchor: Anchor) -> Place:
    """Where it points, in words and as an address."""
    section, then = anchor.section, anchor.version
    number = f"{section.number}.{anchor.paragraph}" if anchor.paragraph else str(section.number)
    url = section.get_absolute_url() + (f"#p{anchor.paragraph}" if anchor.paragraph else "")
    then_number = (
        f"{then.section_number}.{anchor.paragraph_then}" if anchor.paragraph_then else str(then.section_number)
    )
    return Place(
        label=f"{number} {section.title}",
        url=url,
        then_label=_("%(number)s in version %(version)s") % {"number": then_number, "version": then.number},
        then_url=then.get_absolute_url(),
        quote=anchor.exact,
        state=anchor.state if anchor.exact else "same",
        state_label=anchor.get_state_display() if anchor.exact else "",
        words_now=anchor.words_now if anchor.state == Anchor.State.CHANGED else "",
        ask_url=reverse("panel:still-applies", args=[anchor.contribution_id]) if anchor.asked_at else "",
        still_applies=anchor.still_applies,
    )


def _answers(decisions: Iterable[Decision]) -> tuple[Answer, ...]:
    return tuple(
        Answer(
            label=decision.get_outcome_display(),
            tone=TONES[decision.outcome],
            reason_html=decision.reason_html,
            made_at=decision.made_at,
            url=decision.get_absolute_url(),
            place=str(decision.section),
            votes=None if decision.votes_for is None else (decision.votes_for, decision.votes_against),
        )
        for decision in decisions
        if decision.is_standing
    )


def changed_words(decisions: Iterable[Decision]) -> tuple[Changed, ...]:
    """From decisions with their changes fetched along: the words that changed because of those that stand."""
    changes = [change for decision in decisions if decision.is_standing for change in decision.changes.all()]
    return tuple(
        Changed(
            pieces=tuple(change.pieces),
            label=str(change.version),
            url=change.version.get_absolute_url() + (f"#p{change.paragraph}" if change.paragraph else ""),
            at=change.version.published_at,
        )
        if change.version
        else Changed(pieces=tuple(change.pieces), label=_("The next version"))
        for change in changes
    )


def open_suggestions(sections: Iterable[int]) -> models.QuerySet:
    """Anchors of public suggestions that have no standing answer and whose words have not gone."""
    return (
        Anchor.objects.filter(
            section__in=sections,
            contribution__kind=Kind.SUGGESTION,
            contribution__in=Contribution.objects.public(),
            start__isnull=False,
        )
        .exclude(is_answered("contribution"))
        .order_by("section", "start", "pk")
    )


def answerable() -> ContributionQuerySet:
    """What the panel answers: public contributions that point at a section, and those that point at none but stand for
    themselves: big ideas, what was said or written down at events, and the proposals made there."""
    # Named by their numbers: most contributions are none of these, and need not be looked at.
    anchored, ideas = Anchor.objects.values("contribution"), Idea.objects.values("contribution")
    return Contribution.objects.public().filter(pk__in=anchored.union(ideas, of_events(), all=True))


def of_events(notes: Q = Q(), proposals: Q = Q()) -> models.QuerySet:  # noqa: B008 - never changed
    """The numbers of what was said or written down at events and of the proposals made there, narrowed by what is said of notes
    and of the ideas that became proposals."""
    said = EventNote.objects.filter(notes).order_by().values("contribution")
    proposed = EventIdea.objects.filter(proposals, proposal__isnull=False).order_by().values("proposal")
    return said.union(proposed, all=True)


def notes_behind(proposals: Iterable[int], section: Section | None = None) -> models.QuerySet:
    """The numbers of the public notes that these proposals were made of; with `section` those that have no answer there yet."""
    notes = EventNote.objects.public().filter(idea__proposal__in=proposals)
    if section is not None:
        there = Voice.objects.filter(decision__section=section, decision__undone_at=None, contribution__isnull=False)
        notes = notes.exclude(contribution__in=there.values("contribution"))
    return notes.order_by("contribution").values_list("contribution", flat=True)


def answered_in(sections: Iterable[Section] | models.QuerySet) -> Q:
    """Contributions that belong to some of these sections: they point at one, or point nowhere and were answered in one."""
    standing = Voice.objects.filter(decision__undone_at=None, decision__section__in=sections, contribution__anchor=None)
    return Q(anchor__section__in=sections) | Q(pk__in=standing.values("contribution"))


def is_answered(number: str = "pk") -> Exists:
    """Whether a contribution has an answer that stands. `number` names the column that holds its number."""
    return Exists(Voice.objects.filter(contribution=OuterRef(number), decision__undone_at=None))


def clashing(suggestions: Sequence[Contribution], anchors: dict[int, Anchor]) -> dict[int, tuple[int, ...]]:
    """By suggestion: the numbers of others, still open, that touch the same words."""
    own = [anchors[row.pk] for row in suggestions if row.pk in anchors and anchors[row.pk].start is not None]
    if not own:
        return {}
    others: dict[int, list[Anchor]] = defaultdict(list)
    for other in open_suggestions({anchor.section_id for anchor in own}):
        others[other.section_id].append(other)
    return {
        anchor.contribution_id: tuple(
            other.contribution_id
            for other in others[anchor.section_id]
            if other.contribution_id != anchor.contribution_id and other.start < anchor.end and anchor.start < other.end
        )
        for anchor in own
    }
