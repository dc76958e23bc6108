"""Pictures in posts. What is kept is never the file that was sent but a new one drawn from it, in two widths; the bytes lie
in the database beside the words they belong to, so that one copy of it holds everything."""

import re
import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from blog.models.posts import Post, is_editor
from commons.moderation.models import Moderation


class PictureQuerySet(models.QuerySet):
    """Words for choosing pictures."""

    def visible_to(self, user: Any) -> Self:
        """Those that stand in the public words of a public post; one's own; to editors those of what was handed in, and to
        moderators those of what they had to look at."""
        public = models.Q(is_used=True, post__in=Post.objects.public())
        if not getattr(user, "is_authenticated", False):
            return self.filter(public)
        own = models.Q(post__in=Post.objects.written_by(user))
        seen = models.Q(post__handed_in_at__isnull=False) if is_editor(user) else models.Q(pk__in=[])
        looked_at = models.Q(is_used=True, post__moderation__in=Moderation.objects.visible_to(user))
        return self.filter(public | own | seen | looked_at)


class Picture(models.Model):
    """One picture of one post. `alt` says in words what it shows; there is none without. `is_used`: it stands in the words
    that were approved."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    post = models.ForeignKey(Post, models.CASCADE, related_name="pictures")
    alt = models.CharField(_("what the picture shows"), max_length=300)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    is_used = models.BooleanField(default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    objects = PictureQuerySet.as_manager()

    class Meta:
        ordering = ["made_at", "pk"]
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        constraints = [models.CheckConstraint(condition=~models.Q(alt=""), name="a_picture_is_told_in_words")]

    def __str__(self) -> str:
        return f"picture {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("blog:picture", args=[self.pk])

    @property
    def alt_in_markdown(self) -> str:
        """What it shows, as it stands between the brackets of Markdown."""
        return re.sub(r"([\\\[\]`*_<>&!~|])", r"\\\1", self.alt)


class PictureFile(models.Model):
    """The bytes of a picture in one width. `kind` is its media type."""

    picture = models.ForeignKey(Picture, models.CASCADE, related_name="files")
    width = models.PositiveIntegerField()
    kind = models.CharField(max_length=20)
    data = models.BinaryField()

    class Meta:
        verbose_name = _("file of a picture")
        verbose_name_plural = _("files of pictures")
        constraints = [models.UniqueConstraint(fields=["picture", "width"], name="one_file_per_picture_and_width")]

    def __str__(self) -> str:
        return f"{self.picture_id} at {self.width}"
