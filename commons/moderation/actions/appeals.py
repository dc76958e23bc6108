"""An author asks a second person to look, and what that person decides."""

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from commons.audit.actions import record
from commons.digests.actions import notify
from commons.moderation.actions.moderations import (
    AlreadyDecided,
    Gone,
    NotIndependent,
    OwnWords,
    ReasonMissing,
    lock_subject,
)
from commons.moderation.models import Appeal, Moderated, Standing, Verdict, is_barred
from commons.people.models import User


class NotYours(Exception):
    """Only an author of the words appeals."""


class NothingToAppeal(Exception):
    """The verdict took no words away."""


class AppealExists(Exception):
    """There is one appeal against each verdict."""


class SamePerson(Exception):
    """Whoever gave the verdict does not decide about it again."""


@transaction.atomic
def appeal_verdict(verdict: Verdict, *, by: User, text: str) -> Appeal:
    """Ask a second person. Raises `NotYours`, `NothingToAppeal`, `AppealExists`, or `Gone` when the author took it all back."""
    row = lock_subject(verdict.moderation)
    if verdict.author_id != by.pk and not row.is_written_by(by):
        raise NotYours(_("Only the author can appeal."))
    if not verdict.may_be_appealed:
        raise NothingToAppeal(_("All of what you wrote is public, so there is nothing to appeal against."))
    if Appeal.objects.filter(verdict=verdict).exists():
        raise AppealExists(_("There is an appeal already. We will tell you what the second person says."))
    if row.standing == Standing.WITHDRAWN:
        raise Gone(_("You have taken this back, so there is nothing to appeal for."))
    appeal = Appeal.objects.create(verdict=verdict, by=by, text=text)
    record("appeal_verdict", appeal, by=by)
    return appeal


@transaction.atomic
def decide_appeal(appeal: Appeal, *, by: User, outcome: str, explanation: str) -> Appeal:
    """End an appeal. If the verdict is overturned, what was turned down is public and words that were taken out come back,
    unless somebody changed the text since: then it stays as it is. How the thing read before stays hidden: nobody looked at
    that.

    Raises `AlreadyDecided`, `OwnWords`, `SamePerson`, `NotIndependent` or `ReasonMissing`.
    """
    row = lock_subject(appeal.verdict.moderation)
    appeal = Appeal.objects.select_for_update(of=("self",)).select_related("verdict__moderation").get(pk=appeal.pk)
    verdict = appeal.verdict
    outcome = Appeal.Outcome(outcome)
    if appeal.decided_at is not None:
        raise AlreadyDecided(_("A colleague has decided about this appeal. Nothing was changed."))
    if by.pk == appeal.by_id or row.is_own_business_of(by):
        raise OwnWords(_("You wrote this, or what it answers, so a colleague must decide."))
    if verdict.moderation.is_independent and is_barred(by):
        raise NotIndependent(_("Nobody of the panel or the staff decides about this. Nothing was decided."))
    if by.pk == verdict.by_id:
        raise SamePerson(_("You made this decision, so somebody else must look at it."))
    if not explanation.strip():
        raise ReasonMissing(_("Explain it to the author. Nothing was decided."))
    overturned = outcome == Appeal.Outcome.OVERTURNED
    is_back = overturned and _give_back(verdict, row)
    appeal.outcome, appeal.explanation, appeal.decided_by, appeal.decided_at = outcome, explanation, by, timezone.now()
    appeal.save(update_fields=["outcome", "explanation", "decided_by", "decided_at"])
    record("decide_appeal", appeal, by=by, data={"outcome": str(outcome), "is_back": is_back, "revision": row.revision})
    _tell_authors(appeal, row, by=by, is_back=is_back)
    return appeal


def _give_back(verdict: Verdict, row: Moderated) -> bool:
    """Undo the verdict, as far as nothing happened to the thing since. Whether it was undone."""
    if verdict.outcome == Verdict.Outcome.DECLINE:
        if row.standing != Standing.DECLINED:
            return False
        row.standing = Standing.PUBLISHED
        row.save(update_fields=["standing"])
        return True
    # An edit, and also a second shortening, has made another revision. What is held, declined or taken back is not touched.
    if row.standing != Standing.PUBLISHED or row.revision != verdict.revision:
        return False
    for name, text in verdict.kept.items():
        setattr(row, name, text)
    row.revision += 1
    row.save(update_fields=["revision", *verdict.kept])
    row.follow_words()
    return True


def _tell_authors(appeal: Appeal, row: Moderated, *, by: User, is_back: bool) -> None:
    """Whoever appealed, and the others who wrote it."""
    for person in {*row.writers(), appeal.by} - {None}:
        with translation.override(person.language or None):
            notify(
                person,
                by=by,
                kind="appeal",
                key=f"appeal:{appeal.pk}",
                subject=_("Somebody else has looked at your appeal"),
                text="\n\n".join(
                    [
                        _what_came_of(appeal, is_back=is_back),
                        _("They say: %(explanation)s") % {"explanation": appeal.explanation},
                    ]
                ),
                path=appeal.verdict.get_absolute_url(),
                mail=True,
            )


def _what_came_of(appeal: Appeal, *, is_back: bool) -> str:
    """One or two sentences for the author."""
    if appeal.outcome == Appeal.Outcome.UPHELD:
        return _("They think that the first decision was right, so all stays as it is.")
    if not is_back:
        return _("They think that the first decision was wrong. The text was changed since, so it stays as it is now.")
    if appeal.verdict.outcome == Verdict.Outcome.DECLINE:
        return _("They think that the first decision was wrong. What you wrote is public now.")
    return _("They think that the first decision was wrong. Your words are back as they were.")
