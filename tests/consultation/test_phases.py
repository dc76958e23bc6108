"""Phases: where one stands is read from its days, and what staff do to them is refused where it would make no sense."""

import datetime as dt

import pytest
import time_machine
from django.db import IntegrityError, transaction

from commons.audit.models import Entry
from consultation.actions import (
    PhaseWords,
    StaleEdit,
    add_phase,
    begin_phase,
    call_off_phase,
    change_phase,
    end_phase,
    move_phase,
)
from consultation.actions.phases import (
    AlreadyHappened,
    CalledOff,
    EndBeforeBegin,
    InTheFuture,
    NameTaken,
    NotBegun,
    NothingMoved,
    ReasonMissing,
)
from consultation.models import Act, Phase, PhaseMove, State
from consultation.reports import closed_because, is_open
from consultation.reports.phases import timeline
from tests.factories.people import UserFactory
from tests.factories.phases import a_phase, call_off, day, fresh, move, write_down

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff():
    return UserFactory(roles=["staff"])


def words(name: str = "Weave") -> PhaseWords:
    return PhaseWords(name=name, purpose="To see what holds.")


# --- where a phase stands -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("plan", "fact", "state"),
    [
        ((-9, -1), (None, None), State.OVER),
        ((-9, 0), (None, None), State.UNDER_WAY),
        ((0, 0), (None, None), State.UNDER_WAY),
        ((1, 9), (None, None), State.AHEAD),
        ((1, 9), (-3, None), State.UNDER_WAY),
        ((-9, -1), (-8, 0), State.UNDER_WAY),
        ((-9, 9), (-8, -1), State.OVER),
    ],
)
def test_the_days_say_where_a_phase_stands(plan, fact, state):
    phase = a_phase("Weave", *plan)
    Phase.objects.update(began_on=fact[0] and day(fact[0]), ended_on=None if fact[1] is None else day(fact[1]))
    phase = fresh(phase)
    assert phase.state_on(day(0)) == state
    assert list(Phase.objects.under_way(day(0))) == ([phase] if state == State.UNDER_WAY else [])


def test_a_phase_ends_at_midnight_where_the_site_stands():
    with time_machine.travel(dt.datetime(2027, 6, 1, 12, tzinfo=dt.UTC)):
        a_phase("Weave", 0, 0, opens=(Act.COMMENT,))
    with time_machine.travel(dt.datetime(2027, 6, 1, 22, 59, tzinfo=dt.UTC)):
        before = is_open(Act.COMMENT)
    with time_machine.travel(dt.datetime(2027, 6, 1, 23, 1, tzinfo=dt.UTC)):  # past midnight in London's summer
        assert (before, is_open(Act.COMMENT)) == (True, False)


# --- what phases open -----------------------------------------------------------------------------------------------------


def test_what_no_phase_names_is_open():
    a_phase("Weave", 5, 9)
    assert (is_open(Act.COMMENT), closed_because(Act.COMMENT)) == (True, "")


def test_what_a_phase_names_is_open_while_it_or_another_is_under_way():
    a_phase("Weave", -9, -5, opens=(Act.COMMENT,))
    before = is_open(Act.COMMENT)
    a_phase("Weave again", -1, 1, opens=(Act.COMMENT,))
    assert (before, is_open(Act.COMMENT)) == (False, True)


def test_what_is_not_open_says_since_when_or_from_when():
    with time_machine.travel(dt.datetime(2027, 6, 1, 12, tzinfo=dt.UTC)):
        a_phase("Weave", -9, -5, opens=(Act.COMMENT,))
        over = closed_because(Act.COMMENT)
        a_phase("Weave again", 3, 9, opens=(Act.COMMENT,))
        assert (over, closed_because(Act.COMMENT)) == (
            "This is closed now. The last day was 27 May 2027.",
            "This is not open yet. It opens on 4 June 2027.",
        )


# --- adding and changing --------------------------------------------------------------------------------------------------


def test_a_phase_is_added_at_the_end_and_on_record(staff):
    a_phase("First", 0, 1)
    phase = add_phase(by=staff, words=words("Weave & dye"), begins_on=day(1), ends_on=day(2))
    assert (phase.slug, phase.place, phase.revision) == ("weave-dye", 2, 1)
    assert Entry.objects.get(verb="add_phase", actor=staff).target_label == "Weave & dye"


