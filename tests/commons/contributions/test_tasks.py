"""What the clock does for contributions: of replies everybody is told, and the bell rings once for all of them."""

import pytest

from commons.contributions import tasks
from commons.contributions.actions import contributions
from commons.digests.models import MailState, Notice
from commons.digests.tasks import send_service_messages
from tests.factories.contributions import ContributionFactory
from tests.factories.notices import wish
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def bells(monkeypatch) -> list:
    """Which bell rang, and how many mails were due by then."""
    rung: list = []
    due = Notice.objects.filter(mail_state=MailState.WAITING)
    monkeypatch.setattr(tasks, "press", lambda task: rung.append((task, due.count())))
    return rung


def test_the_bell_rings_once_however_many_batches_of_replies_are_told(bells, monkeypatch):
    monkeypatch.setattr(contributions, "ANNOUNCED_AT_ONCE", 2)
    person = UserFactory()
    wish(person, at_once=True)
    said = ContributionFactory(author=person)
    for _time in range(5):
        ContributionFactory(parent=said, thread=said.thread)
    tasks.announce()
    assert bells == [(send_service_messages, 5)]


def test_the_bell_stays_silent_where_nothing_is_told(bells):
    tasks.announce()
    assert bells == []
