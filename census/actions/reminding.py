"""Reminding organisations whose answers have not been sent."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from census.models import Occasion, Reminder, Wave
from census.models.reminders import BY_DAY, to_remind
from commons.audit.actions import record
from commons.digests.actions import Fact, notify_all
from commons.people.models import Membership, User

AT_ONCE = 500


@transaction.atomic
def remind_organisations(*, by: User | None, now: datetime | None = None) -> int:
    """Tell the people of organisations that are due, on the site and by e-mail. Nothing that was answered is told. Returns
    how many organisations were reminded; what is left waits for the next time. Two at once remind nobody twice: one holds the
    wave."""
    now = now or timezone.now()
    first, last = BY_DAY
    if not first <= timezone.localtime(now).time() < last:
        return 0
    count = 0
    for wave in Wave.objects.open_at(now).select_for_update(skip_locked=True, no_key=True).order_by("pk"):
        for occasion in Occasion:
            cases = {case.pk: case for case in to_remind(wave, occasion, now)[:AT_ONCE]}
            if not cases:
                continue
            rows = Reminder.objects.bulk_create(
                Reminder(case=case, occasion=occasion, closes_at=wave.closes_at, made_at=now) for case in cases.values()
            )
            record("remind_organisations", wave, by=by, data={"occasion": str(occasion), "count": len(rows)})
            notify_all(_facts(wave, rows), by=by, kind="census-unfinished", about=wave, mail=True)
            count += len(rows)
    return count


def _facts(wave: Wave, rows: Sequence[Reminder]) -> Iterator[Fact]:
    by_organisation = {row.case.organisation_id: row for row in rows}
    members = Membership.objects.verified().filter(organisation__in=by_organisation, user__is_active=True)
    for membership in members.select_related("user").order_by("pk"):
        row, person = by_organisation[membership.organisation_id], membership.user
        with translation.override(person.language or None):
            day = date_format(timezone.localtime(wave.closes_at), "l j F, fa").replace(".", "")
            said = {"name": row.case.name, "day": day}
            if row.case.begun:
                subject = _("The census of %(name)s was begun, and not sent yet")
                text = _(
                    "It closes on %(day)s. What was saved is kept: anybody who speaks for your organisation can go on. If you do "
                    "not wish to answer, say so there, and we stop asking."
                )
            else:
                subject = _("%(name)s has not answered the census yet")
                text = _(
                    "It closes on %(day)s. Anybody who speaks for your organisation can answer. If you do not wish to answer, "
                    "say so there, and we stop asking."
                )
            yield Fact(
                person,
                key=f"census-unfinished:{row.pk}",
                subject=subject % said,
                text=text % said,
                path=wave.get_absolute_url(),
            )
