"""What can be done in the process, one module for each noun."""

from consultation.actions.ideas import add_idea, change_idea
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
    "SentFile",
    "StaleEdit",
    "Written",
    "add_idea",
    "add_source",
    "change_idea",
    "change_source",
    "edit_text",
    "publish_source",
    "withdraw_source",
]
