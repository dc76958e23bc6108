"""The rows of the panel, by noun: the framework and its versions, drafts, what is answered and changed, and who sits there."""

from panel.models.answers import LONGEST_PASSAGE, Anchor, Change, Decision, Dissent, Voice
from panel.models.drafts import Approval, Draft, DraftRevision, WorkingCopy
from panel.models.framework import Part, Section, Version
from panel.models.seats import Seat, Welcome

__all__ = [
    "LONGEST_PASSAGE",
    "Anchor",
    "Approval",
    "Change",
    "Decision",
    "Dissent",
    "Draft",
    "DraftRevision",
    "Part",
    "Seat",
    "Section",
    "Version",
    "Voice",
    "Welcome",
    "WorkingCopy",
]
