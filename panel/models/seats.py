"""Who sits on the reference panel and what they declare, and the chair's welcome. A term is the dates of the appointment."""

import datetime as dt
from typing import Self

from django.conf import settings
from django.core.validators import URLValidator
from django.db import models
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from commons import richtext
from commons.people.models import Appointment, Role


class SeatQuerySet(models.QuerySet):
    def in_force(self, day: dt.date) -> Self:
        return self.filter(appointment__in=Appointment.objects.in_force(day))

    def over(self, day: dt.date) -> Self:
        return self.filter(appointment__ends_on__lte=day)

    def in_order(self) -> Self:
        """The chair first."""
        chair = models.Case(models.When(appointment__role=Role.CHAIR, then=0), default=1)
        return self.select_related("appointment__user").order_by(chair, "appointment__starts_on", "pk")


class Seat(models.Model):
    """What the public may know of one member: for whom they sit there, who they are, and what they stand to gain or lose."""

    appointment = models.OneToOneField(Appointment, models.CASCADE, related_name="seat")
    represents = models.CharField(_("sits for"), max_length=150, blank=True)
    about = models.TextField(_("about you"), max_length=1000, blank=True)
    interests = models.TextField(_("interests you declare"), max_length=2000, blank=True)
    declared_on = models.DateField(_("declared on"), null=True, blank=True)

    objects = SeatQuerySet.as_manager()

    class Meta:
        verbose_name = _("seat")
        verbose_name_plural = _("seats")

    def __str__(self) -> str:
        return str(self.appointment)

    @property
    def is_chair(self) -> bool:
        return self.appointment.role == Role.CHAIR

    @cached_property
    def interests_html(self) -> SafeString:
        return richtext.to_html(self.interests, top_heading=4)


class Welcome(models.Model):
    """The chair speaks to everybody: in words, and in a film that stands elsewhere, with all that is said in it written out."""

    language = models.CharField(max_length=8, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE, unique=True)
    title = models.CharField(_("title"), max_length=120)
    body = models.TextField(_("text"), max_length=5000)
    video_url = models.URLField(_("address of the film"), blank=True, validators=[URLValidator(schemes=["https"])])
    transcript = models.TextField(_("what is said in the film"), max_length=20_000, blank=True)
    revision = models.PositiveIntegerField(default=1)
    edited_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("welcome")
        verbose_name_plural = _("welcomes")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(video_url="") | ~models.Q(transcript=""), name="a_film_has_its_words_written_out"
            )
        ]

    def __str__(self) -> str:
        return self.title

    @cached_property
    def body_html(self) -> SafeString:
        return richtext.to_html(self.body)

    @cached_property
    def transcript_html(self) -> SafeString:
        return richtext.to_html(self.transcript, top_heading=4)
