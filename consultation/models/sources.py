"""The library: existing strategies, scoping papers and research that the strategy builds on. A source is read on its own page, in
a file or elsewhere; nobody has to ask for it. The bytes of a file lie in the database beside the words that tell of it, so that
one copy of it holds everything."""

import uuid
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchVector, SearchVectorField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from commons import richtext
from commons.themes.models import Theme

LONGEST_BODY = 100_000
LONGEST_SUMMARY = 1200


class SourceKind(models.TextChoices):
    """What a source is."""

    STRATEGY = "strategy", _("A strategy")
    SCOPING = "scoping", _("A scoping or discussion paper")
    RESEARCH = "research", _("Research")
    FIGURES = "figures", _("Figures")
    MINUTES = "minutes", _("A record of a meeting")
    OTHER = "other", _("Something else")


class SourceQuerySet(models.QuerySet):
    """Words for choosing sources."""

    def public(self) -> Self:
        """What everybody may read. The one word for every list, count, search and file."""
        return self.filter(state=Source.State.PUBLIC)

    def visible_to(self, user: Any) -> Self:
        """What is public; to staff all of it."""
        if getattr(user, "is_staff", False):
            return self
        return self.public()

    def matching(self, words: str) -> Self:
        """Those that hold these words in any of their forms."""
        return self.filter(search=SearchQuery(words, config="english", search_type="websearch"))

    def listed(self) -> Self:
        """With what a line about each needs, fetched along and without the text: two queries."""
        return self.defer("body", "search").prefetch_related("themes")

    def newest_first(self) -> Self:
        return self.order_by("-year", "title", "pk")


class Source(models.Model):
    """One source. `slug` stands in its address and does not change. `revision` grows by one with each edit, so that two editors
    cannot overwrite each other, and the panel knows which words it read."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Not published yet")
        PUBLIC = "public", _("Public")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    slug = models.SlugField(max_length=80, unique=True)
    title = models.CharField(_("title"), max_length=200)
    made_by = models.CharField(_("who made it"), max_length=200)
    year = models.PositiveSmallIntegerField(_("year"), validators=[MinValueValidator(1800), MaxValueValidator(2100)])
    kind = models.CharField(_("kind"), max_length=10, choices=SourceKind)
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE)
    themes = models.ManyToManyField(Theme, related_name="sources", blank=True, verbose_name=_("themes"))
    summary = models.TextField(_("summary"), max_length=LONGEST_SUMMARY)
    body = models.TextField(_("text"), max_length=LONGEST_BODY, blank=True)
    link = models.URLField(_("address"), max_length=500, blank=True)
    # Of its file, which is a row of its own: a list never fetches the bytes.
    file_name = models.CharField(max_length=120, blank=True, editable=False)
    file_size = models.PositiveIntegerField(default=0, editable=False)

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    revision = models.PositiveIntegerField(default=1)
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    edited_at = models.DateTimeField(default=timezone.now, editable=False)
    published_at = models.DateTimeField(null=True, blank=True, editable=False)

    # Kept by the database itself, so that nothing can be found that is not written there any more.
    search = models.GeneratedField(
        expression=SearchVector("title", weight="A", config="english")
        + SearchVector("made_by", "summary", weight="B", config="english")
        + SearchVector("body", weight="C", config="english"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = SourceQuerySet.as_manager()

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state="public") | ~models.Q(body="", link="", file_name=""),
                name="a_public_source_can_be_read",
            ),
            models.CheckConstraint(
                condition=models.Q(state="draft") | models.Q(published_at__isnull=False),
                name="what_was_public_has_a_day",
            ),
        ]
        indexes = [
            models.Index(fields=["-year", "title"], name="sources_by_year", condition=models.Q(state="public")),
            GinIndex(fields=["search"], name="sources_search"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("consultation:source", args=[self.slug])

    @property
    def audit_label(self) -> str:
        return f"source {self.slug}"

    @property
    def is_public(self) -> bool:
        return self.state == self.State.PUBLIC

    @property
    def can_be_read(self) -> bool:
        """Whether there is a text, an address or a file."""
        return bool(self.body or self.link or self.file_name)

    @cached_property
    def body_html(self) -> SafeString:
        return richtext.to_html(self.body)


class SourceFile(models.Model):
    """The bytes of the file of a source: always a PDF."""

    source = models.OneToOneField(Source, models.CASCADE, related_name="file", primary_key=True)
    data = models.BinaryField()

    class Meta:
        verbose_name = _("file of a source")
        verbose_name_plural = _("files of sources")

    def __str__(self) -> str:
        return f"file of source {self.pk}"
