"""Joining an organisation and leaving it. Somebody asks; staff, or a code from the organisation's own letter, confirm."""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from commons.audit.actions import record
from commons.people.models import Membership, Organisation, User


class MembershipExists(Exception):
    """The person belongs to the organisation already, or has asked to."""


class MembershipNotWaiting(Exception):
    """The request was answered, or taken back, in the meantime."""


class MembershipOver(Exception):
    """The membership has ended already."""


class OwnRequest(Exception):
    """Nobody answers their own request."""


def _details(row: Membership, **more: str) -> dict:
    return {"organisation": row.organisation_id, **more}


@transaction.atomic
def ask_membership(organisation: Organisation, *, by: User, part: str) -> Membership:
    """Say that one belongs to an organisation; it counts for nothing until it is verified.

    Raises `MembershipExists` if the person has a live membership there.
    """
    try:
        with transaction.atomic():
            row = Membership.objects.create(user=by, organisation=organisation, part=part)
    except IntegrityError as error:
        if "one_live_membership" not in str(error):
            raise
        raise MembershipExists(
            _("You have already told us that you belong to %(organisation)s. You do not need to ask again.")
            % {"organisation": organisation}
        ) from error
    record("ask_membership", row, by=by, data=_details(row))
    return row


@transaction.atomic
def verify_membership(membership: Membership, *, by: User, how: str) -> Membership:
    """Confirm that the person speaks for the organisation. `how` is a `Membership.How`: staff who checked, or the code in the
    organisation's letter, which the person enters for themselves.

    Raises `MembershipNotWaiting` if it is not waiting any more, `OwnRequest` if staff try to check their own.
    """
    how = Membership.How(how)
    row = _waiting(membership)
    if how == Membership.How.STAFF:
        _refuse_own(row, by)
    row.state, row.how = Membership.State.VERIFIED, how
    row.verified_at, row.verified_by = timezone.now(), by
    row.save(update_fields=["state", "how", "verified_at", "verified_by"])
    record("verify_membership", row, by=by, data=_details(row, how=how.value))
    return row


@transaction.atomic
def decline_membership(membership: Membership, *, by: User, reason: str) -> Membership:
    """Turn a request down, with the reason that the person will read.

    Raises `MembershipNotWaiting` if it is not waiting any more, `OwnRequest` if it is one's own.
    """
    row = _waiting(membership)
    _refuse_own(row, by)
    row.state, row.ended_at, row.reason = Membership.State.ENDED, timezone.now(), reason
    row.save(update_fields=["state", "ended_at", "reason"])
    record("decline_membership", row, by=by, data=_details(row))
    return row


@transaction.atomic
def end_membership(membership: Membership, *, by: User, reason: str = "") -> Membership:
    """Leave an organisation, or be taken off it by staff, or take back a request. What was answered for it stays.

    Raises `MembershipOver` if it has ended already.
    """
    row = _locked(membership)
    if row.state == Membership.State.ENDED:
        raise MembershipOver(_("This has ended already. Nothing was changed."))
    row.state, row.ended_at, row.reason = Membership.State.ENDED, timezone.now(), reason
    row.save(update_fields=["state", "ended_at", "reason"])
    record("end_membership", row, by=by, data=_details(row))
    return row


def _locked(membership: Membership) -> Membership:
    return (
        Membership.objects.select_for_update(of=["self"]).select_related("organisation", "user").get(pk=membership.pk)
    )


def _waiting(membership: Membership) -> Membership:
    row = _locked(membership)
    if row.state != Membership.State.ASKED:
        raise MembershipNotWaiting(_("This request has been answered already. Nothing was changed."))
    return row


def _refuse_own(row: Membership, by: User) -> None:
    if row.user_id == by.pk:
        raise OwnRequest(_("This is your own request, so another member of staff must answer it. Nothing was changed."))
