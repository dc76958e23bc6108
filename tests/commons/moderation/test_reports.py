"""The queue as moderators read it, and the ledger as everybody does."""

from dataclasses import fields
from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from commons.moderation.actions import appeal_verdict, decide_appeal, report_subject
from commons.moderation.models import Verdict
from commons.moderation.reports import (
    Line,
    appeals_waiting,
    first_words,
    lasting,
    ledger_counts,
    ledger_page,
    next_in_queue,
    passages,
    queue,
    taken_out,
    verdicts_by_day,
)
from tests.commons.moderation.things import decide, held, reported
from tests.factories.contributions import ContributionFactory
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def moderator():
    return UserFactory(roles=["moderator"])


def decided(outcome: str, *, took: timedelta = timedelta(minutes=5), ago: timedelta = timedelta(0), **more) -> Verdict:
    """A verdict that took so long, given so long ago."""
    contribution = reported() if outcome == "keep" else held()
    verdict = decide(contribution, outcome, **more)
    made_at = timezone.now() - ago
    Verdict.objects.filter(pk=verdict.pk).update(made_at=made_at, waited_since=made_at - took)
    verdict.refresh_from_db()
    return verdict


# --- the queue ------------------------------------------------------------------------------------------------------------


def test_the_longest_wait_stands_first_and_what_is_decided_stands_no_more(moderator):
    with time_machine.travel("2026-11-20 10:00Z"):
        second = held()
    with time_machine.travel("2026-11-19 10:00Z"):
        first = reported()
    third = held()
    decide(held(), "publish")
    assert [row.subject for row in queue(moderator)] == [first, second, third]


def test_the_queue_says_how_many_readers_ask_for_a_look_now(moderator):
    contribution = reported()
    decide(contribution, "keep")
    for _reader in range(2):
        report_subject(contribution, by=UserFactory(), reason="abuse")
    held()
    assert [row.report_count for row in queue(moderator)] == [2, 0]


@pytest.mark.parametrize("roles", [[], ["staff"], ["panel_member"], ["editor"]], ids=str)
def test_nobody_else_has_a_queue(roles):
    person = UserFactory(roles=roles)
    appeal_verdict(verdict := decide(held(), "decline"), by=verdict.author, text="No.")
    held()
    assert (list(queue(person)), list(appeals_waiting(person))) == ([], [])


def test_the_next_one_is_what_waited_next_longest_and_was_written_by_somebody_else(moderator):
    skipped, this, _own, following = held(), held(), held(author=moderator), held()
    verdict = decide(this, "publish", by=moderator)
    assert next_in_queue(moderator, after=verdict) == following.moderation
    verdict = decide(following, "publish", by=moderator)
    assert next_in_queue(moderator, after=verdict) is None
    assert [row.subject for row in queue(moderator).not_business_of(moderator)] == [skipped]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("Lend more.", "Lend more."),
        ("# A title\n\nand *words*", "A title and words"),
        ("x" * 9_999, "x" * 119 + "…"),
        ("![](x)", "No words"),
    ],
)
def test_a_thing_is_known_by_its_first_words(body, words):
    assert first_words(ContributionFactory(body=body)) == words


# --- one thing ------------------------------------------------------------------------------------------------------------


def test_a_thing_reads_as_its_readers_would_see_it():
    contribution = ContributionFactory(kind="suggestion", body="So *good*.", replacement="a *star* is born")
    assert [(passage.name, passage.label, passage.html, passage.text) for passage in passages(contribution)] == [
        ("body", "Text", "<p>So <em>good</em>.</p>\n", "So *good*."),
        ("replacement", "Words instead", None, "a *star* is born"),
    ]


def test_where_the_end_was_cut_off_nothing_before_it_looks_changed():
    contribution = held(body="One.\n\nTwo words.\n\nThree, you fool.")
    verdict = decide(contribution, "redact", words={"body": "One.\n\nTwo words."})
    [passage] = taken_out(verdict, contribution)
    assert [(piece.kind, piece.text) for piece in passage.pieces] == [
        ("same", "One.\n\nTwo words."),
        ("deleted", "\n\nThree, you fool."),
    ]


