"""What can be done to the phases of the process. A planned date is moved only with a reason, which everybody can read."""

import datetime as dt
from dataclasses import asdict, dataclass

from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import slugify
from django.utils.translation import gettext as _

from commons.audit.actions import record
from commons.people.models import User
from consultation.actions.texts import StaleEdit
from consultation.models import Phase, PhaseMove, State


class NameTaken(Exception):
    """There is a phase of that name, or of one that looks the same in an address."""


class EndBeforeBegin(Exception):
    """The last day would be earlier than the first."""


class NothingMoved(Exception):
    """The planned days are the same as before."""


class ReasonMissing(Exception):
    """A planned day was to be moved without saying why."""


class AlreadyHappened(Exception):
    """What has happened cannot be planned for another day."""


class NotBegun(Exception):
    """It cannot end before it is known when it began."""


class CalledOff(Exception):
    """It was called off, so its days say nothing any more."""


class InTheFuture(Exception):
    """What has not happened yet has no day on which it did."""


@dataclass(frozen=True)
class PhaseWords:
    """What is said of a phase, and what it opens."""

    name: str
    purpose: str
    name_cy: str = ""
    purpose_cy: str = ""
    todo: str = ""
    todo_cy: str = ""
    opens: tuple[str, ...] = ()


@transaction.atomic
def add_phase(*, by: User | None, words: PhaseWords, begins_on: dt.date, ends_on: dt.date) -> Phase:
    """Plan another phase; it stands last in the list. Raises `NameTaken` or `EndBeforeBegin`."""
    last = Phase.objects.aggregate(last=models.Max("place"))["last"] or 0
    slug = slugify(words.name)[:60].strip("-") or "phase"
    phase = Phase(slug=slug, place=last + 1, begins_on=begins_on, ends_on=ends_on, **_columns(words))
    _check_order(phase)
    try:
        with transaction.atomic():
            phase.save()
    except IntegrityError:
        # Its days were looked at above, so it is the name. The second half of a double click ends here, too.
        raise NameTaken(_("There is a phase of this name already. Change that one, or choose another name.")) from None
    record("add_phase", phase, by=by, data={"from": begins_on.isoformat(), "to": ends_on.isoformat()})
    return phase


@transaction.atomic
def change_phase(phase: Phase, *, by: User | None, words: PhaseWords, place: int, based_on: int) -> Phase:
    """Say other words of a phase, open other things by it, or give it another place in the list. Raises `StaleEdit`."""
    row = _locked(phase, based_on)
    for column, value in _columns(words).items():
        setattr(row, column, value)
    row.place = place
    _save(row)
    record("change_phase", row, by=by, data={"revision": row.revision, "opens": row.opens})
    return row


@transaction.atomic
def move_phase(
    phase: Phase,
    *,
    by: User | None,
    begins_on: dt.date,
    ends_on: dt.date,
    reason: str,
    based_on: int,
    reason_cy: str = "",
) -> PhaseMove:
    """Plan a phase for other days, and say why. Everybody can read the days before and after, and the reason.

    Raises `StaleEdit`, `CalledOff`, `NothingMoved`, `ReasonMissing`, `AlreadyHappened` or `EndBeforeBegin`.
    """
    row = _standing(phase, based_on)
    if not reason.strip():
        raise ReasonMissing(_("Say why it moves. Everybody who counted on these days will read it."))
    move = PhaseMove(
        phase=row,
        begins_before=row.begins_on,
        begins_after=begins_on,
        ends_before=row.ends_on,
        ends_after=ends_on,
        reason=reason.strip(),
        reason_cy=reason_cy.strip(),
    )
    if not (move.moved_begin or move.moved_end):
        raise NothingMoved(_("These are the days that are planned already. Change at least one."))
    if row.ended_on or (row.began_on and move.moved_begin):
        raise AlreadyHappened(_("That has happened already, so its plan stays as it was. Move what is still to come."))
    row.begins_on, row.ends_on = begins_on, ends_on
    _check_order(row)
    _save(row)
    move.save()
    days = {
        name: getattr(move, name).isoformat() for name in ("begins_before", "begins_after", "ends_before", "ends_after")
    }
    record("move_phase", row, by=by, data={**days, "reason": move.reason})
    return move


