"""Big ideas. What is said of an idea is a contribution like any other: held, supported, answered, cited and erased as such. Here
stands only what an idea has besides: whom it helps, what it needs, and the thread in which it is discussed."""

from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from commons.contributions.models import Contribution, Kind, Thread
from commons.people.models import Sector
from commons.themes.models import Theme


class Need(models.TextChoices):
    """What it takes to make an idea real."""

    MONEY = "money", _("Money")
    TIME = "time", _("People’s time")
    SKILLS = "skills", _("Skills")
    LAW = "law", _("A change in the law")
    TECHNOLOGY = "technology", _("Technology")
    LEADER = "leader", _("Somebody to lead it")


class IdeaOrder(models.TextChoices):
    """How ideas are sorted."""

    NEWEST = "newest", _("Newest")
    SUPPORTED = "supported", _("Most supported")
    DISCUSSED = "discussed", _("Most discussed")


class IdeaQuerySet(models.QuerySet):
    """Words for choosing ideas. Who may see one is said by what was said of it, and by nothing else."""

    def public(self) -> Self:
        """What everybody may read. The one word for every list, count, search and file."""
        return self.filter(contribution__in=Contribution.objects.public())

    def visible_to(self, user: Any) -> Self:
        return self.filter(contribution__in=Contribution.objects.visible_to(user))

    def matching(self, words: str) -> Self:
        return self.filter(contribution__in=Contribution.objects.matching(words))

    def listed(self) -> Self:
        """With what a line about each needs, fetched along."""
        authors = ("contribution__author", "contribution__organisation", "contribution__keyed_in_by")
        return self.select_related(*authors).defer("contribution__search").prefetch_related("themes")

    def with_talk_count(self) -> Self:
        """`talk_count`: how much everybody can read of what was said to each."""
        said = (
            Contribution.objects.public()
            .exclude(kind=Kind.IDEA)
            .filter(thread=models.OuterRef("thread"))
            .order_by()
            .values("thread")
            .annotate(number=models.Count("pk"))
            .values("number")
        )
        return self.annotate(talk_count=Coalesce(models.Subquery(said, output_field=models.IntegerField()), 0))

    def in_order(self, order: str) -> Self:
        """Sorted; needs `with_talk_count`. Ties are broken by number, so that a place in the list can be named (`after`)."""
        match order:
            case IdeaOrder.SUPPORTED:
                return self.order_by("-contribution__support_count", "-pk")
            case IdeaOrder.DISCUSSED:
                return self.order_by("-talk_count", "-pk")
            case _:
                return self.order_by("-contribution__made_at", "-pk")

    def after(self, last: "Idea", order: str) -> Self:
        """What comes after `last`, which was chosen `with_talk_count`, in that order."""
        row = last.contribution
        match order:
            case IdeaOrder.SUPPORTED:
                field, value = "contribution__support_count", row.support_count
            case IdeaOrder.DISCUSSED:
                field, value = "talk_count", last.talk_count
            case _:
                field, value = "contribution__made_at", row.made_at
        return self.filter(models.Q(**{f"{field}__lt": value}) | models.Q(**{field: value, "pk__lt": last.pk}))


class Idea(models.Model):
    """A big idea. Its number is that of what was said. `helps` are kinds of co-op, none for all of them."""

    contribution = models.OneToOneField(Contribution, models.PROTECT, primary_key=True, related_name="idea")
    thread = models.OneToOneField(Thread, models.PROTECT, related_name="idea")
    themes = models.ManyToManyField(Theme, related_name="ideas", blank=True, verbose_name=_("themes"))
    helps = ArrayField(
        models.CharField(max_length=20, choices=Sector), default=list, blank=True, verbose_name=_("who it helps")
    )
    needs = ArrayField(
        models.CharField(max_length=12, choices=Need), default=list, blank=True, verbose_name=_("what it needs")
    )

    objects = IdeaQuerySet.as_manager()

    class Meta:
        verbose_name = _("idea")
        verbose_name_plural = _("ideas")
        indexes = [GinIndex(fields=["needs"], name="ideas_by_need")]

    def __str__(self) -> str:
        return self.contribution.title or gettext("An idea that was taken back")

    def get_absolute_url(self) -> str:
        return reverse("consultation:idea", args=[self.pk])

    @property
    def audit_label(self) -> str:
        """How the record names it: without a word of what was said."""
        return f"idea {self.pk}"

    @property
    def is_public(self) -> bool:
        return self.contribution.is_published

    @property
    def helps_shown(self) -> list[str]:
        return [str(Sector(code).label) for code in self.helps] or [gettext("Every kind of co-op")]

    @property
    def needs_shown(self) -> list[str]:
        return [str(Need(code).label) for code in self.needs]