def test_what_was_taken_out_is_marked_until_the_text_is_changed_again():
    contribution = held(body="Good idea, you fool.")
    verdict = decide(contribution, "redact", words={"body": "Good idea."})
    [passage] = taken_out(verdict, contribution)
    assert [(piece.kind, piece.text) for piece in passage.pieces] == [
        ("same", "Good idea"),
        ("deleted", ", you fool"),
        ("same", "."),
    ]
    contribution.revision += 1
    [passage] = taken_out(verdict, contribution)
    assert (passage.pieces, passage.text) == (None, "Good idea, you fool.")


# --- the ledger -----------------------------------------------------------------------------------------------------------


def test_a_line_of_the_ledger_tells_kinds_classes_and_times_and_nothing_else():
    assert {field.name for field in fields(Line)} == {"day", "kind", "cause", "outcome", "reason", "took", "appeal"}
    with time_machine.travel("2026-11-24 23:30Z"):
        decided("decline", took=timedelta(hours=3), reason="private")
        [line] = ledger_page().lines
    assert line == Line(
        day=date(2026, 11, 24),
        kind="Contribution",
        cause="First words from a new account",
        outcome="Refused",
        reason="Tells something private about somebody",
        took="3 hours",
        appeal="",
    )


def test_the_ledger_never_asks_the_database_for_words_or_names():
    verdict = decided("redact")
    appeal = appeal_verdict(verdict, by=verdict.author, text="No.")
    decide_appeal(appeal, by=UserFactory(), outcome="upheld", explanation="Yes.")
    with CaptureQueriesContext(connection) as captured:
        ledger_page()
        ledger_counts()
        verdicts_by_day()
    asked = " ".join(query["sql"] for query in captured.captured_queries)
    secret = ['"explanation"', '"kept"', '"text"', '"by_id"', '"author_id"', '"decided_by_id"', '"note"', "people_user"]
    assert [column for column in [*secret, "contributions_"] if column in asked] == []


def test_an_appeal_and_what_came_of_it_stand_beside_the_decision():
    verdicts = [decided("decline") for _ in range(4)]
    for verdict, outcome in zip(verdicts, [None, "", "upheld", "overturned"], strict=True):
        if outcome is None:
            continue
        appeal = appeal_verdict(verdict, by=verdict.author, text="No.")
        if outcome:
            decide_appeal(appeal, by=UserFactory(), outcome=outcome, explanation="Read.")
    assert [line.appeal for line in ledger_page().lines] == [
        "The decision was wrong",
        "The decision stands",
        "Waiting for a second person",
        "",
    ]


def test_pages_of_the_ledger_follow_on_and_lose_and_repeat_nothing():
    same_moment = timezone.now()
    verdicts = [decided("publish", took=timedelta(hours=number + 0.5)) for number in range(7)]
    Verdict.objects.filter(pk__in=[verdict.pk for verdict in verdicts[2:5]]).update(made_at=same_moment)
    whole = [line.took for line in ledger_page().lines]
    assert len(set(whole)) == 7
    seen, before, turns = [], None, 0
    while before is not None or not turns:
        page = ledger_page(before=before, size=2)
        seen += [line.took for line in page.lines]
        before, turns = page.older, turns + 1
    assert (seen, turns) == (whole, 4)


def test_a_place_in_the_ledger_that_is_not_there_begins_at_the_top():
    decided("publish")
    assert ledger_page(before=2**40) == ledger_page()


def test_the_counts_count():
    day = timedelta(days=1)
    decided("publish", took=timedelta(hours=1))
    decided("publish", took=timedelta(hours=2))
    decided("keep", took=day)
    wrong = decided("redact", took=timedelta(hours=4), reason="private")
    right = decided("decline", took=day + timedelta(seconds=1), reason="abuse")
    asked = decided("decline", took=timedelta(days=9), reason="abuse")
    for verdict, outcome in ((wrong, "overturned"), (right, "upheld")):
        appeal = appeal_verdict(verdict, by=verdict.author, text="No.")
        decide_appeal(appeal, by=UserFactory(), outcome=outcome, explanation="Read.")
    appeal_verdict(asked, by=asked.author, text="No.")
    held(), held(), reported()
    counts = ledger_counts()
    assert counts.by_outcome == {"publish": 2, "keep": 1, "redact": 1, "decline": 2}
    assert counts.by_reason == {
        "abuse": 2,
        "private": 1,
        "advert": 0,
        "off_topic": 0,
        "repeated": 0,
        "unlawful": 0,
        "other": 0,
    }
    assert (counts.verdicts, counts.median, counts.longest) == (6, timedelta(hours=14), timedelta(days=9))
    assert (counts.within_one_day, counts.percent_within_one_day) == (4, 67)
    assert (counts.appeals, counts.upheld, counts.overturned, counts.appeals_waiting) == (3, 1, 1, 1)
    assert counts.waiting == 3


