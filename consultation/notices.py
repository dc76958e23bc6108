"""Which notices tell of the process: its phases, its events and its big ideas. What was moved again since, called off or given
back is not told any more."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from commons.contributions.models import Contribution
from commons.digests.reports import Group, register_kind
from commons.moderation.models import Standing
from consultation.models import (
    Event,
    EventHelper,
    EventMove,
    Follower,
    Phase,
    PhaseMove,
    PhaseNotice,
    Registration,
)

Kind = PhaseNotice.Kind


def _phase(about: models.OuterRef, reader: models.OuterRef) -> models.QuerySet:
    """What still holds of a phase, for who still follows the process."""
    today = timezone.localdate()
    moves = PhaseMove.objects.filter(phase=models.OuterRef("phase"))
    stays = models.Q(phase__called_off_on=None)
    holds = stays & ~models.Exists(moves.filter(made_at__gt=models.OuterRef("made_at")))
    newest = stays & ~models.Exists(moves.filter(pk__gt=models.OuterRef("move")))
    return PhaseNotice.objects.filter(
        models.Exists(Follower.objects.filter(person=models.OuterRef(reader))),
        models.Q(holds, kind=Kind.BEGUN, phase__in=Phase.objects.under_way(today))
        | models.Q(holds, kind=Kind.ENDS_SOON, phase__in=Phase.objects.ends_soon(today))
        | models.Q(newest, kind=Kind.MOVED)
        | models.Q(kind=Kind.CALLED_OFF, phase__called_off_on__isnull=False),
        pk=about,
    )


def _coming(event: str, reader: models.OuterRef) -> models.Exists:
    """Whoever has a place at an event, or waits for one."""
    rows = Registration.objects.filter(event=models.OuterRef(event), person=models.OuterRef(reader))
    return models.Exists(rows.exclude(state=Registration.State.CANCELLED))


def _moved(about: models.OuterRef, reader: models.OuterRef) -> models.QuerySet:
    later = EventMove.objects.filter(event=models.OuterRef("event"), pk__gt=models.OuterRef("pk"))
    return EventMove.objects.filter(
        ~models.Exists(later), _coming("event", reader), pk=about, event__state=Event.State.PUBLIC
    )


register_kind(
    "phase",
    label=_("A phase begins, moves, ends soon or is called off"),
    why=_("You follow the process."),
    group=Group.DATES,
    rows=_phase,
)
register_kind(
    "event-moved",
    label=_("An event is at another time or place"),
    why=_("You have a place at the event, or wait for one."),
    group=Group.EVENTS,
    rows=_moved,
    service=True,
)
register_kind(
    "event-off",
    label=_("An event was called off"),
    why=_("You had a place at the event, or waited for one."),
    group=Group.EVENTS,
    rows=lambda about, reader: Event.objects.filter(_coming("pk", reader), pk=about, state=Event.State.CANCELLED),
    service=True,
)
register_kind(
    "event-place",
    label=_("You have a place at an event"),
    why=_("You waited for a place, and one has become free."),
    group=Group.EVENTS,
    rows=lambda about, reader: Registration.objects.in_event().filter(
        pk=about, person=reader, event__state=Event.State.PUBLIC
    ),
    service=True,
)
register_kind(
    "event-place-lost",
    label=_("Your place at an event was given back"),
    why=_("You had a place at the event, or waited for one, and somebody else gave it back for you."),
    group=Group.EVENTS,
    rows=lambda about, reader: Registration.objects.filter(
        pk=about, person=reader, state=Registration.State.CANCELLED, event__state=Event.State.PUBLIC
    ),
    service=True,
)
register_kind(
    "event-helper",
    label=_("You help at an event"),
    why=_("Somebody who sets up the event named you."),
    group=Group.EVENTS,
    rows=lambda about, reader: EventHelper.objects.filter(pk=about, person=reader).exclude(
        event__state=Event.State.CANCELLED
    ),
)
register_kind(
    "idea-comment",
    label=_("A comment on your idea"),
    why=_("You put forward a big idea, and somebody commented on it."),
    group=Group.REPLIES,
    rows=lambda about, reader: Contribution.objects.public().filter(
        pk=about, thread__idea__contribution__standing=Standing.PUBLISHED, thread__idea__contribution__author=reader
    ),
    direct=True,
)
