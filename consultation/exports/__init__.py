"""The tables that people ask for, one module for each noun."""

from consultation.exports.library import IdeasReport, SourcesReport
from consultation.exports.marks import BallotsReport, MarksReport
from consultation.exports.notes import EventNotesReport
from consultation.exports.registrations import AccessNeedsReport, RegistrationsReport

__all__ = [
    "AccessNeedsReport",
    "BallotsReport",
    "EventNotesReport",
    "IdeasReport",
    "MarksReport",
    "RegistrationsReport",
    "SourcesReport",
]
