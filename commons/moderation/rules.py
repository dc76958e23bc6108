"""Who may do what about what may be shown. Nobody decides about their own words, and nobody twice about the same; and what is
independent is left alone by the panel and the staff."""

import rules

from commons.moderation.models import Appeal, Moderation, Verdict, is_barred
from commons.people.models import Role
from commons.people.rules import holds

is_moderator = holds(Role.MODERATOR)
is_present = rules.is_authenticated & rules.is_active


@rules.predicate
def wrote_it(user: object, moderation: Moderation | None) -> bool:
    return moderation is not None and moderation.subject.is_own_business_of(user)


@rules.predicate
def is_author_of_verdict(user: object, verdict: Verdict | None) -> bool:
    """An author of the words that the verdict was about."""
    if verdict is None:
        return False
    is_first = verdict.author_id is not None and verdict.author_id == user.pk
    return is_first or verdict.moderation.subject.is_written_by(user)


@rules.predicate
def has_a_part_in_it(user: object, appeal: Appeal | None) -> bool:
    """Wrote the words or what they answer, or gave the verdict."""
    if appeal is None:
        return False
    return user.pk in {appeal.by_id, appeal.verdict.by_id} or wrote_it(user, appeal.verdict.moderation)


@rules.predicate
def is_kept_apart(user: object, thing: Moderation | Appeal | None) -> bool:
    """It is independent, and the person sits on the panel or works for the staff."""
    moderation = thing.verdict.moderation if isinstance(thing, Appeal) else thing
    return moderation is not None and moderation.is_independent and is_barred(user)


rules.add_perm("moderation.see_queue", is_moderator)
rules.add_perm("moderation.decide_moderation", is_moderator & ~wrote_it & ~is_kept_apart)
rules.add_perm("moderation.decide_appeal", is_moderator & ~has_a_part_in_it & ~is_kept_apart)
rules.add_perm("moderation.appeal_verdict", is_present & is_author_of_verdict)
rules.add_perm("moderation.report_subject", is_present)
