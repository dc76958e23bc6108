"""A small register, an open wave with the real questionnaire, and ways in, for tests.

a_register()                three organisations
a_wave(closes=timedelta(days=30))   open since three days; the register is its frame
a_code(case)                the code of one organisation
"""

import json
from datetime import timedelta
from typing import Any

from django.utils import timezone

from census.actions.codes import issue_codes
from census.actions.waves import open_wave, publish_instrument
from census.models import AccessCode, Case, Wave
from commons.people.models import Organisation
from coopstrategy.demo.census import QUESTIONNAIRE

ROWS = [
    ("Rivermead Housing Co-operative", "housing", "west_midlands"),
    ("Siop Gymunedol Llanfair", "retail", "wales"),
    ("Hillside Allotment Society", "other", "north_east"),
]


def a_register() -> list[Organisation]:
    return Organisation.objects.bulk_create(
        Organisation(
            register_id=f"T{place}", name=name, sector=sector, region=region, nation="england", postcode="B1 1AA"
        )
        for place, (name, sector, region) in enumerate(ROWS)
    )


def a_wave(*, closes: timedelta = timedelta(days=30), **given: Any) -> Wave:
    """`given` is any field of `Wave`."""
    now = timezone.now()
    fields = {"slug": "needs-2026", "title": "The census of needs", "opens_at": now - timedelta(days=3)} | given
    instrument = publish_instrument(json.loads(QUESTIONNAIRE.read_text()), by=None)
    return open_wave(Wave.objects.create(instrument=instrument, closes_at=now + closes, **fields), by=None)


def a_code(case: Case) -> AccessCode:
    return issue_codes(case.wave, [case], by=None, label="Letters").codes.select_related("case__wave").get()
