"""What the clock does for the panel."""

from celery import shared_task

from commons.digests.tasks import send_service_messages
from commons.queues import press
from panel.actions.publishing import publish_due


@shared_task(name="panel.publish_due", ignore_result=True)
def publish_what_is_due() -> None:
    """Publish what was to be published by now; who wishes to hear of it at once does not wait for the clock again."""
    if publish_due(by=None):
        press(send_service_messages)
