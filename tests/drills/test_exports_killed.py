"""kill -9 of the whole worker in the middle of an export, twenty times, and once with nobody helping afterwards."""

import datetime as dt
import hashlib
import os
import random
import subprocess
import sys
import time

import pytest
from django.utils import timezone

from commons.exports import reports
from commons.exports.actions import ask_for_export, remove_expired_exports
from commons.exports.exports import make_file
from commons.exports.models import ExportJob
from commons.exports.tasks import run_export
from commons.queues import MOST_ATTEMPTS, State, claim, press
from tests.drills.drill_reports import Numbers
from tests.drills.workers import CHECKOUT, a_worker, kill, own_database_url, start_worker, wait_until
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 20
ROWS = 300
WITHIN = dt.timedelta(minutes=6)


@pytest.fixture
def site(monkeypatch, settings, tmp_path, broker):
    """The test's own report, folder and broker."""
    settings.PRIVATE_DIR = tmp_path / "private"
    monkeypatch.setitem(reports._register, Numbers.name, Numbers())
    monkeypatch.setattr(run_export.app.conf, "broker_write_url", broker.broker_url)
    return broker


def ask(number: int) -> ExportJob:
    params = {"rows": ROWS, "seconds_each": 0.01, "text": "x" * 2000}
    return ask_for_export(Numbers.name, params, by=UserFactory(roles=["staff"], email=f"p{number}@example.coop"))


def whole(job: ExportJob) -> bool:
    content = job.stored_at.read_bytes()
    return (hashlib.sha256(content).hexdigest(), content.count(b"\n"), len(content)) == (
        job.sha256,
        ROWS + 1,
        job.file_size,
    )


def downloads(client, job: ExportJob) -> int:
    client.force_login(job.asked_by)
    response = client.get(f"/exports/{job.pk}/download/")
    response.close()
    return response.status_code


def send_sweep() -> None:
    """As the timetable does each minute."""
    with run_export.app.connection_for_write() as connection:
        run_export.app.send_task("exports.sweep", connection=connection)


def test_twenty_kills_leave_no_half_file_and_every_export_ends_once(client, site, tmp_path):
    chance, killed_while = random.Random(20), []
    for number in range(ROUNDS):
        job = ask(number)
        worker = start_worker(site.broker_url, tmp_path / "worker.log")
        press(run_export, job.pk)
        time.sleep(chance.uniform(0.1, 3.6))  # an export takes about three seconds
        kill(worker)
        job.refresh_from_db()
        killed_while.append(job.state)
        assert downloads(client, job) == (200 if job.state == State.DONE else 404)
        ExportJob.objects.filter(pk=job.pk).update(asked_at=timezone.now() - dt.timedelta(minutes=1))
        ExportJob.objects.filter(pk=job.pk, state=State.RUNNING).update(lease_until=timezone.now())
        with a_worker(site.broker_url, tmp_path / "worker.log"):
            send_sweep()
            wait_until(lambda pk=job.pk: ExportJob.objects.get(pk=pk).ended, 60, f"round {number}: it never ended")
        job.refresh_from_db()
        assert job.state == State.DONE or (job.state, bool(job.reason)) == (State.FAILED, True)
        assert job.state != State.DONE or (whole(job), downloads(client, job)) == (True, 200)
        print(f"round {number + 1:2}: killed while {killed_while[-1]}, then {job.state} at attempt {job.attempts}")
    assert killed_while.count(State.RUNNING) >= ROUNDS // 2, "the kills came at the wrong moments to prove anything"
    assert ExportJob.objects.filter(state=State.DONE).count() == ROUNDS
    assert sum(job.asked_by.notices.count() for job in ExportJob.objects.all()) == ROUNDS
    remove_expired_exports(by=None, now=timezone.now() + dt.timedelta(hours=2))
    jobs = {job.stored_at for job in ExportJob.objects.all()}
    assert set((tmp_path / "private" / "exports").iterdir()) == jobs


def test_a_worker_that_always_dies_ends_in_a_reason(site, tmp_path):
    job = ask(0)
    for attempt in range(1, MOST_ATTEMPTS + 1):
        with a_worker(site.broker_url, tmp_path / "worker.log"):
            press(run_export, job.pk)
            wait_until(
                lambda n=attempt: ExportJob.objects.filter(pk=job.pk, attempts=n).exists(), 30, "it never started"
            )
        ExportJob.objects.filter(pk=job.pk).update(lease_until=timezone.now())
    with a_worker(site.broker_url, tmp_path / "worker.log"):
        send_sweep()
        wait_until(lambda: ExportJob.objects.get(pk=job.pk).ended, 30, "it was never given up")
    job.refresh_from_db()
    assert (job.state, job.attempts, bool(job.reason)) == (State.FAILED, MOST_ATTEMPTS, True)


def test_killed_once_and_left_alone_it_is_done_within_six_minutes(client, site, tmp_path):
    """Nothing is helped along: the lease runs out by itself, and the timetable's own minute finds the job."""
    job = ask(0)
    worker = start_worker(site.broker_url, tmp_path / "worker.log")
    press(run_export, job.pk)
    wait_until(lambda: ExportJob.objects.filter(pk=job.pk, done_count__gt=0).exists(), 30, "it never got halfway")
    kill(worker)
    killed_at = time.monotonic()
    clock = subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "coopstrategy", "beat", "-s", str(tmp_path / "timetable")],
        cwd=CHECKOUT,
        env=os.environ | {"DATABASE_URL": own_database_url(), "BROKER_URL": site.broker_url},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        with a_worker(site.broker_url, tmp_path / "worker.log"):
            wait_until(lambda: ExportJob.objects.get(pk=job.pk).ended, WITHIN.total_seconds(), "not within six minutes")
    finally:
        kill(clock)
    job.refresh_from_db()
    print(f"{job.state} {time.monotonic() - killed_at:.0f} seconds after the kill")
    assert (job.state, job.attempts, whole(job), downloads(client, job)) == (State.DONE, 2, True, 200)


def test_control_a_file_cut_short_would_be_noticed(client, site):
    """The checks above can fail: take one byte away and they do."""
    job = ask(0)
    make_file(claim(ExportJob.objects.filter(pk=job.pk)))
    job.refresh_from_db()
    assert (whole(job), downloads(client, job)) == (True, 200)
    job.stored_at.write_bytes(job.stored_at.read_bytes()[:-1])
    assert (whole(job), downloads(client, job)) == (False, 404)
