"""The periodic work of the process: telling those who follow it what has come about."""

from celery import shared_task

from consultation.actions.following import announce_phases


@shared_task(name="consultation.announce", ignore_result=True)
def announce() -> None:
    """Tell followers of phases that have begun, were moved, or end soon."""
    announce_phases(by=None)
