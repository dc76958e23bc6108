"""Where something was said that points at no text: in which session of which event, and under what; and which proposal it became
part of."""

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Subquery
from django.urls import reverse

from commons.contributions.models import Contribution, Kind
from commons.contributions.reports import Place, Told, register_teller
from consultation.models import Event, EventIdea, EventNote, EventSession


@register_teller
def tell_places(rows: Sequence[Contribution]) -> dict[int, Told]:
    """The place of each of these that comes from an event: a query for notes and one for proposals, where there are any."""
    told: dict[int, Told] = {}
    for kind, tell in ((Kind.NOTE, _notes), (Kind.PROPOSAL, _proposals)):
        of_kind = [row for row in rows if row.kind == kind]
        if of_kind:
            told |= tell(of_kind)
    return told


def _notes(rows: Sequence[Contribution]) -> dict[int, Told]:
    issue = EventNote.objects.public().filter(pk=OuterRef("under")).values("contribution__body")
    notes = EventNote.objects.filter(contribution__in=rows).annotate(issue=Subquery(issue))
    told = {}
    for note in notes.select_related("session__event", "session__theme", "table__theme", "idea__proposal__thread"):
        theme = note.table.theme if note.table else note.session.theme
        under = ": ".join(str(part) for part in (theme, note.issue) if part)
        event = note.session.event
        url = f"{reverse('consultation:event-notes', args=[event.slug])}#n-{note.pk}"
        place = Place(f"{event.title_told}: {note.session.title_told}", url, under=under)
        proposal = note.idea and note.idea.proposal
        is_read = proposal is not None and proposal.is_public
        gathered = Place(proposal.title, proposal.get_absolute_url()) if is_read else None
        told[note.contribution_id] = Told(place=place, gathered=gathered)
    return told


def _proposals(rows: Sequence[Contribution]) -> dict[int, Told]:
    ideas = EventIdea.objects.filter(proposal__in=rows).select_related("event", "theme")
    return {
        idea.proposal_id: Told(
            place=Place(str(idea.event.title_told), idea.event.get_absolute_url(), under=f"{idea.theme}: {idea.issue}")
        )
        for idea in ideas
    }


def spoken_at() -> list[tuple[Event, list[EventSession]]]:
    """Every public event where something was said that can be read, the newest first, with the sessions in which it was. Two
    queries."""
    notes, proposals = EventNote.objects.public(), EventIdea.objects.filter(proposal__in=Contribution.objects.public())
    sessions = EventSession.objects.filter(Exists(notes.filter(session=OuterRef("pk"))))
    is_spoken = Exists(sessions.filter(event=OuterRef("pk"))) | Exists(proposals.filter(event=OuterRef("pk")))
    events = list(Event.objects.public().filter(is_spoken).order_by("-starts_at", "-pk"))
    found: dict[int, list[EventSession]] = {event.pk: [] for event in events}
    for session in sessions.filter(event__in=events).order_by("starts_at", "room", "pk"):
        found[session.event_id].append(session)
    return [(event, found[event.pk]) for event in events]
