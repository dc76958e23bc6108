"""Which region an organisation belongs to: the nation it is registered in and, inside England, the area its postcode begins
with. Areas do not follow the borders of regions, so this approximates: an area goes to the region that holds most of it."""

import re

from commons.people.models import Nation, Region

AREAS = {
    Region.NORTH_EAST: "DH DL NE SR TD TS",
    Region.NORTH_WEST: "BB BL CA CH CW FY L LA M OL PR SK WA WN",
    Region.YORKSHIRE: "BD DN HD HG HU HX LS S WF YO",
    Region.EAST_MIDLANDS: "DE LE LN NG NN",
    Region.WEST_MIDLANDS: "B CV DY HR LD ST SY TF WR WS WV",
    Region.EAST: "AL CB CM CO IP LU NR PE SG SS WD",
    Region.LONDON: "BR CR E EC EN HA IG KT N NW RM SE SM SW TW UB W WC",
    Region.SOUTH_EAST: "BN CT DA GU HP ME MK OX PO RG RH SL SO TN",
    Region.SOUTH_WEST: "BA BH BS DT EX GL NP PL SN SP TA TQ TR",
}
"""The English part of each area. TD, NP and LD lie mostly in Scotland and Wales; what England has of them is Northumberland,
the Forest of Dean and the Welsh Marches. Of the co-ops in SP (Salisbury), two in three are in Wiltshire and Dorset."""

REGION_OF_AREA = {area: region for region, areas in AREAS.items() for area in areas.split()}

OTHER_NATIONS = {
    Nation.SCOTLAND: (Region.SCOTLAND, "AB DD DG EH FK G HS IV KA KW KY ML PA PH TD ZE"),
    Nation.WALES: (Region.WALES, "CF CH HR LD LL NP SA SY"),
    Nation.NORTHERN_IRELAND: (Region.NORTHERN_IRELAND, "BT"),
    Nation.JERSEY: (Region.JERSEY, "JE"),
    Nation.GUERNSEY: (Region.GUERNSEY, "GY"),
}
"""The region each other nation is, and the postcode areas that reach into it."""

AREAS_OF_NATION = {nation: frozenset(areas.split()) for nation, (_region, areas) in OTHER_NATIONS.items()} | {
    Nation.ENGLAND: frozenset(REGION_OF_AREA)
}

WHOLE = re.compile(r"(GIR 0AA|[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2})")
ZERO_FOR_O = re.compile(r"(?<=^[A-Z])0(?=[0-9])")


def area_of(postcode: str) -> str:
    """The letters a postcode begins with, or nothing. No district is numbered from 0, so in `S050 5LR` the 0 is a slip for
    the letter O."""
    letters = re.match(r"[A-Z]{1,2}(?![A-Z])", ZERO_FOR_O.sub("O", postcode.strip().upper()))
    return letters.group() if letters else ""


def region_of(nation: str, postcode: str) -> str:
    """The region, or nothing when neither nation nor postcode tells. The nation comes first: it is the better evidence."""
    if nation in OTHER_NATIONS:
        return OTHER_NATIONS[nation][0]
    return REGION_OF_AREA.get(area_of(postcode), "") if nation == Nation.ENGLAND else ""


def is_whole(postcode: str) -> bool:
    """Whether it has the shape of a full postcode."""
    return WHOLE.fullmatch(postcode) is not None


def fits(nation: str, postcode: str) -> bool:
    """Whether the postcode's area reaches into that nation."""
    return area_of(postcode) in AREAS_OF_NATION.get(nation, ())
