"""A theme: a name in both languages, an address that never changes, and its place in every list."""

from django.db import models
from django.db.models.functions import Lower
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class ThemeQuerySet(models.QuerySet):
    """Words for choosing themes."""

    def offered(self) -> "ThemeQuerySet":
        """Those that may be chosen for something new: all but the ones that were taken out of use."""
        return self.filter(retired_at=None)

    def found_by(self, slug: str) -> "ThemeQuerySet":
        """Those that a list can be narrowed by: the same, and the one that is asked for, so that what bears it is found and a
        link that names it goes on working."""
        return self.filter(models.Q(retired_at=None) | models.Q(slug=slugify(slug)))


class Theme(models.Model):
    """What several things are about. Its `slug` stands in addresses and does not change. A theme is never deleted: one that was
    taken out of use stays on what bears it. `revision` grows by one with each change of its names, so that two people cannot
    overwrite each other."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=80)
    name_cy = models.CharField(_("name in Welsh"), max_length=80, blank=True)
    place = models.PositiveSmallIntegerField(_("place in lists"), default=0)
    revision = models.PositiveIntegerField(default=1)
    retired_at = models.DateTimeField(_("taken out of use"), null=True, blank=True)

    objects = ThemeQuerySet.as_manager()

    class Meta:
        ordering = ["place", "name"]
        verbose_name = _("theme")
        verbose_name_plural = _("themes")
        constraints = [
            models.UniqueConstraint(Lower("name"), name="one_theme_per_name"),
            models.UniqueConstraint(
                Lower("name_cy"), condition=~models.Q(name_cy=""), name="one_theme_per_name_in_welsh"
            ),
        ]

    def __str__(self) -> str:
        return self.name_cy if self.name_cy and (get_language() or "").startswith("cy") else self.name
