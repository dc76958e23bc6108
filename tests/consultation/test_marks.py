"""The two marks: who gets a ballot, what a ballot takes, the steps of the day, and that no ballot slips past the count."""

import datetime as dt
import random
import threading
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.utils import timezone

from commons.audit.models import Entry
from commons.contributions.models import Channel, Kind
from commons.contributions.reports import subject_of
from consultation.actions.marks import (
    TRIES,
    MarksClosed,
    NoBallot,
    NoBallotFor,
    OutOfTurn,
    TooManyMarks,
    TooManyTries,
    WrongIdea,
    cast_ballot,
    choose_proposals,
    close_marks,
    freeze_marks,
    give_ballot_to,
    give_ballots,
    open_ballot,
    open_marks,
    publish_marks,
    show_marks,
)
from consultation.actions.texts import StaleEdit
from consultation.models import Ballot, BallotTry, Event, Mark
from consultation.reports.marks import board_of, marking_has_begun, suggested_proposals
from tests.at_once import behind, together
from tests.factories.events import a_ballot, a_marking, an_event, an_event_idea, registered
from tests.factories.people import UserFactory
from tests.factories.themes import a_theme

KEY = uuid.UUID(int=7)
SOON = dt.timedelta(hours=1)


def ideas_of(event: Event) -> list[int]:
    return list(event.ideas.order_by("place").values_list("pk", flat=True))


def cast(ballot: Ballot, desirable=(), achievable=(), based_on=0) -> Ballot:
    return cast_ballot(ballot, by=None, desirable=desirable, achievable=achievable, based_on=based_on)


def marks_of(ballot: Ballot) -> set[tuple[str, int]]:
    return set(ballot.marks.values_list("kind", "idea"))


def closed(**given) -> Event:
    """An event whose marking is over and not counted yet."""
    event = a_marking(**given)
    Event.objects.filter(pk=event.pk).update(marks_close_at=timezone.now())
    return event


# --- Ballots ------------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_codes_of_ballots_are_shown_and_not_kept():
    event, staff = a_marking(), UserFactory()
    codes = give_ballots(event, 3, by=staff, key=KEY)
    assert len(set(codes)) == 3
    assert {len(code) for code in codes} == {19}
    assert {ballot.token_hash for ballot in event.ballots.all()} == {Ballot.hash_of(code) for code in codes}
    assert Entry.objects.get().data == {"ballots": 3}


@pytest.mark.django_db
def test_the_same_form_sent_twice_gives_the_same_cards():
    event = a_marking()
    assert give_ballots(event, 3, by=None, key=KEY) == give_ballots(event, 5, by=None, key=KEY)
    assert event.ballots.count() == 3


@pytest.mark.django_db
def test_two_forms_give_different_cards():
    event = a_marking()
    one, other = (give_ballots(event, 2, by=None, key=uuid.uuid4()) for _form in range(2))
    assert set(one) & set(other) == set()


@pytest.mark.django_db
def test_who_was_checked_in_gets_one_ballot_and_nothing_leads_to_it():
    event = a_marking()
    person = registered(event, is_here=True)
    code = give_ballot_to(person, by=UserFactory())
    person.refresh_from_db()
    [ballot] = event.ballots.all()
    assert ballot.token_hash == Ballot.hash_of(code)
    assert person.ballot_given_at is not None
    assert (ballot.made_on, ballot.cast_at, ballot.batch) == (timezone.localdate(), None, "")
    assert str(ballot.pk) not in str(Entry.objects.values_list("target_id", "data"))
    with pytest.raises(NoBallotFor):
        give_ballot_to(person, by=None)
    assert event.ballots.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("given", [{"is_here": False}, {"state": "cancelled"}])
def test_who_is_not_in_the_room_gets_no_ballot(given):
    person = registered(a_marking(), **{"is_here": True, **given})
    with pytest.raises(NoBallotFor):
        give_ballot_to(person, by=None)
    assert Ballot.objects.count() == 0


