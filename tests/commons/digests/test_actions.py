import datetime as dt
import re

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from commons.audit.models import Entry
from commons.digests.actions import (
    FIRST_WAIT,
    MOST_ATTEMPTS,
    Fact,
    claim_mail,
    note_put_off,
    note_refused,
    note_sent,
    note_stuck_mail,
    notify_all,
    see_notices,
)
from commons.digests.models import SENDING_AT_MOST, MailState, Notice
from commons.digests.reports import recent, unseen_count
from tests.factories.notices import tell
from tests.factories.people import UserFactory


@pytest.fixture
def person(db):
    return UserFactory()


def test_one_fact_reaches_one_person_once(person):
    assert tell(person) == tell(person, subject="Said again")
    assert (Notice.objects.get().subject, Entry.objects.filter(verb="notify").count()) == ("Your file is ready", 1)


def test_the_same_fact_may_be_told_to_others(person):
    assert tell(person) != tell(UserFactory())


def test_a_subject_is_always_one_line(person):
    assert tell(person, subject="Ready\r\nBcc: everyone@example.coop\n").subject == "Ready Bcc: everyone@example.coop"


def test_only_what_is_to_be_mailed_waits_for_the_mail(person):
    assert [tell(person, "a").mail_state, tell(person, "b", mail=True).mail_state] == [
        MailState.NONE,
        MailState.WAITING,
    ]


def test_my_notices_are_mine(person):
    other = UserFactory()
    mine = [tell(person, "a"), tell(person, "b")]
    tell(other)
    assert recent(person) == mine[::-1]
    assert (unseen_count(person), unseen_count(other)) == (2, 1)
    assert see_notices(Notice.objects.all(), by=person) == 2
    assert (unseen_count(person), unseen_count(other), see_notices(mine, by=person)) == (0, 1, 0)


def test_a_message_is_claimed_once_with_an_id_nobody_can_guess(person):
    tell(person, mail=True)
    notice = claim_mail(by=None)
    assert claim_mail(by=None) is None
    notice.refresh_from_db()
    assert (notice.mail_state, notice.mail_attempts) == (MailState.SENDING, 1)
    assert re.fullmatch(r"<[0-9a-f]{32}@testserver>", notice.message_id)


def test_how_long_mails_have_waited_says_nothing_of_those_that_can_wait(person):
    nudge, receipt = tell(person, "a", kind="nudge", mail=True), tell(person, "b", mail=True)
    now = timezone.now()
    Notice.objects.filter(pk=nudge.pk).update(mail_due_at=now - dt.timedelta(hours=1))
    Notice.objects.filter(pk=receipt.pk).update(mail_due_at=now - dt.timedelta(minutes=4))
    assert Notice.objects.oldest_waiting_age(now) == dt.timedelta(minutes=4)
    receipt.delete()
    assert (Notice.objects.mail_due(now).count(), Notice.objects.oldest_waiting_age(now)) == (1, None)


def test_no_message_leaves_without_a_message_id(person):
    notice = tell(person, mail=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.filter(pk=notice.pk).update(mail_state=MailState.SENDING)


def test_the_waits_double_and_end(person):
    tell(person, mail=True)
    now, waits = timezone.now(), []
    while (notice := claim_mail(by=None, now=now)) is not None:
        note_put_off(notice, "421 busy", by=None)
        notice.refresh_from_db()
        waits.append(notice.mail_due_at - timezone.now())
        now = notice.mail_due_at
    assert [round(wait / FIRST_WAIT) for wait in waits[:-1]] == [1, 2, 4, 8, 16, 32, 64, 128, 240, 240]
    assert sum(waits[:-1], dt.timedelta()) >= dt.timedelta(days=1)
    assert (notice, Notice.objects.get().mail_state, Notice.objects.get().mail_attempts) == (
        None,
        MailState.FAILED,
        MOST_ATTEMPTS,
    )


def test_a_message_whose_worker_died_becomes_unknown_and_is_never_sent_again(person):
    tell(person, mail=True)
    claim_mail(by=None)
    now = timezone.now()
    assert note_stuck_mail(by=None, now=now + SENDING_AT_MOST - dt.timedelta(seconds=5)) == 0
    assert note_stuck_mail(by=None, now=now + SENDING_AT_MOST) == 1
    assert (Notice.objects.get().mail_state, claim_mail(by=None, now=now + dt.timedelta(days=30))) == (
        MailState.UNKNOWN,
        None,
    )


def test_a_worker_that_comes_back_late_changes_nothing(person):
    tell(person, mail=True)
    late = claim_mail(by=None)
    note_stuck_mail(by=None, now=timezone.now() + SENDING_AT_MOST)
    for word in (note_sent, lambda n, by: note_refused(n, "550", by=by), lambda n, by: note_put_off(n, "421", by=by)):
        word(late, by=None)
    assert Notice.objects.get().mail_state == MailState.UNKNOWN


def test_many_are_told_by_mail_at_once_only_where_that_is_asked_for(person):
    others = [person, UserFactory()]
    for key, mail in (("a", False), ("b", True)):
        facts = [Fact(one, key=key, subject="Told", path="/") for one in others]
        assert notify_all(facts, by=None, kind="told", about=person, mail=mail) == 2
    states = Notice.objects.order_by("key", "pk").values_list("mail_state", flat=True)
    assert list(states) == [MailState.NONE] * 2 + [MailState.WAITING] * 2
