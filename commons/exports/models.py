"""One file somebody asked for: what, why, how far it is, and where the file lies until it is deleted."""

import datetime as dt
import uuid
from pathlib import Path
from typing import Self

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from commons.queues import QueuedRow, QueuedRowQuerySet, State

KEPT_FOR = dt.timedelta(days=7)


def folder() -> Path:
    """Where finished files lie. Only the web and the worker may read it; it is never under a public address."""
    return Path(settings.PRIVATE_DIR) / "exports"


class ExportJobQuerySet(QueuedRowQuerySet):
    def visible_to(self, user) -> Self:
        return self.filter(asked_by=user) if user.is_authenticated and user.is_active else self.none()

    def expired(self, now: dt.datetime) -> Self:
        """Jobs whose file should be gone at `now` and is not known to be."""
        return self.filter(state=State.DONE, expires_at__lte=now, removed_at=None)


class ExportJob(QueuedRow):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="export_jobs")
    report = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    params = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    purpose = models.TextField(blank=True)
    key = models.CharField(max_length=80)

    file_name = models.CharField(max_length=200, blank=True)
    file_size = models.PositiveBigIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    expires_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)

    objects = ExportJobQuerySet.as_manager()

    class Meta(QueuedRow.Meta):
        ordering = ["-asked_at", "-pk"]
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        constraints = [
            *QueuedRow.Meta.constraints,
            models.UniqueConstraint(fields=["asked_by", "key"], name="one_export_per_person_and_form"),
            models.CheckConstraint(
                condition=~models.Q(state=State.DONE)
                | models.Q(
                    file_size__isnull=False,
                    expires_at__isnull=False,
                    total_count__isnull=False,
                    done_count=models.F("total_count"),
                )
                & ~models.Q(sha256="")
                & ~models.Q(file_name=""),
                name="an_export_is_done_only_with_a_whole_file",
            ),
        ]
        indexes = [
            *QueuedRow.Meta.indexes,
            models.Index(fields=["asked_by", "-asked_at"], name="exports_of_one_person"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def stored_at(self) -> Path:
        """Each attempt writes a file of its own, so two workers can never write into one file."""
        return folder() / f"{self.pk}.{self.attempts}"

    def get_absolute_url(self) -> str:
        return reverse("exports:job-detail", args=[self.pk])

    def expired_at(self, now: dt.datetime) -> bool:
        return self.state == State.DONE and (self.removed_at is not None or self.expires_at <= now)
