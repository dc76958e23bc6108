"""An invented register of the real size and shape.

The numbers are facts: how many live co-operatives of each sector stand in each region, who owns them, their legal forms and
their years (register_counts.json). Everything else is invented. Places are made of syllables; towns and postcode districts are
real, but every postcode ends in letters that no real one has; register ids begin with D and real ones with R. It is written as
a file in the open data format and imported like any other.
"""

import csv
import datetime as dt
import io
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from commons.people.models import LegalForm, Nation, Organisation, Ownership, Region, Registrar, Sector
from commons.people.reports.register_file import CHOICE_COLUMNS, COLUMNS
from commons.people.tasks.register import import_register
from commons.queues import State

EDITION = "2016-06"
"""Earlier than any real edition that anyone is likely to bring, so that the demo never stands in its way."""
LAST_DAY = dt.date(2016, 6, 30)

RIVERMEAD = "D000001"
COMMUNITY_SHOP = "D000002"
ALLOTMENTS = "D000003"
RETAIL_SOCIETY = "D000004"


@dataclass(frozen=True, slots=True)
class SetPiece:
    """An organisation that is the same whatever the dice say, for those who show the site."""

    name: str
    trading_name: str
    sector: str
    region: str
    ownership: str
    street: str
    city: str
    county: str
    postcode: str
    sic_code: str
    incorporated_on: dt.date


SET_PIECES = {
    RIVERMEAD: SetPiece(
        "Rivermead Housing Co-operative Limited", "Rivermead Housing Co-operative", Sector.HOUSING, Region.WEST_MIDLANDS,
        Ownership.TENANTS, "The Common House\n14 Rivermead Walk", "Shrewsbury", "Shropshire", "SY3 8KM", "UKSIC07-68201",
        dt.date(1983, 5, 9),
    ),
    COMMUNITY_SHOP: SetPiece(
        "Siop Gymunedol Cwmhelyg Cyfyngedig", "Siop Cwmhelyg", Sector.RETAIL, Region.WALES,
        Ownership.COMMUNITY, "Yr Hen Ysgol\nCwmhelyg", "Dolgellau", "Gwynedd", "LL40 2KO", "UKSIC07-4711",
        dt.date(2012, 3, 1),
    ),
    ALLOTMENTS: SetPiece(
        "Fallowgate Allotment Society Limited", "Fallowgate Allotment Society", Sector.OTHER, Region.EAST_MIDLANDS,
        Ownership.CONSUMERS, "The Hut\nFallowgate Lane", "Loughborough", "Leicestershire", "LE11 4CK", "UKSIC07-9810",
        dt.date(1919, 11, 22),
    ),
    RETAIL_SOCIETY: SetPiece(
        "Weftdale Co-operative Society Limited", "Weftdale Co-op", Sector.RETAIL, Region.YORKSHIRE,
        Ownership.CONSUMERS, "Unity House\n1 Shuttle Street", "Huddersfield", "Kirklees", "HD1 6MO", "UKSIC07-4711",
        dt.date(1868, 2, 29),
    ),
}  # fmt: skip

COUNTS = json.loads(Path(__file__).with_name("register_counts.json").read_text(encoding="utf-8"))

