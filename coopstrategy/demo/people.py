"""The people of the demo: at least one in every role, two who answer for the same co-op, one who waits to be let in, and one who
has only just arrived. All invented; their mail is caught, and /demo/ shows what their authenticator app would show."""

import base64
import secrets
import time
from dataclasses import dataclass

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from commons.people.actions import appoint_person, ask_membership, change_profile, open_account, verify_membership
from commons.people.models import Membership, Organisation, Role, User
from commons.people.models.roles import MFA_ROLES
from coopstrategy.demo.register import ALLOTMENTS, COMMUNITY_SHOP, RIVERMEAD

TOTP_SECONDS = 30


@dataclass(frozen=True)
class DemoPerson:
    """One invented person. `joins` says which organisation by register id, as what, and whether staff have checked it; `language`
    in which one we write to them."""

    key: str
    name: str
    does: str
    roles: tuple[Role, ...] = ()
    joins: tuple[str, str, bool] | None = None
    language: str = "en-gb"

    @property
    def email(self) -> str:
        return f"{self.key}@example.coop"

    @property
    def door(self) -> str:
        """The name of the page where their work begins."""
        return next((door for roles, door in DOORS if roles & set(self.roles)), "people:you")


DOORS = (
    (MFA_ROLES, "staff-home"),
    ({Role.CHAIR, Role.PANEL_MEMBER}, "panel:desk"),
    ({Role.MODERATOR}, "moderation:queue"),
    ({Role.EDITOR}, "blog:desk"),
)
PEOPLE = (
    DemoPerson("wren", "Wren Calloway", _("Staff: people, texts, the register, who has not been heard"), (Role.STAFF,)),
    DemoPerson(
        "tobias",
        "Tobias Ashgrove",
        _("Census analyst: makes codes and letters, may read and export answers"),
        (Role.ANALYST,),
    ),
    DemoPerson("ines", "Ines Marlowe", _("Staff and census analyst at once"), (Role.STAFF, Role.ANALYST)),
    DemoPerson(
        "halina",
        "Halina Brook",
        _("Chair of the reference panel: answer voices at the desk, then publish a section whose draft holds changes"),
        (Role.CHAIR, Role.PANEL_MEMBER),
    ),
    DemoPerson(
        "odhran",
        "Odhran Fell",
        _(
            "Member of the panel, answers for “Finance that fits”: take a suggestion into the draft, or edit with Kezia at once"
        ),
        (Role.PANEL_MEMBER,),
    ),
    DemoPerson(
        "kezia",
        "Kezia Marchbank",
        _(
            "Member of the panel, answers for “Land, homes and premises”, where ninety allotment holders wait too long already"
        ),
        (Role.PANEL_MEMBER,),
    ),
    DemoPerson(
        "carys",
        "Carys Penhallow",
        _("Editor of the independent blog: read what waits at the desk, then publish it, ask for changes or decline"),
        (Role.EDITOR,),
    ),
    DemoPerson(
        "idris",
        "Idris Lanyon",
        _("The other editor: decides about what Carys has written herself, as she does about his"),
        (Role.EDITOR,),
    ),
    DemoPerson(
        "joseph",
        "Joseph Okello-Wray",
        _("Moderator: publish, shorten or decline what waits, and read in the ledger what everybody may know of it"),
        (Role.MODERATOR,),
    ),
    DemoPerson(
        "beatrix",
        "Beatrix Fenwright",
        _("The other moderator: decides about appeals against Joseph, as he does about those against her"),
        (Role.MODERATOR,),
    ),
    DemoPerson(
        "mina",
        "Mina Sutter",
        _("Scribe, and facilitator at Congress: put the tables’ notes together into ideas"),
        (Role.SCRIBE,),
    ),
    DemoPerson(
        "gwen",
        "Gwen Larkin",
        _("Answers for a housing co-op, with Peter. See what became of what she said; appeal where it was shortened"),
        joins=(RIVERMEAD, "Secretary", True),
    ),
    DemoPerson(
        "peter",
        "Peter Adeyinka-Shaw",
        _("Answers for the same co-op as Gwen. Suggest other words to the draft, as their board agreed"),
        joins=(RIVERMEAD, "Treasurer", True),
    ),
    DemoPerson(
        "ffion",
        "Ffion Maddox",
        _(
            "Answers for a community shop in Wales, and gets her mail in Welsh. One of her voices changed the draft, and another "
            "will when it is published"
        ),
        joins=(COMMUNITY_SHOP, "Manager", True),
        language="cy",
    ),
    DemoPerson(
        "rory",
        "Rory Teasel",
        _("Helps at the door of Congress: checks people in. Has asked to join a co-op and waits for staff"),
        joins=(ALLOTMENTS, "Chair", False),
    ),
    DemoPerson("sam", "Sam Underhill", _("Has only just made an account: what Sam says first waits for a moderator")),
)
BY_KEY = {person.key: person for person in PEOPLE}


@transaction.atomic
def draw_people() -> None:
    """Open the accounts, appoint, and let people join. Doing it again changes nothing; the register must have been drawn."""
    new = [person for person in PEOPLE if not User.objects.filter(email=person.email).exists()]
    users = {person: open_account(person.email, by=None, name=person.name) for person in new}
    for person, user in users.items():
        change_profile(user, by=user, name=person.name, language=person.language)
        if MFA_ROLES & set(person.roles):
            secret = base64.b32encode(secrets.token_bytes(20)).decode()
            kind = Authenticator.Type.TOTP
            Authenticator.objects.create(user=user, type=kind, data={"secret": get_adapter().encrypt(secret)})
        for role in person.roles:
            appoint_person(user, by=None, role=role)
    for person, user in users.items():
        if person.joins:
            register_id, part, is_checked = person.joins
            row = ask_membership(Organisation.objects.get(register_id=register_id), by=user, part=part)
            if is_checked:
                verify_membership(row, by=User.objects.get(email=BY_KEY["wren"].email), how=Membership.How.STAFF)


def codes_now(users: list[User]) -> dict[int, str]:
    """By user id: the six digits that the person's authenticator app would show at this moment. One query."""
    counter = int(time.time()) // TOTP_SECONDS
    rows = Authenticator.objects.filter(user__in=users, type=Authenticator.Type.TOTP)
    decrypt = get_adapter().decrypt
    return {row.user_id: format_hotp_value(hotp_value(decrypt(row.data["secret"]), counter)) for row in rows}
