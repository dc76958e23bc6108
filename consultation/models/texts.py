"""Texts of the process that staff may edit: the parts of the home page and the plain pages around it."""

from django.conf import settings
from django.db import models
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from commons import richtext


class TextQuerySet(models.QuerySet):
    def in_language(self, language: str) -> "TextQuerySet":
        return self.filter(language=language)


class Text(models.Model):
    """One text in one language. `revision` grows by one with each edit, so that two editors cannot overwrite each other."""

    slug = models.SlugField(max_length=40)
    language = models.CharField(max_length=8, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE)
    title = models.CharField(_("title"), max_length=120)
    body = models.TextField(
        _("text"), max_length=20_000, help_text=_("Plain text. A line that begins with - makes a list")
    )
    revision = models.PositiveIntegerField(default=1)
    edited_at = models.DateTimeField(auto_now=True)

    objects = TextQuerySet.as_manager()

    class Meta:
        ordering = ["slug", "language"]
        constraints = [models.UniqueConstraint(fields=["slug", "language"], name="one_text_per_slug_and_language")]

    def __str__(self) -> str:
        return self.title

    @cached_property
    def body_html(self) -> SafeString:
        return richtext.to_html(self.body)