def test_a_second_press_of_the_button_adds_nothing(staff):
    a_phase("Weave", 0, 1)
    with pytest.raises(NameTaken):
        add_phase(by=staff, words=words("weave!"), begins_on=day(1), ends_on=day(2))
    assert Phase.objects.count() == 1


def test_a_phase_cannot_be_planned_to_end_before_it_begins(staff):
    with pytest.raises(EndBeforeBegin):
        add_phase(by=staff, words=words(), begins_on=day(2), ends_on=day(1))
    assert Phase.objects.count() == 0


def test_other_words_and_another_place_leave_the_address_and_the_days(staff):
    phase = a_phase("Weave", 0, 1)
    new = PhaseWords("Dye", "For colour.", "Lliwio", "Er lliw.", "- Dye", "- Lliwio", (Act.COMMENT, Act.COMMENT))
    changed = change_phase(phase, by=staff, words=new, place=7, based_on=1)
    assert (changed.slug, changed.name, changed.name_cy, changed.opens) == ("weave", "Dye", "Lliwio", ["comment"])
    assert (changed.place, changed.begins_on, changed.revision) == (7, phase.begins_on, 2)


@pytest.mark.parametrize(
    "late",
    [
        lambda phase: change_phase(phase, by=None, words=words(), place=1, based_on=1),
        lambda phase: move_phase(phase, by=None, begins_on=day(5), ends_on=day(6), reason="Storm.", based_on=1),
        lambda phase: begin_phase(phase, by=None, on=day(0), based_on=1),
        lambda phase: end_phase(phase, by=None, on=day(0), based_on=1),
    ],
)
def test_nobody_writes_over_what_a_colleague_did_meanwhile(late):
    phase = a_phase("Weave", 0, 9)
    move(phase, 0, 12, "A colleague's reason.")
    with pytest.raises(StaleEdit):
        late(phase)
    assert (fresh(phase).ends_on, fresh(phase).revision, PhaseMove.objects.count()) == (day(12), 2, 1)


# --- moving ---------------------------------------------------------------------------------------------------------------


def test_a_move_keeps_what_was_planned_what_is_planned_and_why(staff):
    phase = a_phase("Weave", 1, 9)
    made = move_phase(
        phase, by=staff, begins_on=day(3), ends_on=day(12), reason="  The loom broke. ", reason_cy="Torrodd y gwŷdd.",
        based_on=1,
    )  # fmt: skip
    row = PhaseMove.objects.get()
    assert (row, row.begins_before, row.begins_after, row.ends_before, row.ends_after) == (
        made, day(1), day(3), day(9), day(12),
    )  # fmt: skip
    assert (row.reason, row.reason_cy) == ("The loom broke.", "Torrodd y gwŷdd.")
    assert (fresh(phase).begins_on, fresh(phase).ends_on) == (day(3), day(12))
    assert Entry.objects.get(verb="move_phase", actor=staff).data["reason"] == "The loom broke."


@pytest.mark.parametrize(
    ("begins", "ends", "reason", "refusal"),
    [
        (1, 9, "Storm.", NothingMoved),
        (1, 12, "", ReasonMissing),
        (1, 12, " \n ", ReasonMissing),
        (10, 9, "Storm.", EndBeforeBegin),
    ],
)
def test_a_move_without_a_change_a_reason_or_sense_is_refused(begins, ends, reason, refusal):
    phase = a_phase("Weave", 1, 9)
    with pytest.raises(refusal):
        move(phase, begins, ends, reason)
    assert (fresh(phase).ends_on, fresh(phase).revision, PhaseMove.objects.count()) == (day(9), 1, 0)


def test_what_has_begun_can_only_end_on_another_day():
    phase = write_down(a_phase("Weave", -9, 9), began=-8)
    with pytest.raises(AlreadyHappened):
        move(phase, -7, 9, "Storm.")
    move(phase, -9, 20, "Storm.")
    with pytest.raises(EndBeforeBegin, match="before that"):
        move(phase, -9, -9, "Storm.")
    assert fresh(phase).ends_on == day(20)


