"""What a post says, wherever it is kept: in its author's draft, in what was handed in, and in what the public reads."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from commons.contributions.models import Mandate
from commons.people.models import Organisation

LONGEST_TITLE, LONGEST_SUMMARY, LONGEST_INTEREST = 150, 300, 500
LONGEST_TEXT = 60_000
"""Characters in a post: about 10,000 words."""

MANDATES = [(Mandate.SELF, Mandate.SELF.label), (Mandate.OFFICER, _("For my organisation"))]


class Language(models.TextChoices):
    """In which language a post is written, so that it is read aloud rightly."""

    ENGLISH = "en-gb", _("English")
    WELSH = "cy", _("Welsh")


class Writing(models.Model):
    """The words of a post and what its author says about themselves. `summary` stands in lists and feeds."""

    title = models.CharField(_("title"), max_length=LONGEST_TITLE, blank=True)
    summary = models.CharField(_("summary"), max_length=LONGEST_SUMMARY, blank=True)
    body = models.TextField(_("text"), max_length=LONGEST_TEXT, blank=True)
    language = models.CharField(_("language"), max_length=10, choices=Language, default=Language.ENGLISH)
    mandate = models.CharField(_("speaking"), max_length=10, choices=MANDATES, default=Mandate.SELF)
    organisation = models.ForeignKey(Organisation, models.SET_NULL, null=True, blank=True, related_name="+")
    interest = models.CharField(_("declared interest"), max_length=LONGEST_INTEREST, blank=True)

    WORDS = ("title", "summary", "body")
    ABOUT = ("language", "mandate", "organisation", "interest")

    class Meta:
        abstract = True

    def written(self) -> dict[str, Any]:
        """All of it by field, to be copied into another writing."""
        return {name: getattr(self, name) for name in (*self.WORDS, *self.ABOUT)}


class Placed(Writing):
    """A writing on its way: which themes and which subjects (by their threads) it speaks to is not public yet, so it is kept
    beside it by number."""

    theme_ids = ArrayField(models.PositiveBigIntegerField(), default=list, blank=True)
    thread_ids = ArrayField(models.PositiveBigIntegerField(), default=list, blank=True)

    class Meta:
        abstract = True

    def written(self) -> dict[str, Any]:
        return super().written() | {"theme_ids": list(self.theme_ids), "thread_ids": list(self.thread_ids)}
