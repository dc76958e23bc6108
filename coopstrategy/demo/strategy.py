"""An invented draft strategy on its way: twelve sections in up to three versions, what some sixty people said to them, and the
answers of the panel. The words stand in strategy_texts/, a file for each section; all people and figures in them are invented.

Two moments can be drawn. In the first the panel has published its first versions and a few have spoken. In the second all of it
is alive. Versions and answers are made by the panel's real actions, so that each anchor is truly found again and each change is
truly tied to its reason.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from commons.contributions.models import Contribution, Thread
from commons.digests.models import Notice
from coopstrategy.demo.crowd import TEXTS, draw_crowd, draw_panel, read_texts
from coopstrategy.demo.days import at_some_hour, date_notices, dice_for, key_of
from coopstrategy.demo.reading import Reading
from coopstrategy.demo.voices import Said, Voices, draw_visits
from panel.actions.deciding import accept_suggestion, make_decision, put_words, record_dissent, undo_decision
from panel.actions.drafting import approve_draft, keep_working_copy, open_part, open_section, save_draft
from panel.actions.pointing import say_if_applies
from panel.actions.publishing import Because, place_of, publish_section, reckon, schedule_publication
from panel.anchoring import Quote
from panel.models import Approval, Change, Decision, Dissent, Draft, DraftRevision, Section
from panel.paragraphs import paragraphs_of, text_of

FIRST_DAY = 200
"""How many days ago the first versions came out. Congress was 158 days ago."""
LATELY = 26
READERS = ("halina", "odhran", "kezia", "gwen", "peter", "ffion")
"""Those of the demo's people who read everything a week ago."""


class ChangedByHand(Exception):
    """Somebody has worked on the framework since its first moment was drawn, so the second cannot be drawn over it."""


@dataclass
class Chapter:
    """One section: its words in the texts, its row, and how far it has been drawn."""

    texts: dict[str, Any]
    section: Section
    decisions: dict[str, Decision] = field(default_factory=dict)

    @property
    def slug(self) -> str:
        return self.texts["slug"]

    @property
    def versions(self) -> list[dict[str, Any]]:
        """The later versions; the first one needs no reasons."""
        return self.texts["versions"]

    def came_out(self, number: int) -> int | None:
        """How many days ago a version came out, or None if it has not."""
        if number == 1:
            return FIRST_DAY
        return self.versions[number - 2]["days"] if number - 2 < len(self.versions) else None

    def in_round(self, number: int) -> Iterator[dict[str, Any]]:
        return (voice for voice in self.texts["voices"] if voice["round"] == number)


def texts_of_sections() -> list[dict[str, Any]]:
    """The words of each section, in their order."""
    return [read_texts(path.stem) for path in sorted(TEXTS.glob("[0-9]*.json"))]


def draw_strategy(*, stage: str) -> None:
    """Draw the draft strategy at a moment: "census" or "draft". Doing it again changes nothing; the later can follow the earlier.

    Register and people must have been drawn. Raises `ChangedByHand`.
    """
    now = timezone.now().replace(second=0, microsecond=0)
    if not Section.objects.exists():
        with transaction.atomic():
            _Draw(now).first_moment()
    first = texts_of_sections()[0]
    is_drawn = Decision.objects.filter(key=key_of(first["slug"], first["decisions"][0]["id"])).exists()
    if stage == "draft" and not is_drawn:
        with transaction.atomic():
            _Draw(now).second_moment()


