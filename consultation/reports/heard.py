"""Big ideas and events as strands of what was heard."""

from django.db.models import BigIntegerField, F, QuerySet, Value
from django.utils.translation import gettext_lazy as _

from commons.contributions.models import Contribution, names_its_co_op
from commons.people.reports.heard import register_strand
from consultation.models import EventNote, Registration
from consultation.reports.ideas import said_to_ideas


def heard_ideas() -> list[QuerySet]:
    """What everybody may read in the threads of ideas: the ideas themselves, and what was said to them."""
    rows = said_to_ideas()
    return [rows.annotate(co=F("organisation"), via=F("door"), about=F("thread"), named=names_its_co_op())]


def heard_at_events() -> list[QuerySet]:
    """What was written down there and everybody may read, and who came. A note seldom has a co-op: it was said at a table."""
    nothing = Value(None, output_field=BigIntegerField())
    said = Contribution.objects.public().filter(event_note__in=EventNote.objects.filter(struck_at=None))
    came = Registration.objects.filter(checked_in_at__isnull=False)
    return [
        said.annotate(co=F("organisation"), via=F("door"), about=F("thread"), named=names_its_co_op()),
        came.annotate(co=F("organisation"), via=nothing, about=nothing, named=Value(False)),
    ]


register_strand("ideas", _("Big ideas"), heard_ideas, place=4)
register_strand("events", _("Events"), heard_at_events, place=5, is_open=False)
