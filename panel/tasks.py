"""What the clock does for the panel."""

from celery import shared_task

from panel.actions.publishing import publish_due


@shared_task(name="panel.publish_due", ignore_result=True)
def publish_what_is_due() -> None:
    """Publish what was to be published by now."""
    publish_due(by=None)
