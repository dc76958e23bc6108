"""The census's periodic work: reminding organisations whose answers have not been sent."""

from celery import shared_task

from census.actions.reminding import remind_organisations


@shared_task(name="census.remind", ignore_result=True)
def remind() -> None:
    """Remind those who are due now."""
    remind_organisations(by=None)
