"""What somebody said after they have closed their account: it stays without their name or it is erased, as they wished, and
what others said to it stays."""

import pytest

from commons.contributions.actions import announce_contributions, edit_contribution, support_contribution
from commons.contributions.models import Contribution, Edit, Support
from commons.digests.models import Notice
from commons.moderation.actions import appeal_verdict, decide_moderation, report_subject
from commons.moderation.models import Appeal, Cause, Moderation, Report, Standing, Verdict
from commons.moderation.reports import ledger_counts
from commons.people.actions import close_account
from tests.factories.contributions import ContributionFactory
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


def leave(person, wish: str) -> None:
    close_account(person, by=person, answers={"contributions": wish})


def test_words_that_stay_lose_only_the_name():
    said = ContributionFactory(body="Lend to us.")
    reply = ContributionFactory(parent=said, body="Who would pay?")
    leave(said.author, "stay")
    rows = list(Contribution.objects.order_by("pk").values_list("author", "body", "standing"))
    assert rows == [(None, "Lend to us.", "published"), (reply.author_id, "Who would pay?", "published")]


def test_words_that_go_leave_a_line_and_the_replies():
    said = ContributionFactory(body="Lend to us.")
    edit_contribution(said, by=said.author, body="Lend to us all.", based_on=1)
    Contribution.objects.update(standing=Standing.PUBLISHED)
    reply = ContributionFactory(parent=said, body="Who would pay?")
    leave(said.author, "go")
    rows = list(Contribution.objects.order_by("pk").values_list("author", "body", "standing"))
    assert rows == [(None, "", "withdrawn"), (reply.author_id, "Who would pay?", "published")]
    assert Edit.objects.count() == 0


def test_what_nobody_could_read_any_more_goes_in_any_case():
    said = ContributionFactory(body="Too hard.", standing=Standing.DECLINED)
    leave(said.author, "")
    row = Contribution.objects.get()
    assert (row.body, row.standing) == ("", "declined")


def test_agreements_go_and_the_counts_with_them():
    said = ContributionFactory()
    person, other = UserFactory(), UserFactory()
    for somebody in (person, other):
        support_contribution(said, by=somebody)
    leave(person, "")
    assert (Contribution.objects.get().support_count, list(Support.objects.values_list("person", flat=True))) == (
        1,
        [other.pk],
    )


def test_what_others_were_told_loses_the_name():
    said = ContributionFactory()
    reply = ContributionFactory(parent=said, author__name="Ysolde Quillfeather")
    announce_contributions(by=None)
    assert Notice.objects.get().text == "Ysolde Quillfeather replied. Open the page to read it."
    leave(reply.author, "stay")
    assert Notice.objects.get().text == "Somebody who has closed their account replied. Open the page to read it."


def test_no_moderator_has_to_look_at_what_is_erased():
    said = ContributionFactory(body="Held words.")
    report_subject(said, by=UserFactory(), reason="abuse")
    leave(said.author, "go")
    assert (Moderation.objects.waiting().count(), Report.objects.filter(settled_at=None).count()) == (0, 0)


def test_a_moderator_still_looks_at_what_stays():
    said = ContributionFactory()
    report_subject(said, by=UserFactory(), reason="abuse")
    leave(said.author, "stay")
    assert Moderation.objects.waiting().get().cause == Cause.REPORT


def test_an_appeal_that_waits_ends_and_is_counted_for_neither_side():
    said = ContributionFactory()
    report = report_subject(said, by=UserFactory(), reason="abuse", note="He knows where I live.")
    moderator = UserFactory(roles=["moderator"])
    verdict = decide_moderation(
        report.moderation,
        by=moderator,
        outcome="redact",
        seen=1,
        reason="abuse",
        explanation="Why",
        words={"body": "…"},
    )
    appeal_verdict(verdict, by=said.author, text="I meant well.")
    leave(said.author, "stay")
    row = Appeal.objects.get()
    assert (row.by, row.text, row.outcome, row.decided_at is None) == (None, "", "withdrawn", False)
    assert Verdict.objects.get().kept == {}
    counts = ledger_counts()
    assert (counts.upheld, counts.overturned, counts.appeals_taken_back, counts.appeals_waiting) == (0, 0, 1, 0)


def test_a_report_keeps_its_reason_and_loses_its_note():
    said = ContributionFactory()
    report = report_subject(said, by=UserFactory(), reason="abuse", note="He knows where I live.")
    leave(report.by, "")
    row = Report.objects.get()
    assert (row.by, row.reason, row.note) == (None, "abuse", "")
