"""The broker stops, and the cache with it: answering goes on, quickly; the export asked for meanwhile is made when it is back."""

# Fixtures are taken over from the journeys by importing them, and then named as arguments.
# ruff: noqa: F401, F811

import time
from pathlib import Path

from django.urls import reverse

from census.actions.responses import facts_of
from census.instrument import form_data, route
from census.models import Submission
from commons.exports.models import ExportJob
from commons.exports.tasks import sweep
from commons.queues import State
from tests.census.conftest import case, register, wave
from tests.drills.workers import wait_until
from tests.factories.people import TOTP_SECRET
from tests.journeys.conftest import (
    PASSWORD,
    bells,
    code,
    fresh_limits,
    letter_for,
    person,
    site,
    somebody,
    worker,
)
from tests.journeys.crowds import Presser
from tests.journeys.walks import SHORT, answers_for

LONGEST = 3.0  # seconds for one press, on a machine that is busy


def test_answering_goes_on_without_the_broker_and_the_export_is_made_when_it_is_back(
    client,
    somebody,
    site,
    case,
    code,
    person,
    broker,
    worker,
    settings,
):
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": broker.cache_url,
            "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
        }
    }
    analyst = person("analyst@example.coop", ("staff", "analyst"))
    staff = somebody().opens("/staff/census/needs-2026/")
    staff.signs_in(analyst.email, PASSWORD, secret=TOTP_SECRET)
    broker.stop()

    waits = []
    answers, marks = answers_for(case.wave.questionnaire, facts_of(case), SHORT)
    client.post(reverse("census:code"), {"code": code})
    presser = Presser(client, site)
    forms = {}
    for page in route(case.wave.questionnaire, answers, facts_of(case)).pages:
        typed: dict = {}
        for question in page.questions:
            typed |= form_data(question, answers, marks) if question.code in answers else {}
        forms[reverse("census:page", args=[case.wave.slug, page.section.id, page.id])] = typed
    forms[reverse("census:check", args=[case.wave.slug])] = {}
    for path, typed in forms.items():
        began = time.monotonic()
        assert presser.presses(path, typed, 1) == [302]
        waits.append(time.monotonic() - began)
    print(f"Without a broker the slowest of {len(waits)} presses took {max(waits):.2f} s.")
    assert (Submission.objects.count(), max(waits) < LONGEST) == (1, True)

    staff.follows("Export the replies")
    staff.page.get_by_label("What is this file for?").fill("To read")
    staff.presses("Ask for this file")
    job = ExportJob.objects.get()
    assert (staff.place, job.state) == (f"/exports/{job.pk}/", State.WAITING)

    broker.start()
    assert worker.process.poll() is None

    def is_made() -> bool:
        sweep.apply_async(retry=False)  # as the clock does, only more often
        time.sleep(2)
        job.refresh_from_db()
        return job.state == State.DONE

    wait_until(is_made, 120, "the export was not made within two minutes")
    assert (job.done_count, job.attempts, Path(job.stored_at).exists()) == (1, 1, True)
