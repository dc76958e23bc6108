"""A small register, an open wave with the real questionnaire, and ways in."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from census.actions.codes import issue_codes
from census.actions.waves import open_wave, publish_instrument
from census.models import Case, Wave
from commons.people.models import Organisation
from coopstrategy.demo.census import QUESTIONNAIRE


@pytest.fixture
def register(db) -> list[Organisation]:
    rows = [
        ("Rivermead Housing Co-operative", "housing", "west_midlands"),
        ("Siop Gymunedol Llanfair", "retail", "wales"),
        ("Hillside Allotment Society", "other", "north_east"),
    ]
    return Organisation.objects.bulk_create(
        Organisation(
            register_id=f"T{place}", name=name, sector=sector, region=region, nation="england", postcode="B1 1AA"
        )
        for place, (name, sector, region) in enumerate(rows)
    )


@pytest.fixture
def wave(register) -> Wave:
    now = timezone.now()
    instrument = publish_instrument(json.loads(QUESTIONNAIRE.read_text()), by=None)
    wave = Wave.objects.create(
        slug="needs-2026",
        title="The census of needs",
        instrument=instrument,
        opens_at=now - timedelta(days=3),
        closes_at=now + timedelta(days=30),
    )
    return open_wave(wave, by=None)


@pytest.fixture
def case(wave) -> Case:
    return Case.objects.select_related("wave").get(name="Rivermead Housing Co-operative")


@pytest.fixture
def code(case):
    return issue_codes(case.wave, [case], by=None, label="Letters").codes.select_related("case__wave").get()
