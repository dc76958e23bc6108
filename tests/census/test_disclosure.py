"""Small counts stay hidden from a reader who knows everything else that is published, tried by brute force."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from census.disclosure import Cell, Publication, Shown, hide_margins, hide_small, interval, protected


def counts_of(shown: tuple[Shown, ...]) -> dict[str, int | None]:
    return {cell.key: cell.count for cell in shown}


def possible_counts(cells: list[Cell], shown: tuple[Shown, ...], threshold: int, total: int) -> list[tuple[int, ...]]:
    """Every way the hidden counts could be, tried one by one: an attacker with patience and no cleverness."""
    hidden = [cell for cell, public in zip(cells, shown, strict=True) if public.hidden]
    left = total - sum(public.count for public in shown if not public.hidden)
    ranges = []
    for cell in hidden:
        most = left if cell.eligible is None else min(cell.eligible, left)
        small_group = cell.eligible is not None and cell.eligible < threshold
        ranges.append(range(0 if small_group else 1, most + 1))
    return [guess for guess in itertools.product(*ranges) if sum(guess) == left]


@st.composite
def breakdowns(draw: st.DrawFn) -> list[Cell]:
    known = draw(st.booleans())
    cells = []
    for place in range(draw(st.integers(1, 5))):
        count = draw(st.integers(0, 7))
        eligible = count + draw(st.integers(0, 9)) if known else None
        cells.append(Cell(f"group {place}", count, eligible))
    return cells


def test_counts_from_the_threshold_up_and_true_zeros_are_shown():
    cells = [Cell("housing", 12, 600), Cell("retail", 5, 500), Cell("transport", 0, 31)]
    assert counts_of(hide_small(cells, 5)) == {"housing": 12, "retail": 5, "transport": 0}


def test_one_small_count_takes_the_smallest_sufficient_other_with_it():
    cells = [Cell("housing", 40), Cell("retail", 9), Cell("sports", 6), Cell("transport", 3)]
    assert counts_of(hide_small(cells, 5)) == {"housing": 40, "retail": 9, "sports": None, "transport": None}


def test_one_small_count_needs_no_cover_when_the_total_is_known_from_nowhere():
    cells = [Cell("housing", 40), Cell("retail", 9), Cell("transport", 3)]
    assert counts_of(hide_small(cells, 5, total_known=False)) == {"housing": 40, "retail": 9, "transport": None}


def test_two_small_counts_that_add_up_to_too_little_take_a_third():
    cells = [Cell("housing", 40), Cell("retail", 9), Cell("food", 2), Cell("transport", 3)]
    assert counts_of(hide_small(cells, 5)) == {"housing": 40, "retail": None, "food": None, "transport": None}


def test_a_group_of_fewer_than_the_threshold_is_hidden_even_at_zero():
    cells = [Cell("england", 80, 5000), Cell("wales", 20, 450), Cell("scotland", 30, 500), Cell("jersey", 0, 2)]
    assert counts_of(hide_small(cells, 5)) == {"england": 80, "wales": None, "scotland": None, "jersey": None}


def test_a_group_that_has_all_answered_is_poor_cover():
    # Transport would be the smallest cover, but food could then not be below 3 of their 8: transport has no more than 5.
    cells = [Cell("housing", 40, 600), Cell("sports", 10, 400), Cell("transport", 5, 5), Cell("food", 3, 39)]
    assert interval(cells[3], [cells[2], cells[3]], 5) == (3, 7)
    assert counts_of(hide_small(cells, 5)) == {"housing": 40, "sports": None, "transport": 5, "food": None}


def test_below_the_threshold_total_and_breakdown_are_both_hidden():
    cells = [Cell("housing", 2, 600), Cell("retail", 1, 500), Cell("sports", 0, 400)]
    assert hide_margins({"sector": cells}, 5) == Publication(
        None, {"sector": (Shown("housing", None), Shown("retail", None), Shown("sports", None))}
    )


def test_before_anyone_has_answered_every_count_is_a_plain_zero():
    cells = [Cell("england", 0, 5000), Cell("jersey", 0, 2)]
    assert hide_margins({"region": cells}, 5) == Publication(0, {"region": (Shown("england", 0), Shown("jersey", 0))})


def test_when_nothing_can_give_cover_the_whole_breakdown_is_hidden():
    cells = [Cell("housing", 40, 600), Cell("retail", 0, 500), Cell("transport", 3, 3)]
    assert counts_of(hide_small(cells, 5)) == {"housing": None, "retail": None, "transport": None}


def test_breakdowns_with_one_total_are_each_safe_and_share_it():
    sector = [Cell("housing", 30), Cell("retail", 20), Cell("food", 2)]
    region = [Cell("england", 45), Cell("wales", 7)]
    published = hide_margins({"sector": sector, "region": region}, 5)
    assert published.total == 52
    assert counts_of(published.margins["sector"]) == {"housing": 30, "retail": None, "food": None}
    assert counts_of(published.margins["region"]) == {"england": 45, "wales": 7}


def test_breakdowns_that_leave_somebody_out_are_refused():
    with pytest.raises(ValueError, match="do not add up to the same total"):
        hide_margins({"sector": [Cell("housing", 30)], "region": [Cell("england", 29)]}, 5)


@pytest.mark.parametrize(
    ("cells", "threshold", "words"),
    [
        ([Cell("a", 1)], 1, "a threshold below 2 hides nothing"),
        ([Cell("a", 1), Cell("a", 2)], 5, "two groups have the same key"),
        ([Cell("a", 3, 2)], 5, "“a”: 3 of 2 is not possible"),
        ([Cell("a", -1)], 5, "“a”: -1 of None is not possible"),
    ],
)
def test_counts_that_make_no_sense_are_refused(cells: list[Cell], threshold: int, words: str):
    with pytest.raises(ValueError, match="^" + words + "$"):
        hide_small(cells, threshold)


def test_no_hidden_cells_need_no_protection():
    assert protected([], 5) is True


@settings(max_examples=400, deadline=None)
@given(breakdowns(), st.integers(2, 5))
def test_no_hidden_count_and_no_set_of_them_can_be_pinned_down(cells: list[Cell], threshold: int):
    shown = hide_small(cells, threshold)
    total = sum(cell.count for cell in cells)
    hidden = [cell for cell, public in zip(cells, shown, strict=True) if public.hidden]
    if len(hidden) in {0, len(cells)} or total < threshold:
        return  # nothing hidden, or nothing shown but the total
    guesses = possible_counts(cells, shown, threshold, total)
    widths = []
    for place, cell in enumerate(hidden):
        found = [guess[place] for guess in guesses]
        assert (min(found), max(found)) == interval(cell, hidden, threshold)
        small_group = cell.eligible is not None and cell.eligible < threshold
        before = None if cell.eligible is None else cell.eligible - (0 if small_group else 1)
        assert max(found) - min(found) >= (threshold if before is None else min(threshold, before))
        widths.append(max(found) - min(found))
    for size in range(2, len(hidden)):
        for places in itertools.combinations(range(len(hidden)), size):
            sums = [sum(guess[place] for place in places) for guess in guesses]
            assert max(sums) - min(sums) >= min(widths)
    assert sum(cell.count for cell in hidden) >= threshold


@settings(max_examples=200, deadline=None)
@given(breakdowns(), st.integers(2, 5))
def test_what_is_shown_is_true_and_never_small(cells: list[Cell], threshold: int):
    for cell, public in zip(cells, hide_small(cells, threshold), strict=True):
        assert public.key == cell.key
        if not public.hidden:
            assert public.count == cell.count
            assert public.count == 0 or public.count >= threshold
