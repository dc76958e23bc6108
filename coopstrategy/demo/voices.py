"""What the invented people say to the draft, and what moderators did about some of it.

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
from commons.digests.models import MailState, Notice
from commons.moderation.actions import appeal_verdict, decide_appeal, decide_moderation, hold, report_subject
from commons.moderation.models import Appeal, Cause, Moderation, Report, Verdict
from commons.people.models import Membership, Organisation, User
from coopstrategy.demo.people import BY_KEY
from panel.anchoring import Quote, find, quote_at
from panel.models import Anchor, Decision, Section, Version
from panel.paragraphs import paragraphs_of, places_of, text_of

NAMESPACE = uuid.UUID("6d1f3c52-7e0b-4e39-9f5c-1844184418aa")
MOST_AGREE = 30


def key_of(*names: str) -> uuid.UUID:
    """The same key for the same thing in every demo, so that it is found again."""
    return uuid.uuid5(NAMESPACE, "/".join(names))


def dice_for(*names: str) -> random.Random:
    """Dice that fall the same for the same thing, whatever was thrown before."""
    return random.Random("/".join(names))  # noqa: S311 - invented days, not secrets


def at_some_hour(moment: datetime, dice: random.Random, now: datetime) -> datetime:
    """The same day at an hour at which people write, and never in the future."""
    hour = dice.choices(range(6, 24), weights=[1, 2, 4, 5, 5, 4, 5, 4, 3, 3, 3, 4, 6, 8, 9, 8, 5, 2])[0]
    chosen = timezone.localtime(moment).replace(hour=hour, minute=dice.randrange(60))
    return min(chosen, now - timedelta(minutes=dice.randint(5, 90)))


@dataclass
class Reading:
    """One version as its readers point at it."""

    version: Version
    text: str
    paragraphs: list[tuple[int | None, int, int]]

    @classmethod
    def of(cls, version: Version) -> "Reading":
        found = paragraphs_of(version.body)
        places = places_of(found)
        return cls(
            version,
            text_of(found),
            [(one.number, start, end) for one, (start, end) in zip(found, places, strict=True)],
        )

    def place_of(self, words: str) -> tuple[int, int]:
        """Where words stand. Raises ValueError if they do not."""
        place = find(self.text, Quote(words))
        if place is None:
            raise ValueError(f"{self.version}: these words are not there: {words}")
        return place

    def paragraph_of(self, words: str) -> tuple[int | None, int, int]:
        """The paragraph that holds some words: its number and its place."""
        start, _end = self.place_of(words)
        return next(one for one in reversed(self.paragraphs) if one[1] <= start)

    def anchor(self, voice: dict[str, Any], contribution: Contribution) -> Anchor:
        """What a voice points at: `at` these words, at the paragraph that holds `para`, or the section."""
        anchor = Anchor(contribution=contribution, section=self.version.section, version=self.version)
        words = voice.get("at") or voice.get("para")
        if not words:
            return anchor
        number, start, end = self.paragraph_of(words)
        anchor.reach = Anchor.Reach.PARAGRAPH
        if "at" in voice:
            start, end = self.place_of(words)
            anchor.reach = Anchor.Reach.WORDS
        quote = quote_at(self.text, start, end)
        anchor.exact, anchor.prefix, anchor.suffix = quote.exact, quote.prefix, quote.suffix
        anchor.paragraph_then = anchor.paragraph = number
        anchor.start, anchor.end, anchor.words_now = start, start + len(quote.exact), quote.exact
        return anchor


@dataclass
class Said:
    """One voice of the texts on its way to become a row. `reading` is what a root points at; replies have none."""

    voice: dict[str, Any]
    key: uuid.UUID
    made_at: datetime
    section: Section
    reading: Reading | None = None
    parent: "Said | None" = None
    depth: int = 0
    is_inside: bool = False
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
            last = min(made_at, self.now - timedelta(minutes=dice.randint(3, 40)))
            key = key_of(str(said.key), str(number))
            depth = min(said.depth + 1, DEEPEST)
            yield from self.unfold(Said(reply, key, last, said.section, parent=said, depth=depth), dice)

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
            Edit(contribution=said.row, number=1, body=said.voice["edited"], written_at=said.made_at)
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
            thread_id=said.section.inside_id if said.is_inside else said.section.thread_id,
            author=author,
            key=said.key,
            body=voice["says"].strip(),
            made_at=said.made_at,
            depth=said.depth,
            parent=parent.row if parent else None,
            root=(parent.row.root or parent.row) if parent else None,
            **self._speaking(voice, author, said.made_at, dice),
        )
        if parent is not None and parent.voice.get("who") not in BY_KEY:
            row.announced_at = said.made_at  # nobody can enter as its author to read the notice, and each costs time
        if "instead" in voice:
            row.kind, row.replacement = Kind.SUGGESTION, voice["instead"]
        if "edited" in voice:
            row.revision, row.edited_at = 2, min(said.made_at + timedelta(hours=dice.uniform(0.1, 30)), self.now)
        if said.reading is not None:
            row.owner = said.section.owner
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
            said.row.moderation = Moderation(kind="contribution", cause=Cause.FIRST)
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
            number = min(said.voice.get("agree", 0), MOST_AGREE)
            dice = dice_for("agree", str(said.key))
            others = [person for person in people if person.pk != said.row.author_id]
            long = (self.now - said.made_at).total_seconds()
            for person in dice.sample(others, number):
                made_at = said.made_at + timedelta(seconds=dice.uniform(0, min(long, 30 * 86_400)))
                supports.append(Support(contribution=said.row, person=person, made_at=made_at))
            said.row.support_count = number
        Support.objects.bulk_create(supports)
        Contribution.objects.bulk_update([said.row for said in everything], ["support_count"])

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


def date_notices(now: datetime, *, after: int) -> None:
    """Give the notices that the drawing made the days of what they tell of; what is older than a week has been seen, and no mail
    about it is sent any more. `after` is the number of the last notice that was there before."""
    days: dict[str, dict[int, datetime]] = {
        "answered": dict(Decision.objects.values_list("pk", "made_at")),
        "answer-undone": dict(Decision.objects.exclude(undone_at=None).values_list("pk", "undone_at")),
        "verdict": dict(Verdict.objects.values_list("pk", "made_at")),
        "appeal": dict(Appeal.objects.exclude(decided_at=None).values_list("pk", "decided_at")),
        "report": dict(Report.objects.exclude(settled_at=None).values_list("pk", "settled_at")),
        "words-changed": dict(Version.objects.values_list("pk", "published_at")),
        "changed": dict(Version.objects.values_list("pk", "published_at")),
        "reply": dict(Contribution.objects.exclude(parent=None).values_list("pk", "made_at")),
    }
    notices = list(Notice.objects.filter(pk__gt=after))
    for notice in notices:
        fact, number, *_rest = notice.key.split(":")
        notice.made_at = days.get(fact, {}).get(int(number), notice.made_at)
        if notice.made_at < now - timedelta(days=7):
            notice.seen_at = notice.made_at + timedelta(hours=30)
        notice.mail_state, notice.mail_due_at = MailState.NONE, None
    Notice.objects.bulk_update(notices, ["made_at", "seen_at", "mail_state", "mail_due_at"], batch_size=500)
    Contribution.objects.filter(parent__isnull=False, announced_at__gte=now).update(announced_at=now)


def draw_visits(now: datetime, readers: Iterable[User], sections: Iterable[Section]) -> None:
    """Some people read the threads a week ago, so that they find what is new to them since."""
    Visit.objects.bulk_create(
        [
            Visit(thread_id=section.thread_id, person=reader, seen_at=now - timedelta(days=7))
            for section in sections
            for reader in readers
        ],
        ignore_conflicts=True,
    )