@transaction.atomic
def begin_phase(phase: Phase, *, by: User | None, on: dt.date | None, based_on: int) -> Phase:
    """Write down on which day a phase really began; with None, that it has not. Raises `StaleEdit`, `CalledOff`, `InTheFuture`,
    `NotBegun` or `EndBeforeBegin`."""
    row = _standing(phase, based_on)
    _check_past(on)
    if on is None and row.ended_on:
        raise NotBegun(_("It has ended. Take back its last day first."))
    row.began_on = on
    _check_order(row)
    _save(row)
    record("begin_phase", row, by=by, data={"on": on and on.isoformat()})
    return row


@transaction.atomic
def end_phase(phase: Phase, *, by: User | None, on: dt.date | None, based_on: int) -> Phase:
    """Write down which day was really the last of a phase; with None, that it goes on. Raises what `begin_phase` raises."""
    row = _standing(phase, based_on)
    _check_past(on)
    if row.began_on is None:
        raise NotBegun(_("Say first on which day it began."))
    row.ended_on = on
    _check_order(row)
    _save(row)
    record("end_phase", row, by=by, data={"on": on and on.isoformat()})
    return row


@transaction.atomic
def call_off_phase(
    phase: Phase, *, by: User | None, reason: str, based_on: int, reason_cy: str = "", on: dt.date | None = None
) -> Phase:
    """Say that a phase does not take place, or does not go on, and why. It stays on the timeline with the reason, opens nothing
    any more, and its followers are told. `on` is the day that this bears, today if left out.

    Raises `StaleEdit`, `CalledOff`, `ReasonMissing` or `AlreadyHappened`.
    """
    row = _standing(phase, based_on)
    if not reason.strip():
        raise ReasonMissing(_("Say why it is called off. Everybody who counted on it will read it."))
    day = on or timezone.localdate()
    if row.state_on(day) == State.OVER:
        raise AlreadyHappened(_("This phase is over, so it cannot be called off any more."))
    row.called_off_on, row.call_off_reason, row.call_off_reason_cy = day, reason.strip(), reason_cy.strip()
    _save(row)
    record("call_off_phase", row, by=by, data={"on": day.isoformat(), "reason": row.call_off_reason})
    return row


def _columns(words: PhaseWords) -> dict[str, object]:
    return asdict(words) | {"opens": sorted(set(words.opens))}


def _locked(phase: Phase, based_on: int) -> Phase:
    row = Phase.objects.select_for_update().get(pk=phase.pk)
    if row.revision != based_on:
        raise StaleEdit(
            _("A colleague changed this phase while you had it open. What you typed is still in the form below.")
        )
    return row


def _standing(phase: Phase, based_on: int) -> Phase:
    """The same of one that was not called off."""
    row = _locked(phase, based_on)
    if row.is_called_off:
        raise CalledOff(_("This phase was called off. If it takes place after all, add it anew."))
    return row


def _check_past(on: dt.date | None) -> None:
    if on is not None and on > timezone.localdate():
        raise InTheFuture(_("Choose today or a day before. What is still to come is planned, not written down."))


def _check_order(phase: Phase) -> None:
    """Whatever is known of its days, the last one cannot be earlier than the first."""
    if phase.ends_on < phase.begins_on:
        raise EndBeforeBegin(_("Choose a last day that is not earlier than the first day."))
    if phase.last_day < phase.first_day:
        first, last = (date_format(day, "j F Y") for day in (phase.first_day, phase.last_day))
        raise EndBeforeBegin(
            _("Then it would begin on %(first)s and end on %(last)s, before that. Put the other day right first.")
            % {"first": first, "last": last}
        )


def _save(phase: Phase) -> None:
    phase.revision += 1
    phase.changed_at = timezone.now()
    phase.save()
