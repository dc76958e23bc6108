"""The framework: parts, sections, and the chain of published versions of each section.

A section has a name in its address that never changes. Its number tells where it stands and may change; so a version keeps the
number it was published under. A section that was merged into another stays, and leads there.
"""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from commons import richtext
from commons.contributions.models import Thread

LONGEST_TEXT = 100_000
"""Characters in one section. A longer one wants to be split."""


class Part(models.Model):
    """A group of sections under one theme."""

    slug = models.SlugField(max_length=60, unique=True)
    title = models.CharField(_("title"), max_length=120)
    intro = models.TextField(_("introduction"), max_length=2000, blank=True)
    place = models.PositiveSmallIntegerField(_("place in the framework"))

    class Meta:
        ordering = ["place", "pk"]
        verbose_name = _("part")
        verbose_name_plural = _("parts")

    def __str__(self) -> str:
        return self.title

    @cached_property
    def intro_html(self) -> SafeString:
        return richtext.to_html(self.intro)


class SectionQuerySet(models.QuerySet):
    """Words for choosing sections."""

    def live(self) -> Self:
        """Those that stand in the framework, whether published yet or not; not those merged into others."""
        return self.filter(merged_into=None)

    def published(self) -> Self:
        return self.live().filter(current__isnull=False)

    def visible_to(self, user: Any) -> Self:
        """What has been published, for everybody, and also what led there before it was merged; all to the panel."""
        if getattr(user, "is_authenticated", False) and user.roles & {"panel_member", "chair"}:
            return self
        return self.filter(current__isnull=False)

    def in_order(self) -> Self:
        return self.order_by("part__place", "place", "pk")


class Section(models.Model):
    """One section of the framework: where it stands, who answers for it, and the version that is in force."""

    slug = models.SlugField(max_length=60, unique=True)
    part = models.ForeignKey(Part, models.PROTECT, related_name="sections")
    place = models.PositiveSmallIntegerField(_("place in its part"))
    number = models.PositiveSmallIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=120)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="sections_owned",
        verbose_name=_("who answers for it"),
    )
    thread = models.OneToOneField(Thread, models.PROTECT, related_name="section")
    # What the panel says among itself.
    inside = models.OneToOneField(Thread, models.PROTECT, related_name="section_inside")
    current = models.OneToOneField(
        "panel.Version", models.PROTECT, null=True, blank=True, editable=False, related_name="section_in_force"
    )
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged")
    made_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = SectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("panel:section", args=[self.slug])

    @property
    def is_public(self) -> bool:
        """Whether everybody may read something of it."""
        return self.current_id is not None


class VersionQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Every version was published, so everybody may read it."""
        return self.all()


class Version(models.Model):
    """One published text of a section. The database refuses to change or remove it; only the name of who published it may go."""

    section = models.ForeignKey(Section, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    section_number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120)
    body = models.TextField()
    note = models.TextField(_("what changed, in a sentence"), max_length=500, blank=True)
    published_at = models.DateTimeField(default=timezone.now)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    objects = VersionQuerySet.as_manager()

    class Meta:
        ordering = ["section", "number"]
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        constraints = [
            models.UniqueConstraint(fields=["section", "number"], name="one_version_per_section_and_number"),
        ]

    def __str__(self) -> str:
        return f"{self.section_number} {self.title}, version {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("panel:version", args=[self.section.slug, self.number])
