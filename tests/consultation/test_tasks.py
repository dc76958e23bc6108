"""The periodic work of the process rings the bell for mails that go out at once."""

import pytest

from commons.digests.models import MailState, Notice
from commons.digests.tasks import send_service_messages
from consultation import tasks
from consultation.actions.events import cancel_event
from tests.factories.consultation import an_idea, said_of
from tests.factories.events import an_event, registered
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


def test_who_wishes_to_hear_of_comments_at_once_does_not_wait_for_the_clock_again(bells):
    author = UserFactory()
    wish(author, at_once=True)
    said_of(an_idea(by=author))
    tasks.announce()
    assert bells == [(send_service_messages, 1)]
    tasks.announce()
    assert bells == [(send_service_messages, 1)]


def test_whoever_may_be_about_to_travel_does_not_wait_for_it_either(bells):
    event = an_event()
    registered(event)
    cancel_event(event, by=UserFactory(roles=["staff"]), reason="Snow.", based_on=event.revision)
    tasks.announce()
    assert bells == [(send_service_messages, 1)]


def test_the_bell_stays_silent_where_nothing_is_told(bells):
    tasks.announce()
    assert bells == []