TOWNS = {
    Region.NORTH_EAST: "Newcastle upon Tyne/Tyne and Wear/NE1 NE4 NE6, Sunderland/Tyne and Wear/SR1 SR4, Durham/County Durham/DH1, "
    "Consett/County Durham/DH8, Darlington/County Durham/DL1 DL3, Middlesbrough/North Yorkshire/TS1 TS5, Hexham/Northumberland/NE46, "
    "Alnwick/Northumberland/NE66, Hartlepool/County Durham/TS24, Gateshead/Tyne and Wear/NE8",
    Region.NORTH_WEST: "Manchester/Greater Manchester/M1 M4 M15, Liverpool/Merseyside/L1 L8, Rochdale/Greater Manchester/OL12, "
    "Preston/Lancashire/PR1, Lancaster/Lancashire/LA1, Kendal/Cumbria/LA9, Carlisle/Cumbria/CA1, Stockport/Greater Manchester/SK1, "
    "Chester/Cheshire/CH1, Bolton/Greater Manchester/BL1, Burnley/Lancashire/BB11, Wigan/Greater Manchester/WN1",
    Region.YORKSHIRE: "Leeds/West Yorkshire/LS2 LS6, Sheffield/South Yorkshire/S1 S7, Bradford/West Yorkshire/BD1, "
    "Halifax/West Yorkshire/HX1, Hebden Bridge/West Yorkshire/HX7, Huddersfield/West Yorkshire/HD1, York/North Yorkshire/YO1 YO10, "
    "Hull/East Yorkshire/HU1, Wakefield/West Yorkshire/WF1, Doncaster/South Yorkshire/DN1, Harrogate/North Yorkshire/HG1",
    Region.EAST_MIDLANDS: "Nottingham/Nottinghamshire/NG1 NG7, Leicester/Leicestershire/LE1 LE2, Derby/Derbyshire/DE1, "
    "Lincoln/Lincolnshire/LN1, Northampton/Northamptonshire/NN1, Loughborough/Leicestershire/LE11, Mansfield/Nottinghamshire/NG18, "
    "Matlock/Derbyshire/DE4, Kettering/Northamptonshire/NN16, Grantham/Lincolnshire/NG31",
    Region.WEST_MIDLANDS: "Birmingham/West Midlands/B1 B13 B29, Coventry/West Midlands/CV1, Stoke-on-Trent/Staffordshire/ST1, "
    "Wolverhampton/West Midlands/WV1, Worcester/Worcestershire/WR1, Hereford/Herefordshire/HR1, Shrewsbury/Shropshire/SY1, "
    "Telford/Shropshire/TF1, Walsall/West Midlands/WS1, Dudley/West Midlands/DY1, Ludlow/Shropshire/SY8, Rugby/Warwickshire/CV21",
    Region.EAST: "Norwich/Norfolk/NR1 NR2, Cambridge/Cambridgeshire/CB1, Ipswich/Suffolk/IP1, Colchester/Essex/CO1, "
    "Chelmsford/Essex/CM1, Southend-on-Sea/Essex/SS1, Luton/Bedfordshire/LU1, Peterborough/Cambridgeshire/PE1, "
    "St Albans/Hertfordshire/AL1, Stevenage/Hertfordshire/SG1, Watford/Hertfordshire/WD17, King's Lynn/Norfolk/PE30",
    Region.LONDON: "London//E2 E8 E17 EC1V N1 N7 N16 NW1 NW5 SE1 SE5 SE15 SE22 SW2 SW9 SW17 W3 W10 WC1X, Croydon/Surrey/CR0, "
    "Harrow/Middlesex/HA1, Ilford/Essex/IG1, Kingston upon Thames/Surrey/KT1, Enfield/Middlesex/EN1, Bromley/Kent/BR1",
    Region.SOUTH_EAST: "Brighton/East Sussex/BN1 BN2, Oxford/Oxfordshire/OX1 OX4, Reading/Berkshire/RG1, Southampton/Hampshire/SO14, "
    "Portsmouth/Hampshire/PO1, Canterbury/Kent/CT1, Maidstone/Kent/ME14, Guildford/Surrey/GU1, Milton Keynes/Buckinghamshire/MK9, "
    "Lewes/East Sussex/BN7, Hastings/East Sussex/TN34, Slough/Berkshire/SL1, High Wycombe/Buckinghamshire/HP11, Crawley/West Sussex/RH10",
    Region.SOUTH_WEST: "Bristol/Bristol/BS1 BS5 BS6, Exeter/Devon/EX1, Plymouth/Devon/PL1, Truro/Cornwall/TR1, Totnes/Devon/TQ9, "
    "Bath/Somerset/BA1, Taunton/Somerset/TA1, Gloucester/Gloucestershire/GL1, Stroud/Gloucestershire/GL5, Swindon/Wiltshire/SN1, "
    "Dorchester/Dorset/DT1, Bournemouth/Dorset/BH1, Salisbury/Wiltshire/SP1, Barnstaple/Devon/EX31",
    Region.SCOTLAND: "Glasgow//G1 G12 G41, Edinburgh//EH1 EH6 EH8, Aberdeen//AB10, Dundee//DD1, Inverness/Highland/IV1, "
    "Stirling/Stirling/FK8, Perth/Perth and Kinross/PH1, Ayr/South Ayrshire/KA7, Stornoway/Western Isles/HS1, Lerwick/Shetland/ZE1, "
    "Kirkwall/Orkney/KW15, Dumfries/Dumfries and Galloway/DG1, Galashiels/Scottish Borders/TD1, Motherwell/North Lanarkshire/ML1",
    Region.WALES: "Cardiff/South Glamorgan/CF10 CF24, Swansea/West Glamorgan/SA1, Newport/Gwent/NP19, Bangor/Gwynedd/LL57, "
    "Aberystwyth/Ceredigion/SY23, Wrexham/Clwyd/LL11, Carmarthen/Carmarthenshire/SA31, Merthyr Tydfil/Mid Glamorgan/CF47, "
    "Llandrindod Wells/Powys/LD1, Caernarfon/Gwynedd/LL55, Pontypridd/Mid Glamorgan/CF37",
    Region.NORTHERN_IRELAND: "Belfast//BT1 BT7 BT15, Derry//BT48, Newry/County Down/BT34, Armagh/County Armagh/BT61, "
    "Omagh/County Tyrone/BT78, Enniskillen/County Fermanagh/BT74, Ballymena/County Antrim/BT43",
    Region.JERSEY: "St Helier//JE2",
    Region.GUERNSEY: "St Peter Port//GY1",
}
"""Town/county/postcode districts."""

