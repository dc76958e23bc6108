"""What is written down at an event: by a scribe at a table, or by somebody in the room. Theme, then issue, then idea.

A note is made on a phone that may have no connection, so its number is made there too: however often it is sent, it is one row.
What it says is a contribution like any other. Nothing here is ever thrown away: ideas that are merged keep all their notes.
"""

import secrets
import uuid
from contextlib import suppress
from ipaddress import ip_address, ip_network
from typing import Any, Self

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from commons.contributions.models import Contribution
from commons.themes.models import Theme
from consultation.models.events import Event
from consultation.models.programme import EventSession

LONGEST_NOTE = 2000
LONGEST_NAME = 80

CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 8
"""Crockford's letters: none that is read as a figure. What is typed as one is taken for it, so nobody is wrong by it."""
MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})


def new_code() -> str:
    return "".join(secrets.choice(CODE_ALPHABET) for _place in range(CODE_LENGTH))


def code_as_kept(typed: str) -> str:
    """A code as it was typed or read aloud: capitals, spaces and hyphens do not matter, nor O for 0 or I for 1."""
    return "".join(sign for sign in typed.upper() if sign.isalnum()).translate(MISREAD)


class Knock(models.Model):
    """Something came to a door of an event that stands open without an account: a wrong code, or words from the room. Only
    counted, so that nobody can guess codes or flood the moderators, and forgotten after a day. The source is a keyed hash of a
    network address or of a phone."""

    class Kind(models.TextChoices):
        CODE = "code", _("A wrong code")
        WORDS = "words", _("Words from the room")

    source = models.BinaryField(max_length=32)
    kind = models.CharField(max_length=5, choices=Kind)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("knock")
        verbose_name_plural = _("knocks")
        indexes = [models.Index(fields=["source", "kind", "at"], name="knocks_by_source")]

    def __str__(self) -> str:
        return f"{self.kind} at {self.at:%Y-%m-%d %H:%M}"

    @staticmethod
    def source_of(where: str) -> bytes:
        """Of an address of version 6 its network counts: one connection has more of them than can be counted."""
        with suppress(ValueError):
            if ip_address(where).version == 6:
                where = str(ip_network((where, 64), strict=False))
        return salted_hmac("consultation.knock", where, algorithm="sha256").digest()


class EventTable(models.Model):
    """A table with a scribe. `code` opens its page without an account. `confirmed_at`: when the table last said that what was
    read back to it is what it meant."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="tables")
    session = models.ForeignKey(EventSession, models.CASCADE, related_name="tables", verbose_name=_("session"))
    theme = models.ForeignKey(Theme, models.PROTECT, related_name="event_tables", verbose_name=_("theme"))
    number = models.PositiveSmallIntegerField(_("number"))
    code = models.CharField(max_length=12, unique=True, editable=False)
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    confirmed_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["number"]
        verbose_name = _("table")
        verbose_name_plural = _("tables")
        constraints = [models.UniqueConstraint(fields=["event", "number"], name="one_table_per_event_and_number")]

    def __str__(self) -> str:
        return f"table {self.number} of event {self.event_id}"

    @property
    def audit_label(self) -> str:
        return str(self)

    @property
    def code_in_groups(self) -> str:
        """As it is printed and read aloud."""
        return "-".join(self.code[start : start + 4] for start in range(0, len(self.code), 4))


class EventIdea(models.Model):
    """An idea as it is put to everybody: made by a facilitator from one note or many. Merging two leaves the one that went with
    a pointer to the one that stayed, and its notes go with it. When marks are frozen its counts are written down here. A
    `proposal` is what everybody reads in the end: a contribution, which the panel answers like any other."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="ideas")
    theme = models.ForeignKey(Theme, models.PROTECT, related_name="event_ideas", verbose_name=_("theme"))
    issue = models.CharField(_("issue"), max_length=160)
    title = models.CharField(_("idea in one line"), max_length=160)
    text = models.TextField(_("idea"), max_length=LONGEST_NOTE, blank=True)
    place = models.PositiveSmallIntegerField(_("place in the list"), default=0)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", editable=False
    )
    merged_at = models.DateTimeField(null=True, editable=False)
    desirable_count = models.PositiveIntegerField(null=True, editable=False)
    achievable_count = models.PositiveIntegerField(null=True, editable=False)
    proposal = models.OneToOneField(
        Contribution, models.PROTECT, null=True, blank=True, related_name="proposed_by_event", editable=False
    )
    revision = models.PositiveIntegerField(default=1, editable=False)
    made_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["place", "pk"]
        verbose_name = _("idea of an event")
        verbose_name_plural = _("ideas of events")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(merged_into=None) | ~models.Q(merged_into=models.F("pk")),
                name="an_idea_is_not_merged_into_itself",
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def audit_label(self) -> str:
        return f"idea {self.pk} of event {self.event_id}"


