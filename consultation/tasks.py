"""The periodic work of the process: telling those who follow it, or are registered for an event, what has come about; and
forgetting what was asked for an event that is over."""

from celery import shared_task

from consultation.actions.events import announce_events
from consultation.actions.following import announce_phases
from consultation.actions.registrations import erase_access_needs


@shared_task(name="consultation.announce", ignore_result=True)
def announce() -> None:
    """Tell followers of phases that have begun, were moved, or end soon; and those who are registered for an event that it was
    moved or called off."""
    announce_phases(by=None)
    announce_events(by=None)


@shared_task(name="consultation.forget", ignore_result=True)
def forget() -> None:
    """Erase what people needed at events that are over long enough."""
    erase_access_needs(by=None)