SYLLABLES: dict[str, tuple[str, str]] = {
    "": (
        "Alder Apple Barley Beck Birch Black Bramble Brindle Brook Clover Copper Corn Crane Cross Dapple Drover Elm Fallow "
        "Flax Fox Hare Hazel Heron Holly Iron Kettle Lark Linden Loom Mallow Marl Merle Moss Oaken Otter Quarry Raven Reed "
        "Rowan Sedge Shuttle Skylark Sparrow Stone Swift Tansy Teasel Thistle Thrush Tollgate Twine Wander Weaver Whin Willow "
        "Winter Wren Yarrow",
        "bank beck bourne bridge combe croft dale dene fold ford garth gate ham holme hurst low marsh mere mouth ness over "
        "pool ridge shaw stead thorpe toft wick worth",
    ),
    Region.SCOTLAND: (
        "Aucht Auchter Bal Ben Car Dal Drum Dun Gair Glen Inver Kil Kin Loch Pit Strath Tor Tulli",
        "achan arder avie barran bervan carron darroch derran dowie fernan garrow gellan lannoch lorran mallan morven navar "
        "rannan rossie sannan shee tannoch tarrel vannich",
    ),
    Region.WALES: (
        "Aber Bryn Caer Coed Cwm Dol Glan Llan Maes Nant Pant Pen Pont Rhos Tre Ty Ynys",
        "afallen alarch arian bedwen celyn cerrig derwen ddolwen eithin fedwen ffynnon gwenyn helygen lafant llwyfen "
        "meillion onnen rhedyn rhosyn wennol wylan ysgaw",
    ),
    Region.NORTHERN_IRELAND: (
        "Agha Anna Bally Carn Clon Cool Derry Drum Dun Kil Knock Lis Mul Rath Slieve Tully",
        "beggan breen carran crossan darragh doran faddan gannon glasson keeran lannan loughan macarra mallon morran naveen "
        "roan rossan shane tarn varry",
    ),
}
"""The beginnings and the ends of places. Regions that are not named have the first."""

SIDES = (
    "",
    "",
    "",
    "",
    "",
    "North ",
    "South ",
    "East ",
    "West ",
    "Upper ",
    "Lower ",
    "Old ",
    "New ",
    "Little ",
    "Great ",
)

