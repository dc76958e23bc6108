"""The broker is stopped while people ask for exports, and comes back."""

import datetime as dt
import time

import pytest
from django.utils import timezone

from commons.exports import reports
from commons.exports.models import ExportJob
from commons.exports.tasks import run_export
from commons.queues import State
from tests.drills.drill_reports import Numbers
from tests.drills.workers import a_worker, wait_until
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = 10


def test_asking_works_without_the_broker_and_everything_is_made_when_it_is_back(
    client, monkeypatch, settings, tmp_path, broker
):
    settings.PRIVATE_DIR = tmp_path / "private"
    monkeypatch.setitem(reports._register, Numbers.name, Numbers())
    monkeypatch.setattr(run_export.app.conf, "broker_write_url", broker.broker_url)
    log = tmp_path / "worker.log"
    with a_worker(broker.broker_url, log) as worker:
        broker.stop()
        answers, slowest = [], 0.0
        for number in range(PEOPLE):
            client.force_login(UserFactory(roles=["staff"], email=f"p{number}@example.coop"))
            started = time.monotonic()
            form = {"rows": 50, "purpose": "Drill", "key": f"key-{number}"}
            answers.append(client.post("/exports/ask/drill-numbers/", form).status_code)
            slowest = max(slowest, time.monotonic() - started)
        print(f"{PEOPLE} people asked while the broker was down; the slowest answer took {slowest:.2f} s")
        assert answers == [302] * PEOPLE
        assert slowest < 3
        assert set(ExportJob.objects.values_list("state", flat=True)) == {State.WAITING}
        time.sleep(5)
        broker.start()
        back = time.monotonic()
        ExportJob.objects.update(asked_at=timezone.now() - dt.timedelta(minutes=1))

        def swept() -> bool:
            """The timetable rings each minute; here every second, so that the worker's own return is what is waited for."""
            with run_export.app.connection_for_write() as connection:
                run_export.app.send_task("exports.sweep", connection=connection)
            time.sleep(1)
            return not ExportJob.objects.unfinished().exists()

        wait_until(swept, 120, f"not all were made within two minutes: {log.read_text()[-2000:]}")
        print(f"all made {time.monotonic() - back:.0f} s after the broker was back, by the same worker")
        assert worker.poll() is None
    assert list(ExportJob.objects.values_list("state", "attempts", "done_count")) == [(State.DONE, 1, 50)] * PEOPLE
