"""Two people at the same moment, on a real Postgres: one wins, the other is told, and nobody waits for ever."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from commons.contributions.actions import (
    CannotReply,
    StaleEdit,
    add_contribution,
    edit_contribution,
    withdraw_contribution,
)
from commons.contributions.models import Contribution
from commons.digests.models import Notice
from commons.moderation.actions import (
    AlreadyDecided,
    AppealExists,
    ChangedMeanwhile,
    NotPublic,
    appeal_verdict,
    decide_appeal,
    decide_moderation,
    report_subject,
)
from commons.moderation.models import Appeal, Moderation, Report, Verdict
from tests.at_once import behind, together
from tests.commons.moderation.things import decide, held, reported
from tests.factories.contributions import ContributionFactory
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


def moderator():
    return UserFactory(roles=["moderator"])


def fresh(contribution: Contribution) -> Contribution:
    return Contribution.objects.get(pk=contribution.pk)


def verdict_on(contribution: Contribution, outcome: str, **more: Any) -> Callable[[], Verdict]:
    by, moderation = moderator(), fresh(contribution).moderation
    if outcome != "publish":
        more |= {"reason": "abuse", "explanation": "An insult."}
    return partial(decide_moderation, moderation, by=by, outcome=outcome, seen=1, **more)


@pytest.mark.parametrize("outcomes", [("publish", "publish"), ("publish", "decline"), ("decline", "decline")], ids=str)
def test_of_two_moderators_at_once_one_decides_and_the_other_is_told(outcomes):
    for _round in range(8):
        contribution = held()
        ends = together(*(verdict_on(contribution, outcome) for outcome in outcomes))
        assert ends == {"done": 1, "AlreadyDecided": 1}
        verdict = Verdict.objects.get(moderation=contribution.moderation)
        assert fresh(contribution).standing == {"publish": "published", "decline": "declined"}[verdict.outcome]
        assert Notice.objects.filter(recipient=contribution.author).count() == 1


def test_a_moderator_behind_another_finds_it_decided():
    contribution = held()
    assert behind(verdict_on(contribution, "decline"), waiting=verdict_on(contribution, "publish")) == (
        AlreadyDecided.__name__
    )
    assert fresh(contribution).standing == "declined"


def test_an_approval_behind_an_edit_approves_nothing():
    contribution = held(body="Kind words.")
    edit = partial(edit_contribution, contribution, by=contribution.author, body="An insult.", based_on=1)
    assert behind(edit, waiting=verdict_on(contribution, "publish")) == ChangedMeanwhile.__name__
    now = fresh(contribution)
    assert (now.standing, now.body, Verdict.objects.count()) == ("held", "An insult.", 0)


def test_an_edit_behind_an_approval_is_looked_at_again():
    contribution = held(body="Kind words.")
    edit = partial(edit_contribution, contribution, by=contribution.author, body="An insult.", based_on=1)
    assert behind(verdict_on(contribution, "publish"), waiting=edit) == "done"
    now = fresh(contribution)
    assert (now.standing, now.body, now.moderation.waiting_since is None) == ("held", "An insult.", False)


def test_an_edit_behind_a_shortening_does_not_bring_the_words_back():
    contribution = held(body="Kind words. An insult.")
    shorten = verdict_on(contribution, "redact", words={"body": "Kind words."})
    edit = partial(edit_contribution, contribution, by=contribution.author, body="An insult.", based_on=1)
    assert behind(shorten, waiting=edit) == StaleEdit.__name__
    assert (fresh(contribution).standing, fresh(contribution).body) == ("published", "Kind words.")


def test_an_approval_behind_its_author_taking_it_back_approves_nothing():
    contribution = held()
    take_back = partial(withdraw_contribution, contribution, by=contribution.author)
    assert behind(take_back, waiting=verdict_on(contribution, "publish")) == AlreadyDecided.__name__
    assert (fresh(contribution).standing, Verdict.objects.count()) == ("withdrawn", 0)


def test_a_report_behind_a_refusal_is_refused():
    contribution = reported()
    reader = UserFactory()
    report = partial(report_subject, contribution, by=reader, reason="abuse")
    assert behind(verdict_on(contribution, "decline"), waiting=report) == NotPublic.__name__
    assert (Moderation.objects.waiting().count(), Report.objects.count()) == (0, 1)


def test_a_verdict_and_a_reply_of_the_same_author_do_not_wait_for_each_other():
    for _round in range(6):
        contribution = reported()
        author = contribution.author
        reply = partial(add_contribution, contribution.thread, by=author, body="And more.", parent=contribution)
        ends = together(verdict_on(contribution, "decline"), reply)
        assert set(ends) <= {"done", CannotReply.__name__}


def test_two_clicks_on_one_report_are_one_report():
    contribution, reader = ContributionFactory(), UserFactory()
    assert together(*[partial(report_subject, contribution, by=reader, reason="abuse")] * 4) == {"done": 4}
    assert (Report.objects.count(), Moderation.objects.count()) == (1, 1)


def test_first_reports_of_many_readers_at_once_make_one_place_in_the_queue():
    contribution = ContributionFactory()
    readers = [UserFactory() for _ in range(4)]
    ends = together(*(partial(report_subject, contribution, by=reader, reason="abuse") for reader in readers))
    assert (ends, Report.objects.count(), Moderation.objects.count()) == ({"done": 4}, 4, 1)


def test_an_author_editing_readers_reporting_and_moderators_deciding_never_wait_for_each_other():
    for _round in range(8):
        contribution = reported(body="One.", author=UserFactory(roles=["staff"]))
        reader = UserFactory()
        keep = UserFactory(roles=["moderator"])
        moderation = contribution.moderation
        ends = together(
            partial(edit_contribution, contribution, by=contribution.author, body="Two.", based_on=1),
            partial(report_subject, contribution, by=reader, reason="abuse"),
            partial(decide_moderation, moderation, by=keep, outcome="keep", seen=1),
            partial(decide_moderation, moderation, by=reader, outcome="keep", seen=1),
        )
        assert set(ends) <= {"done", "AlreadyDecided", "ChangedMeanwhile"}
        assert fresh(contribution).body == "Two."


def test_two_clicks_on_one_appeal_are_one_appeal():
    contribution = reported()
    verdict = decide(contribution, "decline")
    ends = together(*[partial(appeal_verdict, verdict, by=verdict.author, text="No.")] * 3)
    assert (ends, Appeal.objects.count()) == ({"done": 1, AppealExists.__name__: 2}, 1)


def test_of_two_answers_to_one_appeal_one_counts():
    for _round in range(4):
        verdict = decide(reported(), "decline")
        appeal = appeal_verdict(verdict, by=verdict.author, text="No.")
        ends = together(
            *(
                partial(decide_appeal, appeal, by=moderator(), outcome=outcome, explanation="Read.")
                for outcome in ("upheld", "overturned")
            )
        )
        assert ends == {"done": 1, "AlreadyDecided": 1}
        outcome = Appeal.objects.get(pk=appeal.pk).outcome
        standing = Contribution.objects.get(moderation=verdict.moderation).standing
        assert (outcome, standing) in {("upheld", "declined"), ("overturned", "published")}
