"""The files about the framework: what was said and answered as tables, and the strategy pack. Importing this registers the
tables."""

from panel.exports.tables import AnswersReport, ContributionsReport

__all__ = ["AnswersReport", "ContributionsReport"]
