"""What the invented people say to the draft, on the blog and to big ideas, and what moderators did about some of it.

Most of this is plain rows, written many at once: an action for each would hold back whatever a new account says first, and take
longer than anybody would wait. Where moderators had to look, their real actions are called. Everything bears the day on which it
is meant to have happened.
"""

import random
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from commons.contributions.actions import announce_contributions, withdraw_contribution
from commons.contributions.models import (
    DEEPEST,
    Channel,
    Contribution,
    Edit,
    Kind,
    Mandate,
    ShownAs,
    Support,
    Visit,
)
from commons.moderation.actions import appeal_verdict, decide_appeal, decide_moderation, hold, report_subject
from commons.moderation.models import Appeal, Cause, Moderation, Report, Verdict
from commons.people.models import Membership, Organisation, User
from coopstrategy.demo.days import dice_for, key_of
from coopstrategy.demo.people import BY_KEY
from coopstrategy.demo.reading import Reading
from panel.models import Anchor

MOST_AGREE = 30


@dataclass
class Said:
    """One voice of the texts on its way to become a row in the thread `thread_id`. What is said to a section is to be answered by
    its `owner`, and `reading` is what a root points at; replies have none."""

    voice: dict[str, Any]
    key: uuid.UUID
    made_at: datetime
    thread_id: int
    owner: User | None = None
    reading: Reading | None = None
    parent: "Said | None" = None
    depth: int = 0
    is_independent: bool = False
    row: Contribution = field(init=False)

    @property
    def state(self) -> str:
        return self.voice.get("state", "")