@pytest.mark.django_db
def test_no_ballot_is_given_after_the_count():
    event = closed()
    freeze_marks(event, by=None)
    with pytest.raises(OutOfTurn):
        give_ballots(event, 3, by=None, key=KEY)
    with pytest.raises(OutOfTurn):
        give_ballot_to(registered(event, is_here=True), by=None)
    assert Ballot.objects.count() == 0


@pytest.mark.django_db
def test_capitals_spaces_and_hyphens_of_a_code_do_not_matter():
    event = a_marking()
    [code] = give_ballots(event, 1, by=None, key=KEY)
    for typed in (code, code.lower(), code.replace("-", ""), f" {code.replace('-', ' ')} "):
        assert open_ballot(event, typed, by=None, address="").pk == event.ballots.get().pk


@pytest.mark.django_db
def test_a_code_of_another_event_opens_nothing_and_is_counted():
    event, other = a_marking(), an_event("Another")
    [code] = give_ballots(other, 1, by=None, key=KEY)
    with pytest.raises(NoBallot):
        open_ballot(event, code, by=None, address="192.0.2.1")
    assert BallotTry.objects.count() == 1


@pytest.mark.django_db
def test_a_network_that_guesses_has_to_wait_and_others_do_not():
    event = a_marking()
    [code] = give_ballots(event, 1, by=None, key=KEY)
    source = BallotTry.source_of("192.0.2.1")
    BallotTry.objects.bulk_create(BallotTry(source=source) for _try in range(TRIES))
    with pytest.raises(TooManyTries):
        open_ballot(event, code, by=None, address="192.0.2.1")
    assert open_ballot(event, code, by=None, address="192.0.2.2").event == event
    BallotTry.objects.update(made_at=timezone.now() - dt.timedelta(minutes=16))
    assert open_ballot(event, code, by=None, address="192.0.2.1").event == event


# --- Casting ------------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_ballot_holds_its_marks_and_can_be_changed():
    event = a_marking(ideas=4, ballots=1)
    one, two, three, four = ideas_of(event)
    ballot = cast(event.ballots.get(), [one, two, three], [one, four])
    assert marks_of(ballot) == {
        *(("desirable", pk) for pk in (one, two, three)),
        *(("achievable", pk) for pk in (one, four)),
    }
    again = cast(ballot, [four], [], based_on=1)
    assert (again.revision, marks_of(ballot)) == (2, {("desirable", four)})


@pytest.mark.django_db
def test_everybody_has_so_many_marks_of_each_kind_in_each_theme():
    event = a_marking(ideas=3, themes=2, ballots=1, marks_each=2)
    ideas = ideas_of(event)
    ballot = cast(
        event.ballots.get(), [ideas[0], ideas[1], ideas[3], ideas[4]], [ideas[1], ideas[2], ideas[4], ideas[5]]
    )
    assert ballot.marks.count() == 8
    with pytest.raises(TooManyMarks) as refusal:
        cast(ballot, ideas[3:], [], based_on=1)
    assert (refusal.value.kind, refusal.value.theme) == ("desirable", event.ideas.get(pk=ideas[3]).theme_id)
    assert ballot.marks.count() == 8


@pytest.mark.django_db
def test_only_ideas_of_this_event_that_stand_can_be_marked():
    event = a_marking(ballots=1)
    one, two, _three = event.ideas.order_by("place")
    two.merged_into = one
    two.save()
    elsewhere = an_event_idea(an_event("Another"))
    for wrong in (two.pk, elsewhere.pk, 2**40):
        with pytest.raises(WrongIdea):
            cast(event.ballots.get(), [wrong])
        with pytest.raises(WrongIdea):
            cast(event.ballots.get(), [], [one.pk, wrong])
    assert Mark.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        lambda now: {"marks_open_at": now + dt.timedelta(minutes=5)},
        lambda now: {"marks_close_at": now - dt.timedelta(minutes=1)},
        lambda now: {"marks_open_at": None, "marks_close_at": None},
        lambda now: {"state": "draft"},
        lambda now: {"marks_frozen_at": now},
    ],
    ids=["not open yet", "closed", "without dates", "a draft", "counted"],
)
def test_outside_its_dates_nothing_is_counted(change):
    event = a_marking(ballots=1)
    Event.objects.filter(pk=event.pk).update(**change(timezone.now()))
    with pytest.raises(MarksClosed):
        cast(event.ballots.get(), ideas_of(event)[:1])
    assert (Mark.objects.count(), event.ballots.get().cast_at) == (0, None)


