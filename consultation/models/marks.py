"""The two marks: what is most desirable, and what is most achievable. One ballot for each person, opened by a token that is on
no list beside their name; changeable until the close. Every mark counts the same."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consultation.models.capture import EventIdea
from consultation.models.events import Event


class MarkKind(models.TextChoices):
    """What a mark says of an idea."""

    DESIRABLE = "desirable", _("Most desirable")
    ACHIEVABLE = "achievable", _("Most achievable")


class Ballot(models.Model):
    """One ballot. Of its token only a hash is kept (SHA-256, hexadecimal), so that nobody who reads the database can vote."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="ballots")
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=timezone.now)
    cast_at = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("ballot")
        verbose_name_plural = _("ballots")
        indexes = [
            models.Index(fields=["event"], name="ballots_cast", condition=models.Q(cast_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"ballot {self.pk}"


class Mark(models.Model):
    """One mark on one ballot for one idea."""

    ballot = models.ForeignKey(Ballot, models.CASCADE, related_name="marks")
    idea = models.ForeignKey(EventIdea, models.CASCADE, related_name="marks")
    kind = models.CharField(max_length=10, choices=MarkKind)

    class Meta:
        verbose_name = _("mark")
        verbose_name_plural = _("marks")
        constraints = [
            models.UniqueConstraint(fields=["ballot", "idea", "kind"], name="one_mark_per_ballot_idea_and_kind")
        ]
        indexes = [models.Index(fields=["idea", "kind"], name="marks_counted")]

    def __str__(self) -> str:
        return f"{self.kind} mark for idea {self.idea_id}"
