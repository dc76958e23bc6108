"""What is told of the census."""

from census.models import Case, Response
from commons.people.models import Membership
from tests.census.replies import send_reply
from tests.factories.census import a_register, a_wave
from tests.factories.people import MembershipFactory
from tests.recipients.ground import nothing
from tests.recipients.scenes import Scene, scene


@scene("census-sent")
def a_census_is_sent() -> Scene:
    a_register()
    own, other, _third = Case.objects.filter(wave=a_wave()).select_related("wave").order_by("pk")
    sender, colleague = (MembershipFactory(organisation=own.organisation) for _person in range(2))
    for state in ("asked", "ended"):
        MembershipFactory(organisation=own.organisation, state=state)
    MembershipFactory(organisation=other.organisation)
    send_reply(own, sender.user, form="short")
    ends = {
        "one leaves the organisation": lambda: (
            Membership.objects.filter(pk=colleague.pk).update(state="ended") and {sender.user}
        ),
        "the reply is void": lambda: nothing(Response.objects.update(state="void")),
    }
    return Scene({sender.user, colleague.user}, ends, at_once={sender.user})
