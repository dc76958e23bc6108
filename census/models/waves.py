"""A wave: one time the census is held, with its questionnaire, its dates and the frame frozen at its opening."""

from datetime import datetime, timedelta
from functools import lru_cache
from threading import Lock

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from census.instrument import Instrument, load
from commons.people.models import Region, Sector, User

# Two threads that both find nothing kept would each compile one, and pages of one are not pages of the other.
_compiling = Lock()


@lru_cache(maxsize=16)
def _compiled(pk: int) -> Instrument:
    """The questionnaire of a version, checked and compiled once per process: a version never changes, so its key is enough."""
    return load(InstrumentVersion.objects.values_list("document", flat=True).get(pk=pk))


class InstrumentVersion(models.Model):
    """One immutable version of a questionnaire. `document` is the JSON that `census.instrument.load` accepts."""

    code = models.CharField(max_length=40)
    number = models.PositiveIntegerField()
    document = models.JSONField()
    sha256 = models.CharField(max_length=64, unique=True)
    published_at = models.DateTimeField(default=timezone.now)
    published_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "number"], name="one_document_per_instrument_version")]

    def __str__(self) -> str:
        return f"{self.code}, version {self.number}"


class WaveQuerySet(models.QuerySet):
    def opened_by(self, now: datetime) -> "WaveQuerySet":
        """Waves that have opened, the newest first; the first of them is the one to speak of."""
        return self.filter(opens_at__lte=now, frame_frozen_at__isnull=False).order_by("-opens_at")

    def open_at(self, now: datetime) -> "WaveQuerySet":
        """In which a reply may be begun."""
        return self.filter(opens_at__lte=now, closes_at__gt=now, frame_frozen_at__isnull=False)

    def visible_to(self, user) -> "WaveQuerySet":
        """Staff see every wave; everyone else sees a wave once it has opened."""
        if user.is_authenticated and (user.has_role("staff") or user.has_role("analyst")):
            return self
        return self.opened_by(timezone.now())


class Wave(models.Model):
    slug = models.SlugField(max_length=40, unique=True)
    title = models.CharField(_("title"), max_length=120)
    instrument = models.ForeignKey(InstrumentVersion, on_delete=models.PROTECT, related_name="waves")
    opens_at = models.DateTimeField(_("opens"))
    closes_at = models.DateTimeField(_("closes"))
    grace_minutes = models.PositiveSmallIntegerField(
        _("minutes of grace"),
        default=15,
        help_text=_("How long after the close a reply that was begun may still be sent"),
    )
    # The fewest organisations a published count may stand for; the second one is for questions marked sensitive.
    threshold = models.PositiveSmallIntegerField(default=5, validators=[MinValueValidator(3), MaxValueValidator(50)])
    sensitive_threshold = models.PositiveSmallIntegerField(
        default=10, validators=[MinValueValidator(3), MaxValueValidator(50)]
    )
    frame_frozen_at = models.DateTimeField(null=True, blank=True)

    objects = WaveQuerySet.as_manager()

    class Meta:
        ordering = ["-opens_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")),
                name="a_wave_closes_after_it_opens",
                violation_error_message=_("The close must be later than the opening."),
            ),
            models.CheckConstraint(
                condition=Q(sensitive_threshold__gte=F("threshold")),
                name="sensitive_threshold_is_not_the_lower_one",
                violation_error_message=_("The limit for sensitive questions cannot be lower than the other one."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("census:hub", args=[self.slug])

    @property
    def questionnaire(self) -> Instrument:
        with _compiling:
            return _compiled(self.instrument_id)

    @property
    def grace_until(self) -> datetime:
        return self.closes_at + timedelta(minutes=self.grace_minutes)

    def is_open_at(self, now: datetime) -> bool:
        """Whether a reply may be begun."""
        return self.frame_frozen_at is not None and self.opens_at <= now < self.closes_at

    def accepts_at(self, now: datetime) -> bool:
        """Whether a reply that was begun before the close may still be saved and sent."""
        return self.frame_frozen_at is not None and self.opens_at <= now < self.grace_until

    def days_left_at(self, now: datetime) -> int:
        return max(0, (timezone.localdate(self.closes_at) - timezone.localdate(now)).days)


class Stratum(models.Model):
    """One kind of organisation in one place, with how many of them the register held when the wave opened."""

    wave = models.ForeignKey(Wave, on_delete=models.CASCADE, related_name="strata")
    sector = models.CharField(max_length=20, choices=Sector.choices, blank=True)
    region = models.CharField(max_length=20, choices=Region.choices, blank=True)
    population = models.PositiveIntegerField()

    class Meta:
        ordering = ["sector", "region"]
        constraints = [
            models.UniqueConstraint(fields=["wave", "sector", "region"], name="one_stratum_per_wave_sector_and_region")
        ]

    def __str__(self) -> str:
        return f"{self.get_sector_display() or _('Not recorded')}, {self.get_region_display() or _('Not recorded')}"
