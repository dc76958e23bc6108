"""Rough counts: every step is wide enough, and what stands beside it does not narrow it."""

import random

import pytest

from commons.people.reports.bands import Step, holds_together, ladder_for, share, stepped

T = 5


def told(count: int, of: int, known: tuple[int, int] | None = None) -> Step | None:
    known = known or (0, of)
    return share(count, of, ladder_for(of, T, known, (0, known[1])), known)


@pytest.mark.parametrize(
    ("count", "of", "step"),
    [
        (0, 1000, Step(0, 49, 0, 5)),
        (49, 1000, Step(0, 49, 0, 5)),
        (50, 1000, Step(50, 99, 5, 10)),
        (180, 1000, Step(100, 249, 10, 25)),
        (1000, 1000, Step(500, 1000, 50, 100)),
        # 5 per cent of 60 would be three.
        (3, 60, Step(0, 5, 0, 10)),
        (3, 30, Step(0, 7, 0, 25)),
        (3, 12, Step(0, 5, 0, 50)),
        (3, 9, Step(0, 4, 0, 50)),
        (3, 7, None),
    ],
)
def test_a_share_is_told_as_finely_as_the_group_is_large(count, of, step):
    assert told(count, of) == step


def test_an_exact_count_beside_it_makes_the_steps_coarser():
    # Everybody knows that 172 have answered: "10 to 24%" would leave only 172, 173 and 174.
    assert told(173, 700, (172, 700)) == Step(172, 349, 0, 50)
    assert told(173, 700, (100, 700)) == Step(100, 174, 10, 25)


def test_what_everybody_knows_already_is_told():
    assert told(0, 700, (0, 0)) == Step(0, 0, 0, 5)


def test_the_edges_depend_on_nothing_but_what_is_known():
    for of in range(10, 400, 7):
        for least in range(0, of, 11):
            known = (least, of)
            ladder = ladder_for(of, T, known, (0, of))
            steps = {share(count, of, ladder, known) for count in range(least, of + 1)} - {None}
            assert min((step.values for step in steps), default=T) >= min(T, of - least + 1)
            assert sum(step.values for step in steps) in {0, of - least + 1}


@pytest.mark.parametrize(
    ("count", "known", "edge", "step"),
    [
        (0, (0, 7000), 0, Step(0, 9)),
        (412, (0, 7000), 0, Step(410, 419)),
        (412, (408, 7000), 408, Step(408, 417)),
        (418, (408, 7000), 408, Step(418, 427)),
        (403, (0, 7000), 408, Step(398, 407)),
        (3, (0, 7000), 408, Step(0, 17)),
        (123, (0, 123), 124, Step(114, 123)),
        (113, (0, 123), 124, Step(104, 113)),
        (0, (0, 123), 124, Step(0, 13)),
        (6995, (0, 7000), 0, Step(6990, 7000)),
        (3, (0, 8), 9, Step(0, 8)),
    ],
)
def test_a_count_is_told_as_a_step_from_an_edge_that_everybody_knows(count, known, edge, step):
    assert stepped(count, 10, known, edge=edge) == step


def test_no_step_is_shorter_than_it_should_be():
    dice = random.Random(1844)
    for _round in range(3000):
        least = dice.randrange(50)
        most = least + dice.randrange(200)
        edge, count = dice.randrange(-30, 300), dice.randrange(least, most + 1)
        step = stepped(count, 10, (least, most), edge=edge)
        assert step.low <= count <= step.high
        assert (step.low >= least, step.high <= most) == (True, True)
        assert step.values >= min(10, most - least + 1)


def test_a_part_and_its_whole_never_tell_a_small_difference():
    """Somebody who knows both steps of a group knows the difference to no fewer than five values, or knew it before."""
    dice = random.Random(1760)
    for _round in range(3000):
        of = dice.randrange(10, 900)
        least = dice.randrange(of)
        most = dice.randrange(least, of + 1)
        whole = dice.randrange(least, most + 1)
        part = dice.randrange(whole + 1)
        ladder = ladder_for(of, T, (least, most), (0, most))
        one, other = share(whole, of, ladder, (least, most)), share(part, of, ladder, (0, most))
        if one is None:
            continue
        nearest = max(0, one.low - other.high)
        farthest = one.high - max(0, other.low)
        assert farthest - nearest + 1 >= min(T, most - least + 1)


def test_a_total_that_gives_its_groups_away_is_noticed():
    groups = [Step(0, 4), Step(0, 4)]
    assert holds_together(groups, Step(0, 9), T) is True
    assert holds_together(groups, Step(8, 17), T) is False
    assert holds_together([Step(0, 40), Step(0, 40)], Step(30, 39), T) is True