def test_what_is_over_cannot_be_moved():
    phase = write_down(a_phase("Weave", -9, -2), began=-9, ended=-1)
    with pytest.raises(AlreadyHappened):
        move(phase, -9, 5, "Storm.")


@pytest.mark.parametrize(
    "broken",
    [
        {"ends_on": dt.date(2020, 1, 1)},
        {"began_on": dt.date(2999, 1, 1)},
        {"ended_on": dt.date(2026, 1, 1)},
    ],
)
def test_the_database_keeps_days_in_their_order_too(broken):
    a_phase("Weave", 1, 9)
    with pytest.raises(IntegrityError), transaction.atomic():
        Phase.objects.update(**broken)


# --- what happened in fact ------------------------------------------------------------------------------------------------


def test_the_days_in_fact_are_written_down_and_can_be_taken_back(staff):
    phase = a_phase("Weave", -9, 9)
    begin_phase(phase, by=staff, on=day(-8), based_on=1)
    end_phase(phase, by=staff, on=day(0), based_on=2)
    assert (fresh(phase).began_on, fresh(phase).ended_on) == (day(-8), day(0))
    with pytest.raises(NotBegun):
        begin_phase(phase, by=staff, on=None, based_on=3)
    end_phase(phase, by=staff, on=None, based_on=3)
    begin_phase(phase, by=staff, on=None, based_on=4)
    assert (fresh(phase).began_on, fresh(phase).ended_on, fresh(phase).begins_on) == (None, None, day(-9))
    assert Entry.objects.filter(verb__in=["begin_phase", "end_phase"], actor=staff).count() == 4


@pytest.mark.parametrize(
    ("act", "on", "refusal"),
    [
        (begin_phase, 1, InTheFuture),
        (begin_phase, 0, EndBeforeBegin),
        (end_phase, 1, InTheFuture),
        (end_phase, 0, NotBegun),
    ],
)
def test_what_did_not_happen_is_not_written_down(act, on, refusal):
    phase = a_phase("Weave", -9, -1)
    with pytest.raises(refusal):
        act(phase, by=None, on=day(on), based_on=1)
    assert (fresh(phase).began_on, fresh(phase).ended_on, fresh(phase).revision) == (None, None, 1)


def test_nothing_ends_before_it_began():
    phase = write_down(a_phase("Weave", -9, 9), began=-3)
    with pytest.raises(EndBeforeBegin):
        end_phase(phase, by=None, on=day(-4), based_on=2)


# --- called off -----------------------------------------------------------------------------------------------------------


def test_a_phase_is_called_off_for_a_reason_and_on_record(staff):
    phase = a_phase("Dye", 3, 9)
    row = call_off_phase(phase, by=staff, reason=" No money came. ", reason_cy="Dim arian.", based_on=1)
    assert (row.called_off_on, row.call_off_reason, row.call_off_reason_cy, row.revision) == (
        day(0),
        "No money came.",
        "Dim arian.",
        2,
    )
    entry = Entry.objects.get(verb="call_off_phase")
    assert (entry.actor, entry.data) == (staff, {"on": day(0).isoformat(), "reason": "No money came."})


@pytest.mark.parametrize("days", [(-9, 9), (3, 9)])
def test_what_was_called_off_is_neither_under_way_nor_to_come_on_any_day(days):
    phase = call_off(a_phase("Dye", *days))
    assert {phase.state_on(day(one)) for one in (-10, 0, 5, 20)} == {State.CALLED_OFF}
    assert list(Phase.objects.under_way(day(5))) == []
    [step] = timeline(day(0)).steps
    assert (step.is_off, step.is_now, step.is_over, step.is_next, timeline(day(0)).following) == (
        True,
        False,
        False,
        False,
        None,
    )


def test_cloth_is_woven_as_far_as_the_day_on_which_it_was_called_off():
    began, ahead = a_phase("Weave", -9, 9), a_phase("Dye", 3, 9)
    call_off(began, on=day(-5))
    call_off(ahead)
    steps = {step.phase.name: step for step in timeline(day(0)).steps}
    scale = timeline(day(0)).scale
    assert (steps["Weave"].fact, steps["Dye"].fact) == (scale.span(day(-9), day(-5)), None)


