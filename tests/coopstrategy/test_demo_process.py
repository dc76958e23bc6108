"""The timetable of the demo: something is always under way, some of it has moved, and people may comment today."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from consultation.models import Act, Phase, PhaseMove
from consultation.reports import is_open
from consultation.reports.phases import timeline
from coopstrategy.demo.process import draw_process
from tests.coopstrategy.drawn import draw_ground

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("today", [dt.date(2026, 11, 26), dt.date(2027, 3, 28), dt.date(2028, 2, 29)])
def test_on_any_day_the_demo_stands_in_the_middle_of_its_process(today):
    with time_machine.travel(dt.datetime.combine(today, dt.time(0, 30), dt.UTC)):
        draw_ground()
        draw_process(stage="after")
        drawn = timeline(timezone.localdate())
        assert [step.state for step in drawn.steps] == ["over", "over", "over", "now", "now", "ahead", "ahead"]
        assert ([len(step.moves) for step in drawn.steps], is_open(Act.COMMENT)) == ([1, 0, 0, 2, 0, 1, 0], True)
        assert PhaseMove.objects.filter(made_at__gt=timezone.now()).count() == 0


def test_the_timetable_is_drawn_once():
    draw_ground()
    draw_process(stage="after")
    Phase.objects.update(name="What I wrote by hand")
    draw_process(stage="after")
    assert set(Phase.objects.values_list("name", flat=True)) == {"What I wrote by hand"}
    assert Phase.objects.count() == 7
