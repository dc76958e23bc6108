"""The tasks, called by hand, and once by a real worker that is killed in the middle (twenty times: tests/drills)."""

import datetime as dt
import hashlib

import pytest
from django.utils import timezone

from commons import queues
from commons.exports import tasks
from commons.exports.actions import ask_for_export
from commons.exports.models import ExportJob
from commons.exports.tasks import remove_expired, run_export, sweep
from commons.queues import MOST_ATTEMPTS, State, press
from tests.drills.workers import a_worker, kill, start_worker, wait_until
from tests.factories.people import UserFactory

LONG_AGO = dt.timedelta(minutes=10)


@pytest.fixture
def rung(monkeypatch) -> list:
    bells = []
    monkeypatch.setattr(tasks, "press", lambda task, row_id: bells.append((task.name, row_id)))
    return bells


def asked(minutes_ago: int, rows=3, **values) -> ExportJob:
    job = ask_for_export("drill-numbers", {"rows": rows, **values}, by=UserFactory(roles=["staff"]))
    ExportJob.objects.filter(pk=job.pk).update(asked_at=timezone.now() - dt.timedelta(minutes=minutes_ago))
    return ExportJob.objects.get(pk=job.pk)


@pytest.mark.django_db(transaction=True)
def test_a_task_that_arrives_twice_makes_one_file(numbers, private_folder):
    job = asked(0)
    run_export(str(job.pk))
    first = job.stored_at.with_name(f"{job.pk}.1").stat().st_mtime_ns
    run_export(str(job.pk))
    job.refresh_from_db()
    assert (job.state, job.attempts, job.stored_at.stat().st_mtime_ns) == (State.DONE, 1, first)


def test_a_task_for_a_job_that_is_gone_does_nothing(db):
    run_export("00000000-0000-0000-0000-000000000000")
    assert ExportJob.objects.count() == 0


def test_the_sweep_rings_for_what_was_forgotten_oldest_first(db, numbers, rung):
    newer, older, fresh, working, abandoned = asked(5), asked(9), asked(0), asked(7), asked(8)
    now = timezone.now()
    queues.claim(ExportJob.objects.filter(pk=working.pk), now=now)
    queues.claim(ExportJob.objects.filter(pk=abandoned.pk), now=now - LONG_AGO)
    sweep()
    assert rung == [("exports.run_export", job.pk) for job in (older, abandoned, newer)]
    assert fresh.state == State.WAITING


def test_the_sweep_ends_what_failed_too_often(db, numbers, rung):
    job = asked(30)
    for number in range(MOST_ATTEMPTS):
        queues.claim(ExportJob.objects.all(), now=timezone.now() - LONG_AGO * (MOST_ATTEMPTS - number))
    sweep()
    job.refresh_from_db()
    assert (job.state, job.reason, rung) == (State.FAILED, queues.GAVE_UP, [])


@pytest.mark.django_db(transaction=True)
def test_files_are_deleted_when_their_week_is_over(numbers):
    job = asked(0)
    run_export(str(job.pk))
    remove_expired()
    job.refresh_from_db()
    assert (job.stored_at.exists(), job.removed_at) == (True, None)
    ExportJob.objects.update(expires_at=timezone.now())
    remove_expired()
    assert job.stored_at.exists() is False


def halfway(job: ExportJob) -> bool:
    return ExportJob.objects.filter(pk=job.pk, state=State.RUNNING, done_count__gt=0).exists()


def ended(job: ExportJob) -> bool:
    return ExportJob.objects.get(pk=job.pk).ended


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_leaves_no_half_file_and_another_finishes(
    client, numbers, broker, monkeypatch, tmp_path, private_folder
):
    monkeypatch.setattr(run_export.app.conf, "broker_write_url", broker.broker_url)
    job = asked(1, rows=400, seconds_each=0.01, text="x" * 2000)
    client.force_login(job.asked_by)
    log = tmp_path / "worker.log"
    worker = start_worker(broker.broker_url, log)
    press(run_export, job.pk)
    wait_until(lambda: halfway(job), 30, "it never got halfway")
    kill(worker)
    assert client.get(f"/exports/{job.pk}/download/").status_code == 404
    assert [path.name for path in private_folder.iterdir()] == [f"{job.pk}.1.part"]
    ExportJob.objects.update(lease_until=timezone.now())
    with a_worker(broker.broker_url, log):
        run_export.app.send_task("exports.sweep", connection=run_export.app.connection_for_write())
        wait_until(lambda: ended(job), 60, "nobody finished it")
    job.refresh_from_db()
    content = job.stored_at.read_bytes()
    assert (job.state, job.attempts, job.done_count) == (State.DONE, 2, 400)
    assert (hashlib.sha256(content).hexdigest(), content.count(b"\n")) == (job.sha256, 401)
