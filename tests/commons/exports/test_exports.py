import datetime as dt
import hashlib
import resource
import threading
import time

import psycopg
import pytest
from django.db import connection, connections
from django.utils import timezone

from commons import queues
from commons.digests.models import Notice
from commons.exports import exports, reports
from commons.exports.actions import ask_for_export, cancel_export
from commons.exports.exports import make_file
from commons.exports.models import KEPT_FOR, ExportJob
from commons.queues import State
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


def claimed(report: str, by=None, **params) -> ExportJob:
    job = ask_for_export(report, params, by=by or UserFactory(roles=["staff"]))
    return queues.claim(ExportJob.objects.filter(pk=job.pk))


def end_of(job: ExportJob) -> tuple[str, str]:
    job.refresh_from_db()
    return job.state, job.reason


def aside(work) -> threading.Thread:
    """Run `work` in another thread, with connections of its own."""

    def run():
        try:
            work()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_the_file_holds_every_row_and_the_job_says_so(numbers):
    job = claimed("drill-numbers", rows=20_000, text="=1+1, é")
    before = timezone.now()
    make_file(job)
    assert end_of(job) == (State.DONE, "")
    content = job.stored_at.read_bytes()
    lines = "".join(f'"{n}","\'=1+1, é"\n' for n in range(1, 20_001))
    assert content == b"\xef\xbb\xbf" + f"number,'=text\n{lines}".encode()
    assert (job.done_count, job.total_count) == (20_000, 20_000)
    assert (job.file_size, job.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert job.expires_at - job.finished_at == KEPT_FOR
    assert job.file_name == f"drill-numbers-{job.finished_at:%Y-%m-%d-%H%M}-{str(job.pk)[:8]}.csv"
    assert job.finished_at >= before


def test_a_line_break_in_a_cell_is_still_one_row(numbers):
    job = claimed("drill-numbers", rows=2, text="one\r\ntwo")
    make_file(job)
    assert end_of(job) == (State.DONE, "")
    assert job.stored_at.read_bytes().endswith(b'"1","one\r\ntwo"\n"2","one\r\ntwo"\n')


def test_an_export_of_nothing_is_a_header(numbers):
    job = claimed("drill-numbers", rows=0)
    make_file(job)
    assert end_of(job) == (State.DONE, "")
    assert job.stored_at.read_bytes() == b"\xef\xbb\xbfnumber,'=text\n"


def test_only_we_can_read_the_file(numbers, private_folder):
    job = claimed("drill-numbers", rows=1)
    make_file(job)
    assert (private_folder.stat().st_mode & 0o777, job.stored_at.stat().st_mode & 0o777) == (0o700, 0o600)
    assert list(private_folder.iterdir()) == [job.stored_at]


def test_the_person_is_told_once(numbers):
    job = claimed("drill-numbers", rows=1)
    make_file(job)
    notice = Notice.objects.get()
    assert (notice.recipient, notice.key, notice.subject) == (
        job.asked_by,
        f"export:{job.pk}",
        "Your export is ready: Numbers",
    )
    assert (notice.path, notice.mail_state) == (f"/exports/{job.pk}/", "waiting")


def test_a_missing_row_fails_the_job(numbers, private_folder):
    numbers.miscount = 1
    job = claimed("drill-numbers", rows=5)
    make_file(job)
    assert end_of(job) == (State.FAILED, exports.ROWS_DIFFER)
    assert list(private_folder.iterdir()) == []


def test_a_row_too_many_fails_the_job_too(nothing, private_folder):
    nothing.expected, nothing.pieces = 1, lambda: iter([(2, b"two rows")])
    job = claimed("drill-nothing")
    make_file(job)
    assert end_of(job) == (State.FAILED, exports.ROWS_DIFFER)
    assert list(private_folder.iterdir()) == []


def test_a_full_disk_fails_the_job_with_a_plain_reason_and_leaves_no_half_file(numbers, private_folder):
    """The operating system itself refuses to let the file grow."""
    job = claimed("drill-numbers", rows=50_000)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))
    try:
        make_file(job)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert end_of(job) == (State.FAILED, exports.DISK_FULL)
    assert list(private_folder.iterdir()) == []
    assert Notice.objects.get().kind == "export-failed"


def test_a_report_that_takes_too_long_fails_with_a_plain_reason(numbers, monkeypatch, private_folder):
    monkeypatch.setattr(exports, "LONGEST", dt.timedelta(seconds=1))
    job = claimed("drill-numbers", rows=100, seconds_each=0.1)
    make_file(job)
    assert end_of(job) == (State.FAILED, exports.TOO_LONG)
    assert list(private_folder.iterdir()) == []


def test_slow_python_is_stopped_too(nothing, monkeypatch):
    def dawdle():
        while True:
            time.sleep(0.1)
            yield 0, b"."

    monkeypatch.setattr(exports, "LONGEST", dt.timedelta(seconds=1))
    nothing.pieces = dawdle
    job = claimed("drill-nothing")
    make_file(job)
    assert end_of(job) == (State.FAILED, exports.TOO_LONG)


