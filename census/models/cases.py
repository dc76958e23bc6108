"""Cases and access codes: who is asked in a wave, and how someone without an account proves that they may answer."""

import hashlib
import hmac
import uuid
from contextlib import suppress
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from census.models.waves import Stratum, Wave
from commons.people.models import Organisation, User

# The 27 symbols of the ONS access codes: no vowels, so no words; no 0, 1, I or O, so nothing to misread on paper or by phone.
CODE_ALPHABET = "BCDFGHJKLMNPQRSTVXZ23456789"
CODE_LENGTH = 12


def _keyed(purpose: bytes, message: bytes) -> bytes:
    return hmac.digest(settings.CENSUS_CODE_KEY.encode(), purpose + b"|" + message, hashlib.sha256)


class CaseQuerySet(models.QuerySet):
    def in_wave(self, wave: Wave) -> "CaseQuerySet":
        return self.filter(wave=wave)

    def eligible(self) -> "CaseQuerySet":
        return self.filter(status=Case.Status.ELIGIBLE)

    def unsent(self) -> "CaseQuerySet":
        """Of organisations that are asked and have sent nothing."""
        return self.eligible().exclude(pk__in=self.model.objects.filter(responses__state="submitted").values("pk"))

    def unfinished(self) -> "CaseQuerySet":
        """Of organisations that have sent nothing, and have not said that they do not wish to: those that may be reminded."""
        return self.unsent().filter(refused_at=None)

    def refused(self) -> "CaseQuerySet":
        """Of organisations that have sent nothing, and do not wish to."""
        return self.unsent().exclude(refused_at=None)

    def matching(self, words: str) -> "CaseQuerySet":
        """Cases of organisations whose name, number or postcode hold every word."""
        return self.filter(organisation__in=Organisation.objects.matching(words))

    def in_name_order(self) -> "CaseQuerySet":
        return self.order_by("organisation__name_order", "pk")

    def answerable_by(self, user) -> "CaseQuerySet":
        """Cases of the organisations this person is a verified member of."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(organisation__in=Organisation.objects.of_member(user))

    def visible_to(self, user) -> "CaseQuerySet":
        """Staff and analysts see who is asked; members see the cases of their own organisations."""
        if user.is_authenticated and (user.has_role("staff") or user.has_role("analyst")):
            return self
        return self.answerable_by(user)


class Case(models.Model):
    """One organisation in one wave. Name and place are copied from the register when the frame is frozen."""

    class Status(models.TextChoices):
        ELIGIBLE = "eligible", _("Asked")
        OUT_OF_SCOPE = "out_of_scope", _("Out of scope")
        DUPLICATE = "duplicate", _("Doubled in the register")

    wave = models.ForeignKey(Wave, on_delete=models.CASCADE, related_name="cases")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="cases")
    stratum = models.ForeignKey(Stratum, on_delete=models.PROTECT, related_name="cases")
    name = models.CharField(max_length=300)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.ELIGIBLE)
    # Somebody of the organisation, or staff for them, said that they do not wish to answer. They still count as asked and may
    # still answer; they are only not asked again.
    refused_at = models.DateTimeField(null=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["wave", "organisation"], name="one_case_per_organisation_and_wave")
        ]

    def __str__(self) -> str:
        return self.name


class CodeBatch(models.Model):
    """One run of making codes, for one printing of letters."""

    wave = models.ForeignKey(Wave, on_delete=models.CASCADE, related_name="code_batches")
    label = models.CharField(_("what this run is for"), max_length=120)
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return self.label


class AccessCodeQuerySet(models.QuerySet):
    def live(self) -> "AccessCodeQuerySet":
        """Codes that open something: not withdrawn, and of a case that is asked."""
        return self.filter(revoked_at__isnull=True, case__status=Case.Status.ELIGIBLE)

    def matching(self, typed: str) -> "AccessCodeQuerySet":
        """The row whose code this is. Case, spaces and hyphens do not matter; only the keyed hash is compared."""
        return self.filter(code_hmac=AccessCode.hmac_of(typed))


class AccessCode(models.Model):
    """A way in for one case. The code itself is never stored.

    It is drawn from the server's key and the row's random id when letters are printed, so that a print run that breaks off
    can be run again and gives the same codes; what is looked up is a second keyed hash of the code. Whoever steals the
    database alone learns no code.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="codes")
    batch = models.ForeignKey(CodeBatch, null=True, on_delete=models.PROTECT, related_name="codes")
    code_hmac = models.BinaryField(max_length=32, unique=True)
    issued_at = models.DateTimeField(default=timezone.now)
    first_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = AccessCodeQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["batch", "id"], name="code_by_batch")]

    def __str__(self) -> str:
        return f"access code {str(self.id)[:8]}"

    @staticmethod
    def normalised(typed: str) -> str:
        return "".join(letter for letter in typed.upper() if letter.isalnum())

    @classmethod
    def hmac_of(cls, typed: str) -> bytes:
        return _keyed(b"check", cls.normalised(typed).encode("utf-8", "replace"))

    def plain(self) -> str:
        """The twelve symbols in three groups, as printed in the letter: 'BCDF-GHJK-LMNP'."""
        number = int.from_bytes(_keyed(b"issue", self.id.bytes), "big")
        symbols = []
        for _symbol in range(CODE_LENGTH):
            number, index = divmod(number, len(CODE_ALPHABET))
            symbols.append(CODE_ALPHABET[index])
        return "-".join("".join(symbols[start : start + 4]) for start in range(0, CODE_LENGTH, 4))


class CodeAttempt(models.Model):
    """A wrong code, so that guessing can be counted. The source is a keyed hash of the network address."""

    source = models.BinaryField(max_length=32)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["source", "at"], name="attempt_by_source")]

    def __str__(self) -> str:
        return f"wrong code at {self.at:%Y-%m-%d %H:%M}"

    @staticmethod
    def source_of(address: str) -> bytes:
        """One connection has one address of version 4, but more of version 6 than can be counted: there, its network counts."""
        with suppress(ValueError):
            if ip_address(address).version == 6:
                address = str(ip_network((address, 64), strict=False))
        return _keyed(b"source", address.encode())
