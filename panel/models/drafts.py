"""The one open draft of a section, every wording it ever had, and what each editor has typed and not saved yet."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from panel.models.framework import Section


class DraftQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """The panel works on drafts; nobody else sees one."""
        if getattr(user, "is_authenticated", False) and user.roles & {"panel_member", "chair"}:
            return self
        return self.none()

    def due_at(self, now: Any) -> Self:
        """Those that were to be published by now."""
        return self.filter(publish_at__lte=now)


class Draft(models.Model):
    """`revision` grows with each save. `published_revision` is the one the version in force was made from, 0 for none."""

    section = models.OneToOneField(Section, models.PROTECT, related_name="draft")
    title = models.CharField(_("title"), max_length=120)
    body = models.TextField(_("text"), max_length=100_000, blank=True)
    revision = models.PositiveIntegerField(default=0)
    published_revision = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(default=timezone.now)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    # A publication that waits for its time: which revision, what is said about it, and why each paragraph changed.
    publish_at = models.DateTimeField(_("to be published at"), null=True, blank=True)
    publish_revision = models.PositiveIntegerField(null=True, blank=True)
    publish_note = models.TextField(max_length=500, blank=True)
    publish_reasons = models.JSONField(default=dict, blank=True)
    publish_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    objects = DraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(publish_at=None) | models.Q(publish_revision__isnull=False),
                name="what_waits_to_be_published_is_known",
            )
        ]
        indexes = [
            models.Index(fields=["publish_at"], name="drafts_due", condition=models.Q(publish_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"draft of {self.section}"

    @property
    def has_changes(self) -> bool:
        """Whether it differs from what is in force."""
        return self.revision != self.published_revision


class DraftRevision(models.Model):
    """One wording the draft once had. None is ever removed, so no word that was saved can be lost."""

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=120)
    body = models.TextField()
    based_on = models.PositiveIntegerField()
    # Two people had saved at once and this is what both wrote.
    is_merge = models.BooleanField(default=False)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["number"]
        verbose_name = _("wording of a draft")
        verbose_name_plural = _("wordings of a draft")
        constraints = [models.UniqueConstraint(fields=["draft", "number"], name="one_wording_per_draft_and_number")]

    def __str__(self) -> str:
        return f"{self.draft}, wording {self.number}"


class WorkingCopy(models.Model):
    """What one person has typed and not saved: kept on the way, so that a lost session or a second device finds it again.

    While `saved_at` is recent, colleagues see that this person is editing.
    """

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="working_copies")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    title = models.CharField(max_length=120, blank=True)
    body = models.TextField(blank=True)
    based_on = models.PositiveIntegerField()
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("working copy")
        verbose_name_plural = _("working copies")
        constraints = [
            models.UniqueConstraint(fields=["draft", "person"], name="one_working_copy_per_person_and_draft")
        ]

    def __str__(self) -> str:
        return f"{self.draft}, person {self.person_id}"


class Approval(models.Model):
    """A member agrees that one revision may be published. A later revision needs to be agreed anew."""

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="approvals")
    revision = models.PositiveIntegerField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        constraints = [
            models.UniqueConstraint(fields=["draft", "revision", "person"], name="one_approval_per_person_and_revision")
        ]

    def __str__(self) -> str:
        return f"person {self.person_id} approves {self.draft}, wording {self.revision}"