@pytest.mark.django_db
def test_a_second_window_does_not_overwrite_the_first():
    event = a_marking(ballots=1)
    one, two, _three = ideas_of(event)
    ballot = cast(event.ballots.get(), [one])
    with pytest.raises(StaleEdit):
        cast(ballot, [two], based_on=0)
    assert (event.ballots.get().revision, marks_of(ballot)) == (1, {("desirable", one)})


@pytest.mark.django_db
def test_the_second_half_of_a_double_click_changes_nothing_and_is_no_refusal():
    event = a_marking(ballots=1)
    one, two, _three = ideas_of(event)
    first, second = (cast(event.ballots.get(), [one], [two], based_on=0) for _click in range(2))
    assert (first.revision, second.revision, Mark.objects.count()) == (1, 1, 2)


@pytest.mark.django_db
def test_a_ballot_that_was_taken_back_counts_nothing():
    event = a_marking(ballots=1)
    ballot = event.ballots.get()
    Ballot.objects.all().delete()
    with pytest.raises(NoBallot):
        cast(ballot, ideas_of(event)[:1])


@pytest.mark.django_db
def test_nothing_about_a_ballot_stands_in_the_record():
    event = a_marking(ballots=1)
    cast(event.ballots.get(), ideas_of(event)[:1])
    assert Entry.objects.count() == 0


# --- The steps of the day -----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_day_from_the_opening_to_the_proposals():
    event, staff = an_event(starts=dt.timedelta(hours=-5)), UserFactory(roles=["staff"])
    ideas = [an_event_idea(event, f"Idea {number}").pk for number in range(3)]
    assert not marking_has_begun(event)
    event = open_marks(event, by=staff, closes_at=timezone.now() + SOON)
    assert marking_has_begun(event)
    cast(a_ballot(event), ideas[:2], ideas[:1])
    cast(a_ballot(event), ideas[:1], ideas[1:])
    a_ballot(event)
    event = freeze_marks(close_marks(event, by=staff), by=staff)
    assert list(event.ideas.values_list("desirable_count", "achievable_count")) == [(2, 1), (1, 1), (0, 1)]
    event = publish_marks(event, by=staff)
    [proposal] = choose_proposals(event, ideas[:1], by=staff)
    event.refresh_from_db()
    assert (proposal.kind, proposal.channel, proposal.title, proposal.said_by, proposal.author) == (
        Kind.PROPOSAL,
        Channel.EVENT,
        "Idea 0",
        "Congress",
        None,
    )
    assert (proposal.body, proposal.is_public, subject_of(proposal.thread)) == ("Nobody can borrow", True, event)
    assert list(Entry.objects.order_by("pk").values_list("verb", "actor")) == [
        (verb, staff.pk)
        for verb in (
            "open_marks",
            "close_marks",
            "freeze_marks",
            "publish_marks",
            "open_thread",
            "key_in_contribution",
            "choose_proposals",
        )
    ]
    assert Entry.objects.get(verb="freeze_marks").data == {"ballots": 3, "cast": 2}


