"""Invented people, organisations and roles for tests.

UserFactory()                                a person with no role and no organisation
UserFactory(roles=["staff"])                 appointed since yesterday, with a second sign-in step, so the role is in force
UserFactory(roles=["staff"], roles__mfa=False)   appointed, but the role is not in force yet
MembershipFactory()                          verified; MembershipFactory(state="asked") waits for staff
"""

from datetime import timedelta

import factory
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.utils import timezone

from commons.people.models import Appointment, Membership, Organisation, User

TOTP_SECRET = "JBSWY3DPEHPK3PXP"


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.coop")
    name = factory.Sequence(lambda n: f"Person {n}")
    password = "!unusable"

    @factory.post_generation
    def roles(self, create, roles, mfa=True, **kwargs):
        EmailAddress.objects.create(user=self, email=self.email, primary=True, verified=True)
        for role in roles or []:
            AppointmentFactory(user=self, role=role)
        if roles and mfa:
            secret = get_adapter().encrypt(TOTP_SECRET)
            Authenticator.objects.create(user=self, type=Authenticator.Type.TOTP, data={"secret": secret})
        self.forget_roles()


class AppointmentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Appointment

    user = factory.SubFactory(UserFactory)
    role = "staff"
    starts_on = factory.LazyFunction(lambda: timezone.localdate() - timedelta(days=1))


class OrganisationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Organisation

    register_id = factory.Sequence(lambda n: f"T{n:06}")
    registered_number = factory.Sequence(lambda n: f"{10_000 + n}R")
    registrar = "fca"
    name = factory.Sequence(lambda n: f"Invented Co-operative {n} Limited")
    trading_name = ""
    legal_form = "society"
    street = "1 Loom Street"
    city = "Rochdale"
    postcode = "OL12 0NU"
    nation = "england"
    region = "north_west"
    sector = "retail"
    ownership = "consumers"


class MembershipFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    organisation = factory.SubFactory(OrganisationFactory)
    part = "Secretary"
    state = "verified"
    how = factory.LazyAttribute(lambda row: "staff" if row.state == "verified" else "")
    verified_at = factory.LazyAttribute(lambda row: timezone.now() if row.state == "verified" else None)
    ended_at = factory.LazyAttribute(lambda row: timezone.now() if row.state == "ended" else None)
