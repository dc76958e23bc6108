"""Responses: what an organisation is answering, page by page with every revision kept, and what it has sent.

Answers are confidential. Nothing outside this app reads these tables but through `visible_to`, and what says who answered
(`ContactRevision`) stands in a table of its own.
"""

import uuid
from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from census.models.cases import Case
from census.models.waves import InstrumentVersion
from commons.people.models import Door, User


class Channel(models.TextChoices):
    WEB = "web", _("Web")
    PAPER = "paper", _("Paper")
    PHONE = "phone", _("Phone")
    EVENT = "event", _("Event")


class ResponseQuerySet(models.QuerySet):
    def live(self) -> "ResponseQuerySet":
        return self.exclude(state=Response.State.VOID)

    def saved_since(self, moment: datetime) -> "ResponseQuerySet":
        """Begun, or changed, later than that."""
        return self.filter(Q(saved_at__gt=moment) | Q(started_at__gt=moment))

    def submitted(self) -> "ResponseQuerySet":
        return self.filter(state=Response.State.SUBMITTED)

    def visible_to(self, user) -> "ResponseQuerySet":
        """Only census analysts read answers; staff without that role do not. Members see their own organisations'."""
        if user.is_authenticated and user.has_role("analyst"):
            return self
        return self.filter(case__in=Case.objects.answerable_by(user))


class Response(models.Model):
    class State(models.TextChoices):
        DRAFT = "draft", _("Not sent")
        SUBMITTED = "submitted", _("Sent")
        VOID = "void", _("Set aside")

    # The only id that leaves with the answers: it says nothing about who answered or when.
    reply = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="responses")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    channel = models.CharField(max_length=6, choices=Channel.choices, default=Channel.WEB)
    # Counted, and told to nobody beside the reply.
    door = models.ForeignKey(Door, on_delete=models.SET_NULL, null=True, related_name="responses")
    # Grows by one with every saved revision, so "sent as it stands" can be told from "changed since".
    revision = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(default=timezone.now)
    saved_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)

    objects = ResponseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=~Q(state="void"), name="one_response_per_organisation_and_wave"
            ),
            models.CheckConstraint(
                condition=~Q(state="submitted") | Q(submitted_at__isnull=False), name="a_sent_response_says_when"
            ),
        ]
        indexes = [models.Index(fields=["state", "submitted_at"], name="response_by_state_and_day")]

    def __str__(self) -> str:
        return f"reply {self.reply}"


class Revision(models.Model):
    """One saved state of one page. Rows are only ever added; the page as it stands is its latest row.

    `answers` maps question codes to values and `marks` question codes to "dont_know", "prefer_not" or "skipped", in the
    shapes `census.instrument` documents.
    """

    page_key = models.CharField(max_length=60)
    number = models.PositiveIntegerField()
    answers = models.JSONField(default=dict)
    marks = models.JSONField(default=dict)
    saved_at = models.DateTimeField(default=timezone.now)
    saved_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    saved_by_label = models.CharField(max_length=120)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.page_key}, revision {self.number}"


class PageRevision(Revision):
    response = models.ForeignKey(Response, on_delete=models.CASCADE, related_name="page_revisions")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["response", "page_key", "number"], name="one_revision_per_page_and_number")
        ]


class ContactRevision(Revision):
    """Revisions of the pages that say who answered, kept apart from the answers."""

    response = models.ForeignKey(Response, on_delete=models.CASCADE, related_name="contact_revisions")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["response", "page_key", "number"], name="one_contact_revision_per_page_and_number"
            )
        ]


class SubmissionQuerySet(models.QuerySet):
    def current(self) -> "SubmissionQuerySet":
        return self.filter(superseded_at__isnull=True)

    def visible_to(self, user) -> "SubmissionQuerySet":
        return self.filter(response__in=Response.objects.visible_to(user))


class Submission(models.Model):
    """What was sent, frozen: the answers on the path and a status for every variable. A correction is a new row."""

    response = models.ForeignKey(Response, on_delete=models.PROTECT, related_name="submissions")
    number = models.PositiveIntegerField()
    # The response's revision that was sent: sending the same state twice is one submission.
    revision = models.PositiveIntegerField()
    instrument = models.ForeignKey(InstrumentVersion, on_delete=models.PROTECT, related_name="submissions")
    answers = models.JSONField()
    statuses = models.JSONField()
    sha256 = models.CharField(max_length=64)
    receipt = models.CharField(max_length=14, unique=True)
    submitted_at = models.DateTimeField(default=timezone.now)
    submitted_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    submitted_by_label = models.CharField(max_length=120)
    superseded_at = models.DateTimeField(null=True)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["response", "number"], name="one_submission_per_response_and_number"),
            models.UniqueConstraint(fields=["response", "revision"], name="one_submission_per_response_and_revision"),
            models.UniqueConstraint(
                fields=["response"], condition=Q(superseded_at__isnull=True), name="one_current_submission_per_response"
            ),
        ]

    def __str__(self) -> str:
        return self.receipt
