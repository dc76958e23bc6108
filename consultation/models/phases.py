"""The phases of the process: what is planned, what happened in fact, what was moved and why, and who wishes to be told.

Where a phase stands is never stored. Its dates say it: those on which it really began and ended where they are known, else the
planned ones. A plan that nobody has moved holds. What was called off stays, with the reason, and opens nothing. All dates are
whole days in the site's own time, the last one included.
"""

import datetime as dt
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThanOrEqual
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consultation.models.texts import Words

ENDS_SOON = dt.timedelta(days=7)


class Act(models.TextChoices):
    """What people can do only while a phase is under way that opens it. Where no phase names it, it is always open."""

    COMMENT = "comment", _("Comment on the draft strategy and suggest other words")


class State(models.TextChoices):
    """Where a phase stands on a day."""

    OVER = "over", _("Done")
    UNDER_WAY = "now", _("Under way")
    AHEAD = "ahead", _("To come")
    CALLED_OFF = "off", _("Called off")


# From when to when it runs, as far as anybody knows.
FIRST_DAY = Coalesce("began_on", "begins_on")
LAST_DAY = Coalesce("ended_on", "ends_on")


class PhaseQuerySet(models.QuerySet):
    """Words for choosing phases."""

    def under_way(self, day: dt.date) -> Self:
        rows = self.filter(called_off_on=None)
        return rows.alias(first=FIRST_DAY, last=LAST_DAY).filter(first__lte=day, last__gte=day)

    def ends_soon(self, day: dt.date) -> Self:
        """Those that are under way and whose last day is near."""
        return self.under_way(day).filter(last__lte=day + ENDS_SOON)

    def opening(self, act: str) -> Self:
        return self.filter(opens__contains=[act])


class Phase(models.Model):
    """One step of the process. `slug` stands in addresses and calendars and does not change; `revision` grows by each change."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=80)
    name_cy = models.CharField(_("name in Welsh"), max_length=80, blank=True)
    purpose = models.TextField(_("what it is for"), max_length=1000)
    purpose_cy = models.TextField(_("what it is for, in Welsh"), max_length=1000, blank=True)
    todo = models.TextField(_("what one can do"), max_length=2000, blank=True)
    todo_cy = models.TextField(_("what one can do, in Welsh"), max_length=2000, blank=True)
    opens = ArrayField(models.CharField(max_length=20, choices=Act), verbose_name=_("opens"), default=list, blank=True)
    place = models.PositiveSmallIntegerField(_("place in the list"), default=0)

    begins_on = models.DateField(_("planned first day"))
    ends_on = models.DateField(_("planned last day"))
    began_on = models.DateField(_("first day in fact"), null=True, blank=True)
    ended_on = models.DateField(_("last day in fact"), null=True, blank=True)
    called_off_on = models.DateField(null=True, blank=True, editable=False)
    call_off_reason = models.TextField(_("why it was called off"), max_length=1000, blank=True, editable=False)
    call_off_reason_cy = models.TextField(
        _("why it was called off, in Welsh"), max_length=1000, blank=True, editable=False
    )

    revision = models.PositiveIntegerField(default=1, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = PhaseQuerySet.as_manager()

    class Meta:
        ordering = ["place", "begins_on", "pk"]
        verbose_name = _("phase")
        verbose_name_plural = _("phases")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("begins_on")), name="a_plan_ends_no_earlier_than_it_begins"
            ),
            models.CheckConstraint(
                condition=GreaterThanOrEqual(LAST_DAY, FIRST_DAY), name="a_phase_ends_no_earlier_than_it_begins"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_on=None) | models.Q(began_on__isnull=False), name="what_has_ended_has_begun"
            ),
            models.CheckConstraint(
                condition=models.Q(called_off_on=None) | ~models.Q(call_off_reason=""),
                name="a_phase_is_called_off_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{reverse('consultation:timeline')}#{self.slug}"

    @property
    def first_day(self) -> dt.date:
        return self.began_on or self.begins_on

    @property
    def last_day(self) -> dt.date:
        return self.ended_on or self.ends_on

    @property
    def is_called_off(self) -> bool:
        return self.called_off_on is not None

    def state_on(self, day: dt.date) -> State:
        if self.is_called_off:
            return State.CALLED_OFF
        if day < self.first_day:
            return State.AHEAD
        return State.OVER if day > self.last_day else State.UNDER_WAY

    @property
    def name_told(self) -> Words:
        return Words.of(self.name, self.name_cy)

    @property
    def purpose_told(self) -> Words:
        return Words.of(self.purpose, self.purpose_cy)

    @property
    def todo_told(self) -> Words:
        return Words.of(self.todo, self.todo_cy)

    @property
    def call_off_reason_told(self) -> Words:
        return Words.of(self.call_off_reason, self.call_off_reason_cy)


class PhaseMove(models.Model):
    """The plan of a phase was changed: what was planned before, what is planned since, and why. Everybody reads it."""

    phase = models.ForeignKey(Phase, models.CASCADE, related_name="moves")
    begins_before = models.DateField()
    begins_after = models.DateField()
    ends_before = models.DateField()
    ends_after = models.DateField()
    reason = models.TextField(_("why"), max_length=1000)
    reason_cy = models.TextField(_("why, in Welsh"), max_length=1000, blank=True)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["made_at", "pk"]
        verbose_name = _("move of a phase")
        verbose_name_plural = _("moves of phases")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(begins_before=models.F("begins_after"), ends_before=models.F("ends_after")),
                name="a_move_changes_a_date",
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="a_move_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"phase {self.phase_id} moved"

    @property
    def moved_begin(self) -> bool:
        return self.begins_before != self.begins_after

    @property
    def moved_end(self) -> bool:
        return self.ends_before != self.ends_after

    @property
    def reason_told(self) -> Words:
        return Words.of(self.reason, self.reason_cy)


class PhaseNotice(models.Model):
    """Something about a phase that those who follow the process are told once. `key` names the fact; `announced_at` is set in the
    moment in which they are told."""

    class Kind(models.TextChoices):
        BEGUN = "begun", _("It has begun")
        MOVED = "moved", _("It was moved")
        ENDS_SOON = "ends-soon", _("It ends soon")
        CALLED_OFF = "called-off", _("It was called off")

    phase = models.ForeignKey(Phase, models.CASCADE, related_name="notices")
    move = models.ForeignKey(PhaseMove, models.CASCADE, null=True, related_name="notices")
    kind = models.CharField(max_length=12, choices=Kind)
    key = models.CharField(max_length=80, unique=True)
    made_at = models.DateTimeField(default=timezone.now)
    announced_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("notice of a phase")
        verbose_name_plural = _("notices of phases")

    def __str__(self) -> str:
        return self.key


class FollowerQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Oneself."""
        return self.filter(person=user) if getattr(user, "is_authenticated", False) else self.none()


class Follower(models.Model):
    """Somebody who wishes to be told when a phase begins, moves or is about to end."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="follower")
    made_at = models.DateTimeField(default=timezone.now)

    objects = FollowerQuerySet.as_manager()

    class Meta:
        verbose_name = _("follower of the process")
        verbose_name_plural = _("followers of the process")

    def __str__(self) -> str:
        return f"person {self.person_id} follows the process"
