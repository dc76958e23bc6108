"""Where ideas stand by their two counts, and where there is room to write: a drawing in numbers, without a word of markup. Pure.

Ideas with the same counts would lie on top of each other. Each shape stands where its counts are as long as there is room;
otherwise as near as there is, and a line leads to its place.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

# A shape of half-width 1 reaches at most so far from its middle.
REACH = 1.2
LETTER = 0.56
"""The width of an average letter, of the height of the text."""


@dataclass(frozen=True)
class Dot:
    """What is to be drawn: two counts, a short name, and a key by which the caller knows it."""

    key: int
    across: int
    up: int
    name: str = ""


@dataclass(frozen=True)
class Label:
    """A name beside a shape. `x` and `y` are the middle of its left edge, and `anchor` the edge that stands at the shape."""

    text: str
    x: float
    y: float
    width: float
    height: float
    anchor: str = "start"

    @property
    def anchor_x(self) -> float:
        return round(self.x + {"start": 0, "middle": self.width / 2, "end": self.width}[self.anchor], 1)


@dataclass
class Point:
    """A shape at `x`, `y`; `at_x`, `at_y` is where its counts are."""

    dot: Dot
    x: float
    y: float
    at_x: float
    at_y: float
    label: Label | None = None

    @property
    def is_moved(self) -> bool:
        return (self.x, self.y) != (self.at_x, self.at_y)


@dataclass(frozen=True)
class Tick:
    label: int
    x: float
    y: float


@dataclass(frozen=True)
class Frame:
    """The size of a drawing: `edge` is left free on all sides for scales and titles, `radius` the half-width of a shape, `text`
    the height of a name, and `names` how many ideas are named beside their shape."""

    width: int
    height: int
    edge: int
    radius: float
    text: float
    names: int = 0

    @property
    def right(self) -> float:
        return self.width - self.radius * 1.5

    @property
    def bottom(self) -> float:
        return self.height - self.edge

    @property
    def top(self) -> float:
        return self.radius * 1.5


@dataclass(frozen=True)
class Scatter:
    frame: Frame
    most: int
    ticks: list[Tick] = field(default_factory=list)
    points: list[Point] = field(default_factory=list)


def scatter(dots: Sequence[Dot], frame: Frame) -> Scatter:
    """The drawing. Both scales are the same, from 0 to a round number; the strongest ideas find their place first."""
    most = round_up(max((max(dot.across, dot.up) for dot in dots), default=0))
    inset = frame.radius * REACH
    wide, high = frame.right - frame.edge - 2 * inset, frame.bottom - frame.top - 2 * inset

    def x(count: float) -> float:
        return round(frame.edge + inset + wide * count / most, 1)

    def y(count: float) -> float:
        return round(frame.bottom - inset - high * count / most, 1)

    steps = next(number for number in (5, 4, 3, 2, 1) if most % number == 0)
    marks = [most * step // steps for step in range(steps + 1)]
    points: list[Point] = []
    for dot in sorted(dots, key=lambda dot: (-dot.across - dot.up, -dot.across, dot.key)):
        at_x, at_y = x(dot.across), y(dot.up)
        points.append(Point(dot, *_free(at_x, at_y, points, frame), at_x, at_y))
    labels: list[Label] = []
    for point in points[: frame.names]:
        point.label = _label(point, points, labels, frame)
        labels += [point.label] if point.label else []
    return Scatter(frame, most, [Tick(mark, x(mark), y(mark)) for mark in marks], points)


def round_up(most: int) -> int:
    """The next number that a scale can end with."""
    if most <= 5:
        return 5
    power = 10 ** (len(str(most)) - 1)
    return next(
        int(step * power)
        for step in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)
        if step * power >= most and step * power % 1 == 0
    )


def _places(x: float, y: float, step: float) -> Iterator[tuple[float, float]]:
    """The place itself, then rings around it."""
    yield x, y
    for ring in range(1, 60):
        around = 6 * ring
        for turn in range(around):
            angle = 2 * math.pi * turn / around - math.pi / 4
            yield round(x + ring * step * math.cos(angle), 1), round(y - ring * step * math.sin(angle), 1)


def _free(x: float, y: float, taken: Sequence[Point], frame: Frame) -> tuple[float, float]:
    """The nearest place where a shape overlaps none before it; its own where there is none."""
    apart, inset = 2 * REACH * frame.radius, frame.radius * REACH
    for new_x, new_y in _places(x, y, frame.radius * 0.6):
        inside = (
            frame.edge + inset - 0.1 <= new_x <= frame.right - inset + 0.1
            and frame.top + inset - 0.1 <= new_y <= frame.bottom - inset + 0.1
        )
        if inside and all(math.hypot(new_x - other.x, new_y - other.y) >= apart for other in taken):
            return new_x, new_y
    return x, y


def _label(point: Point, points: Sequence[Point], labels: Sequence[Label], frame: Frame) -> Label | None:
    """Its name to the right, left, above or below, where it covers nothing; or none."""
    width, height, gap = LETTER * frame.text * len(point.dot.name), frame.text * 1.15, frame.radius * 1.45
    for x, y, anchor in (
        (point.x + gap, point.y, "start"),
        (point.x - gap - width, point.y, "end"),
        (point.x - width / 2, point.y - gap - height / 2, "middle"),
        (point.x - width / 2, point.y + gap + height / 2, "middle"),
    ):
        label = Label(point.dot.name, round(x, 1), round(y, 1), round(width, 1), round(height, 1), anchor)
        if (
            frame.edge <= x
            and x + width <= frame.width
            and frame.top <= y - height / 2
            and y + height / 2 <= frame.bottom
            and not any(covers(label, other, frame.radius * REACH) for other in points)
            and not any(touches(label, other) for other in labels)
        ):
            return label
    return None


def covers(label: Label, point: Point, reach: float) -> bool:
    """Whether a name lies over a shape."""
    near_x = min(max(point.x, label.x), label.x + label.width)
    near_y = min(max(point.y, label.y - label.height / 2), label.y + label.height / 2)
    return math.hypot(point.x - near_x, point.y - near_y) < reach


def touches(one: Label, other: Label) -> bool:
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and abs(one.y - other.y) < (one.height + other.height) / 2
    )