def test_the_counts_can_begin_at_a_moment():
    decided("publish", ago=timedelta(days=10))
    old = decided("decline", ago=timedelta(days=10))
    decided("keep")
    appeal_verdict(old, by=old.author, text="No.")
    counts = ledger_counts(since=timezone.now() - timedelta(days=1))
    assert (counts.verdicts, counts.by_outcome["keep"], counts.appeals, counts.appeals_waiting) == (1, 1, 1, 1)
    assert ledger_counts(since=timezone.now()).verdicts == 0


def test_a_ledger_with_nothing_in_it_counts_nothing():
    counts = ledger_counts()
    assert (counts.verdicts, counts.median, counts.longest, counts.percent_within_one_day) == (0, None, None, None)
    assert (set(counts.by_outcome.values()), set(counts.by_reason.values())) == ({0}, {0})
    assert (counts.appeals, counts.waiting, ledger_page().lines, verdicts_by_day()) == (0, 0, [], [])


def test_days_without_a_decision_are_days_too():
    decided("publish", ago=timedelta(days=2))
    decided("publish", ago=timedelta(days=200))
    decided("keep")
    assert [(timezone.localdate() - row.day, row.count) for row in verdicts_by_day(days=4)] == [
        (timedelta(days=3), 0),
        (timedelta(days=2), 1),
        (timedelta(days=1), 0),
        (timedelta(days=0), 1),
    ]


@pytest.mark.parametrize(
    ("time", "words"),
    [
        (timedelta(seconds=-1), "under a minute"),
        (timedelta(seconds=59), "under a minute"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(hours=26), "1 day, 2 hours"),
        (timedelta(days=400), "1 year, 1 month"),
    ],
)
def test_a_length_of_time_is_told_in_words(time, words):
    with time_machine.travel("2026-01-01 10:00Z"):
        assert (lasting(time), lasting(time, units=1)) == (words, words.split(",")[0])


def made_one_of_each() -> None:
    held()
    contribution = reported()
    report_subject(contribution, by=UserFactory(), reason="advert")
    verdict = decide(held(), "decline")
    appeal_verdict(verdict, by=verdict.author, text="No.")
    verdict = decide(held(), "redact")
    appeal = appeal_verdict(verdict, by=verdict.author, text="No.")
    decide_appeal(appeal, by=UserFactory(), outcome="upheld", explanation="Read.")


def queries(read) -> int:
    with CaptureQueriesContext(connection) as captured:
        read()
    return len(captured)


@pytest.mark.parametrize(
    ("read", "number"),
    [
        (lambda user: [row.subject for row in queue(user)], 3),
        (
            lambda user: [
                (row.verdict.get_outcome_display(), row.verdict.moderation.kind) for row in appeals_waiting(user)
            ],
            3,
        ),
        (lambda user: ledger_page(), 1),
        (lambda user: ledger_page(before=Verdict.objects.order_by("-pk").first().pk), 3),
        (lambda user: ledger_counts(), 3),
        (lambda user: verdicts_by_day(), 1),
    ],
    ids=["queue", "appeals", "ledger", "older ledger", "counts", "days"],
)
def test_three_rows_take_no_more_queries_than_one(read, number, moderator):
    moderator.roles  # noqa: B018 - asked once for each request
    made_one_of_each()
    one = queries(lambda: read(moderator))
    made_one_of_each()
    made_one_of_each()
    assert (one, queries(lambda: read(moderator))) == (number, number)
