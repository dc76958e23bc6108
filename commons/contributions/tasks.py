"""What the clock does for contributions."""

from celery import shared_task

from commons.contributions.actions import announce_contributions


@shared_task(name="contributions.announce", ignore_result=True)
def announce() -> None:
    """Tell people of replies that are public by now."""
    while announce_contributions(by=None):
        pass
