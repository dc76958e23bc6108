"""A small register, an open wave with the real questionnaire, and ways in."""

import pytest

from census.models import AccessCode, Case, Wave
from commons.people.models import Organisation
from tests.factories.census import a_code, a_register, a_wave


@pytest.fixture
def register(db) -> list[Organisation]:
    return a_register()


@pytest.fixture
def wave(register) -> Wave:
    return a_wave()


@pytest.fixture
def case(wave) -> Case:
    return Case.objects.select_related("wave").get(name="Rivermead Housing Co-operative")


@pytest.fixture
def code(case) -> AccessCode:
    return a_code(case)
