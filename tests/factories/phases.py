"""Phases for tests. Days are counted from today."""

import datetime as dt
from typing import Any

from django.utils import timezone

from consultation.actions import PhaseWords, add_phase, begin_phase, call_off_phase, end_phase, move_phase
from consultation.models import Phase, PhaseMove


def day(days: int) -> dt.date:
    return timezone.localdate() + dt.timedelta(days=days)


def a_phase(name: str, begins: int, ends: int, **words: Any) -> Phase:
    given = {"purpose": "So that all can speak."} | words
    return add_phase(by=None, words=PhaseWords(name=name, **given), begins_on=day(begins), ends_on=day(ends))


def fresh(phase: Phase) -> Phase:
    return Phase.objects.get(pk=phase.pk)


def move(phase: Phase, begins: int, ends: int, reason: str) -> PhaseMove:
    seen = fresh(phase).revision
    return move_phase(phase, by=None, begins_on=day(begins), ends_on=day(ends), reason=reason, based_on=seen)


def call_off(phase: Phase, reason: str = "No money came.", **more: Any) -> Phase:
    return call_off_phase(phase, by=None, reason=reason, based_on=fresh(phase).revision, **more)


def write_down(phase: Phase, *, began: int | None = None, ended: int | None = None) -> Phase:
    """Say on which days it really began and ended."""
    for act, days in ((begin_phase, began), (end_phase, ended)):
        if days is not None:
            phase = act(phase, by=None, on=day(days), based_on=fresh(phase).revision)
    return fresh(phase)
