"""What is told of the census."""

import datetime as dt

from django.utils import timezone

from census.actions.refusing import note_refusal
from census.actions.reminding import remind_organisations
from census.actions.waves import extend_close
from census.models import Case, Response, Wave
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


@scene("census-unfinished")
def a_census_is_not_finished() -> Scene:
    a_register()
    wave = a_wave(closes=dt.timedelta(days=13, hours=12), opens_at=timezone.now() - dt.timedelta(days=30))
    own, done, refused = Case.objects.filter(wave=wave).select_related("wave").order_by("pk")
    one, two = (MembershipFactory(organisation=own.organisation) for _person in range(2))
    for state in ("asked", "ended"):
        MembershipFactory(organisation=own.organisation, state=state)
    sender = MembershipFactory(organisation=done.organisation)
    send_reply(done, sender.user, form="short")
    note_refusal(refused, by=MembershipFactory(organisation=refused.organisation).user)
    # It goes out by day, whatever the time is now.
    remind_organisations(by=None, now=timezone.localtime().replace(hour=12))
    ends = {
        "one leaves the organisation": lambda: (
            Membership.objects.filter(pk=one.pk).update(state="ended") and {two.user}
        ),
        "the answers are sent": lambda: nothing(send_reply(own, two.user, form="short")),
        "they do not wish to answer": lambda: nothing(note_refusal(own, by=two.user)),
        "the close is moved": lambda: nothing(
            extend_close(wave, by=None, closes_at=wave.closes_at + dt.timedelta(days=7), reason="Post is slow.")
        ),
        "the census is over": lambda: nothing(Wave.objects.update(closes_at=timezone.now() - dt.timedelta(minutes=1))),
    }
    return Scene({one.user, two.user}, ends)
