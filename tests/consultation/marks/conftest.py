"""An event at which marking is open, with one ballot of a known code; and nothing of another test in the cache."""

import pytest
from django.core.cache import cache
from django.test import Client

from consultation.models import Event
from tests.consultation.marks.pages import CODE
from tests.factories.events import a_ballot, a_marking
from tests.factories.people import UserFactory


@pytest.fixture(autouse=True)
def fresh_cache():
    cache.clear()


@pytest.fixture
def event() -> Event:
    made = a_marking(ideas=4, themes=2)
    a_ballot(made, CODE)
    return made


@pytest.fixture
def staff(client) -> Client:
    client.force_login(UserFactory(roles=["staff"]))
    return client
