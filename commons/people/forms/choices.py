"""Widgets for choosing, for the forms of every app."""

from typing import Any

from django import forms


class ChoicesWithHints(forms.RadioSelect):
    """Radio buttons with a line under each that says what will happen. `hints` by value."""

    hints: dict[str, Any] = {}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        return option | {"hint": self.hints.get(value, "")}
