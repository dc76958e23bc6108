"""Counts of a wave: exact for staff, and with small ones hidden for everyone else."""

from census.actions.codes import issue_codes
from census.disclosure import hide_small
from census.models import Case, Stratum
from census.reports import _cells, board_of, coverage_of
from tests.census.replies import send_reply


def test_staff_see_exact_counts(wave, case, code):
    send_reply(case, code, form="short")
    board = board_of(wave)
    assert (board.total.eligible, board.total.started, board.total.answered) == (3, 1, 1)
    assert [(band.label, band.answered) for band in board.by_sector if band.answered] == [("Housing", 1)]
    assert sum(day["count"] for day in board.days) == board.top == 1


def test_the_public_sees_no_count_below_the_threshold(wave):
    cases = list(Case.objects.select_related("wave"))
    codes = {code.case_id: code for code in issue_codes(wave, cases, by=None, label="All").codes.all()}
    for case in cases:
        send_reply(case, codes[case.pk], form="short")
    coverage = coverage_of(wave)
    assert coverage.answered is None
    assert {band.answered for band in [*coverage.by_sector, *coverage.by_region]} == {None}


def test_the_board_costs_the_same_for_any_number_of_cases(wave, django_assert_num_queries):
    with django_assert_num_queries(2):
        board_of(wave)
    with django_assert_num_queries(1):
        coverage_of(wave)


def test_groups_too_small_to_show_are_counted_together_and_hide_nothing_else(register, wave):
    sizes = {"london": 40, "wales": 30, "jersey": 2, "guernsey": 2, "": 3}
    strata = [Stratum(sector="retail", region=region, population=size) for region, size in sizes.items()]
    for stratum in strata:
        stratum.eligible, stratum.answered = stratum.population, {"london": 20, "wales": 10}.get(stratum.region, 0)
    cells = _cells(strata, "region", 5)
    assert [(cell.key, cell.count, cell.eligible) for cell in cells] == [
        ("london", 20, 40),
        ("wales", 10, 30),
        ("", 0, 7),
    ]
    assert [public.hidden for public in hide_small(cells, 5)] == [False, False, False]
