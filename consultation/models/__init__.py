"""The rows of the process, one module for each noun."""

from consultation.models.ideas import Idea, IdeaOrder, Need
from consultation.models.sources import Source, SourceFile, SourceKind
from consultation.models.texts import Text

__all__ = ["Idea", "IdeaOrder", "Need", "Source", "SourceFile", "SourceKind", "Text"]
