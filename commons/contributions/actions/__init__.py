"""What can be done with threads and contributions, one module for each noun. Each action is atomic, says `by` whom and leaves an
entry in the record, in which nothing stands of what people said."""

from commons.contributions.actions.contributions import (
    MOST_HELD,
    SAY_REFUSALS,
    CannotReply,
    MandateIncomplete,
    NotNow,
    NotYourOrganisation,
    Speaking,
    StaleEdit,
    ThreadClosed,
    TooSoon,
    add_contribution,
    announce_contributions,
    drop_support,
    edit_contribution,
    key_in_contribution,
    support_contribution,
    take_down_words,
    withdraw_contribution,
)
from commons.contributions.actions.threads import close_thread, note_visit, open_thread, slow_thread

__all__ = [
    "MOST_HELD",
    "SAY_REFUSALS",
    "CannotReply",
    "MandateIncomplete",
    "NotNow",
    "NotYourOrganisation",
    "Speaking",
    "StaleEdit",
    "ThreadClosed",
    "TooSoon",
    "add_contribution",
    "announce_contributions",
    "close_thread",
    "drop_support",
    "edit_contribution",
    "key_in_contribution",
    "note_visit",
    "open_thread",
    "slow_thread",
    "support_contribution",
    "take_down_words",
    "withdraw_contribution",
]
