"""Who comes to an event, who waits for a place and who was there; and what those who came said about it afterwards."""

import datetime as dt
import re
import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Value
from django.db.models.functions import Coalesce, Concat
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from commons.people.models import Organisation
from commons.people.models.organisations import PlainText
from consultation.models.events import CODE_LETTERS, Event

NEEDS_KEPT = dt.timedelta(days=30)
"""How long after an event what people need is kept."""

CODE = re.compile(r"(\d{1,9})-?([A-Z0-9]{4})")


class RegistrationQuerySet(models.QuerySet):
    """Words for choosing registrations."""

    def visible_to(self, user: Any) -> Self:
        """One's own; to staff all of them."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        return self if user.is_staff else self.filter(person=user)

    def in_event(self) -> Self:
        return self.filter(state=Registration.State.IN)

    def waiting(self) -> Self:
        """On the waiting list, the first to move up first."""
        return self.filter(state=Registration.State.WAITING).order_by("number")

    def here(self) -> Self:
        return self.filter(checked_in_at__isnull=False)

    def with_people(self) -> Self:
        return self.select_related("person", "organisation")

    def called(self, words: str) -> Self:
        """Those whose name, or whose co-op's, holds each of these words; or whose ticket has this code."""
        if (found := CODE.fullmatch(words.strip().upper())) is not None:
            asked = "-".join(found.groups())
            if by_code := [row.pk for row in self.filter(number=int(found[1])) if row.code == asked]:
                return self.filter(pk__in=by_code)
        rows = self.alias(
            plain=PlainText(
                Concat(
                    "name",
                    Value(" "),
                    Coalesce("person__name", Value("")),
                    Value(" "),
                    Coalesce("organisation__name", Value("")),
                    output_field=models.TextField(),
                )
            )
        )
        for word in words.split():
            rows = rows.filter(plain__contains=PlainText(Value(word)))
        return rows


class Registration(models.Model):
    """One person who wishes to come. `number` is their place in the order of asking; who has left the list and comes again gets
    a new one. `key` is on their ticket. Somebody who simply came has a `name` and no account. What they need is read by staff
    alone, and erased after the event."""

    class State(models.TextChoices):
        IN = "in", _("Has a place")
        WAITING = "waiting", _("On the waiting list")
        CANCELLED = "cancelled", _("Does not come")

    event = models.ForeignKey(Event, models.PROTECT, related_name="registrations")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="registrations"
    )
    name = models.CharField(_("name"), max_length=150, blank=True)
    organisation = models.ForeignKey(
        Organisation, models.SET_NULL, null=True, blank=True, related_name="registrations", verbose_name=_("co-op")
    )
    number = models.PositiveIntegerField(editable=False)
    state = models.CharField(max_length=10, choices=State, editable=False)
    access_needs = models.TextField(_("what you need"), max_length=1000, blank=True)
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    moved_up_at = models.DateTimeField(null=True, editable=False)
    cancelled_at = models.DateTimeField(null=True, editable=False)
    checked_in_at = models.DateTimeField(null=True, editable=False)
    checked_in_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", editable=False
    )
    # That they had a ballot, and that they gave feedback: never which. Of feedback not even when, because whoever sorted both
    # by time would know whose it is.
    ballot_given_at = models.DateTimeField(null=True, editable=False)
    has_fed_back = models.BooleanField(default=False, editable=False)

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        constraints = [
            models.UniqueConstraint(fields=["event", "person"], name="one_registration_per_event_and_person"),
            models.UniqueConstraint(fields=["event", "number"], name="one_registration_per_event_and_number"),
            models.CheckConstraint(
                condition=models.Q(person__isnull=False) | ~models.Q(name=""), name="who_comes_has_a_name"
            ),
        ]
        indexes = [models.Index(fields=["event", "state", "number"], name="registrations_in_order")]

    def __str__(self) -> str:
        return f"registration {self.number} for event {self.event_id}"

    @property
    def audit_label(self) -> str:
        return f"registration {self.pk}"

    @property
    def code(self) -> str:
        """The ticket as few letters: the number, and four that nobody guesses."""
        number, letters = self.key.int, ""
        for _place in range(4):
            number, place = divmod(number, len(CODE_LETTERS))
            letters += CODE_LETTERS[place]
        return f"{self.number}-{letters}"

    @property
    def is_in(self) -> bool:
        return self.state == self.State.IN

    @property
    def is_waiting(self) -> bool:
        return self.state == self.State.WAITING

    @property
    def name_shown(self) -> str:
        return self.name if self.person is None else self.person.name or _("No name given")


class EventFeedback(models.Model):
    """What somebody who came said about the event itself. Anonymous when they wished it: then nothing leads to them, and only
    the day is kept. Its number is drawn by lot, so that the order in which people answered is not in it either."""

    class Worth(models.TextChoices):
        VERY = "very", _("Very")
        MOSTLY = "mostly", _("Mostly")
        PARTLY = "partly", _("Partly")
        NOT = "not", _("Not at all")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    event = models.ForeignKey(Event, models.CASCADE, related_name="feedback")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    worth = models.CharField(_("was it worth your time"), max_length=8, choices=Worth)
    heard = models.CharField(_("did you feel heard"), max_length=8, choices=Worth)
    best = models.TextField(_("what was best"), max_length=2000, blank=True)
    better = models.TextField(_("what should be better"), max_length=2000, blank=True)
    given_on = models.DateField(default=timezone.localdate)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("feedback on an event")
        verbose_name_plural = _("feedback on events")

    def __str__(self) -> str:
        return f"feedback {self.pk} on event {self.event_id}"
