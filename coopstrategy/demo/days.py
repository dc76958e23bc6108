"""Days, dice and keys: when what is drawn is meant to have happened, the same in every demo."""

import random
import uuid
from datetime import datetime, timedelta

from django.db import models
from django.utils import timezone

from blog.models import Note, Post, Proposal, Submission
from commons.contributions.models import Contribution
from commons.digests.models import MailState, Notice
from commons.moderation.models import Appeal, Report, Verdict
from panel.models import Decision, Version

NAMESPACE = uuid.UUID("6d1f3c52-7e0b-4e39-9f5c-1844184418aa")


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


def date_notices(now: datetime, *, after: int) -> None:
    """Give the notices that the drawing made the days of what they tell of; what is older than a week has been seen, and no mail
    about it is sent any more. `after` is the number of the last notice that was there before."""
    said = _moments(Contribution, "made_at")
    days = {
        "submission": _moments(Submission, "decided_at"),
        "proposal": _moments(Proposal, "made_at"),
        # Authors ask others as they begin; nothing else says when.
        "coauthor": _moments(Post, "made_at"),
        "blog-note": _moments(Note, "made_at"),
        "blog-post": _moments(Post, "public_from"),
        "blog-comment": said,
        "cited": _moments(Decision, "made_at"),
        "answered": _moments(Decision, "made_at"),
        "answer-undone": _moments(Decision, "undone_at"),
        "verdict": _moments(Verdict, "made_at"),
        "appeal": _moments(Appeal, "decided_at"),
        "report": _moments(Report, "settled_at"),
        "words-changed": _moments(Version, "published_at"),
        "changed": _moments(Version, "published_at"),
        "reply": said,
    }
    notices = list(Notice.objects.filter(pk__gt=after))
    for notice in notices:
        fact, number = _told_in(notice.key)
        notice.made_at = days.get(fact, {}).get(number, notice.made_at)
        if notice.made_at < now - timedelta(days=7):
            notice.seen_at = notice.made_at + timedelta(hours=30)
        notice.mail_state, notice.mail_due_at = MailState.NONE, None
    Notice.objects.bulk_update(notices, ["made_at", "seen_at", "mail_state", "mail_due_at"], batch_size=500)
    Contribution.objects.filter(parent__isnull=False, announced_at__gte=now).update(announced_at=now)


def _told_in(key: str) -> tuple[str, str]:
    """The fact that a key names, and the number of its row. What editors decide names the post before it."""
    parts = key.split(":")
    fact, number = parts[2:4] if parts[0] == "blog-decision" else parts[:2]
    return fact, number


def _moments(model: type[models.Model], field: str) -> dict[str, datetime]:
    """By number, as keys write it: a moment of each row that has it."""
    return {str(pk): moment for pk, moment in model.objects.exclude(**{field: None}).values_list("pk", field)}
