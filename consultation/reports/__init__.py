"""Reading the process, one module for each noun."""

from consultation.reports.phases import closed_because, is_open

__all__ = ["closed_because", "is_open"]
