"""The record of who did what. A trigger in the database refuses every change and every removal, so an entry holds nothing
that would ever have to be taken back: no answers, no codes, and people only by their number."""

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.translation import gettext_lazy as _


class EntryQuerySet(models.QuerySet):
    """Words for choosing entries."""

    def newest_first(self) -> "EntryQuerySet":
        return self.order_by("-pk")

    def about(self, target: models.Model) -> "EntryQuerySet":
        """What was done to one row."""
        return self.filter(target_type=ContentType.objects.get_for_model(target), target_id=str(target.pk))


class Entry(models.Model):
    """One thing done by one actor to one target.

    The keys to other tables are not enforced by the database: an entry outlives the person and the row it speaks of.
    """

    at = models.DateTimeField(_("when"), auto_now_add=True)
    verb = models.CharField(_("what was done"), max_length=60)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    actor_label = models.CharField(_("by (as recorded)"), max_length=200)
    target_type = models.ForeignKey(
        ContentType, models.DO_NOTHING, db_constraint=False, related_name="+", verbose_name=_("kind of thing")
    )
    target_id = models.CharField(_("number of the thing"), max_length=64)
    target_label = models.CharField(_("thing"), max_length=300)
    data = models.JSONField(_("details"), default=dict)
    request_id = models.CharField(_("request"), max_length=64, blank=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry in the record")
        verbose_name_plural = _("the record")
        indexes = [
            models.Index(fields=["verb", "-id"], name="audit_entry_by_verb"),
            models.Index(fields=["actor", "-id"], name="audit_entry_by_actor"),
            models.Index(fields=["target_type", "target_id", "-id"], name="audit_entry_by_target"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_label} {self.verb} {self.target_label}"

    @property
    def said(self) -> str:
        """The verb as people write it: the action's own name, with spaces."""
        return self.verb.replace("_", " ")
