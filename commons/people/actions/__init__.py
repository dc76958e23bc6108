"""What can be done with people, one module for each noun. Each action is atomic, says `by` whom and leaves an entry in the
record, in which people stand by number only."""

from commons.people.actions.leaving import AnswerMissing, LastOfStaff, close_account
from commons.people.actions.organisations import (
    MembershipExists,
    MembershipNotWaiting,
    MembershipOver,
    OwnRequest,
    ask_membership,
    decline_membership,
    end_membership,
    verify_membership,
)
from commons.people.actions.roles import (
    AppointmentOver,
    AppointmentOverlaps,
    DatesWrong,
    OwnAppointment,
    RolesClash,
    appoint_person,
    end_appointment,
)
from commons.people.actions.users import change_profile, open_account

__all__ = [
    "AnswerMissing",
    "AppointmentOver",
    "AppointmentOverlaps",
    "DatesWrong",
    "LastOfStaff",
    "MembershipExists",
    "MembershipNotWaiting",
    "MembershipOver",
    "OwnAppointment",
    "OwnRequest",
    "RolesClash",
    "appoint_person",
    "ask_membership",
    "change_profile",
    "close_account",
    "decline_membership",
    "end_appointment",
    "end_membership",
    "open_account",
    "verify_membership",
]