class _Draw:
    """One drawing."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        draw_crowd(now)
        draw_panel(now)
        self.voices = Voices(now)
        self.people = self.voices.people
        self.last_notice = Notice.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        self.chapters: list[Chapter] = []
        self.saved: dict[int, datetime] = {}

    def first_moment(self) -> None:
        """The panel is named, the first versions are out, and a few have spoken."""
        self._open_framework()
        self._give(voice_round=1, only_early=True)
        # At that moment no answer is late: the promise runs from the day on which this is shown.
        Contribution.objects.filter(reply_by__isnull=False).update(
            reply_by=timezone.localdate(self.now + timedelta(days=40))
        )
        self._end()

    def second_moment(self) -> None:
        """Two more rounds of voices, answers and versions, and what is open today."""
        self._find_framework()
        for row in Contribution.objects.filter(reply_by__isnull=False):
            Contribution.objects.filter(pk=row.pk).update(
                reply_by=timezone.localdate(row.made_at) + timedelta(weeks=12)
            )
        for number in (1, 2, 3):
            self._give(voice_round=number, only_early=False)
            self._decide(number)
            self._record_dissents(number)
            self._publish(number + 1)
        self._talk_inside()
        self._say_what_applies()
        self._leave_open()
        draw_visits(self.now, [self.people[key] for key in READERS], [one.section.thread_id for one in self.chapters])
        self._end()

    def days_ago(self, days: float) -> datetime:
        return self.now - timedelta(days=days)

    # --- the framework --------------------------------------------------------------------------------------------------

    def _open_framework(self) -> None:
        halina, opened = self.people["halina"], self.days_ago(FIRST_DAY + 6)
        parts = {one["slug"]: open_part(by=halina, **one) for one in read_texts("parts")}
        for texts in texts_of_sections():
            owner = self.people[texts["owner"]]
            section = open_section(
                parts[texts["part"]], by=halina, slug=texts["slug"], title=texts["title"], owner=owner
            )
            body = "\n\n".join(texts["first"])
            draft = save_draft(section, by=owner, title=texts["title"], body=body, based_on=0)
            came_out = at_some_hour(self.days_ago(FIRST_DAY), dice_for(texts["slug"], "first"), self.now)
            self._note_saved(draft, came_out - timedelta(days=2))
            publish_section(section, by=halina, based_on=draft.revision, now=came_out)
            self.chapters.append(Chapter(texts, _sections().get(pk=section.pk)))
        Section.objects.update(made_at=opened)
        Thread.objects.filter(made_at__gte=self.now).update(made_at=opened)

    def _find_framework(self) -> None:
        """The rows of the first moment. Raises `ChangedByHand` if they are not as they were drawn."""
        sections = {section.slug: section for section in _sections()}
        texts = texts_of_sections()
        untouched = set(sections) == {one["slug"] for one in texts} and not Decision.objects.exists()
        for one in texts:
            section = sections.get(one["slug"])
            body = "\n\n".join(one["first"])
            untouched = untouched and section.current.number == 1 and section.draft.body == body
        if not untouched:
            raise ChangedByHand(
                "Somebody has worked on the draft strategy of this demo, so the later moment was not added. "
                "To begin again: python3 run.py reset"
            )
        self.chapters = [Chapter(one, sections[one["slug"]]) for one in texts]

    # --- voices ---------------------------------------------------------------------------------------------------------

    def _give(self, *, voice_round: int, only_early: bool) -> None:
        """What was said in one round: between one version and the next."""
        roots: list[Said] = []
        for chapter in self.chapters:
            reading = Reading.of(chapter.section.current)
            for voice in chapter.in_round(voice_round):
                # The few of the first moment have been drawn with it.
                if voice.get("early", False) == only_early:
                    key = key_of(chapter.slug, voice["id"])
                    thread, owner = chapter.section.thread_id, chapter.section.owner
                    roots.append(Said(voice, key, self._day_of(chapter, voice), thread, owner, reading))
        self.voices.write(roots)

    def _day_of(self, chapter: Chapter, voice: dict[str, Any]) -> datetime:
        dice = dice_for(chapter.slug, voice["id"], "day")
        if "days" in voice:
            return at_some_hour(self.days_ago(voice["days"]), dice, self.now)
        begins, ends = chapter.came_out(voice["round"]), chapter.came_out(voice["round"] + 1)
        # Where there is no third version yet, what others say to it is said to the second.
        begins = LATELY if begins is None else begins
        ends = LATELY if ends is None and voice["round"] == 2 else ends
        if voice.get("early"):
            ends = begins - 12
        first, last = begins - 1, (ends + 5 if ends is not None else 0)
        # Most write soon after a version has come out.
        return at_some_hour(self.days_ago(first - (first - last) * dice.random() ** 1.6), dice, self.now)

    def _talk_inside(self) -> None:
        """What the panel says among itself."""
        roots = [
            Said(
                voice | {"alone": True},
                key_of(chapter.slug, "inside", str(number)),
                at_some_hour(self.days_ago(voice["days"]), dice_for(chapter.slug, "inside", str(number)), self.now),
                chapter.section.inside_id,
            )
            for chapter in self.chapters
            for number, voice in enumerate(chapter.texts["inside"])
        ]
        self.voices.write(roots)

    # --- answers --------------------------------------------------------------------------------------------------------

    def _decide(self, number: int) -> None:
        """The answers of one round, in the order of their days."""
        rows = {row.key: row for row in Contribution.objects.filter(anchor__isnull=False).select_related("author")}
        waiting: list[tuple[datetime, Chapter, dict[str, Any], list[Contribution]]] = []
        for chapter in self.chapters:
            for told in chapter.texts["decisions"]:
                if told["round"] == number:
                    voices = [rows[key_of(chapter.slug, name)] for name in told["voices"]]
                    waiting.append((self._day_of_answer(chapter, told, voices), chapter, told, voices))
        for moment, chapter, told, voices in sorted(waiting, key=lambda one: (one[0], one[1].slug, one[2]["id"])):
            decision = self._answer(chapter, told, voices, moment)
            chapter.decisions[told["id"]] = decision
            if "words" in told or "puts" in told:
                self._note_saved(chapter.section.draft, moment)
            if "undone" in told:
                undone_at = min(moment + timedelta(days=8), self.now - timedelta(hours=3))
                undo_decision(decision, by=self.people["halina"], reason=told["undone"], now=undone_at)

    def _day_of_answer(self, chapter: Chapter, told: dict[str, Any], voices: Iterable[Contribution]) -> datetime:
        """After the last of its voices, and before the version that follows."""
        dice = dice_for(chapter.slug, told["id"], "day")
        spoken = max(voice.made_at for voice in voices)
        follows = chapter.came_out(told["round"] + 1)
        last = self.days_ago(follows + 0.8) if follows is not None else self.days_ago(0.1)
        earliest = max(spoken, self.days_ago(chapter.came_out(told["round"]) or LATELY))
        moment = earliest + (last - earliest) * dice.uniform(0.25, 0.95)
        return moment.replace(second=0, microsecond=0)

    def _answer(self, chapter: Chapter, told: dict[str, Any], voices: list[Contribution], moment: datetime) -> Decision:
        votes = told.get("votes", (None, None))
        by = self.people[told["by"]] if "by" in told else chapter.section.owner
        shared = {
            "by": by,
            "reason": told["reason"].strip(),
            "key": key_of(chapter.slug, told["id"]),
            "votes_for": votes[0],
            "votes_against": votes[1],
            "now": moment,
        }
        words = told.get("words")
        if words is not None:
            return accept_suggestion(voices[0], words=None if words is True else words, **shared)
        decision = make_decision(chapter.section, voices=voices, outcome=told["outcome"], **shared)
        for was, now in told.get("puts", ()):
            put_words(decision, Quote(was), now, by=by)
        return decision

    # --- versions -------------------------------------------------------------------------------------------------------

    def _publish(self, number: int) -> None:
        """The version of this number of each section that has one, in the order of their days."""
        due = [chapter for chapter in self.chapters if chapter.came_out(number) is not None]
        for chapter in sorted(due, key=lambda one: (-one.came_out(number), one.slug)):
            told = chapter.versions[number - 2]
            dice = dice_for(chapter.slug, "version", str(number))
            moment = self.days_ago(told["days"]).replace(hour=dice.randint(8, 16), minute=dice.randrange(60))
            draft = self._write(chapter, told["changes"], moment - timedelta(hours=14))
            reasons = self._reasons(chapter, draft, told["changes"])
            publish_section(
                chapter.section,
                by=self.people["halina"],
                based_on=draft.revision,
                reasons=reasons,
                note=told["note"],
                now=moment,
            )
            chapter.section = _sections().get(pk=chapter.section.pk)

    def _write(self, chapter: Chapter, changes: Iterable[Mapping[str, Any]], moment: datetime) -> Draft:
        """Change the open draft by hand and save it."""
        draft = Draft.objects.get(section=chapter.section)
        body = draft.body
        for change in changes:
            body = changed(body, change)
        if body != draft.body:
            draft = save_draft(
                chapter.section, by=chapter.section.owner, title=draft.title, body=body, based_on=draft.revision
            )
            self._note_saved(draft, moment)
        return draft

    def _reasons(self, chapter: Chapter, draft: Draft, changes: Iterable[Mapping[str, Any]]) -> dict[str, Because]:
        """Why each paragraph changed, for those that were changed by hand."""
        reckoning = reckon(chapter.section, draft.body, chapter.section.changes.pending())
        reasons: dict[str, Because] = {}
        for paragraph in reckoning.changes:
            was = paragraph.old.text if paragraph.old else ""
            now = paragraph.new.text if paragraph.new else ""
            if paragraph.kind == "same":
                continue
            causes = [change for change in changes if _explains(change, was, now)]
            decisions = [chapter.decisions[name].pk for change in causes for name in change.get("because", ())]
            note = " ".join(change["note"] for change in causes if "note" in change)
            if decisions or note:
                reasons[place_of(paragraph)] = Because(tuple(dict.fromkeys(decisions)), note)
        return reasons

    def _record_dissents(self, number: int) -> None:
        """Those members who did not agree with the version that is in force after this round, or with an answer."""
        for chapter in self.chapters:
            version = chapter.section.current
            for told in chapter.texts["dissents"]:
                if told["round"] != number:
                    continue
                paragraph = Reading.of(version).paragraph_of(told["para"])[0] if "para" in told else None
                dissent = record_dissent(
                    chapter.section,
                    by=self.people[told["who"]],
                    body=told["says"],
                    is_public=told["public"],
                    version=version,
                    decision=chapter.decisions.get(told.get("decision")),
                    paragraph=paragraph,
                )
                Dissent.objects.filter(pk=dissent.pk).update(made_at=self.days_ago(told["days"]))

    def _say_what_applies(self) -> None:
        """Some of those whose words changed have said whether what they said still applies."""
        for chapter in self.chapters:
            for voice in chapter.texts["voices"]:
                if "applies" not in voice:
                    continue
                row = Contribution.objects.select_related("anchor", "author").get(key=key_of(chapter.slug, voice["id"]))
                if row.anchor.asked_at is not None:
                    anchor = say_if_applies(row.anchor, by=row.author, applies=voice["applies"])
                    anchor.replied_at = min(anchor.asked_at + timedelta(days=2, hours=5), self.now)
                    anchor.save(update_fields=["replied_at"])

    # --- what is open today ---------------------------------------------------------------------------------------------

    def _leave_open(self) -> None:
        """Drafts that hold changes, who agrees to them, what a colleague has typed, and what waits for its hour."""
        for chapter in self.chapters:
            told = chapter.texts.get("draft", {})
            draft = self._write(chapter, told.get("changes", ()), self.days_ago(1.2))
            for name in told.get("approved_by", ()):
                approve_draft(chapter.section, by=self.people[name], based_on=draft.revision)
            if "working_copy" in told:
                copy = told["working_copy"]
                keep_working_copy(
                    chapter.section,
                    by=self.people[copy["who"]],
                    title=draft.title,
                    body=changed(draft.body, copy),
                    based_on=draft.revision,
                )
            if "scheduled_in_days" in told:
                day = timezone.localtime(self.now + timedelta(days=told["scheduled_in_days"]))
                schedule_publication(
                    chapter.section,
                    by=self.people["halina"],
                    based_on=draft.revision,
                    publish_at=day.replace(hour=7, minute=0),
                    note=told["note"],
                )
        Approval.objects.filter(made_at__gte=self.now).update(made_at=self.days_ago(0.7))

    # --- days -----------------------------------------------------------------------------------------------------------

    def _note_saved(self, draft: Draft, moment: datetime) -> None:
        """The wordings saved since the last time were saved at this moment."""
        fresh = DraftRevision.objects.filter(draft=draft).exclude(pk__in=self.saved).values_list("pk", flat=True)
        self.saved |= dict.fromkeys(fresh, moment)

    def _end(self) -> None:
        """Give what the actions wrote today the days on which it happened."""
        revisions = list(DraftRevision.objects.filter(pk__in=self.saved).select_related("draft"))
        for revision in revisions:
            revision.saved_at = self.saved[revision.pk]
            if revision.number == revision.draft.revision:
                Draft.objects.filter(pk=revision.draft_id).update(saved_at=revision.saved_at)
        DraftRevision.objects.bulk_update(revisions, ["saved_at"])
        changes = list(Change.objects.select_related("decision", "version"))
        for change in changes:
            known = change.decision or change.version
            change.made_at = getattr(known, "made_at", None) or known.published_at
        Change.objects.bulk_update(changes, ["made_at"])
        date_notices(self.now, after=self.last_notice)


def _sections() -> QuerySet[Section]:
    return Section.objects.select_related("current", "owner", "draft")


def changed(body: str, change: Mapping[str, Any]) -> str:
    """A text with one change by hand: other words (`was`, `now`), a new block behind the one that holds words (`after`, `now`),
    or without the block that holds words (`drop`). Raises ValueError when these do not stand there just once."""
    words = change.get("was") or change.get("after") or change["drop"]
    if body.count(words) != 1:
        raise ValueError(f"{body.count(words)} times in the text: {words}")
    if "was" in change:
        return body.replace(words, change["now"])
    blocks = body.split("\n\n")
    at = next(number for number, block in enumerate(blocks) if words in block)
    blocks[at : at + 1] = [blocks[at], change["now"]] if "after" in change else []
    return "\n\n".join(blocks)


def _explains(change: Mapping[str, Any], was: str, now: str) -> bool:
    """Whether a change by hand is why a paragraph reads otherwise than before."""
    brought = _flat(change.get("now", ""))
    if brought and brought in " ".join(now.split()) and brought not in " ".join(was.split()):
        return True
    taken = _flat(change.get("was") or change.get("drop", ""))
    return bool(taken) and taken in " ".join(was.split()) and taken not in " ".join(now.split())


def _flat(words: str) -> str:
    """Words of the Markdown as they are read, in one line."""
    return " ".join(text_of(paragraphs_of(words)).split())
