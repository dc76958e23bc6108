"""What the clock does for contributions."""

from celery import shared_task

from commons.contributions.actions import announce_contributions
from commons.contributions.actions.fingerprints import take_fingerprints
from commons.digests.tasks import send_service_messages
from commons.queues import press


@shared_task(name="contributions.announce", ignore_result=True)
def announce() -> None:
    """Tell people of replies that are public by now; who wishes to have them at once does not wait for the clock again."""
    told = 0
    while count := announce_contributions(by=None):
        told += count
    if told:
        press(send_service_messages)


@shared_task(name="contributions.fingerprint", ignore_result=True)
def fingerprint() -> None:
    """Take the fingerprints of what is public by now."""
    while take_fingerprints(by=None):
        pass
