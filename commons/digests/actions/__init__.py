"""What is done with notices, digests and people's wishes about them; one module for each noun."""

from commons.digests.actions.gathering import (
    begin_digests,
    claim_digests,
    drop_digests,
    end_batch,
    hand_over,
    release_digests,
)
from commons.digests.actions.mailing import (
    FIRST_WAIT,
    MOST_ATTEMPTS,
    claim_mail,
    note_dropped,
    note_gathered,
    note_put_off,
    note_refused,
    note_sent,
    note_stuck_mail,
    note_unknown,
    send_again,
)
from commons.digests.actions.subscribing import (
    change_subscription,
    resume_address,
    stop_address,
    take_bounce,
    unsubscribe,
)
from commons.digests.actions.telling import Fact, drop_notices, forget_name, notify, notify_all, see_notices

__all__ = [
    "FIRST_WAIT",
    "MOST_ATTEMPTS",
    "Fact",
    "begin_digests",
    "change_subscription",
    "claim_digests",
    "claim_mail",
    "drop_digests",
    "drop_notices",
    "end_batch",
    "forget_name",
    "hand_over",
    "note_dropped",
    "note_gathered",
    "note_put_off",
    "note_refused",
    "note_sent",
    "note_stuck_mail",
    "note_unknown",
    "notify",
    "notify_all",
    "release_digests",
    "resume_address",
    "see_notices",
    "send_again",
    "stop_address",
    "take_bounce",
    "unsubscribe",
]
