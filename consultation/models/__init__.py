"""The rows of the process, one module for each noun."""

from consultation.models.phases import Act, Follower, Phase, PhaseMove, PhaseNotice, State
from consultation.models.texts import Text, Words, lang_attr

__all__ = ["Act", "Follower", "Phase", "PhaseMove", "PhaseNotice", "State", "Text", "Words", "lang_attr"]