@pytest.mark.django_db
def test_each_step_waits_for_the_one_before():
    event, later = an_event(starts=dt.timedelta(hours=-5)), timezone.now() + SOON
    with pytest.raises(OutOfTurn):
        open_marks(event, by=None, closes_at=later)  # no idea
    idea = an_event_idea(event)
    for closes_at, opens_at in ((timezone.now(), None), (later, later)):
        with pytest.raises(OutOfTurn):
            open_marks(event, by=None, closes_at=closes_at, opens_at=opens_at)
    for step in (close_marks, freeze_marks, publish_marks):
        with pytest.raises(OutOfTurn):
            step(event, by=None)
    with pytest.raises(OutOfTurn):
        choose_proposals(event, [idea.pk], by=UserFactory())
    open_marks(event, by=None, closes_at=later)
    with pytest.raises(OutOfTurn):
        freeze_marks(event, by=None)
    freeze_marks(close_marks(event, by=None), by=None)
    for step in (close_marks, freeze_marks):
        with pytest.raises(OutOfTurn):
            step(event, by=None)
    with pytest.raises(OutOfTurn):
        open_marks(event, by=None, closes_at=later)
    publish_marks(event, by=None)
    with pytest.raises(OutOfTurn):
        publish_marks(event, by=None)


@pytest.mark.django_db
def test_a_draft_takes_no_marks():
    event = an_event(state="draft")
    an_event_idea(event)
    with pytest.raises(OutOfTurn):
        open_marks(event, by=None, closes_at=timezone.now() + SOON)


@pytest.mark.django_db
def test_marking_can_be_planned_prolonged_and_opened_again():
    event, now = an_event(starts=dt.timedelta(hours=-5)), timezone.now()
    an_event_idea(event)
    planned = open_marks(event, by=None, opens_at=now + SOON, closes_at=now + 2 * SOON)
    assert (planned.marks_open_at, planned.takes_marks_at(now), marking_has_begun(planned)) == (
        now + SOON,
        False,
        False,
    )
    opened = open_marks(event, by=None, closes_at=now + 2 * SOON)
    longer = open_marks(event, by=None, opens_at=now + SOON, closes_at=now + 3 * SOON)
    assert (longer.marks_open_at, longer.marks_close_at) == (opened.marks_open_at, now + 3 * SOON)
    close_marks(event, by=None)
    assert open_marks(event, by=None, closes_at=now + SOON).takes_marks_at(timezone.now())


@pytest.mark.django_db
def test_an_open_form_of_the_event_is_stale_after_marking_was_opened():
    event = an_event(starts=dt.timedelta(hours=-5))
    an_event_idea(event)
    assert open_marks(event, by=None, closes_at=timezone.now() + SOON).revision == 2
    assert close_marks(event, by=None).revision == 3


@pytest.mark.django_db
def test_staff_choose_whether_the_room_sees_the_counts_live():
    event = a_marking()
    assert event.shows_marks_live
    assert not show_marks(event, by=None, live=False).shows_marks_live


@pytest.mark.django_db
def test_a_proposal_is_made_once_and_others_can_follow():
    event, staff = closed(), UserFactory(roles=["staff"])
    publish_marks(freeze_marks(event, by=None), by=None)
    one, two, _three = ideas_of(event)
    [first] = choose_proposals(event, [one], by=staff)
    [second] = choose_proposals(event, [one, two], by=staff)
    assert first.thread == second.thread
    assert list(event.ideas.order_by("place").values_list("proposal", flat=True)) == [first.pk, second.pk, None]
    for wrong in ([], [2**40], [one, an_event_idea(an_event("Another")).pk]):
        with pytest.raises(WrongIdea):
            choose_proposals(event, wrong, by=staff)


@pytest.mark.django_db
def test_a_long_idea_keeps_all_its_words_as_a_proposal():
    event = closed(ideas=1)
    event.ideas.update(title="x" * 160)
    publish_marks(freeze_marks(event, by=None), by=None)
    [proposal] = choose_proposals(event, ideas_of(event), by=UserFactory())
    assert (proposal.title, proposal.body) == (f"{'x' * 119}…", f"Nobody can borrow\n\n{'x' * 160}")


