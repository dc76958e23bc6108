"""Things that wait for a moderator, and short ways to decide about them."""

from typing import Any

from commons.audit.models import Entry
from commons.contributions.models import Contribution
from commons.digests.models import Notice
from commons.moderation.actions import decide_moderation, hold, report_subject
from commons.moderation.models import Report, Verdict
from commons.people.models import User
from tests.factories.contributions import ContributionFactory
from tests.factories.people import UserFactory


def held(**more: Any) -> Contribution:
    """A first contribution that nobody but its author can read yet."""
    contribution = ContributionFactory(**more)
    hold(contribution, by=contribution.author, cause="first")
    return contribution


def reported(by: User | None = None, note: str = "", **more: Any) -> Contribution:
    """A contribution that everybody can read and that one reader reported."""
    contribution = ContributionFactory(**more)
    report_subject(contribution, by=by or UserFactory(), reason="abuse", note=note)
    return contribution


def decide(contribution: Contribution, outcome: str, *, by: User | None = None, **more: Any) -> Verdict:
    """The decision of a moderator who read the thing as it is now."""
    if outcome in {"redact", "decline"}:
        more = {"reason": "abuse", "explanation": "This insults a colleague."} | more
    if outcome == "redact":
        more = {"words": {"body": "Shortened."}} | more
    seen = Contribution.objects.values_list("revision", flat=True).get(pk=contribution.pk)
    more = {"seen": seen, "by": by or UserFactory(roles=["moderator"])} | more
    verdict = decide_moderation(contribution.moderation, outcome=outcome, **more)
    contribution.refresh_from_db()
    return verdict


def told() -> list[tuple[User, str, str, str]]:
    """Everybody who was told something, in the order in which they were."""
    return [(row.recipient, row.key, row.subject, row.path) for row in Notice.objects.order_by("pk")]


def recorded() -> list[tuple[str, str]]:
    """What stands in the record, without the notices."""
    entries = Entry.objects.exclude(verb__in=["notify", "notify_all"]).order_by("pk")
    return list(entries.values_list("verb", "actor_label"))


def whole_record() -> str:
    """Every word of the record."""
    return repr(list(Entry.objects.values_list("verb", "actor_label", "target_label", "data")))


def settled() -> list[bool]:
    return [report.settled_at is not None for report in Report.objects.order_by("pk")]
