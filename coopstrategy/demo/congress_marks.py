"""The two kinds of mark at the demo's Congress: 180 ballots, the marks on most of them, the count, the nine proposals, and what
the panel made of some of them."""

import hashlib
import uuid
from collections import Counter
from datetime import timedelta
from random import Random
from typing import Any

from django.db import models
from django.utils import timezone

from commons.contributions.models import Channel, Contribution, Kind, Thread
from consultation.models import Ballot, EventIdea, Mark, MarkKind
from coopstrategy.demo.citing import change_words
from coopstrategy.demo.congress_ground import BALLOTS_TO_TRY, THEMES, Ground, read_congress, rewrite
from coopstrategy.demo.congress_notes import public_notes
from coopstrategy.demo.days import dice_for, key_of
from panel.actions.deciding import make_decision
from panel.models import Section

BALLOTS, CAST, CAST_SO_FAR = 180, 168, 90


def hash_of(token: str) -> str:
    """What the database holds of a token: capitals and hyphens do not matter."""
    return hashlib.sha256("".join(sign for sign in token.upper() if sign.isalnum()).encode()).hexdigest()


class Marks:
    """Gives out ballots, marks and counts. One for each drawing."""

    def __init__(self, ground: Ground) -> None:
        self.ground, self.clock, self.event = ground, ground.clock, ground.event

    def print_ballots(self) -> None:
        """One for everybody who came. The first two are the ones that can be tried; all the others' tokens nobody knows."""
        tokens = [*BALLOTS_TO_TRY, *(str(uuid.uuid4()) for _one in range(BALLOTS - len(BALLOTS_TO_TRY)))]
        printed = timezone.localdate(self.clock.at(1, "11:00"))
        Ballot.objects.bulk_create(
            Ballot(event=self.event, token_hash=hash_of(token), made_on=printed) for token in tokens
        )

    def cast(self, number: int) -> None:
        """So many ballots are cast, each with what somebody believably wants, and what they think can be done. What was cast
        before stays."""
        ideas = self._ideas()
        to_try = {hash_of(token) for token in BALLOTS_TO_TRY}
        ballots = self.event.ballots.exclude(token_hash__in=to_try)
        done = ballots.exclude(cast_at=None).count()
        fresh = list(ballots.filter(cast_at=None).order_by("pk")[: max(0, number - done)])
        marks = []
        for place, ballot in enumerate(fresh, start=done):
            dice = dice_for("congress", "ballot", str(place))
            ballot.cast_at = self.clock.ending(2, "14:50", "15:30") + timedelta(minutes=dice.triangular(0, 38, 20))
            ballot.revision = dice.choice([1, 1, 1, 1, 2, 3])
            marks += self._marks_of(ballot, ideas, dice)
        rewrite(fresh, "cast_at", "revision")
        Mark.objects.bulk_create(marks, batch_size=2000)

    def _marks_of(self, ballot: Ballot, ideas: dict[str, EventIdea], dice: Random) -> list[Mark]:
        marks = []
        for theme in THEMES:
            told = [one for one in read_congress(theme)["ideas"] if "into" not in one]
            for kind in MarkKind:
                # A few people keep a mark back.
                most = dice.choices([self.event.marks_each, self.event.marks_each - 1], [9, 1])[0]
                weighed = sorted(told, key=lambda one, kind=kind: dice.random() ** (1 / one[kind.value]), reverse=True)
                marks += [Mark(ballot=ballot, idea=ideas[one["id"]], kind=kind) for one in weighed[:most]]
        return marks

    def count(self) -> None:
        """The marks are counted, the counts are written down beside the ideas, and everybody can read them."""
        marks = Mark.objects.filter(ballot__event=self.event)
        counts = Counter(
            {
                (found["idea"], found["kind"]): found["number"]
                for found in marks.values("idea", "kind").annotate(number=models.Count("pk"))
            }
        )
        ideas = list(self.event.ideas.filter(merged_into=None))
        for idea in ideas:
            idea.desirable_count = counts[idea.pk, MarkKind.DESIRABLE]
            idea.achievable_count = counts[idea.pk, MarkKind.ACHIEVABLE]
        rewrite(ideas, "desirable_count", "achievable_count")
        self.event.marks_frozen_at = self.clock.at(2, "18:05")
        self.event.marks_published_at = self.clock.at(2, "18:20")
        self.event.save(update_fields=["marks_frozen_at", "marks_published_at"])

    def propose(self) -> None:
        """The idea of each issue that was marked most becomes a proposal: nine, which the panel answers like any voice."""
        when, ideas = self.clock.at(3, "09:30"), self._ideas()
        told = [one for theme in THEMES for one in read_congress(theme)["ideas"] if "proposal" in one]
        thread = self.event.proposals = Thread.objects.create(made_at=when)
        self.event.save(update_fields=["proposals"])
        rows = Contribution.objects.bulk_create(
            Contribution(
                thread=thread,
                kind=Kind.PROPOSAL,
                key=key_of("congress", "proposal", one["id"]),
                title=one["title"],
                body=f"{one['issue']}.\n\n{one['proposal']}",
                channel=Channel.EVENT,
                said_by=self.event.title,
                keyed_in_by=self.ground.people["wren"],
                made_at=when,
            )
            for one in told
        )
        for one, row in zip(told, rows, strict=True):
            ideas[one["id"]].proposal = row
        EventIdea.objects.bulk_update([ideas[one["id"]] for one in told], ["proposal"])

    def answer(self) -> None:
        """What the panel answered, and the words that changed because of it."""
        ideas = self._ideas()
        for told in sorted(read_congress()["answers"], key=lambda one: -one["days"]):
            if "proposal" in told:
                idea = ideas[told["proposal"]]
                voices = [idea.proposal, *public_notes(idea)]
            else:
                voices = list(Contribution.objects.filter(event_note__session__event=self.event, body=told["note"]))
            self._answer(told, voices)

    def _answer(self, told: dict[str, Any], voices: list[Contribution]) -> None:
        section = Section.objects.published().filter(slug=told["section"]).first()
        if section is None:
            return
        people, now = self.ground.people, self.clock.now
        decision = make_decision(
            section,
            by=people[told["by"]],
            voices=voices,
            outcome=told["outcome"],
            reason=told["reason"],
            key=key_of("congress", "answer", told["id"]),
            votes_for=told["votes"][0],
            votes_against=told["votes"][1],
            now=now - timedelta(days=told["days"]),
        )
        if "was" in told and section.draft.body.count(told["was"]) == 1:
            change_words(section, decision, told, by=people[told["by"]], chair=people["halina"], now=now)

    def _ideas(self) -> dict[str, EventIdea]:
        """By the name in the texts: the ideas that stand."""
        rows = {row.title: row for row in self.event.ideas.filter(merged_into=None).select_related("proposal")}
        told = [one for theme in THEMES for one in read_congress(theme)["ideas"] if "into" not in one]
        return {one["id"]: rows[one["title"]] for one in told}
