"""Register files for tests: a small whole one, and any that a test needs."""

import csv
import io
from pathlib import Path

from commons.people.reports.register_file import COLUMNS

SMALL = Path(__file__).parent / "data" / "register_small.csv"

ROW = {
    "CUK Organisation ID": "X000001",
    "Registered Number": "1R",
    "Registrar": "FCA",
    "Registered Name": "Weaverdale Co-operative Limited",
    "Trading Name": "Weaverdale Co-op",
    "Legal Form": "Society",
    "Registered Street": "The Mill\n1 Loom Street",
    "Registered City": "Rochdale",
    "Registered State/Province": "Lancashire",
    "Registered Postcode": "OL12 0NU",
    "UK Nation": "England",
    "SIC Code": "UKSIC07-4711",
    "Sector - Simplified, High Level": "Retail",
    "Ownership Classification": "Consumers",
    "Registered Status": "Live",
    "Incorporation Date": "11/8/1863",
    "Dissolved Date": "",
}


def register_csv(*rows: dict[str, str], columns: tuple[str, ...] = COLUMNS, quoting: int = csv.QUOTE_ALL) -> bytes:
    """A file with one line for each of `rows`, which say only what differs from `ROW`."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, restval="", extrasaction="ignore", quoting=quoting, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(ROW | row for row in rows)
    return text.getvalue().encode()
