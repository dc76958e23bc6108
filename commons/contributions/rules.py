"""Who may do what with contributions. Whether one may be seen at all is asked of `visible_to` first."""

import rules

from commons.contributions.models import Contribution
from commons.moderation.models import Standing

is_present = rules.is_authenticated & rules.is_active


@rules.predicate
def is_author(user: object, contribution: Contribution | None) -> bool:
    return contribution is not None and contribution.author_id == user.pk


@rules.predicate
def is_published(user: object, contribution: Contribution | None) -> bool:
    return contribution is not None and contribution.standing == Standing.PUBLISHED


@rules.predicate
def is_public(user: object, contribution: Contribution | None) -> bool:
    """Everybody can read it, and not the panel alone, whose own talk no moderator reads."""
    return contribution is not None and contribution.is_public


@rules.predicate
def can_change(user: object, contribution: Contribution | None) -> bool:
    """Neither turned down nor taken back."""
    return contribution is not None and contribution.standing in {Standing.PUBLISHED, Standing.HELD}


@rules.predicate
def is_idea(user: object, contribution: Contribution | None) -> bool:
    """An idea is spoken of in its own thread, and nobody replies to it."""
    return contribution is not None and contribution.is_idea


rules.add_perm("contributions.add_contribution", is_present)
rules.add_perm("contributions.list_own", is_present)
rules.add_perm("contributions.edit_contribution", is_present & is_author & can_change)
rules.add_perm("contributions.withdraw_contribution", is_present & is_author & can_change)
rules.add_perm("contributions.reply", is_present & is_published & ~is_idea)
rules.add_perm("contributions.support_contribution", is_present & is_published & ~is_author)
rules.add_perm("contributions.report_contribution", is_present & is_public & ~is_author)