class EventNoteQuerySet(models.QuerySet):
    """Words for choosing notes. Who may read one is said by its contribution, and by nothing else."""

    def public(self) -> Self:
        return self.filter(contribution__in=Contribution.objects.public())

    def visible_to(self, user: Any) -> Self:
        return self.filter(contribution__in=Contribution.objects.visible_to(user))

    def in_order(self) -> Self:
        """As they came in: a phone's clock may be wrong, ours is one."""
        return self.order_by("received_at", "sequence", "pk")


class EventNote(models.Model):
    """One thing written down at an event. `under` is the number of the issue that an idea was written under, which may arrive
    later than the idea. `made_at` is what the phone's clock said, which may be wrong; `received_at` is ours, and `sequence`
    is its place among those that came along with it. `put_in` is the idea a facilitator put it in, and `idea` the one that it
    stands under since others were merged."""

    class Kind(models.TextChoices):
        ISSUE = "issue", _("Issue")
        IDEA = "idea", _("Idea")
        WORDS = "words", _("Said in a session")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(EventSession, models.CASCADE, related_name="notes")
    table = models.ForeignKey(EventTable, models.CASCADE, null=True, blank=True, related_name="notes")
    contribution = models.OneToOneField(Contribution, models.PROTECT, related_name="event_note")
    kind = models.CharField(max_length=8, choices=Kind)
    under = models.UUIDField(null=True, blank=True)
    idea = models.ForeignKey(EventIdea, models.SET_NULL, null=True, blank=True, related_name="notes")
    put_in = models.ForeignKey(EventIdea, models.SET_NULL, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField()
    received_at = models.DateTimeField(default=timezone.now)
    sequence = models.PositiveSmallIntegerField(default=0)
    confirmed_at = models.DateTimeField(null=True)
    # Struck out while it was read back: kept, and not public any more.
    struck_at = models.DateTimeField(null=True)

    objects = EventNoteQuerySet.as_manager()

    class Meta:
        ordering = ["received_at", "sequence", "pk"]
        verbose_name = _("note of an event")
        verbose_name_plural = _("notes of events")
        indexes = [models.Index(fields=["table", "received_at"], name="event_notes_of_a_table")]

    def __str__(self) -> str:
        return f"note {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("contributions:contribution", args=[self.contribution_id])


class EventPhoto(models.Model):
    """A photograph of a flipchart, drawn anew. Its number is made on the phone, too. Only staff and facilitators see it, until
    they publish it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    table = models.ForeignKey(EventTable, models.CASCADE, related_name="photos")
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    kind = models.CharField(max_length=20)
    data = models.BinaryField()
    received_at = models.DateTimeField(default=timezone.now)
    published_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["received_at", "pk"]
        verbose_name = _("photograph of a flipchart")
        verbose_name_plural = _("photographs of flipcharts")

    def __str__(self) -> str:
        return f"photograph {self.pk}"
