"""What authors, editors and moderators of the demo's blog did to one post, each step by the real action and on its day."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from blog.actions.editing import (
    add_note,
    answer_proposal,
    approve_submission,
    ask_changes,
    correct_post,
    decline_submission,
    pin_post,
    propose_changes,
)
from blog.actions.writing import hand_in, keep_draft, withdraw_post
from blog.models import Draft, Note, Post, Proposal, Submission
from commons.contributions.actions import close_thread, slow_thread
from commons.moderation.actions import appeal_verdict, decide_moderation, report_subject
from commons.moderation.models import Appeal, Moderation, Report, Verdict
from commons.people.models import User
from coopstrategy.demo.days import at_some_hour, dice_for

AFTER_COMMENTS = {"pin", "withdraw", "close", "slow", "report", "judge", "appeal"}
"""What is done to a post when others have spoken."""


@dataclass
class Piece:
    """One post: its words in the texts, its row, and who writes it."""

    name: str
    texts: dict[str, Any]
    post: Post
    author: User


@dataclass
class Steps:
    """The hands that do it. One for each drawing."""

    now: datetime
    people: Mapping[str, User]

    def when(self, days: float, *names: str) -> datetime:
        """So many days ago, at an hour of that day. What lies ahead is at eight in the morning."""
        moment = self.now - timedelta(days=days)
        if days < 0:
            return timezone.localtime(moment).replace(hour=8, minute=0)
        return moment if days < 1.5 else at_some_hour(moment, dice_for(*names), self.now)

    def day_of(self, name: str, texts: Mapping[str, Any], number: int) -> datetime:
        """The moment of the step of this number: on its day, and an hour after the one before it at the earliest."""
        moment = self.when(texts["steps"][0]["days"], name, "0")
        for later in range(1, number + 1):
            chosen = self.when(texts["steps"][later]["days"], name, str(later))
            moment = max(chosen, moment + timedelta(hours=1))
        return moment

    def do(self, piece: Piece, number: int) -> None:
        """One step on its day."""
        step = piece.texts["steps"][number]
        deeds: dict[str, Callable[[Piece, dict[str, Any], datetime], None]] = {
            "hand_in": self.hand_in,
            "approve": self.approve,
            "ask": self.ask,
            "decline": self.decline,
            "note": self.note,
            "propose": self.propose,
            "answer": self.answer,
            "correct": self.correct,
            "pin": self.pin,
            "withdraw": self.withdraw,
            "close": self.close,
            "slow": self.slow,
            "report": self.report,
            "judge": self.judge,
            "appeal": self.appeal,
        }
        piece.post.refresh_from_db()
        deeds[step["do"]](piece, step, self.day_of(piece.name, piece.texts, number))

    # --- authors --------------------------------------------------------------------------------------------------------

    def hand_in(self, piece: Piece, step: dict[str, Any], when: datetime) -> None:
        draft = Draft.objects.get(post=piece.post)
        if "was" in step:
            words = {"body": changed(draft.body, step)}
            draft = keep_draft(piece.post, by=piece.author, based_on=draft.revision, written=words)
        row = hand_in(piece.post, by=piece.author, based_on=draft.revision, correction=step.get("correction", ""))
        Submission.objects.filter(pk=row.pk).update(made_at=when)
        Draft.objects.filter(pk=draft.pk).update(kept_at=when - timedelta(minutes=20))
        Post.objects.filter(pk=piece.post.pk, handed_in_at__gte=self.now).update(handed_in_at=when)

    def answer(self, piece: Piece, step: dict[str, Any], when: datetime) -> None:
        proposal = Proposal.objects.filter(submission__post=piece.post, answered_at=None).get()
        draft = Draft.objects.get(post=piece.post)
        answer_proposal(proposal, by=piece.author, accept=step["accept"], based_on=draft.revision)
        Proposal.objects.filter(pk=proposal.pk).update(answered_at=when)

    def withdraw(self, piece: Piece, step: dict[str, Any], when: datetime) -> None:
        withdraw_post(piece.post, by=piece.author)

    def appeal(self, piece: Piece, step: dict[str, Any], when: datetime) -> None:
        verdict = Verdict.objects.filter(moderation=piece.post.moderation_id).latest("pk")
        appeal = appeal_verdict(verdict, by=piece.author, text=step["text"])
        Appeal.objects.filter(pk=appeal.pk).update(made_at=when)

    # --- editors --------------------------------------------------------------------------------------------------------

    def approve(self, piece: Piece, step: dict[str, Any], when: datetime) -> None:
        waiting, was_out = self._waiting(piece), piece.post.public_from is not None
        public_from = self.when(-step["in_days"]) if "in_days" in step else None
        post = approve_submission(waiting, by=self.people[step["by"]], public_from=public_from)
        self._decided(waiting, when)
        if was_out:
            Post.objects.filter(pk=post.pk).update(corrected_at=when)
        elif public_from is None and not waiting.is_pitch:
            Post.objects.filter(pk=post.pk).update(public_from=when, year=timezone.localtime(when).year)

    def ask(self, piece: Piece, step: dict[str, Any], when: datetime) -> None:
        said = {"reason": step["reason"], "explanation": step["explanation"]}
        self._decided(ask_changes(self._waiting(piece), by=self.people[step["by"]], **said), when)

    def decline(self, piece: Piece, step: dict[str, Any], when: datetime) -> None:
        said = {"reason": step["reason"], "explanation": step["explanation"]}
        self._decided(decline_submission(self._waiting(piece), by=self.people[step["by"]], **said), when)

    def note(self, piece: Piece, step: dict[str, Any], when: datetime) -> None:
        """A few words from either side."""
        note = add_note(piece.post, by=self.people[step["by"]], body=step["says"])
        Note.objects.filter(pk=note.pk).update(made_at=when)

    def propose(self, piece: Piece, step: dict[str, Any], when: datetime) -> None:
        row = self._waiting(piece)
        words = {"title": row.title, "summary": row.summary, "body": changed(row.body, step)}
        proposal = propose_changes(row, by=self.people[step["by"]], note=step["note"], **words)
        Proposal.objects.filter(pk=proposal.pk).update(made_at=when)

    def correct(self, piece: Piece, step: dict[str, Any], when: datetime) -> None:
        post = piece.post
        words = {"title": post.title, "summary": post.summary, "body": changed(post.body, step)}
        row = correct_post(post, by=self.people[step["by"]], seen=post.revision, correction=step["correction"], **words)
        Submission.objects.filter(pk=row.pk).update(made_at=when, decided_at=when)
        Post.objects.filter(pk=post.pk).update(corrected_at=when)

    def pin(self, piece: Piece, step: dict[str, Any], when: datetime) -> None:
        pin_post(piece.post, by=self.people[step["by"]], pinned=True)
        Post.objects.filter(pk=piece.post.pk).update(pinned_at=when)

    def close(self, piece: Piece, step: dict[str, Any], when: datetime) -> None:
        close_thread(piece.post.thread, by=self.people[step["by"]], closes_at=when, reason=step["reason"])

    def slow(self, piece: Piece, step: dict[str, Any], when: datetime) -> None:
        slow_thread(piece.post.thread, by=self.people[step["by"]], minutes=step["minutes"])

    # --- readers and moderators -----------------------------------------------------------------------------------------

    def report(self, piece: Piece, step: dict[str, Any], when: datetime) -> None:
        for reader in step["readers"]:
            report_subject(piece.post, by=self.people[reader], reason=step["reason"], note=step.get("note", ""))
        piece.post.refresh_from_db()
        Report.objects.filter(moderation=piece.post.moderation_id).update(made_at=when)
        Moderation.objects.filter(pk=piece.post.moderation_id).update(waiting_since=when)

    def judge(self, piece: Piece, step: dict[str, Any], when: datetime) -> None:
        """A moderator decides about the post itself."""
        moderation = Moderation.objects.get(pk=piece.post.moderation_id)
        said = {"reason": step["reason"], "explanation": step["explanation"]}
        verdict = decide_moderation(
            moderation, by=self.people[step["by"]], outcome=step["outcome"], seen=piece.post.revision, **said
        )
        Verdict.objects.filter(pk=verdict.pk).update(made_at=when)
        Report.objects.filter(moderation=moderation).update(settled_at=when)

    def _waiting(self, piece: Piece) -> Submission:
        return piece.post.submissions.get(outcome=Submission.Outcome.WAITING)

    def _decided(self, row: Submission, when: datetime) -> None:
        Submission.objects.filter(pk=row.pk).update(decided_at=when)


def changed(body: str, step: Mapping[str, Any]) -> str:
    """A text with other words in one place. Raises ValueError when these do not stand there just once."""
    if body.count(step["was"]) != 1:
        raise ValueError(f"{body.count(step['was'])} times in the text: {step['was']}")
    return body.replace(step["was"], step["now"])
