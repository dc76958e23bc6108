"""Making, checking and withdrawing access codes."""

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Now
from django.utils import timezone
from django.utils.translation import gettext as _

from census.models import AccessCode, Case, CodeAttempt, CodeBatch, Wave
from commons.audit.actions import record
from commons.people.actions import ask_membership, verify_membership
from commons.people.models import Membership, User

# Ten wrong codes from one place in a quarter of an hour, and then that place waits.
TRIES, WINDOW = 10, timedelta(minutes=15)


class CodeRefused(Exception):
    """No live code is this. Unknown, mistyped and withdrawn codes get the same words, so that guessing teaches nothing."""


class TooManyTries(Exception):
    """This place has tried too many wrong codes; even a right one is refused until the time is over."""


@transaction.atomic
def issue_codes(wave: Wave, cases: Iterable[Case], *, by, label: str) -> CodeBatch:
    """Make one new code for each case. The codes themselves are printed later from the rows: `AccessCode.plain`."""
    batch = CodeBatch.objects.create(wave=wave, label=label, made_by=by)
    codes = []
    for case in cases:
        code = AccessCode(case=case, batch=batch)
        code.code_hmac = AccessCode.hmac_of(code.plain())
        codes.append(code)
    AccessCode.objects.bulk_create(codes, batch_size=1_000)
    record("issue_codes", batch, by=by, data={"wave": wave.slug, "codes": len(codes)})
    return batch


@transaction.atomic
def revoke_code(code: AccessCode, *, by, reason: str) -> AccessCode:
    """Withdraw a code, for instance because a letter went astray. Doing it twice changes nothing."""
    code = AccessCode.objects.select_for_update().get(pk=code.pk)
    if code.revoked_at is None:
        code.revoked_at = timezone.now()
        code.save(update_fields=["revoked_at"])
        record("revoke_code", code, by=by, data={"case": code.case_id, "reason": reason})
    return code


def accept_code(typed: str, *, by, address: str) -> AccessCode:
    """The live code that was typed. `address` is the network address it came from; `by` who is signed in, or None.

    Raises `TooManyTries` or `CodeRefused`. A refusal is written down even though the caller sees an exception, so the
    count and the check each stand in a transaction of their own.
    """
    source = CodeAttempt.source_of(address)
    since = timezone.now() - WINDOW
    if CodeAttempt.objects.filter(source=source, at__gt=since).count() >= TRIES:
        raise TooManyTries(
            _(
                "Too many codes were tried from your network. Wait 15 minutes and try again, or call us and read us your code."
            )
        )
    code = AccessCode.objects.live().matching(typed).select_related("case__wave").first()
    with transaction.atomic():
        if code is None:
            CodeAttempt.objects.filter(at__lt=timezone.now() - timedelta(days=1)).delete()
            CodeAttempt.objects.create(source=source)
        elif code.first_used_at is None:
            AccessCode.objects.filter(pk=code.pk).update(first_used_at=Coalesce(F("first_used_at"), Now()))
            record("accept_code", code, by=by, data={"case": code.case_id})
    if code is None:
        raise CodeRefused(
            _("We do not know this code. Check it against your letter: it has twelve letters and numbers.")
        )
    return code


@transaction.atomic
def join_by_code(code: AccessCode, *, by: User) -> Membership:
    """Make the person a verified member of the organisation whose letter they hold. Raises `CodeRefused` if it was withdrawn."""
    code = AccessCode.objects.select_for_update(of=("self",)).select_related("case__organisation").get(pk=code.pk)
    if code.revoked_at is not None:
        raise CodeRefused(_("This code was withdrawn. Ask us for a new one."))
    organisation = code.case.organisation
    membership = Membership.objects.live().select_for_update().filter(user=by, organisation=organisation).first()
    if membership is None:
        membership = ask_membership(organisation, by=by, part="")
    record("join_by_code", membership, by=by, data={"organisation": organisation.pk})
    if membership.state == Membership.State.VERIFIED:
        return membership
    return verify_membership(membership, by=by, how=Membership.How.CODE)
