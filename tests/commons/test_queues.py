"""The queue's words, tried on export jobs: the first rows that use them."""

import datetime as dt
import socket
import threading
import time
from types import SimpleNamespace

import pytest
from celery import Celery
from django.db import IntegrityError, close_old_connections, connections, transaction
from django.utils import timezone

from commons import queues
from commons.exports.models import ExportJob
from commons.queues import LEASE, MOST_ATTEMPTS, State
from tests.factories.people import UserFactory

NOON = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
LATER = NOON + LEASE + dt.timedelta(seconds=1)


def job(minutes_ago: int = 0, **values) -> ExportJob:
    asked_at = NOON - dt.timedelta(minutes=minutes_ago)
    values = {"asked_at": asked_at, "key": f"{minutes_ago}-{time.monotonic_ns()}", "report": "drill", **values}
    return ExportJob.objects.create(asked_by=UserFactory(), **values)


def claim(now=NOON) -> ExportJob | None:
    return queues.claim(ExportJob.objects.all(), now=now)


def test_the_row_that_was_asked_for_first_is_claimed_first(db):
    newer, older = job(1), job(5)
    assert [claim(), claim(), claim()] == [older, newer, None]


def test_a_claim_is_a_lease_with_a_number(db):
    job()
    row = claim()
    row.refresh_from_db()
    assert (row.state, row.attempts, row.claimed_at, row.lease_until) == (State.RUNNING, 1, NOON, NOON + LEASE)


def test_a_row_is_not_claimed_again_before_its_lease_has_run_out(db):
    row = job()
    claim()
    assert claim(NOON + LEASE - dt.timedelta(seconds=1)) is None
    assert (claim(LATER), ExportJob.objects.get().attempts) == (row, 2)


def test_renewing_writes_progress_and_a_new_lease(db):
    job()
    row = claim()
    queues.renew(row, done_count=3, total_count=9, now=LATER)
    row.refresh_from_db()
    assert (row.done_count, row.total_count, row.lease_until) == (3, 9, LATER + LEASE)


def test_a_worker_whose_row_was_taken_over_can_neither_renew_nor_end_it(db):
    job()
    first, second = claim(), claim(LATER)
    for word in (queues.renew, queues.finish, queues.stop, lambda row: queues.fail(row, "No.")):
        with pytest.raises(queues.LeaseLost):
            word(first)
    second.refresh_from_db()
    assert (second.state, second.attempts) == (State.RUNNING, 2)


def test_a_row_that_failed_or_ended_keeps_its_end(db):
    job()
    row = claim()
    queues.fail(row, "The disk was full.", now=LATER)
    with pytest.raises(queues.LeaseLost):
        queues.stop(row)
    row.refresh_from_db()
    assert (row.state, row.reason, row.finished_at, row.lease_until) == (
        State.FAILED,
        "The disk was full.",
        LATER,
        None,
    )


def test_after_some_attempts_it_fails_with_a_reason(db):
    row = job()
    now = NOON
    for _ in range(MOST_ATTEMPTS):
        assert claim(now) == row
        now += LEASE
    assert claim(now) is None
    assert queues.give_up(ExportJob.objects.all(), now=now) == [row]
    row.refresh_from_db()
    assert (row.state, row.reason, row.finished_at) == (State.FAILED, queues.GAVE_UP, now)


def test_nothing_is_given_up_that_may_still_be_tried(db):
    job(1)
    job()
    claim()
    assert queues.give_up(ExportJob.objects.all(), now=LATER) == []


def test_a_waiting_row_is_cancelled_at_once(db):
    row = job()
    queues.cancel(row, now=LATER)
    assert (row.state, row.finished_at, claim()) == (State.CANCELLED, LATER, None)