class Voices:
    """Writes down what people said. One for each drawing of the demo."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.people = {user.email.split("@")[0]: user for user in User.objects.filter(email__endswith="@example.coop")}
        self.with_roles = set(
            User.objects.filter(
                appointments__role__in=["panel_member", "chair", "staff", "moderator", "editor"]
            ).values_list("pk", flat=True)
        )
        self.organisations: dict[int, Organisation] = {
            row.user_id: row.organisation
            for row in Membership.objects.filter(
                user__in=self.people.values(), state=Membership.State.VERIFIED
            ).select_related("organisation")
        }
        self.moderators = [self.people["joseph"], self.people["beatrix"]]
        public = Contribution.objects.published().filter(author__in=self.people.values())
        self.let_through = Counter(public.values_list("author", flat=True))

    # --- becoming rows --------------------------------------------------------------------------------------------------

    def unfold(self, said: Said, dice: random.Random) -> Iterator[Said]:
        """A voice and the replies below it, each a while after what it answers."""
        yield said
        last = said.made_at
        for number, reply in enumerate(said.voice.get("replies", ())):
            made_at = last + timedelta(hours=dice.uniform(0.4, 40))
            if "days" in reply:
                made_at = max(last + timedelta(minutes=20), self.now - timedelta(days=reply["days"]))
            last = min(made_at, self.now - timedelta(minutes=dice.randint(3, 40)))
            key = key_of(str(said.key), str(number))
            depth = min(said.depth + 1, DEEPEST)
            below = Said(reply, key, last, said.thread_id, parent=said, depth=depth, is_independent=said.is_independent)
            yield from self.unfold(below, dice)

    def write(self, roots: Iterable[Said]) -> None:
        """Write voices with all that hangs below them, and what moderators did. Roots are numbered in the order of their days."""
        everything = [
            said
            for root in sorted(roots, key=lambda said: said.made_at)
            for said in self.unfold(root, dice_for("replies", str(root.key)))
        ]
        for depth in range(DEEPEST + 1):
            level = [said for said in everything if said.depth == depth]
            for said in level:
                said.row = self._row(said)
            self._let_through(level)
            Contribution.objects.bulk_create(said.row for said in level)
        Anchor.objects.bulk_create(said.reading.anchor(said.voice, said.row) for said in everything if said.reading)
        Edit.objects.bulk_create(
            Edit(
                contribution=said.row,
                number=1,
                title=said.row.title,
                body=said.voice["edited"],
                written_at=said.made_at,
            )
            for said in everything
            if "edited" in said.voice
        )
        self._support(everything)
        for said in everything:
            if said.state:
                self._moderate(said)
        announce_contributions(by=None)

    def _row(self, said: Said) -> Contribution:
        voice, parent = said.voice, said.parent
        author = self.people[voice["who"]] if voice.get("who") else None
        dice = dice_for("row", str(said.key))
        row = Contribution(
            thread_id=said.thread_id,
            author=author,
            key=said.key,
            body=voice["says"].strip(),
            made_at=said.made_at,
            depth=said.depth,
            support_count=min(voice.get("agree", 0), MOST_AGREE),
            parent=parent.row if parent else None,
            root=(parent.row.root or parent.row) if parent else None,
            **self._speaking(voice, author, said.made_at, dice),
        )
        if parent is not None and parent.voice.get("who") not in BY_KEY:
            row.announced_at = said.made_at  # nobody can enter as its author to read the notice, and each costs time
        if "title" in voice:
            row.kind, row.title = Kind.IDEA, voice["title"]
        if "instead" in voice:
            row.kind, row.replacement = Kind.SUGGESTION, voice["instead"]
        if "edited" in voice:
            row.revision, row.edited_at = 2, min(said.made_at + timedelta(hours=dice.uniform(0.1, 30)), self.now)
        if said.reading is not None:
            row.owner = said.owner
            row.reply_by = timezone.localdate(said.made_at) + timedelta(weeks=settings.REPLY_WEEKS)
        if "keyed" in voice:
            row.channel, row.said_by = Channel(voice["channel"]), voice["said_by"]
            row.keyed_in_by = self.people[voice["keyed"]]
        return row

    def _speaking(
        self, voice: dict[str, Any], author: User | None, made_at: datetime, dice: random.Random
    ) -> dict[str, Any]:
        """For whom somebody speaks and how they wish to be shown. A vote reads "members 41 3 120": for, against, entitled."""
        kind, *figures = str(voice.get("mandate", "self")).split()
        shown = voice.get("shown", ShownAs.NAME)
        organisation = self.organisations.get(author.pk) if author and not voice.get("alone") else None
        said: dict[str, Any] = {"mandate": Mandate(kind), "shown_as": ShownAs(shown), "organisation": organisation}
        if kind in {Mandate.BOARD, Mandate.MEMBERS}:
            said["agreed_on"] = timezone.localdate(made_at - timedelta(days=dice.randint(2, 24)))
        if kind == Mandate.MEMBERS:
            said |= dict(zip(("votes_for", "votes_against", "votes_entitled"), map(int, figures), strict=False))
        return said

    def _let_through(self, level: Sequence[Said]) -> None:
        """What a new account says first was looked at by a moderator before it was public."""
        verdicts: list[Verdict] = []
        for said in level:
            author = said.row.author
            if author is None or author.pk in self.with_roles or said.state in {"held", "declined"}:
                continue
            self.let_through[author.pk] += 1
            if self.let_through[author.pk] > settings.TRUSTED_AFTER:
                continue
            dice = dice_for("looked at", str(said.key))
            said.row.moderation = Moderation(kind="contribution", cause=Cause.FIRST, is_independent=said.is_independent)
            took = timedelta(hours=dice.choice([0.2, 0.5, 1, 2, 3, 5, 9, 14, 20, 31]) * dice.uniform(0.5, 1.5))
            verdicts.append(
                Verdict(
                    moderation=said.row.moderation,
                    outcome=Verdict.Outcome.PUBLISH,
                    cause=Cause.FIRST,
                    revision=1,
                    author=author,
                    by=dice.choice(self.moderators),
                    waited_since=said.made_at,
                    made_at=min(said.made_at + took, self.now),
                )
            )
        Moderation.objects.bulk_create(verdict.moderation for verdict in verdicts)
        Verdict.objects.bulk_create(verdicts)

    def _support(self, everything: Sequence[Said]) -> None:
        """As many agree as the texts say; a crowd of sixty can hardly be more than thirty in one place."""
        supports: list[Support] = []
        people = sorted(self.people.values(), key=lambda person: person.email)
        for said in everything:
            number = said.row.support_count
            dice = dice_for("agree", str(said.key))
            others = [person for person in people if person.pk != said.row.author_id]
            long = (self.now - said.made_at).total_seconds()
            for person in dice.sample(others, number):
                made_at = said.made_at + timedelta(seconds=dice.uniform(0, min(long, 30 * 86_400)))
                supports.append(Support(contribution=said.row, person=person, made_at=made_at))
        Support.objects.bulk_create(supports)

    # --- moderators -----------------------------------------------------------------------------------------------------

    def _moderate(self, said: Said) -> None:
        """Bring one voice to the state that the texts give it, by the actions that do it for everybody."""
        row, told = said.row, said.voice.get("moderation", {})
        if said.state == "withdrawn":
            withdraw_contribution(row, by=row.author)
            return
        dice = dice_for("moderated", str(said.key))
        cause = Cause(told["cause"])
        asked_at = said.made_at
        if cause == Cause.REPORT:
            asked_at = min(said.made_at + timedelta(hours=dice.uniform(3, 60)), self.now - timedelta(minutes=20))
            if "days" in told:
                asked_at = self.now - timedelta(days=told["days"])
            for reader in told["reporters"]:
                report_subject(row, by=self.people[reader], reason=told["reason"], note=told.get("note", ""))
        else:
            hold(row, by=None, cause=cause)
        row.refresh_from_db()
        Report.objects.filter(moderation=row.moderation_id).update(made_at=asked_at)
        Moderation.objects.filter(pk=row.moderation_id).update(waiting_since=asked_at)
        if said.state in {"held", "reported"}:
            return
        verdict = self._decide(said, told)
        decided_at = min(asked_at + timedelta(hours=dice.uniform(1, 30)), self.now - timedelta(minutes=10))
        Verdict.objects.filter(pk=verdict.pk).update(waited_since=asked_at, made_at=decided_at)
        Report.objects.filter(moderation=row.moderation_id).update(settled_at=decided_at)
        if "appeal" in told:
            self._appeal(verdict, row, told["appeal"], decided_at)

    def _decide(self, said: Said, told: dict[str, Any]) -> Verdict:
        outcome = {"declined": "decline", "redacted": "redact", "kept": "keep"}[said.state]
        more: dict[str, Any] = {}
        if outcome != "keep":
            more = {"reason": told["reason"], "explanation": told["explanation"]}
        if outcome == "redact":
            more["words"] = {"body": told["cut"]}
        moderation = Moderation.objects.get(pk=said.row.moderation_id)
        by = self.people[told["by"]]
        return decide_moderation(moderation, by=by, outcome=outcome, seen=said.row.revision, **more)

    def _appeal(self, verdict: Verdict, row: Contribution, told: dict[str, Any], decided_at: datetime) -> None:
        verdict.refresh_from_db()
        appeal = appeal_verdict(verdict, by=row.author, text=told["text"])
        appealed_at = min(decided_at + timedelta(hours=19), self.now - timedelta(minutes=8))
        if "days" in told:
            appealed_at = self.now - timedelta(days=told["days"])
        Appeal.objects.filter(pk=appeal.pk).update(made_at=appealed_at)
        if told.get("outcome"):
            by = self.people[told["by"]]
            decide_appeal(appeal, by=by, outcome=told["outcome"], explanation=told["explanation"])
            ended_at = min(appealed_at + timedelta(hours=41), self.now - timedelta(minutes=6))
            Appeal.objects.filter(pk=appeal.pk).update(decided_at=ended_at)


def draw_visits(now: datetime, readers: Iterable[User], threads: Iterable[int]) -> None:
    """Some people read the threads a week ago, so that they find what is new to them since."""
    Visit.objects.bulk_create(
        [
            Visit(thread_id=thread, person=reader, seen_at=now - timedelta(days=7))
            for thread in threads
            for reader in readers
        ],
        ignore_conflicts=True,
    )
