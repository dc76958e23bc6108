"""Reminders: which organisations that were asked have not sent their answers, and when their people were told so.

There are a few occasions on which an organisation is reminded. Whatever the occasion, nobody is reminded twice within `QUIET`,
nor while somebody is answering, nor more than `MOST` times in one wave; and never once the answers are sent, or the organisation
has said that it does not wish to answer. That is asked again when the mail is sent.
"""

from datetime import datetime, time, timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from census.models.cases import Case, CaseQuerySet
from census.models.responses import Response
from census.models.waves import Wave
from commons.people.models import Membership

MOST = 4
QUIET = timedelta(days=5)
# Whoever saved something since then is still at it.
AT_WORK = timedelta(days=1)
IDLE = timedelta(days=7)
# By these hours in London: a mail at night helps nobody.
BY_DAY = (time(9), time(18))


class Occasion(models.TextChoices):
    """When an organisation is reminded, the most pressing first."""

    LAST = "last", _("3 days before the close")
    SOON = "soon", _("14 days before the close")
    IDLE = "idle", _("When nothing was saved for 7 days")

    def is_due(self, wave: Wave, now: datetime) -> bool:
        """Whether it is time, whatever the organisation. A wave that opened later than this has no such time."""
        last, soon = (wave.closes_at - timedelta(days=days) for days in (3, 14))
        if self == Occasion.LAST:
            return wave.opens_at < last <= now
        if self == Occasion.SOON:
            return wave.opens_at < soon <= now < last
        return now < last


class ReminderQuerySet(models.QuerySet):
    """Words for choosing reminders."""

    def still_so(self, now: datetime) -> "ReminderQuerySet":
        """Nothing was sent since, the organisation may still be asked again, and the census still closes when it was said."""
        return self.filter(
            case__in=Case.objects.unfinished(), closes_at=models.F("case__wave__closes_at"), closes_at__gt=now
        )


class Reminder(models.Model):
    """The people of one organisation were reminded on one occasion of one close: once."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="reminders")
    occasion = models.CharField(max_length=4, choices=Occasion.choices)
    closes_at = models.DateTimeField()
    made_at = models.DateTimeField(default=timezone.now)

    objects = ReminderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "occasion", "closes_at"], name="one_reminder_per_case_occasion_and_close"
            )
        ]

    def __str__(self) -> str:
        return f"{self.occasion}, case {self.case_id}"


def to_remind(wave: Wave, occasion: Occasion, now: datetime) -> CaseQuerySet:
    """The organisations of a wave that are reminded on this occasion now, as far as they have people with accounts."""
    if not occasion.is_due(wave, now):
        return Case.objects.none()
    people = Membership.objects.verified().filter(organisation=models.OuterRef("organisation"), user__is_active=True)
    told, replies = Reminder.objects.filter(case=models.OuterRef("pk")), Response.objects.live()
    replies = replies.filter(case=models.OuterRef("pk"))
    count = told.order_by().values("case").annotate(count=models.Count("pk")).values("count")
    cases = (
        Case.objects.in_wave(wave)
        .unfinished()
        .annotate(reminded=models.functions.Coalesce(models.Subquery(count), 0), begun=models.Exists(replies))
        .filter(models.Exists(people), reminded__lt=MOST)
        .exclude(models.Exists(told.filter(made_at__gt=now - QUIET)))
        .exclude(models.Exists(told.filter(occasion=occasion, closes_at=wave.closes_at)))
        .exclude(models.Exists(replies.saved_since(now - AT_WORK)))
    )
    if occasion == Occasion.IDLE:
        cases = cases.filter(begun=True).exclude(models.Exists(replies.saved_since(now - IDLE)))
    return cases.order_by("pk")
