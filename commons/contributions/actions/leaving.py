"""What becomes of what somebody said when they close their account."""

from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commons.audit.actions import record
from commons.contributions.models import Contribution, Edit, Support
from commons.digests.actions import forget_name
from commons.moderation.actions import release
from commons.moderation.models import Standing
from commons.people.models import User
from commons.people.reports.leaving import GO, STAY, Answer, Legacy, register_keeper

SHOWN = (Standing.PUBLISHED, Standing.HELD)


def _tell(person: User) -> Legacy:
    theirs = Contribution.objects.filter(author=person)
    said = theirs.filter(standing__in=SHOWN).count()
    agreed = Support.objects.filter(person=person).count()
    goes = []
    if agreed:
        goes.append(
            ngettext(
                "Your agreement with what somebody said, and with it one from its count",
                "Your agreement with what %(count)d people said, and with it one from each count",
                agreed,
            )
            % {"count": agreed}
        )
    if theirs.exclude(standing__in=SHOWN).exists():
        goes.append(_("What you said that nobody can read any more"))
    if not said:
        return Legacy(goes=goes)
    return Legacy(
        goes=goes,
        stays=[_("What others replied to you")],
        question=ngettext(
            "You said one thing here. What should happen to it?",
            "You said %(count)d things here. What should happen to them?",
            said,
        )
        % {"count": said},
        reminder=_("Choose what should happen to what you said."),
        answers=[
            Answer(
                STAY,
                _("Keep my words, without my name"),
                _("An organisation that you named beside them stays named. Answers of the panel stay, too."),
            ),
            Answer(
                GO,
                _("Erase my words"),
                _(
                    "A line says that they were withdrawn. If the panel changed its text because of them, that text stays."
                ),
            ),
        ],
    )


@transaction.atomic
def settle_contributions(person: User, *, by: User | None, answer: str) -> None:
    """Take a person's agreements back, and erase what they said if that is what they wish; else it stays without a name, because
    their row goes."""
    Contribution.objects.filter(supports__person=person).update(support_count=models.F("support_count") - 1)
    Support.objects.filter(person=person).delete()
    rows = Contribution.objects.select_for_update(of=("self",)).filter(author=person).order_by("pk")
    numbers = list(rows.values_list("pk", flat=True))
    forget_name(person, keys=[f"reply:{number}" for number in numbers], by=by)
    shown = rows.filter(standing__in=SHOWN)
    if answer == GO:
        for row in shown.filter(moderation__waiting_since__isnull=False):
            release(row, by=by)
        Contribution.objects.filter(pk__in=numbers, standing__in=SHOWN).update(standing=Standing.WITHDRAWN)
    # What nobody can read any more goes in any case.
    unread = Contribution.objects.filter(pk__in=numbers).exclude(standing__in=SHOWN)
    Edit.objects.filter(contribution__in=unread).delete()
    unread.update(title="", body="", replacement="", said_by="")
    record("settle_contributions", person, by=by, data={"answer": answer, "count": len(numbers)})


register_keeper("contributions", tell=_tell, settle=settle_contributions)
