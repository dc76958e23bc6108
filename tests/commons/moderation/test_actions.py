"""Holding, taking back, reporting and deciding: what is done, what is refused, who is told, and what stands in the record."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from commons.audit.models import Entry
from commons.contributions.actions import edit_contribution, withdraw_contribution
from commons.digests.models import Notice
from commons.moderation.actions import (
    AlreadyDecided,
    ChangedMeanwhile,
    Gone,
    NotPublic,
    OutcomeUnfit,
    OwnWords,
    ReasonMissing,
    WordsUnfit,
    hold,
    release,
    report_subject,
)
from commons.moderation.models import Moderation, Report, Verdict
from tests.commons.moderation.things import decide, held, recorded, reported, settled, told, whole_record
from tests.factories.contributions import ContributionFactory
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def moderator():
    return UserFactory(roles=["moderator"], name="Mo Derator")


# --- holding --------------------------------------------------------------------------------------------------------------


def test_what_is_held_waits_from_now_on_and_nobody_else_can_read_it():
    with time_machine.travel("2026-11-24 10:00Z", tick=False):
        contribution = ContributionFactory(revision=3)
        moderation = hold(contribution, by=contribution.author, cause="links")
        now = timezone.now()
    assert (contribution.standing, contribution.moderation) == ("held", moderation)
    contribution.refresh_from_db()
    assert (contribution.standing, contribution.moderation) == ("held", moderation)
    assert (moderation.kind, moderation.cause, moderation.waiting_since, moderation.held_revision) == (
        "contribution",
        "links",
        now,
        3,
    )
    assert recorded() == [("hold", f"person {contribution.author_id}")]
    assert Entry.objects.get().data == {"cause": "links", "revision": 3}


def test_what_waits_already_keeps_its_place_and_its_cause():
    contribution = reported()
    was = Moderation.objects.get()
    moderation = hold(contribution, by=contribution.author, cause="links")
    assert (moderation, moderation.waiting_since, moderation.cause) == (was, was.waiting_since, "report")
    contribution.refresh_from_db()
    assert contribution.standing == "held"


def test_what_was_decided_once_waits_again_with_a_new_cause():
    contribution = held()
    decide(contribution, "publish")
    moderation = hold(contribution, by=contribution.author, cause="edit")
    assert (Moderation.objects.get(), moderation.cause, moderation.waiting_since is None) == (moderation, "edit", False)


@pytest.mark.parametrize("standing", ["declined", "withdrawn"])
def test_what_is_not_public_any_more_cannot_be_held(standing):
    contribution = ContributionFactory(standing=standing)
    with pytest.raises(Gone):
        hold(contribution, by=contribution.author, cause="edit")
    assert (Moderation.objects.count(), recorded()) == (0, [])


# --- taking back ----------------------------------------------------------------------------------------------------------


def test_what_its_author_took_back_waits_no_longer():
    contribution = held()
    withdraw_contribution(contribution, by=contribution.author)
    moderation = Moderation.objects.get()
    assert (moderation.waiting_since, moderation.held_revision) == (None, None)
    assert [verb for verb, _by in recorded()] == ["hold", "release", "withdraw_contribution"]


def test_a_reader_is_told_that_what_they_reported_was_taken_back():
    reader = UserFactory()
    contribution = reported(by=reader)
    withdraw_contribution(contribution, by=contribution.author)
    assert (settled(), told()) == (
        [True],
        [(reader, f"report:{Report.objects.get().pk}", "What became of your report", "/moderation/ledger/")],
    )
    assert Notice.objects.get().text == "Thank you for telling us. Its author has taken it back."


def test_taking_back_what_never_waited_leaves_no_trace():
    never, decided = ContributionFactory(), held()
    decide(decided, "publish")
    before = recorded()
    assert (release(never, by=never.author), release(decided, by=decided.author)) == (None, None)
    assert recorded() == before


# --- reporting ------------------------------------------------------------------------------------------------------------


def test_what_is_reported_waits_and_stays_public():
    reader, contribution = UserFactory(), ContributionFactory()
    report = report_subject(contribution, by=reader, reason="private", note="That is my address.")
    contribution.refresh_from_db()
    assert (contribution.standing, contribution.moderation.cause) == ("published", "report")
    assert list(Moderation.objects.waiting()) == [contribution.moderation]
    assert (report.by, report.reason, report.note, report.settled_at) == (
        reader,
        "private",
        "That is my address.",
        None,
    )
    assert recorded() == [("report_subject", f"person {reader.pk}")]
    assert Entry.objects.get().data == {"report": report.pk, "reason": "private"}


def test_a_reader_reports_a_thing_once_and_others_may_too():
    reader, contribution = UserFactory(), ContributionFactory()
    first = report_subject(contribution, by=reader, reason="abuse")
    again = report_subject(contribution, by=reader, reason="advert", note="Really.")
    other = report_subject(contribution, by=UserFactory(), reason="advert")
    assert (again, again.reason) == (first, "abuse")
    assert list(Report.objects.all()) == [first, other]
    assert Moderation.objects.count() == 1


def test_what_was_looked_at_waits_again_when_another_reader_reports_it():
    contribution = reported()
    decide(contribution, "keep")
    report_subject(contribution, by=UserFactory(), reason="abuse")
    assert (settled(), Moderation.objects.waiting().count()) == ([True, False], 1)


@pytest.mark.parametrize(
    "thing",
    [{"standing": "held"}, {"standing": "declined"}, {"standing": "withdrawn"}, {"thread__audience": "panel"}],
    ids=str,
)
def test_only_what_everybody_can_read_can_be_reported(thing):
    with pytest.raises(NotPublic):
        report_subject(ContributionFactory(**thing), by=UserFactory(), reason="abuse")
    assert (Report.objects.count(), Moderation.objects.count(), recorded()) == (0, 0, [])


# --- deciding -------------------------------------------------------------------------------------------------------------


def test_what_is_let_through_is_public_and_its_author_is_told(moderator):
    contribution = held()
    waited_since = contribution.moderation.waiting_since
    verdict = decide(contribution, "publish", by=moderator)
    assert (contribution.standing, contribution.revision) == ("published", 1)
    assert (verdict.outcome, verdict.cause, verdict.reason, verdict.explanation, verdict.kept) == (
        "publish",
        "first",
        "",
        "",
        {},
    )
    assert (verdict.author, verdict.by, verdict.waited_since, verdict.revision) == (
        contribution.author,
        moderator,
        waited_since,
        1,
    )
    assert (list(Moderation.objects.waiting()), Moderation.objects.get().held_revision) == ([], None)
    assert told() == [
        (
            contribution.author,
            f"verdict:{verdict.pk}",
            "What you wrote is public now",
            f"/contributions/{contribution.pk}/",
        )
    ]
    assert Notice.objects.get().mail_state == ""


def test_what_may_stay_stays_and_only_its_reporter_is_told(moderator):
    reader = UserFactory()
    contribution = reported(by=reader)
    verdict = decide(contribution, "keep", by=moderator)
    assert (contribution.standing, contribution.revision, verdict.cause) == ("published", 1, "report")
    assert (settled(), told()) == (
        [True],
        [
            (
                reader,
                f"report:{Report.objects.get().pk}",
                "What became of your report",
                f"/contributions/{contribution.pk}/",
            )
        ],
    )
    assert Notice.objects.get().text == "Thank you for telling us. A moderator has looked, and it stays."


def test_a_moderator_who_reported_something_is_not_told_what_they_decided(moderator):
    contribution = reported(by=moderator)
    decide(contribution, "keep", by=moderator)
    assert (settled(), told()) == ([True], [])


def test_what_is_shortened_is_public_in_the_new_words_and_the_verdict_keeps_the_old(moderator):
    contribution = held(body="Good idea. My neighbour Jo is a thief.", kind="suggestion", replacement="Lend more.")
    verdict = decide(contribution, "redact", by=moderator, words={"body": "Good idea.", "replacement": "Lend more."})
    assert (contribution.standing, contribution.body, contribution.replacement, contribution.revision) == (
        "published",
        "Good idea.",
        "Lend more.",
        2,
    )
    assert verdict.kept == {"body": "Good idea. My neighbour Jo is a thief."}
    assert (verdict.reason, verdict.explanation, verdict.revision) == ("abuse", "This insults a colleague.", 2)


def test_the_author_of_what_was_shortened_is_told_why_and_how_to_appeal():
    contribution = held()
    verdict = decide(contribution, "redact")
    assert told() == [
        (
            contribution.author,
            f"verdict:{verdict.pk}",
            "A moderator shortened what you wrote",
            f"/moderation/verdicts/{verdict.pk}/appeal/",
        )
    ]
    notice = Notice.objects.get()
    assert (notice.mail_state, notice.text) == (
        "waiting",
        "The rest of it is public.\n\n"
        "The reason: Attacks or insults somebody.\n\n"
        "The moderator says: This insults a colleague.\n\n"
        "The page shows what you wrote. If you think this is wrong, you can appeal there, once. Somebody else will look.",
    )


def test_what_is_refused_is_shown_to_nobody_and_its_author_is_told_why(moderator):
    reader = UserFactory()
    contribution = reported(by=reader, body="An insult.")
    verdict = decide(contribution, "decline", by=moderator)
    assert (contribution.standing, contribution.body, verdict.kept) == ("declined", "An insult.", {})
    assert told() == [
        (
            contribution.author,
            f"verdict:{verdict.pk}",
            "What you wrote is not shown on the site",
            f"/moderation/verdicts/{verdict.pk}/appeal/",
        ),
        (reader, f"report:{Report.objects.get().pk}", "What became of your report", "/moderation/ledger/"),
    ]


def test_a_reporter_learns_neither_who_wrote_it_nor_what_the_author_was_told():
    reader = UserFactory()
    contribution = reported(by=reader, author=UserFactory(name="Ada Author"), body="An insult.")
    decide(contribution, "decline", explanation="You call Jo a thief.")
    notice = Notice.objects.get(recipient=reader)
    assert notice.text == "Thank you for telling us. A moderator has looked, and it is not shown any more."


def test_nobody_is_told_about_words_whose_author_is_gone():
    contribution = held(author=None)
    decide(contribution, "decline")
    assert (contribution.standing, told()) == ("declined", [])


def test_people_are_told_in_their_own_language(monkeypatch):
    asked = []
    monkeypatch.setattr(
        "commons.moderation.actions.moderations.translation.override",
        lambda language: asked.append(language) or pytest.MonkeyPatch.context(),
    )
    reader, author = UserFactory(language="en-gb"), UserFactory(language="cy")
    decide(reported(by=reader, author=author), "redact")
    assert asked == ["cy", "en-gb"]


def test_the_record_says_what_was_decided_by_whom_and_none_of_the_words(moderator):
    reader = UserFactory()
    contribution = reported(by=reader, author=UserFactory(name="Ada Author"), body="Old words.", note="A note.")
    verdict = decide(
        contribution,
        "redact",
        by=moderator,
        words={"body": "New words."},
        explanation="An explanation.",
        reason="private",
    )
    assert recorded() == [
        ("report_subject", f"person {reader.pk}"),
        ("decide_moderation", f"person {moderator.pk}"),
    ]
    entry = Entry.objects.get(verb="decide_moderation")
    assert (entry.target_label, entry.data) == (
        f"contribution {contribution.pk}",
        {"verdict": verdict.pk, "outcome": "redact", "cause": "report", "reason": "private", "revision": 2},
    )
    said = ["Ada", "Old words", "New words", "A note", "An explanation", moderator.name, reader.name]
    assert [words for words in said if words in whole_record()] == []


# --- what is refused ------------------------------------------------------------------------------------------------------


def untouched(contribution) -> bool:
    """Nothing was decided: it waits, reads and stands as it did, and nobody was told."""
    was = (contribution.standing, contribution.body, contribution.revision)
    contribution.refresh_from_db()
    return (
        was == (contribution.standing, contribution.body, contribution.revision)
        and not Verdict.objects.exists()
        and not Notice.objects.exists()
        and Moderation.objects.waiting().count() == 1
    )


def test_what_does_not_wait_cannot_be_decided():
    contribution = held()
    first = decide(contribution, "publish")
    with pytest.raises(AlreadyDecided):
        decide(contribution, "decline")
    assert (contribution.standing, list(Verdict.objects.all())) == ("published", [first])


def test_what_its_author_took_back_cannot_be_decided():
    contribution = held()
    withdraw_contribution(contribution, by=contribution.author)
    with pytest.raises(AlreadyDecided):
        decide(contribution, "publish")
    contribution.refresh_from_db()
    assert contribution.standing == "withdrawn"


def test_nobody_decides_about_their_own_words(moderator):
    contribution = held(author=moderator)
    with pytest.raises(OwnWords):
        decide(contribution, "publish", by=moderator)
    assert untouched(contribution)


def test_what_is_public_is_what_was_approved():
    contribution = held()
    edit_contribution(contribution, by=contribution.author, body="Other words.", based_on=1)
    contribution.refresh_from_db()
    with pytest.raises(ChangedMeanwhile):
        decide(contribution, "publish", seen=1)
    assert untouched(contribution)


@pytest.mark.parametrize(("make", "outcome"), [(held, "keep"), (reported, "publish")])
def test_a_decision_fits_what_it_is_about(make, outcome):
    contribution = make()
    with pytest.raises(OutcomeUnfit):
        decide(contribution, outcome)
    assert untouched(contribution)


@pytest.mark.parametrize("outcome", ["redact", "decline"])
@pytest.mark.parametrize(
    "said", [{"reason": ""}, {"reason": "because"}, {"explanation": ""}, {"explanation": " \n"}], ids=str
)
def test_whoever_takes_words_away_says_why(outcome, said):
    contribution = held()
    with pytest.raises(ReasonMissing):
        decide(contribution, outcome, **said)
    assert untouched(contribution)


@pytest.mark.parametrize(
    "words",
    [
        None,
        {},
        {"body": "As it\nwas."},
        {"body": " As it\r\nwas.\n"},
        {"body": ""},
        {"body": " \n"},
        {"replacement": "More."},
        {"said_by": "Somebody else"},
        {"body": "Short.", "standing": "declined"},
    ],
    ids=str,
)
def test_shortening_changes_a_text_of_the_thing_and_leaves_some_of_it(words):
    contribution = held(body="As it\nwas.")
    with pytest.raises(WordsUnfit):
        decide(contribution, "redact", words=words)
    assert untouched(contribution)


def test_the_database_itself_refuses_a_refusal_without_a_reason(moderator):
    contribution = held()
    with pytest.raises(IntegrityError, match="what_is_not_shown_has_a_reason"), transaction.atomic():
        Verdict.objects.create(
            moderation=contribution.moderation,
            outcome="decline",
            cause="first",
            revision=1,
            waited_since=timezone.now(),
        )


def test_the_database_itself_refuses_a_second_report_of_one_reader():
    reader = UserFactory()
    report = reported(by=reader).moderation.reports.get()
    with pytest.raises(IntegrityError, match="one_report_per_reader_and_thing"), transaction.atomic():
        Report.objects.create(moderation=report.moderation, by=reader, reason="abuse")


# --- how it read before ---------------------------------------------------------------------------------------------------


def hidden(contribution) -> list[tuple[int, bool]]:
    return list(contribution.edits.values_list("number", "is_hidden"))


@pytest.mark.parametrize("outcome", ["redact", "decline"])
def test_what_was_taken_away_is_not_told_by_the_history(outcome):
    contribution = ContributionFactory(body="One.")
    for revision in (1, 2):
        edit_contribution(contribution, by=UserFactory(roles=["staff"]), body=f"More {revision}.", based_on=revision)
    report_subject(contribution, by=UserFactory(), reason="abuse")
    decide(contribution, outcome)
    assert hidden(contribution) == [(1, True), (2, True)]


def test_words_that_no_moderator_ever_saw_are_not_told_by_the_history():
    """First public words; edited, so held; edited again; only then approved."""
    contribution = ContributionFactory(body="Public.")
    edit_contribution(contribution, by=contribution.author, body="An insult.", based_on=1)
    edit_contribution(contribution, by=contribution.author, body="Kind words.", based_on=2)
    contribution.refresh_from_db()
    assert (contribution.standing, contribution.moderation.cause) == ("held", "edit")
    decide(contribution, "publish")
    assert (contribution.body, hidden(contribution)) == ("Kind words.", [(1, False), (2, True)])


def test_first_words_that_were_changed_before_anybody_saw_them_are_not_told_either():
    contribution = held(body="An insult.")
    edit_contribution(contribution, by=contribution.author, body="Kind words.", based_on=1)
    contribution.refresh_from_db()
    decide(contribution, "publish")
    assert hidden(contribution) == [(1, True)]


def test_leaving_a_thing_as_it_is_leaves_its_history_too():
    contribution = ContributionFactory()
    edit_contribution(contribution, by=UserFactory(roles=["staff"]), body="More.", based_on=1)
    report_subject(contribution, by=UserFactory(), reason="abuse")
    decide(contribution, "keep")
    assert hidden(contribution) == [(1, False)]


def test_an_edit_of_what_was_shortened_is_looked_at_first():
    contribution = reported()
    decide(contribution, "redact")
    edit_contribution(contribution, by=contribution.author, body="The insult again.", based_on=2)
    contribution.refresh_from_db()
    assert (contribution.standing, contribution.moderation.cause) == ("held", "edit")
    assert timezone.now() - contribution.moderation.waiting_since < timedelta(minutes=1)
