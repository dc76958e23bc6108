"""The people's copy is opened in LibreOffice: nothing in it may come alive, and every text must read back as it was."""

import shutil
import subprocess
import xml.etree.ElementTree as ET
import zipfile

import pytest
from psycopg import sql

from commons import queues
from commons.exports import reports
from commons.exports.actions import ask_for_export
from commons.exports.exports import make_file
from commons.exports.models import ExportJob
from commons.exports.reports import INVISIBLE, STARTERS, Report, guard, guarded
from commons.queues import State
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
LIVE = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1;1)",
    "=cmd|'/c calc'!A0",
    '=HYPERLINK("http://example.coop";"x")',
    '=WEBSERVICE("http://example.coop")',
    '="a"&"b"',
]
# XML cannot hold these, so a spreadsheet's own file cannot either.
NOT_IN_XML = {*range(0x20)} - {0x09, 0x0A, 0x0D}
FRONTS = [chr(low) for low, _high in INVISIBLE if low not in NOT_IN_XML] + list("\t\r\n") + [" \u200b\ufeff "]
TEXTS = [
    *LIVE,
    *(front + "=1+1" for front in FRONTS),
    *(starter + "1+1" for starter in STARTERS),
    *(chr(point) + "=1+1" for point in NOT_IN_XML if point),
    "plain words",
    'O\'Neil & Sons, "Ltd"',
    "two\nlines",
    "a;=1+1",
    "a\t=1+1",
    "a;b|c\td",
    "Ŵyl ŷd é 合作社",
]


def soffice() -> str:
    program = shutil.which("soffice") or shutil.which("libreoffice")
    assert program, "LibreOffice is not here: apt-get install --no-install-recommends libreoffice-calc-nogui"
    return program


def opened(csv_file, folder, separators: str = "44") -> tuple[int, list[str]]:
    """Number of formulas, and the texts of column B, after LibreOffice has opened the CSV (UTF-8) and saved it as xlsx."""
    # Column 2 is left to LibreOffice's judgement ("standard"), as when a person opens the file by double click.
    command = [
        soffice(),
        f"-env:UserInstallation=file://{folder}/profile",
        "--headless",
        "--convert-to",
        "xlsx:Calc MS Excel 2007 XML",
    ]
    command += [f"--infilter=CSV:{separators},34,76,1", "--outdir", str(folder), str(csv_file)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    with zipfile.ZipFile(folder / f"{csv_file.stem}.xlsx") as book:
        sheet = ET.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314 - LibreOffice wrote it a moment ago
        strings = ET.fromstring(book.read("xl/sharedStrings.xml"))  # noqa: S314
    words = ["".join(piece.text or "" for piece in item.iter(f"{SHEET}t")) for item in strings.iter(f"{SHEET}si")]
    formulas = sum(1 for _cell in sheet.iter(f"{SHEET}f"))
    column = [cell for cell in sheet.iter(f"{SHEET}c") if cell.get("r", "").startswith("B")]
    values = [(cell.findtext(f"{SHEET}v") or "", cell.get("t")) for cell in column]
    return formulas, [words[int(value)] if kind == "s" else value for value, kind in values]


class Texts(Report):
    name = "drill-texts"
    title = "Texts"

    def may_run(self, user, params):
        return True

    def count(self, cursor, params):
        return len(TEXTS)

    def header(self, params):
        return ["number", "=1+1"]

    def query(self, params):
        text = guarded(sql.SQL("t.word"))
        rows = sql.SQL("SELECT place, {text} FROM unnest(%s::text[]) WITH ORDINALITY AS t(word, place) ORDER BY place")
        return rows.format(text=text), [TEXTS]


# A comma; and what LibreOffice offers whoever opens the file by hand: comma, semicolon and tab.
@pytest.mark.parametrize("separators", ["44", "44/59/9"])
def test_nothing_in_an_export_comes_alive_and_plain_texts_read_back(monkeypatch, settings, tmp_path, separators):
    settings.PRIVATE_DIR = tmp_path / "private"
    monkeypatch.setitem(reports._register, Texts.name, Texts())
    ask_for_export(Texts.name, {}, by=UserFactory())
    job = queues.claim(ExportJob.objects.all())
    make_file(job)
    assert job.state == State.DONE
    file = tmp_path / "export.csv"
    file.write_bytes(job.stored_at.read_bytes())
    formulas, texts = opened(file, tmp_path, separators)
    print(f"{len(TEXTS)} texts opened in LibreOffice: {formulas} formulas")
    assert formulas == 0
    assert texts[0] == guard("=1+1")
    assert len(texts) == len(TEXTS) + 1
    readable = [
        (guard(text), shown) for text, shown in zip(TEXTS, texts[1:], strict=True) if text in LIVE or text in TEXTS[-7:]
    ]
    assert [shown for _text, shown in readable] == [text for text, _shown in readable]


def test_control_without_the_guard_they_do_come_alive(tmp_path):
    file = tmp_path / "unguarded.csv"
    file.write_text(
        "number,text\n" + "".join(f'{n},"{text.replace(chr(34), chr(34) * 2)}"\n' for n, text in enumerate(LIVE))
    )
    formulas, _texts = opened(file, tmp_path)
    print(f"{len(LIVE)} texts without the guard: {formulas} formulas")
    assert formulas >= len(LIVE) // 2
