"""What is told: the kinds of notice and whether one still holds (kinds), to whom (told), in which lines (lines), and when
(periods)."""

from commons.digests.reports.kinds import (
    Group,
    Kind,
    can_wait,
    is_direct,
    kind_named,
    kinds,
    kinds_in,
    refused_to,
    register_kind,
    still_so,
)
from commons.digests.reports.lines import Line, headings, words_of
from commons.digests.reports.periods import moment_of, next_mail, next_period, period_at, subscription_of
from commons.digests.reports.told import MANY, ONE_VISIT, recent, told_to, unseen_count, visit_of

__all__ = [
    "MANY",
    "ONE_VISIT",
    "Group",
    "Kind",
    "Line",
    "can_wait",
    "headings",
    "is_direct",
    "kind_named",
    "kinds",
    "kinds_in",
    "moment_of",
    "next_mail",
    "next_period",
    "period_at",
    "recent",
    "refused_to",
    "register_kind",
    "still_so",
    "subscription_of",
    "told_to",
    "unseen_count",
    "visit_of",
    "words_of",
]
