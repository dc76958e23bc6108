"""Why words changed, and what became of every voice: a fixed number of queries, whatever the number of decisions."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import models
from django.db.models import Exists, OuterRef, Prefetch, Q

from commons.contributions.models import Contribution
from panel.models import Change, Decision, Dissent, Section, Voice
from panel.reports.cited import CitedThing, as_cited
from panel.reports.voices import TONES

VOICES_SHOWN = 3


class Heard:
    """Whose voices stand behind a decision: `voices` are contributions that may be read, `cited` the blog posts and sources that
    it cites."""

    voices: list[Contribution]
    cited: list[CitedThing]

    @property
    def first(self) -> list[Contribution]:
        return self.voices[:VOICES_SHOWN]

    @property
    def public_posts(self) -> list[CitedThing]:
        return [one for one in self.cited if one.is_public and not one.is_source]

    @property
    def public_sources(self) -> list[CitedThing]:
        return [one for one in self.cited if one.is_public and one.is_source]


@dataclass
class Why(Heard):
    """One reason for which words changed: a decision with the voices behind it, or a note."""

    change: Change
    decision: Decision | None
    voices: list[Contribution]
    cited: list[CitedThing] = field(default_factory=list)

    @property
    def tone(self) -> str:
        return TONES[self.decision.outcome] if self.decision else "note"


def with_voices(decisions: models.QuerySet) -> models.QuerySet:
    """Decisions with the public voices behind them, fetched along as `public_voices`, and what is cited as `cited_voices`: two
    queries."""
    return decisions.select_related("section", "made_by").prefetch_related(
        Prefetch("voices", Voice.objects.said(), to_attr="public_voices"),
        Prefetch("voices", Voice.objects.cited(), to_attr="cited_voices"),
    )


def _heard(decision: Decision | None) -> tuple[list[Contribution], list[CitedThing]]:
    """From a decision `with_voices`."""
    if decision is None:
        return [], []
    said = [voice.contribution for voice in decision.public_voices]
    return said, [as_cited(voice) for voice in decision.cited_voices]


def reasons_of(changes: models.QuerySet) -> list[Why]:
    """Published changes with their reasons."""
    rows = list(
        changes.filter(Q(decision=None) | Q(decision__undone_at=None))
        .select_related("version__section")
        .prefetch_related(Prefetch("decision", with_voices(Decision.objects.all())))
    )
    return [Why(row, row.decision, *_heard(row.decision)) for row in rows]


@dataclass
class Said(Heard):
    """One decision: what was said, what the panel answered, and the words that changed because of it."""

    decision: Decision
    voices: list[Contribution]
    changes: list[Change]
    cited: list[CitedThing] = field(default_factory=list)

    @property
    def tone(self) -> str:
        return TONES[self.decision.outcome]

    @property
    def others(self) -> int:
        return max(0, len(self.voices) - VOICES_SHOWN)


def said_and_changed(section: Section | None = None, *, outcome: str = "") -> models.QuerySet:
    """The decisions that stand, the newest first, with voices and changes fetched along; make them `Said` by `as_said`."""
    decisions = with_voices(Decision.objects.standing()).prefetch_related(
        Prefetch(
            "changes", Change.objects.filter(dropped_at=None).select_related("version__section"), to_attr="all_changes"
        ),
        Prefetch("dissents", Dissent.objects.published().select_related("member"), to_attr="public_dissents"),
    )
    if section is not None:
        decisions = decisions.filter(section=section)
    if outcome:
        decisions = decisions.filter(outcome=outcome)
    return decisions.order_by("-made_at", "-pk")


def as_said(decisions: Iterable[Decision]) -> list[Said]:
    said = []
    for decision in decisions:
        voices, cited = _heard(decision)
        said.append(Said(decision, voices, decision.all_changes, cited))
    return said


def latest_said(most: int = 3) -> list[Said]:
    """For the front page: the newest answers that changed words and, last, the newest that changed none. Each has a voice."""
    behind = Voice.objects.filter(decision=OuterRef("pk"))
    heard = Exists(behind.said()) | Exists(behind.of_public_posts()) | Exists(behind.of_public_sources())
    in_force = Exists(Change.objects.published().filter(decision=OuterRef("pk")))
    decisions = said_and_changed().filter(heard)
    changed = list(decisions.filter(in_force)[: most - 1])
    refused = list(decisions.filter(outcome=Decision.Outcome.NO)[:1])
    return as_said([*changed, *refused])
