"""Roles and who holds them. An appointment is a role with dates and the person who made it; whether it is in force is
always computed from the dates."""

from datetime import date

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a person can be appointed to."""

    STAFF = "staff", _("Staff")
    ANALYST = "analyst", _("Census analyst")
    PANEL_MEMBER = "panel_member", _("Panel member")
    CHAIR = "chair", _("Chair of the panel")
    EDITOR = "editor", _("Blog editor")
    MODERATOR = "moderator", _("Moderator")
    SCRIBE = "scribe", _("Scribe")


MFA_ROLES = frozenset({Role.STAFF, Role.ANALYST})
"""Roles that open other people's data, so they are in force only with a second sign-in step."""


class AppointmentQuerySet(models.QuerySet):
    """Words for choosing appointments."""

    def in_force(self, day: date) -> "AppointmentQuerySet":
        """Begun, and not ended. `ends_on` is the first day without the role, so ending today works at once."""
        return self.filter(starts_on__lte=day).filter(models.Q(ends_on=None) | models.Q(ends_on__gt=day))

    def not_over(self, day: date) -> "AppointmentQuerySet":
        """In force, or still to begin."""
        return self.filter(models.Q(ends_on=None) | models.Q(ends_on__gt=day))


class Appointment(models.Model):
    """One person in one role from one day until another."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="appointments", verbose_name=_("person")
    )
    role = models.CharField(_("role"), max_length=20, choices=Role)
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    # Empty when the system did it: the first member of staff is appointed from the command line.
    appointed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("appointed by"),
    )
    appointed_at = models.DateTimeField(_("appointed at"), auto_now_add=True)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role"],
                condition=models.Q(ends_on=None),
                name="one_open_appointment_per_person_and_role",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on=None) | models.Q(ends_on__gte=models.F("starts_on")),
                name="appointment_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}, person {self.user_id}"

    def is_in_force(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or self.ends_on > day)
