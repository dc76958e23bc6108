"""The rows of the census, by noun: waves and their questionnaire, cases and their codes, responses and their
revisions, reminders."""

from census.models.cases import AccessCode, Case, CodeAttempt, CodeBatch
from census.models.reminders import Occasion, Reminder
from census.models.responses import ContactRevision, PageRevision, Response, Submission
from census.models.waves import InstrumentVersion, Stratum, Wave

__all__ = [
    "AccessCode",
    "Case",
    "CodeAttempt",
    "CodeBatch",
    "ContactRevision",
    "InstrumentVersion",
    "Occasion",
    "PageRevision",
    "Reminder",
    "Response",
    "Stratum",
    "Submission",
    "Wave",
]