KINDS: dict[str, tuple[tuple[str, str, int], ...]] = {
    Sector.AGRICULTURE: (
        ("{} Farmers Limited", "UKSIC07-01", 4), ("{} Growers Co-operative Limited", "UKSIC07-011", 3),
        ("{} Grain Limited", "UKSIC07-016", 2), ("{} Smallholders Association Limited", "UKSIC07-015", 3),
        ("{} Livestock Marketing Limited", "UKSIC07-014", 2), ("{} Fishermen's Co-operative Limited", "UKSIC07-03", 2),
        ("{} Machinery Ring Limited", "UKSIC07-016", 2),
    ),
    Sector.ARTS: (
        ("{} Artists Co-operative Limited", "UKSIC07-9003", 3), ("{} Actors' Co-operative Limited", "UKSIC07-9002", 2),
        ("{} Community Theatre Limited", "UKSIC07-9004", 2), ("{} Music Co-op Limited", "UKSIC07-9001", 1),
    ),
    Sector.CLUBS: (
        ("{} Working Men's Club and Institute Limited", "UKSIC07-9499", 6), ("{} Social Club Limited", "UKSIC07-9499", 6),
        ("{} and District Social Club Limited", "UKSIC07-9499", 3), ("{} Ex-Service Club Limited", "UKSIC07-9499", 4),
        ("{} Village Hall Society Limited", "UKSIC07-9499", 2), ("{} Bowls and Social Club Limited", "UKSIC07-9499", 3),
        ("{} Welfare and Recreation Club Limited", "UKSIC07-949", 2), ("{} Reform Club Limited", "UKSIC07-9492", 2),
        ("{} Community Association Limited", "UKSIC07-9499", 2),
    ),
    Sector.DIGITAL: (
        ("{} Web Co-operative Limited", "UKSIC07-6202", 3), ("{} Community Broadband Limited", "UKSIC07-61", 2),
        ("{} Press Co-operative Limited", "UKSIC07-58", 2), ("{} Film Co-op Limited", "UKSIC07-5911", 2),
        ("{} Software Workers Limited", "UKSIC07-62", 2),
    ),
    Sector.EDUCATION: (
        ("The {} Co-operative Learning Trust", "UKSIC07-85", 6), ("{} Co-operative Academy Trust", "UKSIC07-8531", 3),
        ("{} Community Nursery Co-operative Limited", "UKSIC07-8510", 2), ("{} Skills Co-operative Limited", "UKSIC07-8559", 2),
    ),
    Sector.ENERGY: (
        ("{} Community Energy Limited", "UKSIC07-351", 5), ("{} Solar Co-operative Limited", "UKSIC07-351", 3),
        ("{} Community Hydro Limited", "UKSIC07-351", 2), ("{} Wind Co-operative Limited", "UKSIC07-351", 2),
        ("{} Reuse and Recycling Co-op Limited", "UKSIC07-3832", 1),
    ),
    Sector.FINANCE: (
        ("{} Credit Union Limited", "UKSIC07-64921", 9), ("{} and District Credit Union Limited", "UKSIC07-64921", 4),
        ("{} Community Loan Fund Limited", "UKSIC07-641", 1),
    ),
    Sector.FOOD: (
        ("{} Community Pub Limited", "UKSIC07-56302", 4), ("The {} Inn Society Limited", "UKSIC07-56302", 2),
        ("{} Cafe Co-operative Limited", "UKSIC07-56102", 2),
    ),
    Sector.HEALTH: (
        ("{} Home Care Co-operative Limited", "UKSIC07-8810", 3), ("{} Out of Hours Doctors Limited", "UKSIC07-8690", 2),
        ("{} Therapy Centre Co-operative Limited", "UKSIC07-8690", 2), ("{} Wellbeing Co-op Limited", "UKSIC07-8899", 2),
    ),
    Sector.HOUSING: (
        ("{} Housing Co-operative Limited", "UKSIC07-68201", 8), ("{} Tenant Management Organisation Limited", "UKSIC07-68", 2),
        ("{} Co-housing Limited", "UKSIC07-68", 1), ("{} Community Land Trust Limited", "UKSIC07-682", 1),
        ("{} Housing Association Co-operative Limited", "UKSIC07-68201", 1),
    ),
    Sector.MANUFACTURING: (
        ("{} Joiners Co-operative Limited", "UKSIC07-3109", 2), ("{} Community Brewery Limited", "UKSIC07-1105", 3),
        ("{} Printers Co-operative Limited", "UKSIC07-181", 2), ("{} Bakers Co-op Limited", "UKSIC07-1071", 2),
    ),
    Sector.PROFESSIONAL: (
        ("{} Co-operative Development Agency Limited", "UKSIC07-7022", 3), ("{} Architects Co-operative Limited", "UKSIC07-7111", 2),
        ("{} Consultants Co-op Limited", "UKSIC07-7022", 3), ("{} Accountants Co-operative Limited", "UKSIC07-6920", 1),
    ),
    Sector.RETAIL: (
        ("{} Community Shop Limited", "UKSIC07-4711", 6), ("{} Village Shop Association Limited", "UKSIC07-4711", 4),
        ("{} Co-operative Society Limited", "UKSIC07-4711", 1), ("{} Country Markets Limited", "UKSIC07-4781", 3),
        ("{} Wholefoods Co-operative Limited", "UKSIC07-4729", 3), ("{} Community Bookshop Limited", "UKSIC07-4761", 1),
    ),
    Sector.SPORTS: (
        ("{} Cricket Club Limited", "UKSIC07-9312", 3), ("{} Football Supporters' Society Limited", "UKSIC07-9312", 4),
        ("{} Rugby Club Limited", "UKSIC07-9312", 4), ("{} Leisure Co-operative Limited", "UKSIC07-932", 1),
        ("{} Sailing Club Limited", "UKSIC07-9312", 2),
    ),
    Sector.TRANSPORT: (
        ("{} Taxi Owners Co-operative Limited", "UKSIC07-4932", 3), ("{} Community Transport Limited", "UKSIC07-4939", 2),
    ),
    Sector.OTHER: (
        ("{} Allotment Society Limited", "UKSIC07-9810", 5), ("{} Allotment Holders Association Limited", "UKSIC07-9810", 4),
        ("{} and District Smallholdings Society Limited", "UKSIC07-9810", 1), ("{} Funeral Co-operative Limited", "UKSIC07-9603", 1),
    ),
    "": (
        ("{} Co-operative Limited", "", 4), ("{} Community Co-operative Limited", "", 2), ("{} Food Hub Co-op Limited", "", 1),
    ),
}  # fmt: skip
"""For each sector: a name with room for a place, its industry code, how often."""

