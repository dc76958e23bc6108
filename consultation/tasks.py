"""The periodic work of the process: telling those who follow it, and those who added an idea, what has come about."""

from celery import shared_task

from consultation.actions import announce_idea_comments, announce_phases


@shared_task(name="consultation.announce", ignore_result=True)
def announce() -> None:
    """Tell followers of phases that have begun, were moved or called off, or end soon; and authors what was said to their
    ideas."""
    announce_phases(by=None)
    announce_idea_comments(by=None)
