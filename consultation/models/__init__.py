"""The rows of the process, one module for each noun."""

from consultation.models.capture import EventIdea, EventNote, EventPhoto, EventTable, Knock
from consultation.models.events import Event, EventHelper, EventMove
from consultation.models.ideas import Idea, IdeaOrder, Need
from consultation.models.marks import Ballot, BallotTry, Mark, MarkKind
from consultation.models.phases import Act, Follower, Phase, PhaseMove, PhaseNotice, State
from consultation.models.programme import EventSession
from consultation.models.registrations import EventFeedback, Registration
from consultation.models.sources import Source, SourceFile, SourceKind
from consultation.models.texts import Text, Words, lang_attr

__all__ = [
    "Act",
    "Ballot",
    "BallotTry",
    "Event",
    "EventFeedback",
    "EventHelper",
    "EventIdea",
    "EventMove",
    "EventNote",
    "EventPhoto",
    "EventSession",
    "EventTable",
    "Follower",
    "Idea",
    "IdeaOrder",
    "Knock",
    "Mark",
    "MarkKind",
    "Need",
    "Phase",
    "PhaseMove",
    "PhaseNotice",
    "Registration",
    "Source",
    "SourceFile",
    "SourceKind",
    "State",
    "Text",
    "Words",
    "lang_attr",
]
