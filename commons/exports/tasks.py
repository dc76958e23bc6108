"""The worker's side of exports. Each task means "do what is due now", so running it twice or late changes nothing."""

import datetime as dt

from celery import shared_task
from django.utils import timezone

from commons.digests.tasks import send_service_messages
from commons.exports.actions import give_up_exports, remove_expired_exports
from commons.exports.exports import make_file
from commons.exports.models import ExportJob
from commons.queues import claim, press

# A bell that was just rung is probably on its way.
BELL_TAKES = dt.timedelta(seconds=20)
MOST_AT_ONCE = 100


@shared_task(name="exports.run_export", acks_late=True, reject_on_worker_lost=True, ignore_result=True)
def run_export(job_id: str) -> None:
    """Make one file, unless someone else does or it has ended. Who waits for it is told without waiting for the clock."""
    job = claim(ExportJob.objects.filter(pk=job_id))
    if job is not None:
        make_file(job)
        press(send_service_messages)


@shared_task(name="exports.sweep", ignore_result=True)
def sweep() -> None:
    """Ring again for every job nobody works on, and end those that failed too often."""
    give_up_exports(by=None)
    now = timezone.now()
    forgotten = ExportJob.objects.claimable(now).filter(asked_at__lte=now - BELL_TAKES).order_by("asked_at")
    for job_id in forgotten.values_list("pk", flat=True)[:MOST_AT_ONCE]:
        press(run_export, job_id)


@shared_task(name="exports.remove_expired", ignore_result=True)
def remove_expired() -> None:
    """Delete the files whose week is over."""
    remove_expired_exports(by=None)
