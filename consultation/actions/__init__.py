"""What can be done in the process, one module for each noun."""

from consultation.actions.texts import StaleEdit, edit_text

__all__ = ["StaleEdit", "edit_text"]
