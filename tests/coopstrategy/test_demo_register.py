"""The demo's register is invented and has the real numbers."""

import datetime as dt
import io
from collections import Counter, defaultdict

import pytest
from django.utils import timezone

from commons.people.models import Organisation, RegisterImport
from commons.people.reports.register_file import RegisterFile
from coopstrategy.demo.register import COUNTS, LAST_DAY, SET_PIECES, draw_file, draw_register


@pytest.fixture(scope="module")
def lines() -> list:
    file = RegisterFile(io.BytesIO(draw_file()), today=LAST_DAY, most_bytes=50_000_000)
    found = list(file)
    assert file.problems.listed == []
    return found


def counted(lines: list, by: str) -> dict[str, dict[str, int]]:
    table: dict[str, Counter] = defaultdict(Counter)
    for line in lines:
        if line.values["status"] == "live":
            table[line.values["sector"]][line.values[by]] += 1
    return {sector: dict(counts) for sector, counts in table.items()}


def test_it_has_as_many_of_each_kind_and_place_as_there_are(lines):
    live = [line for line in lines if line.values["status"] == "live"]
    assert (len(live), len(lines) - len(live)) == (6814, 1557)
    assert counted(lines, "region") == COUNTS["by_sector_and_region"]
    assert counted(lines, "ownership") == COUNTS["by_sector_and_ownership"]
    assert dict(Counter(line.values["legal_form"] for line in live)) == COUNTS["by_legal_form"]


def test_it_is_as_old_as_the_real_one(lines):
    piece_years = {piece.incorporated_on.year for piece in SET_PIECES.values()}
    began = [line.values["incorporated_on"] for line in lines if line.values["status"] == "live"]
    for years, count in COUNTS["by_years_of_incorporation"].items():
        if years:
            first, last = (int(year) for year in years.split("-"))
            there = sum(1 for day in began if day and first <= day.year <= last)
            assert abs(there - count) <= len(piece_years)
        else:
            assert began.count(None) == count


def test_nothing_in_it_can_be_taken_for_a_real_organisation(lines):
    assert {line.values["register_id"][0] for line in lines} == {"D"}
    assert {number[0] for line in lines if (number := line.values["registered_number"])} == {"D"}
    assert {letter for line in lines for letter in line.values["postcode"][-2:]} <= set("CIKMO")
    assert len({line.values["name"] for line in lines}) == len(lines)


def test_the_same_dice_draw_the_same_file_and_other_dice_another():
    assert draw_file(1) == draw_file(1) != draw_file(2)


@pytest.mark.django_db
def test_it_is_brought_in_as_a_file_once(settings, tmp_path):
    settings.PRIVATE_DIR = tmp_path
    began = timezone.now()
    draw_register()
    assert timezone.now() - began < dt.timedelta(seconds=30)
    draw_register()
    row = RegisterImport.objects.get()
    assert (row.state, row.added_count, Organisation.objects.live().count()) == ("done", 8371, 6814)
    for register_id, piece in SET_PIECES.items():
        drawn = Organisation.objects.live().get(register_id=register_id)
        assert (drawn.name, drawn.sector, drawn.region, drawn.ownership, drawn.postcode, drawn.incorporated_on) == (
            piece.name, piece.sector, piece.region, piece.ownership, piece.postcode, piece.incorporated_on,
        )  # fmt: skip
