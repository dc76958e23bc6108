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


def _read(name: str) -> dict:
    return json.loads(Path(__file__).with_name(name).read_text(encoding="utf-8"))


COUNTS = _read("register_counts.json")

WORDS = _read("register_words.json")
"""Towns with their postcode districts by region; the syllables of places (regions that are not named have the first); for each
sector the kinds of organisation: a name with room for a place, its industry code, and how often."""

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
        self.towns = {region: _towns(towns) for region, towns in WORDS["towns"].items()}

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
        street = f"{dice.randint(1, 140)} {dice.choice(WORDS['streets'])}"
        if dice.random() < 0.6:
            street = f"{dice.choice(WORDS['houses'])}\n{street}"
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
        """A name that no other organisation here has, and its industry code."""
        kinds = WORDS["kinds"][sector]
        while True:
            kind = self.dice.choices(kinds, weights=[kind["often"] for kind in kinds])[0]
            name = kind["name"].format(self._place(region))
            if name not in self.taken:
                # Kept as it is before the words for another legal form may replace "Limited".
                self.taken.add(name)
                return name, kind["sic_code"]

    def _place(self, region: str) -> str:
        places = WORDS["places"]
        parts = places.get(region) or places[""]
        place = self.dice.choice(parts["begin"].split()) + self.dice.choice(parts["end"].split())
        beside = region not in places and self.dice.random() < 0.7
        return f"{self.dice.choice(WORDS['sides'])} {place}" if beside else place

    def _town(self, region: str) -> tuple[str, str, str]:
        if not region:  # an address in England that gives no region away
            return "", "", ""
        city, county, district = self.dice.choice(self.towns[region])
        letters = "".join(self.dice.choices(NEVER_IN_A_POSTCODE, k=2))
        # Some people write the letter O for the figure 0, here as there.
        figure = self.dice.choice("0123456789" * 30 + "O")
        return city, county, f"{district} {figure}{letters}"


def _towns(towns: list[dict[str, str]]) -> list[tuple[str, str, str]]:
    """Each town once for every postcode district it has here, so that the large ones are drawn more often."""
    return [(town["city"], town["county"], district) for town in towns for district in town["districts"].split()]


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