def test_a_running_row_is_asked_to_stop_and_its_worker_hears_it(db):
    row = job()
    running = claim()
    queues.cancel(row, now=NOON)
    assert (row.state, row.stopping) == (State.RUNNING, True)
    with pytest.raises(queues.CancelAsked):
        queues.renew(running, now=NOON)
    queues.stop(running)
    assert ExportJob.objects.get().state == State.CANCELLED


def test_a_cancelled_row_whose_worker_died_is_not_tried_again(db):
    row = job()
    claim()
    queues.cancel(row, now=NOON)
    assert claim(LATER) is None
    assert queues.give_up(ExportJob.objects.all(), now=LATER) == [row]
    assert ExportJob.objects.get().state == State.CANCELLED


def test_what_has_ended_cannot_be_cancelled(db):
    row = job()
    queues.fail(claim(), "No.")
    with pytest.raises(queues.AlreadyEnded):
        queues.cancel(row)
    assert row.state == State.FAILED


def test_the_age_of_the_oldest_row_nobody_works_on(db):
    def age(now):
        return ExportJob.objects.oldest_waiting_age(now)

    assert age(NOON) is None
    job(3)
    job(7)
    assert age(NOON) == dt.timedelta(minutes=7)
    claim()
    assert age(NOON) == dt.timedelta(minutes=3)
    assert age(LATER) == dt.timedelta(minutes=7) + (LATER - NOON)


@pytest.mark.parametrize(
    "broken",
    [
        {"state": State.FAILED, "finished_at": NOON},
        {"state": State.CANCELLED},
        {"state": State.RUNNING},
        {"finished_at": NOON},
        {"state": State.DONE, "finished_at": NOON},
    ],
    ids=[
        "failed without a reason",
        "ended without an end",
        "running without a lease",
        "waiting and ended",
        "done without a file",
    ],
)
def test_the_database_refuses_a_row_that_contradicts_itself(db, broken):
    with pytest.raises(IntegrityError), transaction.atomic():
        job(**broken)


@pytest.mark.django_db(transaction=True)
def test_eight_workers_at_once_never_get_one_row_twice():
    rows = [job(n) for n in range(20)]
    claimed, start = [], threading.Barrier(8)

    def work():
        start.wait()
        while (row := claim()) is not None:
            claimed.append(row.pk)
        connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    close_old_connections()
    assert sorted(claimed) == sorted(row.pk for row in rows)
    assert set(ExportJob.objects.values_list("attempts", flat=True)) == {1}


# --- The bell ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def deaf_broker():
    """Accepts a connection and never answers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(8)
        yield f"redis://127.0.0.1:{listener.getsockname()[1]}/0"


def bell(url: str):
    app = Celery("bell", broker=url, set_as_current=False)

    @app.task(name="drill.nothing")
    def nothing(row_id):
        pass

    return nothing


def test_the_bell_rings_after_the_commit_only(django_capture_on_commit_callbacks, db):
    heard = []
    task = SimpleNamespace(
        name="drill", app=bell("memory://").app, apply_async=lambda args, **how: heard.append((args, how["retry"]))
    )
    with django_capture_on_commit_callbacks(execute=True):
        queues.ring(task, 7)
        assert heard == []
    assert heard == [(["7"], False)]


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0", "redis+socket:///nowhere/valkey.sock?virtual_host=0"])
def test_a_broker_that_is_away_is_logged_and_nothing_else(url, caplog):
    queues.press(bell(url), "7")
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_a_broker_that_never_answers_costs_seconds_not_minutes(deaf_broker, caplog):
    started = time.monotonic()
    queues.press(bell(deaf_broker), "7")
    assert time.monotonic() - started < 3 * queues.SOCKET_SECONDS
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_the_row_is_saved_although_the_bell_is_broken(django_capture_on_commit_callbacks, db):
    with django_capture_on_commit_callbacks(execute=True):
        row = job(asked_at=timezone.now())
        queues.ring(bell("redis://127.0.0.1:1/0"), row.pk)
    assert ExportJob.objects.waiting().get() == row
