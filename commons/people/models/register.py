"""Each time a register file was brought, and what became of each of its lines."""

import uuid
from pathlib import Path

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from commons.queues import QueuedRow, QueuedRowQuerySet, State


def folder() -> Path:
    """Where the files lie as they were brought. Never under a public address."""
    return Path(settings.PRIVATE_DIR) / "register"


class Outcome(models.TextChoices):
    """What became of one line, or (`gone`) of an organisation that has no line in this file."""

    ADDED = "added", _("Added")
    CHANGED = "changed", _("Changed")
    SAME = "same", _("Left alone: nothing has changed")
    DOUBLED = "doubled", _("Left alone: the same line again")
    GONE = "gone", _("Left alone: not in this file")


class RegisterImport(QueuedRow):
    """One register file. `done_count` and `total_count` are bytes read and bytes to read.

    `problems` holds the first of them as JSON, each with the fields of `reports.register_file.Problem`; `problem_count` counts
    all. `remark_counts` tells how many lines carry each remark.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Empty for the command line.
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("brought by")
    )
    # Year and month, 2017-06. Empty until the file has been read, when nobody said which it is.
    edition = models.CharField(_("edition"), max_length=7, blank=True)
    file_name = models.CharField(_("file"), max_length=200)
    file_size = models.PositiveBigIntegerField(_("bytes"))
    sha256 = models.CharField(max_length=64)

    row_count = models.PositiveIntegerField(_("rows in the file"), default=0)
    added_count = models.PositiveIntegerField(_("added"), default=0)
    changed_count = models.PositiveIntegerField(_("changed"), default=0)
    same_count = models.PositiveIntegerField(_("left alone, the same"), default=0)
    doubled_count = models.PositiveIntegerField(_("left alone, the same line again"), default=0)
    gone_count = models.PositiveIntegerField(_("not in the file"), default=0)
    remark_counts = models.JSONField(default=dict)
    problems = models.JSONField(default=list)
    problem_count = models.PositiveIntegerField(default=0)

    objects = QueuedRowQuerySet.as_manager()

    class Meta(QueuedRow.Meta):
        verbose_name = _("register import")
        verbose_name_plural = _("register imports")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            *QueuedRow.Meta.constraints,
            models.CheckConstraint(
                condition=~models.Q(state=State.DONE)
                | models.Q(
                    row_count=models.F("added_count")
                    + models.F("changed_count")
                    + models.F("same_count")
                    + models.F("doubled_count")
                )
                & ~models.Q(edition=""),
                name="register_import_accounts_for_every_row",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.edition})" if self.edition else self.file_name

    @property
    def stored_at(self) -> Path:
        return folder() / f"{self.pk}.csv"


class RegisterImportRow(models.Model):
    """One line of a file that was imported.

    `changes` is a list of [field, before, after] by the names of Organisation's columns, with text as the database writes it;
    `remarks` are keys of `reports.register_file.ODD`; `same_as` is the earlier line that a doubled one repeats.
    """

    register_import = models.ForeignKey(RegisterImport, models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField(_("line"), null=True)
    register_id = models.CharField(_("register id"), max_length=20)
    name = models.CharField(_("registered name"), max_length=255)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome)
    changes = models.JSONField(default=list)
    remarks = models.JSONField(default=list)
    same_as = models.PositiveIntegerField(null=True)

    class Meta:
        verbose_name = _("line of a register import")
        verbose_name_plural = _("lines of a register import")
        ordering = ["pk"]
        indexes = [models.Index(fields=["register_import", "outcome", "id"], name="people_register_row_by_outcome")]

    def __str__(self) -> str:
        return f"{self.register_id} {self.outcome}"
