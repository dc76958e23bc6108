"""Asking a second person, and what the second person decides."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from commons.audit.models import Entry
from commons.contributions.actions import edit_contribution, withdraw_contribution
from commons.digests.models import Notice
from commons.moderation.actions import (
    AlreadyDecided,
    AppealExists,
    Gone,
    NothingToAppeal,
    NotYours,
    OwnWords,
    ReasonMissing,
    SamePerson,
    appeal_verdict,
    decide_appeal,
    report_subject,
)
from commons.moderation.models import Appeal
from tests.commons.moderation.things import decide, held, recorded, reported, told, whole_record
from tests.factories.contributions import ContributionFactory
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def moderator():
    return UserFactory(roles=["moderator"], name="Mo Derator")


@pytest.fixture
def second():
    return UserFactory(roles=["moderator"], name="Sec Onder")


def appealed(outcome: str, **more) -> Appeal:
    verdict = decide(reported(**more), outcome)
    return appeal_verdict(verdict, by=verdict.author, text="It was meant kindly.")


def answer(appeal: Appeal, outcome: str, *, by=None, explanation: str = "I have read it twice.") -> Appeal:
    Notice.objects.all().delete()
    return decide_appeal(appeal, by=by or UserFactory(roles=["moderator"]), outcome=outcome, explanation=explanation)


def subject_of(appeal: Appeal):
    return type(appeal.verdict.moderation.subject).objects.get(moderation=appeal.verdict.moderation)


# --- asking ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", ["redact", "decline"])
def test_an_author_may_ask_a_second_person(outcome):
    verdict = decide(held(), outcome)
    appeal = appeal_verdict(verdict, by=verdict.author, text="It was meant kindly.")
    assert (appeal.verdict, appeal.by, appeal.text, appeal.outcome, appeal.decided_at) == (
        verdict,
        verdict.author,
        "It was meant kindly.",
        "",
        None,
    )
    assert list(Appeal.objects.waiting()) == [appeal]
    assert recorded()[-1] == ("appeal_verdict", f"person {verdict.author_id}")
    assert Entry.objects.get(verb="appeal_verdict").target_label == f"appeal against {verdict.pk}"


def test_only_the_author_appeals():
    verdict = decide(held(), "decline")
    for somebody in (UserFactory(), verdict.by):
        with pytest.raises(NotYours):
            appeal_verdict(verdict, by=somebody, text="No.")
    assert Appeal.objects.count() == 0


@pytest.mark.parametrize(("make", "outcome"), [(held, "publish"), (reported, "keep")])
def test_where_nothing_was_taken_away_there_is_nothing_to_appeal_against(make, outcome):
    verdict = decide(make(), outcome)
    with pytest.raises(NothingToAppeal):
        appeal_verdict(verdict, by=verdict.author, text="Shorten it, please.")
    assert Appeal.objects.count() == 0


def test_there_is_one_appeal_against_each_decision():
    appeal = appealed("decline")
    with pytest.raises(AppealExists):
        appeal_verdict(appeal.verdict, by=appeal.by, text="Again.")
    answer(appeal, "upheld")
    with pytest.raises(AppealExists):
        appeal_verdict(appeal.verdict, by=appeal.by, text="And again.")
    assert list(Appeal.objects.values_list("text", flat=True)) == ["It was meant kindly."]


def test_who_took_it_all_back_has_nothing_to_appeal_for():
    contribution = reported()
    verdict = decide(contribution, "redact")
    withdraw_contribution(contribution, by=contribution.author)
    with pytest.raises(Gone):
        appeal_verdict(verdict, by=verdict.author, text="No.")
    assert Appeal.objects.count() == 0


# --- answering ------------------------------------------------------------------------------------------------------------


def test_a_decision_that_stands_changes_nothing_and_the_author_is_told(second):
    appeal = appealed("redact")
    answered = answer(appeal, "upheld", by=second)
    subject = subject_of(appeal)
    assert (subject.standing, subject.body, subject.revision) == ("published", "Shortened.", 2)
    assert (answered.outcome, answered.explanation, answered.decided_by) == ("upheld", "I have read it twice.", second)
    assert timezone.now() >= answered.decided_at
    assert told() == [
        (
            appeal.by,
            f"appeal:{appeal.pk}",
            "Somebody else has looked at your appeal",
            f"/moderation/verdicts/{appeal.verdict_id}/appeal/",
        )
    ]
    notice = Notice.objects.get()
    assert (notice.mail_state, notice.text) == (
        "waiting",
        "They think that the first decision was right, so all stays as it is.\n\nThey say: I have read it twice.",
    )


def test_what_was_wrongly_refused_is_public():
    appeal = appealed("decline", body="Kind words.")
    answer(appeal, "overturned")
    subject = subject_of(appeal)
    assert (subject.standing, subject.body, subject.revision) == ("published", "Kind words.", 1)
    assert Notice.objects.get().text.splitlines()[0] == (
        "They think that the first decision was wrong. What you wrote is public now."
    )


def test_words_that_were_wrongly_taken_out_come_back():
    appeal = appealed("redact", body="Kind words.")
    answer(appeal, "overturned")
    subject = subject_of(appeal)
    assert (subject.standing, subject.body, subject.revision) == ("published", "Kind words.", 3)
    assert Notice.objects.get().text.splitlines()[0] == (
        "They think that the first decision was wrong. Your words are back as they were."
    )


def test_words_do_not_come_back_over_what_the_author_wrote_since():
    author = UserFactory(roles=["staff"])
    appeal = appealed("redact", author=author, body="Kind words.")
    edit_contribution(subject_of(appeal), by=author, body="Newer words.", based_on=2)
    answer(appeal, "overturned")
    subject = subject_of(appeal)
    # The edit of what was shortened is held as ever, and the answer to the appeal does not let it through unseen.
    assert (subject.standing, subject.body, subject.revision) == ("held", "Newer words.", 3)
    assert Notice.objects.get().text.splitlines()[0] == (
        "They think that the first decision was wrong. The text was changed since, so it stays as it is now."
    )


def test_words_do_not_come_back_over_a_second_shortening():
    appeal = appealed("redact", body="Kind words.")
    contribution = subject_of(appeal)
    report_subject(contribution, by=UserFactory(), reason="private")
    decide(contribution, "redact", words={"body": "Shorter."})
    answer(appeal, "overturned")
    assert (subject_of(appeal).body, subject_of(appeal).revision) == ("Shorter.", 3)


def test_what_a_later_decision_refused_stays_refused():
    appeal = appealed("redact", body="Kind words.")
    contribution = subject_of(appeal)
    report_subject(contribution, by=UserFactory(), reason="private")
    decide(contribution, "decline")
    answer(appeal, "overturned")
    assert (subject_of(appeal).standing, subject_of(appeal).body) == ("declined", "Shortened.")


def test_what_was_taken_back_meanwhile_stays_taken_back():
    appeal = appealed("redact", body="Kind words.")
    contribution = subject_of(appeal)
    withdraw_contribution(contribution, by=contribution.author)
    answer(appeal, "overturned")
    assert (subject_of(appeal).standing, subject_of(appeal).body) == ("withdrawn", "Shortened.")


def test_how_it_read_before_stays_hidden():
    contribution = ContributionFactory(author=UserFactory(roles=["staff"]))
    edit_contribution(contribution, by=contribution.author, body="More.", based_on=1)
    report_subject(contribution, by=UserFactory(), reason="abuse")
    verdict = decide(contribution, "decline")
    answer(appeal_verdict(verdict, by=verdict.author, text="No."), "overturned")
    assert list(contribution.edits.values_list("number", "is_hidden")) == [(1, True)]


def test_whoever_decided_first_does_not_decide_again(moderator):
    verdict = decide(reported(), "decline", by=moderator)
    appeal = appeal_verdict(verdict, by=verdict.author, text="No.")
    with pytest.raises(SamePerson):
        answer(appeal, "overturned", by=moderator)
    assert (list(Appeal.objects.waiting()), subject_of(appeal).standing, told()) == ([appeal], "declined", [])


def test_no_author_decides_about_their_own_appeal(moderator):
    appeal = appealed("decline", author=moderator)
    with pytest.raises(OwnWords):
        answer(appeal, "overturned", by=moderator)
    assert (list(Appeal.objects.waiting()), subject_of(appeal).standing, told()) == ([appeal], "declined", [])


def test_an_appeal_is_answered_once():
    appeal = appealed("decline")
    answer(appeal, "upheld")
    with pytest.raises(AlreadyDecided):
        answer(appeal, "overturned")
    assert (Appeal.objects.get().outcome, subject_of(appeal).standing) == ("upheld", "declined")


@pytest.mark.parametrize("explanation", ["", " \n"])
def test_an_answer_is_explained(explanation):
    appeal = appealed("decline")
    with pytest.raises(ReasonMissing):
        answer(appeal, "overturned", explanation=explanation)
    assert (list(Appeal.objects.waiting()), subject_of(appeal).standing) == ([appeal], "declined")


def test_an_appeal_outlives_the_accounts_of_those_who_had_a_part_in_it(second):
    appeal = appealed("decline")
    appeal.verdict.by.delete()
    appeal.by.delete()
    appeal.refresh_from_db()
    assert answer(appeal, "overturned", by=second).outcome == "overturned"
    assert (subject_of(appeal).standing, told()) == ("published", [])


def test_the_record_says_who_answered_and_none_of_the_words(second):
    appeal = appealed("redact", author=UserFactory(name="Ada Author"), body="Kind words.")
    answer(appeal, "overturned", by=second)
    assert recorded()[-1] == ("decide_appeal", f"person {second.pk}")
    assert Entry.objects.get(verb="decide_appeal").data == {"outcome": "overturned", "is_back": True, "revision": 3}
    said = ["Ada", "Kind words", "meant kindly", "read it twice", second.name]
    assert [words for words in said if words in whole_record()] == []


def test_the_database_itself_refuses_an_answer_without_an_outcome():
    appeal = appealed("decline")
    with pytest.raises(IntegrityError, match="a_decided_appeal_has_an_outcome"), transaction.atomic():
        Appeal.objects.filter(pk=appeal.pk).update(decided_at=timezone.now())
