"""The rows of the process, one module for each noun."""

from consultation.models.ideas import Idea, IdeaOrder, Need
from consultation.models.phases import Act, Follower, Phase, PhaseMove, PhaseNotice, State
from consultation.models.sources import Source, SourceFile, SourceKind
from consultation.models.texts import Text, Words, lang_attr

__all__ = [
    "Act",
    "Follower",
    "Idea",
    "IdeaOrder",
    "Need",
    "Phase",
    "PhaseMove",
    "PhaseNotice",
    "Source",
    "SourceFile",
    "SourceKind",
    "State",
    "Text",
    "Words",
    "lang_attr",
]
