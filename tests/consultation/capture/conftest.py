"""An event that is under way, with one session, one table of it, and a phone that stands there."""

import datetime as dt

import pytest

from tests.consultation.capture.phone import Phone
from tests.factories.events import a_session, a_table, an_event
from tests.factories.themes import a_theme


@pytest.fixture
def event():
    return an_event(starts=dt.timedelta(hours=-1))


@pytest.fixture
def session(event):
    return a_session(event, theme=a_theme("Finance"))


@pytest.fixture
def table(session):
    return a_table(session, 4)


@pytest.fixture
def phone(event, table):
    return Phone(event, table.code)
