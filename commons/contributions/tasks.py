"""What the clock does for contributions."""

from celery import shared_task

from commons.contributions.actions import announce_contributions
from commons.contributions.actions.fingerprints import take_fingerprints


@shared_task(name="contributions.announce", ignore_result=True)
def announce() -> None:
    """Tell people of replies that are public by now."""
    while announce_contributions(by=None):
        pass


@shared_task(name="contributions.fingerprint", ignore_result=True)
def fingerprint() -> None:
    """Take the fingerprints of what is public by now."""
    while take_fingerprints(by=None):
        pass
