"""The two marks: what is most desirable, and what is most achievable. One ballot for each person, opened by a token that is on
no list beside their name; changeable until the close. Every mark counts the same."""

import hashlib
import uuid

from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from consultation.models.capture import EventIdea
from consultation.models.events import Event


class MarkKind(models.TextChoices):
    """What a mark says of an idea."""

    DESIRABLE = "desirable", _("Most desirable")
    ACHIEVABLE = "achievable", _("Most achievable")


class Ballot(models.Model):
    """One ballot. Of its token only a hash is kept (SHA-256, hexadecimal), so that nobody who reads the database can vote.

    Its number is drawn at random and only the day on which it was made is kept: a number that counts up, or a minute, would lead
    from somebody who was given a ballot at the door to the ballot they were given. `batch` is the mark of one print run of cards.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    event = models.ForeignKey(Event, models.CASCADE, related_name="ballots")
    token_hash = models.CharField(max_length=64, unique=True)
    batch = models.CharField(max_length=64, blank=True)
    made_on = models.DateField(default=timezone.localdate)
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

    @staticmethod
    def hash_of(typed: str) -> str:
        """Capitals, spaces and hyphens do not matter."""
        plain = "".join(letter for letter in typed.upper() if letter.isalnum())
        return hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()


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


class BallotTry(models.Model):
    """A code that opened no ballot, so that guessing can be counted. The source is a keyed hash of the network address."""

    source = models.CharField(max_length=64)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("wrong code for a ballot")
        verbose_name_plural = _("wrong codes for ballots")
        indexes = [models.Index(fields=["source", "made_at"], name="ballot_tries_by_source")]

    def __str__(self) -> str:
        return f"wrong code at {self.made_at:%Y-%m-%d %H:%M}"

    @staticmethod
    def source_of(address: str) -> str:
        return salted_hmac("consultation.ballot_try", address, algorithm="sha256").hexdigest()