STREETS = "Mill Lane/Shuttle Street/Chapel Road/Station Approach/High Street/Union Street/Pioneer Way/Market Place/Quay Road/The Green"
HOUSES = "Unity House/The Old Dairy/Hope Works/The Institute/Albion Mill/The Reading Room/Progress Hall/Unit 4"
NEVER_IN_A_POSTCODE = "CIKMO"

SELDOM_COMPANIES = {
    Sector.CLUBS: 0.05,
    Sector.FINANCE: 0.02,
    Sector.SPORTS: 0.1,
    Sector.AGRICULTURE: 0.5,
    Sector.HOUSING: 0.3,
}
"""How likely another legal form than a society is, against the other sectors."""
YOUNG = {Sector.ENERGY: 0.7, Sector.FOOD: 0.5, Sector.DIGITAL: 0.4, Sector.EDUCATION: 0.4, Sector.ARTS: 0.3, Sector.RETAIL: 0.1,
         Sector.CLUBS: -0.35, Sector.AGRICULTURE: -0.2, Sector.OTHER: -0.1}  # fmt: skip
"""How much later than others they began, as a part of the whole span."""

REGISTRAR_OF = {
    LegalForm.SOCIETY: Registrar.FCA, LegalForm.COMPANY: Registrar.COMPANIES_HOUSE, LegalForm.CIC: Registrar.COMPANIES_HOUSE,
    LegalForm.LLP: Registrar.COMPANIES_HOUSE, LegalForm.SCIO: Registrar.OSCR, LegalForm.CIO: Registrar.CHARITY_COMMISSION,
}  # fmt: skip
NATIONS = {
    Region.SCOTLAND: Nation.SCOTLAND, Region.WALES: Nation.WALES, Region.NORTHERN_IRELAND: Nation.NORTHERN_IRELAND,
    Region.JERSEY: Nation.JERSEY, Region.GUERNSEY: Nation.GUERNSEY,
}  # fmt: skip

LABELS = {column: {code: label for label, code in words.items()} for column, (_name, words) in CHOICE_COLUMNS.items()}
"""Our codes in the words of the file."""


def draw_register(*, seed: int = 1844) -> None:
    """Draw it and import it. Doing it again changes nothing."""
    if Organisation.objects.filter(register_id=RIVERMEAD).exists():
        return
    done = import_register(io.BytesIO(draw_file(seed)), by=None, file_name="invented-register.csv", edition=EDITION)
    if done.state != State.DONE:
        raise RuntimeError(f"The invented register was not imported: {done.reason} {done.problems}")


