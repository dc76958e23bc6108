"""Reports that exist only while a test asks for them, and a folder for their files."""

import pytest

from commons.exports import reports
from tests.drills.drill_reports import Nothing, Numbers


@pytest.fixture(autouse=True)
def private_folder(settings, tmp_path):
    settings.PRIVATE_DIR = tmp_path
    return tmp_path / "exports"


@pytest.fixture
def numbers(monkeypatch):
    """A report of `rows` numbered rows that staff may have."""
    report = Numbers()
    monkeypatch.setitem(reports._register, report.name, report)
    return report


@pytest.fixture
def nothing(monkeypatch):
    """A report that says what it does in Python, for anyone."""
    report = Nothing()
    monkeypatch.setitem(reports._register, report.name, report)
    return report
