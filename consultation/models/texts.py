"""Texts of the process that staff may edit: the parts of the home page and the plain pages around it."""

from dataclasses import dataclass
from typing import Self

from django.conf import settings
from django.db import models
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from commons import richtext

WELSH = "cy"


def lang_attr(language: str) -> SafeString:
    """The attribute that an element needs whose words are not in the language of the page; else nothing."""
    if (get_language() or settings.LANGUAGE_CODE).split("-")[0] == language.split("-")[0]:
        return SafeString("")
    return format_html(' lang="{}"', language.split("-")[0])


@dataclass(frozen=True)
class Words:
    """What is said in one place, in the language that could be found for it."""

    text: str
    language: str

    @classmethod
    def of(cls, english: str, welsh: str) -> Self:
        """Welsh for who reads Welsh, as far as it is written; else English."""
        if welsh and (get_language() or "").startswith(WELSH):
            return cls(welsh, WELSH)
        return cls(english, settings.LANGUAGE_CODE)

    def __str__(self) -> str:
        return self.text

    @property
    def lang_attr(self) -> SafeString:
        return lang_attr(self.language)

    @property
    def html(self) -> SafeString:
        return richtext.to_html(self.text, top_heading=4)


class TextQuerySet(models.QuerySet):
    def in_language(self, language: str) -> Self:
        """Each text once: in this language, or in English while nobody has written it."""
        english_last = models.Case(models.When(language=language, then=0), default=1)
        rows = self.filter(language__in=[language, settings.LANGUAGE_CODE])
        return rows.order_by("slug", english_last).distinct("slug")


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

    @property
    def lang_attr(self) -> SafeString:
        return lang_attr(self.language)

    @cached_property
    def body_html(self) -> SafeString:
        return richtext.to_html(self.body)
