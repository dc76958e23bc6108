"""Some sixty invented people who have something to say about the draft, most of them for an organisation of the demo's register;
the members of the reference panel with their seats; and the chair's welcome."""

import datetime as dt
import json
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.utils import timezone

from commons.people.actions import appoint_person, open_account
from commons.people.models import Appointment, Membership, Organisation, Role, User
from coopstrategy.demo.people import BY_KEY, PEOPLE
from panel.actions.seats import declare_seat, edit_welcome
from panel.models import Seat, Welcome

TEXTS = Path(__file__).with_name("strategy_texts")
SEATED_DAYS = 230
"""How long ago the panel was appointed."""


@cache
def read_texts(name: str) -> dict[str, Any]:
    """One file of invented words."""
    return json.loads((TEXTS / f"{name}.json").read_text(encoding="utf-8"))


def needed_organisations() -> set[str]:
    """The register ids of those whom somebody speaks for."""
    return {line[2] for line in read_texts("people")["crowd"] if len(line) > 2}


def draw_crowd(now: datetime) -> None:
    """Open their accounts and let them join. Those who are there already are left as they are."""
    there = set(User.objects.filter(email__endswith="@example.coop").values_list("email", flat=True))
    lines = [line for line in read_texts("people")["crowd"] if f"{line[0]}@example.coop" not in there]
    joined = now - timedelta(days=SEATED_DAYS - 10)
    people = [User(email=f"{key}@example.coop", name=name, joined_at=joined) for key, name, *_rest in lines]
    for person in people:
        person.set_unusable_password()
    User.objects.bulk_create(people)
    EmailAddress.objects.bulk_create(
        EmailAddress(user=person, email=person.email, primary=True, verified=True) for person in people
    )
    organisations = Organisation.objects.in_bulk(needed_organisations(), field_name="register_id")
    staff = User.objects.get(email=BY_KEY["wren"].email)
    Membership.objects.bulk_create(
        Membership(
            user=person,
            organisation=organisations[line[2]],
            part=line[3],
            state=Membership.State.VERIFIED,
            how=Membership.How.STAFF,
            asked_at=joined,
            verified_at=joined + timedelta(days=1),
            verified_by=staff,
        )
        for person, line in zip(people, lines, strict=True)
        if len(line) > 2
    )
    # The demo's own people were there before today, too.
    User.objects.filter(email__in=[person.email for person in PEOPLE], joined_at__gt=joined).exclude(
        email=BY_KEY["sam"].email
    ).update(joined_at=joined)


def draw_panel(now: datetime) -> None:
    """Appoint the panel, let each member declare their interests, and let the chair speak. Done once."""
    if Welcome.objects.exists():
        return
    texts, today = read_texts("people"), timezone.localdate(now)
    staff = User.objects.get(email=BY_KEY["wren"].email)
    for member in texts["panel"]:
        _seat(member, staff, today)
    started = today - timedelta(days=SEATED_DAYS)
    Appointment.objects.filter(user__email__in=[person.email for person in PEOPLE], starts_on__gt=started).exclude(
        role__in=[Role.STAFF, Role.ANALYST]
    ).update(starts_on=started)
    said = texts["welcome"]
    edit_welcome(by=User.objects.get(email=BY_KEY["halina"].email), language=settings.LANGUAGE_CODE, based_on=0, **said)
    Welcome.objects.update(edited_at=now - timedelta(days=205))


def _seat(member: dict[str, Any], staff: User, today: dt.date) -> None:
    """Appoint somebody if the demo's people did not, and write down what they declare."""
    person = User.objects.filter(email=f"{member['key']}@example.coop").first()
    if person is None:
        person = open_account(f"{member['key']}@example.coop", by=staff, name=member["name"])
        appoint_person(
            person,
            by=staff,
            role=Role.PANEL_MEMBER,
            starts_on=today - timedelta(days=member.get("from", SEATED_DAYS)),
            ends_on=today - timedelta(days=member["until"]) if "until" in member else None,
        )
    appointment = person.appointments.filter(role__in=[Role.CHAIR, Role.PANEL_MEMBER]).order_by("role").first()
    declare_seat(
        appointment, by=person, represents=member["represents"], about=member["about"], interests=member["interests"]
    )
    Seat.objects.filter(appointment=appointment).update(declared_on=today - timedelta(days=member["declared"]))
