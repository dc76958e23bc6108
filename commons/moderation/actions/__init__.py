"""What can be done about what may be shown, one module for each noun. Each action is atomic, says `by` whom and leaves an
entry in the record, in which nothing stands of what people wrote."""

from commons.moderation.actions.appeals import (
    AppealExists,
    NothingToAppeal,
    NotYours,
    SamePerson,
    appeal_verdict,
    decide_appeal,
)
from commons.moderation.actions.moderations import (
    AlreadyDecided,
    ChangedMeanwhile,
    Gone,
    NotIndependent,
    NotPublic,
    OutcomeUnfit,
    OwnWords,
    ReasonMissing,
    WordsUnfit,
    decide_moderation,
    hold,
    release,
    report_subject,
)

__all__ = [
    "AlreadyDecided",
    "AppealExists",
    "ChangedMeanwhile",
    "Gone",
    "NotIndependent",
    "NotPublic",
    "NotYours",
    "NothingToAppeal",
    "OutcomeUnfit",
    "OwnWords",
    "ReasonMissing",
    "SamePerson",
    "WordsUnfit",
    "appeal_verdict",
    "decide_appeal",
    "decide_moderation",
    "hold",
    "release",
    "report_subject",
]