def draw_file(seed: int = 1844) -> bytes:
    """The register as a file in the open data format; the same for the same seed."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, restval="", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(_Draw(random.Random(seed)).rows())  # noqa: S311 - invented names, not secrets
    return text.getvalue().encode()


@dataclass(slots=True)
class _Drawn:
    """One organisation while it is being drawn."""

    sector: str
    region: str
    live: bool
    ownership: str = ""
    form: str = LegalForm.SOCIETY
    began: dt.date | None = None
    piece: SetPiece | None = None


class _Draw:
    """One throw of the dice for the whole register."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.taken = {piece.name for piece in SET_PIECES.values()}
        self.towns = {region: _towns(text) for region, text in TOWNS.items()}

    def rows(self) -> Iterator[dict[str, str]]:
        live = self._live()
        pieces = self._take_out_pieces(live)
        dead = [
            _Drawn(like.sector, like.region, False, like.ownership, like.form, like.began)
            for like in self.dice.sample(live, COUNTS["dissolved"])
        ]
        others = live + dead
        self.dice.shuffle(others)
        for number, drawn in enumerate(pieces + others, start=1):
            yield self._row(f"D{number:06}", number, drawn)

    # --- the facts ------------------------------------------------------------------------------------------------------

    def _live(self) -> list[_Drawn]:
        """One for each live organisation, with sector, region, ownership, legal form and age in the real numbers."""
        drawn = [
            _Drawn(sector, region, True)
            for sector, regions in COUNTS["by_sector_and_region"].items()
            for region, count in regions.items()
            for _ in range(count)
        ]
        owners = {sector: self._shuffled(counts) for sector, counts in COUNTS["by_sector_and_ownership"].items()}
        for one in drawn:
            one.ownership = owners[one.sector].pop()
        forms = dict(COUNTS["by_legal_form"])
        forms.pop(LegalForm.SOCIETY)
        # The least of random ** (1 / weight) is a draw without replacement by weight.
        order = sorted(drawn, key=lambda one: -(self.dice.random() ** (1 / SELDOM_COMPANIES.get(one.sector, 1))))
        for one, form in zip(order, self._shuffled(forms), strict=False):
            one.form = form
        days = sorted(filter(None, self._days()))
        unknown = len(drawn) - len(days)
        known = sorted(order[unknown:], key=lambda one: self.dice.random() + YOUNG.get(one.sector, 0))
        for one, day in zip(known, days, strict=True):
            one.began = day
        return drawn

    def _shuffled(self, counts: dict[str, int]) -> list[str]:
        cards = [name for name, count in counts.items() for _ in range(count)]
        self.dice.shuffle(cards)
        return cards

    def _days(self) -> Iterator[dt.date]:
        for years, count in COUNTS["by_years_of_incorporation"].items():
            if years:
                first, last = (int(year) for year in years.split("-"))
                start, end = dt.date(first, 1, 1), min(dt.date(last, 12, 31), LAST_DAY)
                for _ in range(count):
                    yield start + dt.timedelta(days=self.dice.randint(0, (end - start).days))

    def _take_out_pieces(self, live: list[_Drawn]) -> list[_Drawn]:
        """The set pieces take the places of four societies of their sector and region, so that all counts stay."""
        found = []
        for piece in SET_PIECES.values():
            one = next(
                one
                for one in live
                if (one.sector, one.region, one.form) == (piece.sector, piece.region, LegalForm.SOCIETY) and one.began
            )
            other = next(one for one in live if (one.sector, one.ownership) == (piece.sector, piece.ownership))
            one.ownership, other.ownership = other.ownership, one.ownership
            one.piece = piece
            live.remove(one)
            found.append(one)
        return found

    # --- what is invented -----------------------------------------------------------------------------------------------

    def _row(self, register_id: str, number: int, one: _Drawn) -> dict[str, str]:
        nation = NATIONS.get(one.region, Nation.ENGLAND)
        registrar = REGISTRAR_OF.get(one.form, "")
        if one.form == LegalForm.SOCIETY and nation == Nation.NORTHERN_IRELAND:
            registrar = Registrar.DETINI
        unregistered = one.form in (LegalForm.UNINCORPORATED, "")
        row = {
            "CUK Organisation ID": register_id,
            "Registered Number": "" if unregistered else self._number(number, one.form),
            "Registrar": LABELS["Registrar"].get(registrar) if registrar else "Legal Form is not defined",
            "Legal Form": LABELS["Legal Form"].get(one.form, ""),
            "UK Nation": LABELS["UK Nation"][nation],
            "Sector - Simplified, High Level": LABELS["Sector - Simplified, High Level"].get(one.sector, ""),
            "Ownership Classification": LABELS["Ownership Classification"].get(one.ownership, ""),
            "Registered Status": "Live" if one.live else "Dead",
            "Incorporation Date": _written(one.began),
            "Dissolved Date": "" if one.live else _written(self._end(one.began)),
        }
        return row | (_told(one.piece) if one.piece else self._invented(one))

    def _number(self, number: int, form: str) -> str:
        # One number in the whole register stands twice, as one does in the real one.
        return f"D{5 if number == 6 else number:05}{'R' if form == LegalForm.SOCIETY else ''}"

    def _end(self, began: dt.date | None) -> dt.date | None:
        first = max(began or dt.date(2003, 1, 1), dt.date(2003, 1, 1))
        if self.dice.random() < 0.005:
            return None
        return first + dt.timedelta(days=self.dice.randint(0, (LAST_DAY - first).days))

    def _invented(self, one: _Drawn) -> dict[str, str]:
        name, sic_code = self._name(one.sector, one.region)
        if one.form != LegalForm.SOCIETY:
            name = name.replace(
                " Limited", {LegalForm.CIC: " CIC", LegalForm.LLP: " LLP", LegalForm.COMPANY: " Ltd"}.get(one.form, "")
            )
        trading_name = name
        for ending in (" Limited", " Ltd", " CIC", " LLP"):
            trading_name = trading_name.removesuffix(ending)
        dice = self.dice
        city, county, postcode = self._town(one.region)
        street = f"{dice.randint(1, 140)} {dice.choice(STREETS.split('/'))}"
        if dice.random() < 0.6:
            street = f"{dice.choice(HOUSES.split('/'))}\n{street}"
        return {
            "Registered Name": name,
            "Trading Name": name if dice.random() < 0.25 else trading_name,
            "Registered Street": "" if dice.random() < 0.017 else street,
            "Registered City": "" if dice.random() < 0.02 else city,
            "Registered State/Province": "" if dice.random() < 0.1 else county,
            "Registered Postcode": postcode,
            "SIC Code": sic_code,
        }

    def _name(self, sector: str, region: str) -> tuple[str, str]:
        """A name that no other organisation here has. `taken` keeps names without the words for a legal form, which may change."""
        kinds = KINDS[sector]
        while True:
            pattern, sic_code, _often = self.dice.choices(kinds, weights=[often for _p, _s, often in kinds])[0]
            name = pattern.format(self._place(region))
            if name not in self.taken:
                self.taken.add(name)
                return name, sic_code

    def _place(self, region: str) -> str:
        starts, ends = SYLLABLES.get(region, SYLLABLES[""])
        place = self.dice.choice(starts.split()) + self.dice.choice(ends.split())
        return place if region in SYLLABLES else self.dice.choice(SIDES) + place

    def _town(self, region: str) -> tuple[str, str, str]:
        if not region:  # an address in England that gives no region away
            return "", "", ""
        city, county, district = self.dice.choice(self.towns[region])
        letters = "".join(self.dice.choices(NEVER_IN_A_POSTCODE, k=2))
        # Some people write the letter O for the figure 0, here as there.
        figure = self.dice.choice("0123456789" * 30 + "O")
        return city, county, f"{district} {figure}{letters}"


def _towns(text: str) -> list[tuple[str, str, str]]:
    """Each town once for every postcode district it has here, so that the large ones are drawn more often."""
    towns = [town.strip().split("/") for town in text.split(", ")]
    return [(city, county, district) for city, county, districts in towns for district in districts.split()]


def _told(piece: SetPiece) -> dict[str, str]:
    return {
        "Registered Name": piece.name,
        "Trading Name": piece.trading_name,
        "Registered Street": piece.street,
        "Registered City": piece.city,
        "Registered State/Province": piece.county,
        "Registered Postcode": piece.postcode,
        "SIC Code": piece.sic_code,
        "Incorporation Date": _written(piece.incorporated_on),
    }


def _written(day: dt.date | None) -> str:
    return f"{day.day}/{day.month}/{day.year}" if day else ""
