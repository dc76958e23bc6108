"""A day and a time of day are taken as the clocks of the site tell them, and refused in plain words where they tell nothing."""

import datetime as dt

import pytest
from django import forms

from commons.people.forms.moments import MomentField

OUT_OF_REACH = "Choose a day between 2000 and 2099."
CLOCKS = "The clocks change in that night, so this time comes twice or not at all. Choose another time."


class AskingForm(forms.Form):
    moment = MomentField()


def asked(day: str, time: str, **given) -> AskingForm:
    return AskingForm({"moment_0": day, "moment_1": time}, **given)


@pytest.mark.parametrize("day", ["2027-07-01", "01/07/2027"])
def test_a_time_of_day_is_the_sites_own(day):
    form = asked(day, "10:00")
    assert form.is_valid()
    assert form.cleaned_data["moment"] == dt.datetime(2027, 7, 1, 9, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("day", "time", "why"),
    [
        ("2027-03-28", "01:30", CLOCKS),
        ("2027-10-31", "01:30", CLOCKS),
        ("1999-12-31", "23:59", OUT_OF_REACH),
        ("2100-01-02", "00:00", OUT_OF_REACH),
        ("0001-01-01", "00:00", OUT_OF_REACH),
        ("9999-12-31", "23:59", OUT_OF_REACH),
        ("2027-02-30", "10:00", "Write a day that exists, like 2027-01-29."),
        ("2027-02-03", "25:00", "Write a time like 17:00."),
    ],
)
def test_what_is_no_moment_is_refused_in_plain_words(day, time, why):
    assert asked(day, time).errors == {"moment": [why]}


def test_a_moment_may_stay_empty_unless_words_say_why_not():
    assert MomentField().clean(["", ""]) is None
    with pytest.raises(forms.ValidationError, match=r"Say when it starts\."):
        MomentField(required_words="Say when it starts.").clean(["", ""])


def test_the_same_moment_in_another_time_zone_is_no_change():
    before = {"moment": dt.datetime(2027, 7, 1, 9, tzinfo=dt.UTC)}
    assert asked("2027-07-01", "10:00", initial=before).has_changed() is False
    assert asked("2027-07-01", "09:00", initial=before).has_changed() is True
