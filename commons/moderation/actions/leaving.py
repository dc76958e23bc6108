"""What becomes of what moderators kept of somebody's words when they close their account."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from commons.audit.actions import record
from commons.moderation.models import Appeal, Moderated, Report, Verdict
from commons.people.models import User
from commons.people.reports.leaving import Legacy, register_keeper


def _tell(person: User) -> Legacy:
    goes, stays = [], []
    if Verdict.objects.filter(author=person).exists():
        goes.append(_("What moderators took out of your words"))
        stays.append(_("What moderators decided about your words, in the public list of decisions, which names nobody"))
    if Report.objects.filter(by=person).exists():
        goes.append(_("What you wrote to the moderators when you reported something"))
    if Appeal.objects.filter(by=person).exists():
        goes.append(_("What you wrote when you appealed. An appeal that nobody has decided yet ends"))
    return Legacy(goes=goes, stays=stays)


@transaction.atomic
def settle_moderation(person: User, *, by: User | None, answer: str) -> None:
    """Erase what was kept of a person's words: what was taken out of them, their reports, and their appeals, which end."""
    Verdict.objects.filter(author=person).update(kept={})
    Report.objects.filter(by=person).update(note="")
    appeals = Appeal.objects.filter(by=person)
    appeals.filter(decided_at=None).update(outcome=Appeal.Outcome.WITHDRAWN, decided_at=timezone.now())
    appeals.update(text="")
    record("settle_moderation", person, by=by)


@transaction.atomic
def pass_verdicts_on(subject: Moderated, *, by: User | None, leaver: User, heir: User) -> None:
    """What was decided about a thing that several people wrote, and what was appealed, is another writer's from now on."""
    verdicts = Verdict.objects.filter(moderation=subject.moderation_id)
    Appeal.objects.filter(verdict__in=verdicts, by=leaver).update(by=heir)
    verdicts.filter(author=leaver).update(author=heir)
    record("pass_verdicts_on", subject, by=by)


register_keeper("moderation", tell=_tell, settle=settle_moderation)
