"""Doors: the ways by which voices come. A federation hands on a link of its own, an event has one, a letter has one. What
somebody says remembers the door it came through, and nothing else does: a visit that leaves no words leaves no trace."""

import re
import secrets
import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from commons.people.models.organisations import Organisation

# No vowels, so no words; nothing to misread when it is read aloud.
CODE_ALPHABET = "bcdfghjkmnpqrstvwxz23456789"
CODE = re.compile(rf"[{CODE_ALPHABET}]{{8}}")


def new_code() -> str:
    return "".join(secrets.choice(CODE_ALPHABET) for _letter in range(8))


class DoorQuerySet(models.QuerySet):
    """Words for choosing doors."""

    def visible_to(self, user: Any) -> Self:
        """Staff see all of them."""
        return self if getattr(user, "is_staff", False) else self.none()

    def open(self) -> Self:
        """Those through which voices still come."""
        return self.filter(retired_at=None)

    def of_code(self, typed: str) -> Self:
        """The open one with this code; nothing for what cannot be a code."""
        return self.open().filter(code=typed) if CODE.fullmatch(typed) else self.none()


class Door(models.Model):
    """One way in. `code` stands behind `?via=` in addresses that are handed on; `key` opens the page of its own counts, for
    whoever it was handed to."""

    class Kind(models.TextChoices):
        LINK = "link", _("A link")
        EVENT = "event", _("An event")
        PARTNER = "partner", _("A federation or partner")
        DIGEST = "digest", _("A letter or e-mail of ours")

    code = models.CharField(max_length=8, unique=True, default=new_code, editable=False)
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    label = models.CharField(_("what it is called"), max_length=120)
    organisation = models.ForeignKey(
        Organisation, models.SET_NULL, null=True, blank=True, related_name="doors", verbose_name=_("handed to")
    )
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", editable=False)
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    retired_at = models.DateTimeField(null=True, editable=False)

    objects = DoorQuerySet.as_manager()

    class Meta:
        ordering = ["label", "pk"]
        verbose_name = _("door")
        verbose_name_plural = _("doors")

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> str:
        return reverse("people:door", args=[self.pk])

    @property
    def audit_label(self) -> str:
        return f"door {self.pk}"

    def address_of(self, path: str) -> str:
        """A page of this site, entered through this door."""
        return f"{settings.SITE_ADDRESS}{path}?via={self.code}"