# --- Counting -----------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_board_ranks_by_all_marks_and_shares_a_place():
    event = a_marking(ideas=4)
    ideas = ideas_of(event)
    cast(a_ballot(event), ideas[1:3], [ideas[2]])
    cast(a_ballot(event), [ideas[1]], [ideas[0]])
    a_ballot(event)
    board = board_of(event)
    # Two marks that say desirable stand before one of each.
    assert [(idea.number, idea.desirable, idea.achievable, idea.rank, idea.is_tied) for idea in board.ranked] == [
        (2, 2, 0, 1, False),
        (3, 1, 1, 2, False),
        (1, 0, 1, 3, False),
        (4, 0, 0, 4, False),
    ]
    assert (board.given, board.cast, board.percent, board.unmarked) == (3, 2, 67, 1)
    cast(a_ballot(event), [ideas[3]], [ideas[3]])
    tied = [(idea.number, idea.rank, idea.is_tied) for idea in board_of(event).ranked]
    assert tied == [(2, 1, False), (3, 2, True), (4, 2, True), (1, 4, False)]


@pytest.mark.django_db
def test_the_board_takes_two_queries(django_assert_num_queries):
    event = a_marking(ideas=9, themes=3, ballots=3)
    cast(event.ballots.first(), ideas_of(event)[:3])
    with django_assert_num_queries(2):
        board = board_of(event)
        assert len(board.by_band) == 3


@pytest.mark.django_db
def test_the_three_biggest_issues_of_a_theme_bring_their_best_idea():
    event = a_marking(ideas=0)
    marks = {"Money": (4, 3), "money ": (5,), "Land": (6, 1), "Law": (2,), "Time": (1,), "Nobody": (0,)}
    made = {}
    for issue, numbers in marks.items():
        for number in numbers:
            made[issue, number] = an_event_idea(event, f"{issue} {number}", issue=issue, desirable_count=number)
    other = an_event_idea(event, "Elsewhere", theme=a_theme("Other"), issue="Money", desirable_count=1)
    Event.objects.filter(pk=event.pk).update(marks_frozen_at=timezone.now())
    event.refresh_from_db()
    best = {made["money ", 5].pk, made["Land", 6].pk, made["Law", 2].pk, other.pk}
    assert suggested_proposals(board_of(event)) == best


# --- At the same moment -------------------------------------------------------------------------------------------------------


def rush(event: Event, deeds, threads: int = 16) -> Counter:
    """Every deed, as many at once as there are threads: how often each ended in which way."""
    barrier = threading.Barrier(threads)

    def do(deed) -> str:
        try:
            deed()
        except (MarksClosed, StaleEdit) as refusal:
            return type(refusal).__name__
        return "done"

    def meet() -> None:
        barrier.wait()

    with ThreadPoolExecutor(threads) as pool:
        for ready in [pool.submit(meet) for _thread in range(threads)]:
            ready.result()
        ends = Counter(pool.map(do, deeds))
        barrier.reset()

        def close() -> None:
            barrier.wait()
            connections.close_all()

        for gone in [pool.submit(close) for _thread in range(threads)]:
            gone.result()
    return ends


@pytest.mark.django_db(transaction=True)
def test_600_ballots_at_once_are_all_counted_once():
    event = a_marking(ideas=9, themes=3)
    ideas, dice = ideas_of(event), random.Random(1844)
    Ballot.objects.bulk_create(Ballot(event=event, token_hash=str(number)) for number in range(600))
    wanted = {
        ballot.pk: [
            [pk for start in (0, 9, 18) for pk in dice.sample(ideas[start : start + 9], 3)] for _kind in range(2)
        ]
        for ballot in event.ballots.all()
    }
    # Every tenth is sent twice.
    sent = [*wanted, *list(wanted)[::10]]
    ends = rush(event, [lambda pk=pk: cast(Ballot(pk=pk), *wanted[pk]) for pk in sent])
    assert ends == {"done": 660}
    counts = Counter(idea for kinds in wanted.values() for idea in kinds[0])
    board = board_of(event)
    assert (board.given, board.cast) == (600, 600)
    assert {idea.pk: idea.desirable for idea in board.ideas} == counts
    assert set(event.ballots.values_list("revision", flat=True)) == {1}
    assert Mark.objects.count() == 600 * 18


