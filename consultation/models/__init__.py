"""The rows of the process, one module for each noun."""

from consultation.models.texts import Text

__all__ = ["Text"]
