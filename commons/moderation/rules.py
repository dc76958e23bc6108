"""Who may do what about what may be shown. Nobody decides about their own words, and nobody twice about the same."""

import rules

from commons.moderation.models import Appeal, Moderation, Verdict
from commons.people.models import Role
from commons.people.rules import holds

is_moderator = holds(Role.MODERATOR)
is_present = rules.is_authenticated & rules.is_active


@rules.predicate
def wrote_it(user: object, moderation: Moderation | None) -> bool:
    return moderation is not None and moderation.subject.author_id == user.pk


@rules.predicate
def is_author_of_verdict(user: object, verdict: Verdict | None) -> bool:
    """The author of the words that the verdict was about."""
    return verdict is not None and verdict.author_id is not None and verdict.author_id == user.pk


@rules.predicate
def has_a_part_in_it(user: object, appeal: Appeal | None) -> bool:
    """Wrote the words, or gave the verdict."""
    return appeal is not None and user.pk in {appeal.by_id, appeal.verdict.by_id}


rules.add_perm("moderation.see_queue", is_moderator)
rules.add_perm("moderation.decide_moderation", is_moderator & ~wrote_it)
rules.add_perm("moderation.decide_appeal", is_moderator & ~has_a_part_in_it)
rules.add_perm("moderation.appeal_verdict", is_present & is_author_of_verdict)
rules.add_perm("moderation.report_subject", is_present)