def test_who_lost_the_role_while_waiting_gets_no_file(numbers, private_folder):
    person = UserFactory(roles=["staff"])
    ask_for_export("drill-numbers", {"rows": 1}, by=person)
    person.appointments.update(ends_on=timezone.localdate() - dt.timedelta(days=1))
    job = queues.claim(ExportJob.objects.all())
    make_file(job)
    assert end_of(job) == (State.FAILED, exports.NOT_ALLOWED)
    assert not private_folder.exists()


def test_a_report_that_was_taken_away_fails_with_a_plain_reason(numbers, monkeypatch):
    job = claimed("drill-numbers", rows=1)
    monkeypatch.delitem(reports._register, "drill-numbers")
    make_file(job)
    assert end_of(job) == (State.FAILED, exports.NO_SUCH_REPORT)


def test_a_mistake_of_ours_fails_with_a_plain_reason(nothing, private_folder):
    def mistake():
        yield 1, b"something"
        raise KeyError("secret detail")

    nothing.pieces = mistake
    job = claimed("drill-nothing")
    make_file(job)
    assert end_of(job) == (State.FAILED, exports.OUR_FAULT)
    assert list(private_folder.iterdir()) == []


def test_a_report_reads_one_moment_and_can_write_nothing(nothing):
    seen = []

    def pieces():
        seen.append(ExportJob.objects.count())
        aside(lambda: UserFactory(email="newcomer@example.coop")).join()
        seen.append(type(nothing.person).objects.filter(email="newcomer@example.coop").count())
        yield 0, b""
        nothing.person.save()

    nothing.person = UserFactory()
    nothing.pieces = pieces
    job = claimed("drill-nothing", by=nothing.person)
    make_file(job)
    assert seen == [1, 0]
    assert end_of(job) == (State.FAILED, exports.OUR_FAULT)


def test_progress_is_seen_while_it_runs(numbers):
    job = claimed("drill-numbers", rows=400, seconds_each=0.01, text="x" * 2000)
    seen = set()

    def watch():
        for _ in range(60):
            seen.add(tuple(ExportJob.objects.filter(pk=job.pk).values_list("done_count", "total_count")[0]))
            time.sleep(0.1)

    watcher = aside(watch)
    make_file(job)
    watcher.join()
    halfway = [(done, total) for done, total in seen if done not in (0, 400)]
    assert len(halfway) >= 2
    assert {total for _done, total in halfway} == {400}
    assert end_of(job) == (State.DONE, "")


def test_a_running_export_stops_soon_after_it_is_cancelled_even_before_its_first_row(numbers, private_folder):
    job = claimed("drill-numbers", rows=10, seconds_each=20)
    canceller = aside(lambda: (time.sleep(0.5), cancel_export(ExportJob.objects.get(pk=job.pk), by=job.asked_by)))
    started = time.monotonic()
    make_file(job)
    canceller.join()
    assert time.monotonic() - started < 6
    assert end_of(job) == (State.CANCELLED, "")
    assert list(private_folder.iterdir()) == []


def test_a_worker_thought_dead_is_fenced_off(numbers, private_folder):
    """It comes back after another took over, and neither its file nor its words count."""
    first = claimed("drill-numbers", rows=10)
    ExportJob.objects.update(lease_until=timezone.now())
    second = queues.claim(ExportJob.objects.all())
    make_file(first)
    assert end_of(ExportJob.objects.get()) == (State.RUNNING, "")
    make_file(second)
    make_file(first)
    assert end_of(second) == (State.DONE, "")
    assert second.attempts == 2
    assert list(private_folder.iterdir()) == [second.stored_at]
    assert Notice.objects.count() == 1


def test_a_worker_that_loses_its_row_in_the_middle_stops(nothing, private_folder):
    def pieces():
        yield 1, b"first"
        ours = ExportJob.objects.filter(pk=job.pk)
        aside(lambda: ours.update(attempts=2, lease_until=timezone.now() + queues.LEASE)).join()
        for number in range(100):
            time.sleep(0.1)
            taken.append(number)
            yield 1, b"more"

    taken = []
    nothing.pieces = pieces
    job = claimed("drill-nothing")
    make_file(job)
    assert len(taken) < 40
    assert end_of(job) == (State.RUNNING, "")
    assert list(private_folder.iterdir()) == []


def test_when_postgres_breaks_the_connection_the_job_waits_for_another_attempt(nothing, private_folder):
    def pieces():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (process,) = cursor.fetchone()
        yield 1, b"first"
        aside(lambda: connections["default"].cursor().execute("SELECT pg_terminate_backend(%s)", [process])).join()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")

    nothing.pieces = pieces
    job = claimed("drill-nothing")
    with pytest.raises((psycopg.Error, exports.DatabaseError)):
        make_file(job)
    connection.close()
    assert end_of(job) == (State.RUNNING, "")
    assert list(private_folder.iterdir()) == []
    nothing.pieces, nothing.expected = (lambda: iter([(1, b"whole")])), 1
    ExportJob.objects.update(lease_until=timezone.now())
    make_file(queues.claim(ExportJob.objects.all()))
    assert end_of(job) == (State.DONE, "")
