"""What was to be published by now is published by the clock, and who wishes to hear of it at once is told at once."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from commons.digests.models import MailState, Notice
from commons.digests.tasks import send_service_messages
from panel import tasks
from panel.actions.drafting import save_draft
from panel.actions.publishing import Because, place_of, schedule_publication
from panel.comparing import compare
from tests.factories.notices import wish
from tests.factories.panel import TEXT, a_section, said_to
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def bells(monkeypatch) -> list:
    """Which bell rang, and which mails were due by then."""
    rung: list = []
    due = Notice.objects.filter(mail_state=MailState.WAITING).order_by("pk")
    monkeypatch.setattr(tasks, "press", lambda task: rung.append((task, [notice.kind for notice in due.all()])))
    return rung


def test_who_spoke_of_words_that_change_at_a_set_time_does_not_wait_for_the_clock_again(bells):
    chair, author, section = UserFactory(roles=["chair"]), UserFactory(), a_section()
    wish(author, at_once=True)
    said_to(section, paragraph=2, words="ten", by=author)
    other = TEXT.replace("ten working days", "five working days")
    section.refresh_from_db()
    draft = save_draft(section, by=chair, title=section.title, body=other, based_on=section.draft.revision)
    when = timezone.now() + dt.timedelta(days=1)
    reasons = {place_of(change): Because(note="Faster") for change in compare(TEXT, other) if change.kind != "same"}
    schedule_publication(section, by=chair, based_on=draft.revision, publish_at=when, reasons=reasons)
    tasks.publish_what_is_due()
    assert bells == []
    with time_machine.travel(when + dt.timedelta(minutes=1)):
        tasks.publish_what_is_due()
        tasks.publish_what_is_due()
    assert bells == [(send_service_messages, ["words-changed"])]
