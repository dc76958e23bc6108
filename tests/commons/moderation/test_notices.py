"""What an author was told of a verdict is told as long as it is so: nothing that was overtaken leaves by mail."""

from datetime import timedelta

import pytest
from django.utils import timezone

from commons.contributions.models import Contribution
from commons.digests.models import Notice
from commons.digests.reports import still_so
from commons.digests.tasks import send_service_messages
from commons.moderation.actions import appeal_verdict, decide_appeal, decide_moderation, hold, report_subject
from commons.moderation.models import Standing, Verdict
from tests.commons.moderation.things import decide, held, reported
from tests.factories.blog import a_post
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db

PUBLIC = "What you wrote is public now"
SHORTENED = "A moderator shortened what you wrote"
REFUSED = "What you wrote is not shown on the site"


def told() -> list[str]:
    rows = still_so(Notice.objects.filter(kind="verdict"))
    return list(rows.order_by("pk").values_list("subject", flat=True))


@pytest.mark.parametrize(("first", "subject"), [("publish", PUBLIC), ("redact", SHORTENED), ("decline", REFUSED)])
def test_a_verdict_is_told_while_nothing_came_after_it(first, subject):
    decide(held(), first)
    assert told() == [subject]


@pytest.mark.parametrize(
    ("later", "subjects"),
    [("redact", [SHORTENED]), ("decline", [REFUSED]), ("keep", [PUBLIC])],
)
def test_a_later_verdict_takes_the_place_of_the_earlier_one_unless_all_stays_as_it_is(later, subjects):
    row = held()
    decide(row, "publish")
    report_subject(row, by=UserFactory(), reason="abuse")
    decide(row, later)
    assert told() == subjects


def test_a_verdict_on_something_else_changes_nothing():
    for _thing in range(2):
        decide(held(), "publish")
    assert told() == [PUBLIC, PUBLIC]


@pytest.mark.parametrize("standing", [Standing.HELD, Standing.DECLINED, Standing.WITHDRAWN])
def test_that_something_is_public_is_told_while_it_is(standing):
    decide(held(), "publish")
    Contribution.objects.update(standing=standing)
    assert told() == []


def test_a_post_that_comes_out_later_is_not_called_public_before():
    post = a_post("Looms")
    hold(post, by=None, cause="first")
    decide_moderation(post.moderation, by=UserFactory(roles=["moderator"]), outcome="publish", seen=post.revision)
    assert told() == [PUBLIC]
    type(post).objects.update(public_from=timezone.now() + timedelta(hours=1))
    assert told() == []


def appealed(outcome: str) -> Verdict:
    verdict = decide(reported(), "decline")
    appeal = appeal_verdict(verdict, by=verdict.author, text="It was meant kindly.")
    decide_appeal(appeal, by=UserFactory(roles=["moderator"]), outcome=outcome, explanation="I have read it twice.")
    return verdict


@pytest.mark.parametrize(("outcome", "subjects"), [("upheld", [REFUSED]), ("overturned", [])])
def test_a_verdict_that_was_overturned_is_not_told_any_more(outcome, subjects):
    appealed(outcome)
    assert told() == subjects


def test_a_mail_that_waited_until_the_appeal_succeeded_does_not_say_that_it_is_not_shown(mailoutbox):
    verdict = appealed("overturned")
    send_service_messages()
    sent = [(message.to, message.subject) for message in mailoutbox]
    assert sent == [([verdict.author.email], "Somebody else has looked at your appeal")]


def test_what_became_of_a_report_is_told_until_an_appeal_finds_it_wrong():
    row, reader = held(), UserFactory()
    decide(row, "publish")
    report_subject(row, by=reader, reason="abuse")
    verdict = decide(row, "decline")
    rows = still_so(Notice.objects.filter(kind="report", recipient=reader))
    assert rows.count() == 1
    appeal = appeal_verdict(verdict, by=row.author, text="It names nobody.")
    decide_appeal(appeal, by=UserFactory(roles=["moderator"]), outcome="overturned", explanation="It does not.")
    assert rows.count() == 0
