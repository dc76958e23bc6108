"""When a digest is due, and when a notice could next come by e-mail."""

import datetime as dt
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from commons.digests.models import Frequency, Subscription
from commons.digests.reports.kinds import Kind

DUE_AT = dt.time(7)
"""The hour in London at which a digest is due. The clocks change at one in the morning, so this hour is there once a day."""


def moment_of(period: dt.date) -> dt.datetime:
    """When the digest of a period is due. It tells of what came before."""
    return timezone.make_aware(dt.datetime.combine(period, DUE_AT))


def period_at(frequency: str, now: dt.datetime) -> dt.date:
    """The newest period that is due: today or yesterday, or for a weekly one the last Monday."""
    local = timezone.localtime(now)
    day = local.date() if local.time() >= DUE_AT else local.date() - dt.timedelta(days=1)
    return day - dt.timedelta(days=day.weekday()) if frequency == Frequency.WEEKLY else day


def next_period(frequency: str, now: dt.datetime) -> dt.date:
    """The period that is due next."""
    return period_at(frequency, now) + dt.timedelta(days=7 if frequency == Frequency.WEEKLY else 1)


def subscription_of(user: Any) -> Subscription:
    """How the person wishes to be told; unsaved and silent, where they never chose."""
    found = Subscription.objects.visible_to(user).select_related("person").first()
    return found or Subscription(person=user)


def next_mail(kind: Kind, subscription: Subscription, now: dt.datetime) -> str:
    """When a notice of this kind could next come by e-mail, in a sentence."""
    if subscription.is_stopped:
        return _("By e-mail: never. %(why)s") % {"why": subscription.get_stopped_why_display()}
    if kind.service and kind.can_wait:
        return _("By e-mail: within a day.")
    if kind.service or (kind.direct and subscription.at_once):
        return _("By e-mail: at once.")
    if subscription.frequency == Frequency.OFF:
        never = _("By e-mail: never. It stands on this site.")
        return _("By e-mail: only where it says so here. All of it stands on this site.") if kind.sometimes else never
    day = {"day": date_format(next_period(subscription.frequency, now), "l j F")}
    if kind.sometimes:
        return _("By e-mail: at once where it says so here, otherwise on %(day)s at the earliest.") % day
    return _("By e-mail: on %(day)s at the earliest.") % day