@pytest.mark.django_db(transaction=True)
def test_in_the_middle_of_a_rush_every_ballot_is_wholly_in_or_refused():
    event = a_marking(ideas=6)
    ideas, ended = ideas_of(event), {}
    Ballot.objects.bulk_create(Ballot(event=event, token_hash=str(number)) for number in range(120))
    pks = list(event.ballots.values_list("pk", flat=True))

    def deed(place: int, pk: uuid.UUID) -> None:
        if place == 60:
            # Both in the rush: whoever holds a ballot is waited for.
            freeze_marks(close_marks(event, by=None), by=None)
        ended[pk] = "refused"
        cast(Ballot(pk=pk), ideas[:3], ideas[3:])
        ended[pk] = "in"

    ends = rush(event, [lambda place=place, pk=pk: deed(place, pk) for place, pk in enumerate(pks)])
    inside = {pk for pk, end in ended.items() if end == "in"}
    assert ends == {"done": len(inside), "MarksClosed": 120 - len(inside)}
    assert 0 < len(inside) < 120
    assert set(event.ballots.exclude(cast_at=None).values_list("pk", flat=True)) == inside
    assert {pk: Ballot.objects.get(pk=pk).marks.count() for pk in pks} == {pk: 6 if pk in inside else 0 for pk in pks}
    counts = set(event.ideas.values_list("desirable_count", "achievable_count"))
    assert counts == {(len(inside), 0), (0, len(inside))}


@pytest.mark.django_db(transaction=True)
def test_the_count_waits_for_a_ballot_that_is_being_cast():
    event = a_marking(ideas=1, ballots=1)
    ballot, [idea] = event.ballots.get(), ideas_of(event)

    Event.objects.filter(pk=event.pk).update(marks_close_at=timezone.now() + dt.timedelta(milliseconds=300))
    event.refresh_from_db()

    def freeze() -> None:
        while timezone.now() < event.marks_close_at:
            pass
        freeze_marks(event, by=None)

    assert behind(lambda: cast(ballot, [idea]), waiting=freeze) == "done"
    assert event.ideas.get().desirable_count == 1


@pytest.mark.django_db(transaction=True)
def test_two_windows_of_one_ballot_at_once_give_one_set_of_marks():
    event = a_marking(ballots=1)
    ballot, (one, two, _three) = event.ballots.get(), ideas_of(event)
    ends = together(lambda: cast(ballot, [one]), lambda: cast(ballot, [two]))
    assert ends == {"done": 1, "StaleEdit": 1}
    assert (event.ballots.get().revision, Mark.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_two_at_the_door_give_one_ballot():
    person = registered(a_marking(), is_here=True)
    assert together(*[lambda: give_ballot_to(person, by=None)] * 2) == {"done": 1, "NoBallotFor": 1}
    assert Ballot.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_double_click_prints_one_set_of_cards():
    event = a_marking()
    assert together(*[lambda: give_ballots(event, 20, by=None, key=KEY)] * 3) == {"done": 3}
    assert event.ballots.count() == 20


@pytest.mark.django_db(transaction=True)
def test_a_double_click_makes_one_proposal():
    event, staff = closed(ideas=1), UserFactory()
    publish_marks(freeze_marks(event, by=None), by=None)
    assert together(*[lambda: choose_proposals(event, ideas_of(event), by=staff)] * 2) == {"done": 2}
    assert Event.objects.get(pk=event.pk).proposals.contributions.count() == 1
