"""What becomes of somebody's part in the process when they close their account: that they follow it and that they were registered
for events goes with them, and so does their name in what authors of ideas were told. What they said of an event stays, without
their name."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from commons.audit.actions import record
from commons.contributions.models import Contribution
from commons.digests.actions import forget_name
from commons.people.models import User
from commons.people.reports.leaving import Legacy, register_keeper
from consultation.actions.registrations import locked_event, move_up
from consultation.models import Event, EventFeedback, Follower, Registration


def _tell(person: User) -> Legacy:
    goes, stays = [], []
    if Follower.objects.filter(person=person).exists():
        goes.append(_("That you follow the timetable of the process"))
    if Registration.objects.filter(person=person).exists():
        goes.append(_("That you are or were registered for events, and your place at those to come"))
    if EventFeedback.objects.filter(person=person).exists():
        stays.append(_("What you said of events that you came to, without your name"))
    return Legacy(goes=goes, stays=stays)


@transaction.atomic
def settle_process(person: User, *, by: User | None, answer: str) -> None:
    """Take a person out of those who are told of the phases, off the lists of events (who waits moves up), and their name out of
    what others were told. Nothing is asked of them."""
    said = Contribution.objects.filter(author=person, thread__idea__isnull=False).values_list("pk", flat=True)
    forget_name(person, keys=[f"idea-comment:{number}" for number in said], by=by)
    gone, _rows = Follower.objects.filter(person=person).delete()
    mine = Registration.objects.filter(person=person)
    # Always in the same order, so that two who leave do not wait for each other.
    for event in Event.objects.filter(pk__in=mine.values("event")).order_by("pk"):
        locked_event(event)
        mine.filter(event=event).delete()
        if event.ends_at > timezone.now():
            move_up(event, by=by)
        gone += 1
    EventFeedback.objects.filter(person=person).update(person=None)
    record("settle_process", person, by=by, data={"count": gone})


register_keeper("consultation", tell=_tell, settle=settle_process)
