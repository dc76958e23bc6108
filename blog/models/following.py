"""Following: the whole blog, a theme, an author or a post."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from blog.models.posts import Author, Post
from commons.themes.models import Theme


class FollowQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """One's own."""
        return self.filter(person=user) if getattr(user, "is_authenticated", False) else self.none()


class Follow(models.Model):
    """One person wishes to be told of new posts in the whole blog (nothing is named), under a theme or by an author; or of
    what is said to one post."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="follows")
    theme = models.ForeignKey(Theme, models.CASCADE, null=True, blank=True, related_name="follows")
    author = models.ForeignKey(Author, models.CASCADE, null=True, blank=True, related_name="follows")
    post = models.ForeignKey(Post, models.CASCADE, null=True, blank=True, related_name="follows")
    made_at = models.DateTimeField(default=timezone.now)

    objects = FollowQuerySet.as_manager()

    class Meta:
        verbose_name = _("follow")
        verbose_name_plural = _("follows")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "theme", "author", "post"],
                nulls_distinct=False,
                name="one_follow_per_person_and_thing",
            ),
            models.CheckConstraint(
                condition=models.Q(theme=None, author=None)
                | models.Q(theme=None, post=None)
                | models.Q(author=None, post=None),
                name="a_follow_names_one_thing_at_most",
            ),
        ]

    def __str__(self) -> str:
        return f"person {self.person_id} follows"
