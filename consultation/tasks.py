"""The periodic work of the process: telling those who follow it, are registered for an event or added an idea, what has come
about; and forgetting what was asked for an event that is over."""

from celery import shared_task

from commons.digests.tasks import send_service_messages
from commons.queues import press
from consultation.actions import announce_idea_comments, announce_phases
from consultation.actions.events import announce_events
from consultation.actions.registrations import erase_access_needs


@shared_task(name="consultation.announce", ignore_result=True)
def announce() -> None:
    """Tell followers of phases that have begun, were moved or called off, or end soon; those who are registered for an event
    that it was moved or called off; and authors what was said to their ideas. Mails that go out at once do not wait for the
    clock again."""
    announce_phases(by=None)
    told = announce_events(by=None) + announce_idea_comments(by=None)
    if told:
        press(send_service_messages)


@shared_task(name="consultation.forget", ignore_result=True)
def forget() -> None:
    """Erase what people needed at events that are over long enough."""
    erase_access_needs(by=None)
