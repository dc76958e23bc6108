"""Closing an account. The row of the person goes for good, and with it the address, the name and the ways in; every app says
first what becomes of what they left in it."""

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from commons.audit.actions import record
from commons.audit.models import Entry
from commons.people.models import Appointment, Role, User
from commons.people.reports.leaving import keepers


class LastOfStaff(Exception):
    """Nobody would be left who can appoint anybody."""


class AnswerMissing(Exception):
    """The person was not asked, or did not say, what becomes of something of theirs."""


@transaction.atomic
def close_account(person: User, *, by: User | None, answers: Mapping[str, str]) -> Entry:
    """Erase a person. `answers` says, by keeper, what they wish to become of what is left to their wish. What others said stays.
    Returns the entry in the record, whose number is their receipt.

    Raises `LastOfStaff`; or `AnswerMissing`, also when something came up that they were not asked about.
    """
    # Whatever they are saving elsewhere in this moment waits for this row, and then finds it gone.
    row = User.objects.select_for_update().get(pk=person.pk)
    staff = Appointment.objects.in_force(timezone.localdate()).filter(role=Role.STAFF, user__is_active=True)
    # Every one of them locked, so that the last two cannot leave at the same time.
    holders = set(staff.select_for_update(of=("self",)).order_by("pk").values_list("user", flat=True))
    if holders == {row.pk}:
        raise LastOfStaff(
            _("You are the only member of staff. Appoint somebody else first, or nobody could. Nothing was changed.")
        )
    given = {}
    for keeper in keepers():
        legacy = keeper.tell(row)
        if legacy.answers:
            given[keeper.name] = answers.get(keeper.name, "")
            if given[keeper.name] not in {answer.value for answer in legacy.answers}:
                raise AnswerMissing(
                    _(
                        "Something of yours has changed while you were reading. Look at the page again. Nothing was changed."
                    )
                )
        keeper.settle(row, by=by, answer=given.get(keeper.name, ""))
    entry = record("close_account", row, by=by, data={"answers": given})
    row.delete()
    return entry
