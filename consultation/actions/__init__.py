"""What can be done in the process, one module for each noun."""

from consultation.actions.following import announce_phases, follow_process, unfollow_process
from consultation.actions.phases import PhaseWords, add_phase, begin_phase, change_phase, end_phase, move_phase
from consultation.actions.texts import StaleEdit, edit_text

__all__ = [
    "PhaseWords",
    "StaleEdit",
    "add_phase",
    "announce_phases",
    "begin_phase",
    "change_phase",
    "edit_text",
    "end_phase",
    "follow_process",
    "move_phase",
    "unfollow_process",
]
