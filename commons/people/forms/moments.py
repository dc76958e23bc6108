"""A field for a day and a time of day, for the forms of every app.

A time of day is the site's own. In the night in which the clocks change one hour comes twice or not at all: such a time is not
taken, and the message says why.
"""

import datetime as dt
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

OUT_OF_REACH = _("Choose a day between 2000 and 2099.")


class MomentField(forms.SplitDateTimeField):
    """A day and a time of day between 2000 and 2099, in the time zone of the site. It may stay empty unless `required_words` say
    why not."""

    default_validators = [
        MinValueValidator(dt.datetime(2000, 1, 1, tzinfo=dt.UTC), OUT_OF_REACH),
        MaxValueValidator(dt.datetime(2100, 1, 1, tzinfo=dt.UTC), OUT_OF_REACH),
    ]

    def __init__(self, *, required_words: Any = "", **kwargs: Any) -> None:
        super().__init__(
            required=bool(required_words),
            input_date_formats=["%Y-%m-%d", "%d/%m/%Y"],
            input_time_formats=["%H:%M", "%H:%M:%S"],
            widget=forms.SplitDateTimeWidget(
                date_attrs={"type": "date"}, time_attrs={"type": "time"}, date_format="%Y-%m-%d", time_format="%H:%M"
            ),
            error_messages={
                "required": required_words,
                "invalid_date": _("Write a day that exists, like 2027-01-29."),
                "invalid_time": _("Write a time like 17:00."),
            },
            **kwargs,
        )

    def clean(self, value: Any) -> dt.datetime | None:
        try:
            return super().clean(value)
        except forms.ValidationError as why:
            if getattr(why, "code", None) != "ambiguous_timezone":
                raise
            raise forms.ValidationError(
                _("The clocks change in that night, so this time comes twice or not at all. Choose another time.")
            ) from None
        except OverflowError:
            # A day at the very edge of the calendar has no moment in another time zone.
            raise forms.ValidationError(OUT_OF_REACH) from None

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(initial and timezone.localtime(initial), data)
