"""A drawing of many ideas: nothing lies on top of anything else, and every shape is where its counts are or near it."""

import math
import random

import pytest

from consultation.reports.marks import NARROW, WIDE
from consultation.reports.scatter import REACH, Dot, Frame, covers, round_up, scatter, touches

CROWDS = {
    "all alike": lambda dice: (7, 7),
    "nothing but noughts": lambda dice: (0, 0),
    "on one edge": lambda dice: (0, dice.randint(0, 90)),
    "anywhere": lambda dice: (dice.randint(0, 200), dice.randint(0, 200)),
    "bunched": lambda dice: (int(dice.gauss(40, 6)), int(dice.gauss(40, 6))),
}


def a_crowd(kind: str, number: int, seed: int) -> list[Dot]:
    dice = random.Random(f"{kind} {seed}")
    return [
        Dot(key, *(max(0, count) for count in CROWDS[kind](dice)), f"An idea of words {key}"[: 6 + key % 20])
        for key in range(number)
    ]


@pytest.mark.parametrize("frame", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("kind", CROWDS)
def test_no_shape_and_no_name_lies_on_another(kind, frame):
    for seed in range(5):
        drawing = scatter(a_crowd(kind, 27, seed), frame)
        points = drawing.points
        labels = [point.label for point in points if point.label]
        assert len(points) == 27
        for place, point in enumerate(points):
            for other in points[:place]:
                assert math.hypot(point.x - other.x, point.y - other.y) >= 2 * REACH * frame.radius
        for place, label in enumerate(labels):
            assert not any(covers(label, point, frame.radius) for point in points)
            assert not any(touches(label, other) for other in labels[:place])
            assert 0 <= label.x < label.x + label.width <= frame.width


@pytest.mark.parametrize("kind", CROWDS)
def test_nothing_leaves_the_drawing(kind):
    for point in scatter(a_crowd(kind, 40, 1), NARROW).points:
        assert NARROW.edge <= point.x <= NARROW.width
        assert 0 <= point.y <= NARROW.height - NARROW.edge


def test_a_lone_shape_stands_where_its_counts_are():
    [point] = scatter([Dot(1, 3, 5)], WIDE).points
    assert not point.is_moved


def test_more_desirable_is_further_right_and_more_achievable_further_up():
    points = {point.dot.key: point for point in scatter([Dot(1, 0, 0), Dot(2, 50, 0), Dot(3, 0, 50)], WIDE).points}
    assert points[1].at_x == points[3].at_x < points[2].at_x
    assert points[1].at_y == points[2].at_y > points[3].at_y


def test_without_ideas_there_is_a_scale():
    drawing = scatter([], WIDE)
    assert ([tick.label for tick in drawing.ticks], drawing.points) == ([0, 1, 2, 3, 4, 5], [])


@pytest.mark.parametrize(
    ("most", "end"),
    [(0, 5), (5, 5), (6, 6), (7, 8), (9, 10), (11, 15), (23, 25), (99, 100), (101, 150), (412, 500), (1999, 2000)],
)
def test_a_scale_ends_with_a_round_number(most, end):
    assert round_up(most) == end


def test_where_there_is_no_room_at_all_everything_is_still_drawn():
    crowded = Frame(width=100, height=100, edge=20, radius=15, text=10, names=3)
    assert len(scatter(a_crowd("anywhere", 20, 1), crowded).points) == 20
