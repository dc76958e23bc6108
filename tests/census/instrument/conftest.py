"""The real questionnaire, loaded once."""

from pathlib import Path

import pytest

from census import instrument as engine
from census.instrument import Instrument

QUESTIONNAIRE = Path(engine.__file__).parent.parent / "questionnaires" / "needs-2026.json"


@pytest.fixture(scope="session")
def needs() -> Instrument:
    return engine.load_file(QUESTIONNAIRE)
