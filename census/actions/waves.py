"""Publishing a questionnaire, opening a wave, moving its close."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone
from django.utils.translation import gettext as _

from census.instrument import load
from census.models import Case, InstrumentVersion, Stratum, Wave
from commons.audit.actions import record
from commons.people.models import Organisation


class WaveAlreadyOpened(Exception):
    """The frame of this wave is frozen; opening it again would ask other organisations than the letters say."""


class EmptyRegister(Exception):
    """There is no live organisation to ask. Import the register first."""


class CloseNotLater(Exception):
    """An extension must be later than the present close and in the future."""


@transaction.atomic
def publish_instrument(document: dict[str, Any], *, by) -> InstrumentVersion:
    """Check a questionnaire and store it as the next version of its family. The same document again is the same version.

    Raises `census.instrument.InvalidInstrument` with every problem found.
    """
    instrument = load(document)
    known = InstrumentVersion.objects.filter(sha256=instrument.sha256).first()
    if known:
        return known
    latest = InstrumentVersion.objects.filter(code=instrument.code).aggregate(latest=Max("number"))["latest"] or 0
    version = InstrumentVersion.objects.create(
        code=instrument.code,
        number=latest + 1,
        document=document,
        sha256=instrument.sha256,
        published_by=by,
    )
    record("publish_instrument", version, by=by, data={"sha256": instrument.sha256})
    return version


@transaction.atomic
def open_wave(wave: Wave, *, by) -> Wave:
    """Freeze the frame and the strata from the register: one case for each live organisation. Returns the wave.

    Raises `WaveAlreadyOpened` or `EmptyRegister`.
    """
    wave = Wave.objects.select_for_update().get(pk=wave.pk)
    if wave.frame_frozen_at is not None:
        raise WaveAlreadyOpened(_("This wave has been opened already."))
    live = Organisation.objects.live()
    counts = live.order_by("sector", "region").values_list("sector", "region").annotate(population=Count("pk"))
    strata = Stratum.objects.bulk_create(
        Stratum(wave=wave, sector=sector, region=region, population=population) for sector, region, population in counts
    )
    if not strata:
        raise EmptyRegister(_("The register holds no live organisation. Import it first."))
    stratum_of = {(stratum.sector, stratum.region): stratum for stratum in strata}
    known_as = Coalesce(NullIf("trading_name", Value("")), "name")
    organisations = live.order_by("pk").values_list("pk", known_as, "sector", "region").iterator(chunk_size=2_000)
    Case.objects.bulk_create(
        (
            Case(wave=wave, organisation_id=pk, stratum=stratum_of[sector, region], name=name)
            for pk, name, sector, region in organisations
        ),
        batch_size=1_000,
    )
    wave.frame_frozen_at = timezone.now()
    wave.save(update_fields=["frame_frozen_at"])
    record("open_wave", wave, by=by, data={"strata": len(strata), "cases": sum(s.population for s in strata)})
    return wave


@transaction.atomic
def extend_close(wave: Wave, *, by, closes_at: datetime, reason: str) -> Wave:
    """Move the close of a wave to a later time. The reason goes on record. Raises `CloseNotLater`."""
    wave = Wave.objects.select_for_update().get(pk=wave.pk)
    if closes_at <= max(wave.closes_at, timezone.now()):
        raise CloseNotLater(_("Choose a time that is later than the present close and has not passed."))
    before, wave.closes_at = wave.closes_at, closes_at
    wave.save(update_fields=["closes_at"])
    record(
        "extend_close",
        wave,
        by=by,
        data={"from": before.isoformat(), "to": closes_at.isoformat(), "reason": reason},
    )
    return wave
