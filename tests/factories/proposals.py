"""What an idea of an event became, for tests.

a_proposal(an_event_idea(event), *notes)     a public proposal, with these notes behind it
"""

from commons.contributions.models import Channel, Contribution, Kind, Thread
from consultation.models import EventIdea, EventNote


def a_proposal(idea: EventIdea, *notes: EventNote, title: str = "A bank of looms") -> Contribution:
    idea.proposal = Contribution.objects.create(
        thread=Thread.objects.create(), kind=Kind.PROPOSAL, title=title, body="All pay in.", channel=Channel.EVENT
    )
    idea.save()
    for note in notes:
        note.idea = idea
        note.save()
    return idea.proposal
