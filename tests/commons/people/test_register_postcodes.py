"""Which region a postcode lies in."""

import pytest

from commons.people.models import Nation, Region
from commons.people.reports.postcodes import AREAS_OF_NATION, REGION_OF_AREA, area_of, fits, is_whole, region_of


@pytest.mark.parametrize(
    ("nation", "postcode", "region"),
    [
        (Nation.ENGLAND, "OL12 0NU", Region.NORTH_WEST),
        (Nation.ENGLAND, "M60 OAS", Region.NORTH_WEST),
        (Nation.ENGLAND, "b13", Region.WEST_MIDLANDS),
        (Nation.ENGLAND, "SE11HL", Region.LONDON),
        (Nation.ENGLAND, "EC1V 9KM", Region.LONDON),
        (Nation.ENGLAND, "S1 2HH", Region.YORKSHIRE),
        (Nation.ENGLAND, "SO14 2HH", Region.SOUTH_EAST),
        (Nation.ENGLAND, "S014 2HH", Region.SOUTH_EAST),
        (Nation.ENGLAND, "SP1 1HH", Region.SOUTH_WEST),
        (Nation.ENGLAND, "TD15 1HH", Region.NORTH_EAST),
        (Nation.SCOTLAND, "TD1 1HH", Region.SCOTLAND),
        (Nation.WALES, "CH5 1HH", Region.WALES),
        (Nation.ENGLAND, "CH1 1HH", Region.NORTH_WEST),
        (Nation.WALES, "", Region.WALES),
        (Nation.JERSEY, "JE2 3HH", Region.JERSEY),
        (Nation.ENGLAND, "BT15 2GG", ""),
        (Nation.ENGLAND, "", ""),
        (Nation.ENGLAND, "CRO 1HH", ""),
        (Nation.ENGLAND, "12 34", ""),
        ("", "OL12 0NU", ""),
    ],
)
def test_the_region_comes_from_the_nation_and_in_england_from_the_postcode(nation, postcode, region):
    assert region_of(nation, postcode) == region


def test_every_area_of_the_kingdom_and_the_channel_islands_has_a_nation():
    assert len(set().union(*AREAS_OF_NATION.values())) == 123
    assert len(REGION_OF_AREA) == 102


@pytest.mark.parametrize("postcode", ["M1 1AA", "OL12 0NU", "EC1V 9KM", "SW1A 1AA", "GIR 0AA", "JE2 4KO"])
def test_a_whole_postcode_has_a_district_and_a_place_in_it(postcode):
    assert is_whole(postcode)


@pytest.mark.parametrize("postcode", ["", "M1", "M60 OAS", "SE11HL", "OL12 0N", "OL12 0NU ", "OL12\n0NU", "ol12 0nu"])
def test_other_postcodes_are_not_whole(postcode):
    assert not is_whole(postcode)


def test_a_postcode_fits_the_nations_its_area_reaches_into():
    assert [nation for nation in Nation if fits(nation, "SY10 1AA")] == [Nation.ENGLAND, Nation.WALES]
    assert [nation for nation in Nation if fits(nation, "DL6 2NJ")] == [Nation.ENGLAND]
    assert not fits(Nation.ENGLAND, "")


@pytest.mark.parametrize(("postcode", "area"), [(" ne1 4ab", "NE"), ("E1", "E"), ("EH10\ufffd7DX", "EH"), ("ABC1", "")])
def test_the_area_is_the_letters_it_begins_with(postcode, area):
    assert area_of(postcode) == area