@pytest.mark.parametrize(
    ("reason", "days", "refusal"),
    [(" ", (3, 9), ReasonMissing), ("Storm", (-9, -1), AlreadyHappened)],
)
def test_what_is_over_or_has_no_reason_is_not_called_off(reason, days, refusal):
    phase = a_phase("Dye", *days)
    with pytest.raises(refusal):
        call_off(phase, reason)
    assert fresh(phase).called_off_on is None


def test_the_database_keeps_that_a_phase_is_called_off_for_a_reason():
    phase = a_phase("Dye", 3, 9)
    with pytest.raises(IntegrityError), transaction.atomic():
        Phase.objects.filter(pk=phase.pk).update(called_off_on=day(0))


def test_what_was_called_off_is_not_moved_begun_ended_or_called_off_again():
    phase = call_off(a_phase("Dye", -9, 9))
    acts = [
        lambda: move(phase, -9, 20, "A storm."),
        lambda: write_down(phase, began=-9),
        lambda: end_phase(phase, by=None, on=day(0), based_on=2),
        lambda: call_off(phase),
    ]
    for act in acts:
        with pytest.raises(CalledOff):
            act()
    assert change_phase(phase, by=None, words=words("Dye it"), place=1, based_on=2).name == "Dye it"


def test_what_a_phase_opens_closes_when_it_is_called_off_and_says_why():
    phase = a_phase("Comment", -9, 9, opens=(Act.COMMENT,))
    assert closed_because(Act.COMMENT) == ""
    call_off(phase)
    assert closed_because(Act.COMMENT) == "This is not open, because “Comment” was called off. Why: No money came."
    a_phase("Comment again", 3, 9, opens=(Act.COMMENT,))
    assert closed_because(Act.COMMENT).startswith("This is not open yet. It opens on ")
    a_phase("Comment now", -1, 1, opens=(Act.COMMENT,))
    assert closed_because(Act.COMMENT) == ""


# --- the timeline ---------------------------------------------------------------------------------------------------------


def test_an_empty_timeline_has_no_scale():
    empty = timeline(day(0))
    assert (empty.steps, empty.scale, empty.now, empty.following, empty.today) == ([], None, [], None, "")


def test_the_scale_holds_every_day_that_was_ever_planned():
    phase = a_phase("Weave", 0, 9)
    move(phase, 5, 19, "Storm.")
    a_phase("Dye", 20, 39)
    drawn = timeline(day(0))
    [weave, dye] = drawn.steps
    assert (drawn.scale.first_day, drawn.scale.last_day, drawn.today) == (day(0), day(39), "1.25%")
    assert [(one.start, one.length) for one in (weave.first_plan, weave.plan, dye.plan)] == [
        ("0.00%", "25.00%"),
        ("12.50%", "37.50%"),
        ("50.00%", "50.00%"),
    ]
    assert (weave.fact, dye.first_plan, weave.slip, dye.slip) == (None, None, 10, 0)


def test_cloth_is_woven_as_far_as_today():
    a_phase("Weave", -5, 4)
    [step] = timeline(day(0)).steps
    assert (step.fact.start, step.fact.length, step.is_now, step.days_left) == ("0.00%", "60.00%", True, 4)


def test_the_next_phase_is_the_one_that_begins_first_wherever_it_stands_in_the_list():
    a_phase("Late", 20, 30)
    soon = a_phase("Soon", 5, 9)
    drawn = timeline(day(0))
    assert ([step.is_next for step in drawn.steps], drawn.following.phase) == ([False, True], soon)


@pytest.mark.parametrize(
    ("years", "labels"), [(1, ["2027", "Apr", "Jul", "Oct"]), (4, ["2027", "2028", "2029", "2030"])]
)
def test_a_long_scale_names_only_years(years, labels):
    with time_machine.travel(dt.datetime(2027, 1, 1, 12, tzinfo=dt.UTC)):
        a_phase("Weave", 0, 365 * years - 2)
        assert [mark.label for mark in timeline(day(0)).scale.marks] == labels
