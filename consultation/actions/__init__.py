"""What can be done in the process, one module for each noun."""

from consultation.actions.capture import (
    add_photo,
    open_tables,
    publish_photo,
    say_in_session,
    take_parcel,
    take_words,
)
from consultation.actions.following import announce_phases, follow_process, unfollow_process
from consultation.actions.grouping import (
    change_event_idea,
    group_notes,
    make_event_idea,
    merge_ideas,
    move_event_idea,
    take_note_out,
    unmerge_idea,
)
from consultation.actions.ideas import add_idea, announce_idea_comments, change_idea
from consultation.actions.phases import (
    PhaseWords,
    add_phase,
    begin_phase,
    call_off_phase,
    change_phase,
    end_phase,
    move_phase,
)
from consultation.actions.sources import (
    NothingToRead,
    NotNow,
    SentFile,
    Written,
    add_source,
    change_source,
    publish_source,
    withdraw_source,
)
from consultation.actions.texts import StaleEdit, edit_text

__all__ = [
    "NotNow",
    "NothingToRead",
    "PhaseWords",
    "SentFile",
    "StaleEdit",
    "Written",
    "add_idea",
    "add_phase",
    "add_photo",
    "add_source",
    "announce_idea_comments",
    "announce_phases",
    "begin_phase",
    "call_off_phase",
    "change_event_idea",
    "change_idea",
    "change_phase",
    "change_source",
    "edit_text",
    "end_phase",
    "follow_process",
    "group_notes",
    "make_event_idea",
    "merge_ideas",
    "move_event_idea",
    "move_phase",
    "open_tables",
    "publish_photo",
    "publish_source",
    "say_in_session",
    "take_note_out",
    "take_parcel",
    "take_words",
    "unfollow_process",
    "unmerge_idea",
    "withdraw_source",
]
