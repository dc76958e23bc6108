"""Appointing people to roles and ending it."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from commons.audit.actions import record
from commons.people.models import Appointment, Role, User

CLASHES = {
    Role.PANEL_MEMBER: frozenset({Role.EDITOR}),
    Role.CHAIR: frozenset({Role.EDITOR}),
    Role.STAFF: frozenset({Role.EDITOR}),
    Role.EDITOR: frozenset({Role.PANEL_MEMBER, Role.CHAIR, Role.STAFF}),
}
"""The blog is independent of the panel and the staff, so nobody of theirs may edit it."""


class OwnAppointment(Exception):
    """Nobody appoints themselves."""


class RolesClash(Exception):
    """The person holds a role that does not go together with this one."""


class AppointmentOverlaps(Exception):
    """The person holds this role already for some of these days."""


class AppointmentOver(Exception):
    """The appointment has ended already."""


class DatesWrong(Exception):
    """The end does not come after the beginning."""


@transaction.atomic
def appoint_person(
    person: User, *, by: User | None, role: str, starts_on: date | None = None, ends_on: date | None = None
) -> Appointment:
    """Give a person a role from `starts_on` (today if left out) until the day before `ends_on` (open if left out).

    `by` is None only for the system itself: the command line, which needs a first member of staff. Raises `OwnAppointment`,
    `DatesWrong`, `AppointmentOverlaps` or `RolesClash`.
    """
    role = Role(role)
    starts_on = starts_on or timezone.localdate()
    # One at a time for each person, so that two appointments made together cannot clash or overlap unseen.
    row = User.objects.select_for_update().get(pk=person.pk)
    if by is not None and by.pk == row.pk:
        raise OwnAppointment(_("You cannot appoint yourself. Ask another member of staff. Nothing was changed."))
    if ends_on is not None and ends_on <= starts_on:
        raise DatesWrong(_("The end must come after the start. Nothing was changed."))
    others = Appointment.objects.filter(user=row).not_over(starts_on)
    if ends_on is not None:
        others = others.filter(starts_on__lt=ends_on)
    others = list(others)
    if any(other.role == role for other in others):
        raise AppointmentOverlaps(
            _("%(person)s already holds this role for some of these days: %(role)s. Nothing was changed.")
            % {"person": row, "role": role.label}
        )
    for other in others:
        if other.role in CLASHES.get(role, frozenset()):
            raise RolesClash(
                _(
                    "%(person)s is appointed as: %(held)s. The blog is independent of the panel and the staff, "
                    "so nobody can do both. Nothing was changed."
                )
                % {"person": row, "held": Role(other.role).label}
            )
    appointment = Appointment.objects.create(user=row, role=role, starts_on=starts_on, ends_on=ends_on, appointed_by=by)
    record("appoint_person", appointment, by=by, data=_details(appointment))
    person.forget_roles()
    return appointment


@transaction.atomic
def end_appointment(appointment: Appointment, *, by: User | None, ends_on: date | None = None) -> Appointment:
    """Take the role away from `ends_on` on; from today, at once, if left out. One that has not begun never begins.

    Raises `AppointmentOver` if it had ended, `DatesWrong` if the day lies before today.
    """
    today = timezone.localdate()
    ends_on = ends_on or today
    row = Appointment.objects.select_for_update(of=["self"]).select_related("user").get(pk=appointment.pk)
    if row.ends_on is not None and row.ends_on <= today:
        raise AppointmentOver(_("This appointment has ended already. Nothing was changed."))
    if ends_on < today:
        raise DatesWrong(_("The end cannot lie in the past. Nothing was changed."))
    row.ends_on = max(ends_on, row.starts_on)
    row.save(update_fields=["ends_on"])
    record("end_appointment", row, by=by, data=_details(row))
    return row


def _details(row: Appointment) -> dict:
    return {
        "person": row.user_id,
        "role": str(row.role),
        "starts_on": row.starts_on.isoformat(),
        "ends_on": row.ends_on.isoformat() if row.ends_on else None,
    }
