"""Postgres is the queue, Celery is only the doorbell.

Work to do later is a row first (`waiting`), written in the transaction of whoever asked. A worker *claims* it for a few
minutes, *renews* that lease while it works, and ends it: `done`, `failed` with a plain reason, or `cancelled`. Each claim
raises the attempt number, and only the holder of the newest number may renew or end the row: a worker that was thought
dead and comes back is fenced off. If the message broker forgets everything, a sweep finds the rows again.
"""

import datetime as dt
import logging
from typing import Any, Self, TypeVar

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

logger = logging.getLogger(__name__)

# With the minute between two sweeps, work whose worker died is taken up again within six minutes.
LEASE = dt.timedelta(minutes=4, seconds=30)
MOST_ATTEMPTS = 3
SOCKET_SECONDS = 1

GAVE_UP = gettext_noop("It was started several times, and each time it stopped before the end.")


class LeaseLost(Exception):
    """Another worker holds this row now, or it has ended: the one who gets this must leave the row alone."""


class CancelAsked(Exception):
    """Somebody asked for this work to stop."""


class AlreadyEnded(Exception):
    """The row is done, failed or cancelled: there is nothing left to stop."""


class State(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


ENDED = (State.DONE, State.FAILED, State.CANCELLED)


class QueuedRowQuerySet(models.QuerySet):
    def waiting(self) -> Self:
        return self.filter(state=State.WAITING)

    def unfinished(self) -> Self:
        return self.exclude(state__in=ENDED)

    def unattended(self, now: dt.datetime) -> Self:
        """Rows that nobody works on at `now`: waiting, or running under a lease that has run out."""
        return self.filter(models.Q(state=State.WAITING) | models.Q(state=State.RUNNING, lease_until__lte=now))

    def claimable(self, now: dt.datetime) -> Self:
        """Unattended rows that may be tried (again)."""
        return self.unattended(now).filter(attempts__lt=MOST_ATTEMPTS, cancel_asked_at=None)

    def beyond_hope(self, now: dt.datetime) -> Self:
        """Unattended rows nobody will claim: tried too often, or cancelled while their worker was dead."""
        return self.unattended(now).exclude(attempts__lt=MOST_ATTEMPTS, cancel_asked_at=None)

    def oldest_waiting_age(self, now: dt.datetime) -> dt.timedelta | None:
        """How long the oldest unattended row has waited since it was asked for, or None when nothing waits."""
        oldest = self.unattended(now).aggregate(oldest=models.Min("asked_at"))["oldest"]
        return None if oldest is None else now - oldest


class QueuedRow(models.Model):
    """One piece of work. `reason` holds an untranslated sentence; show it through gettext."""

    state = models.CharField(max_length=10, choices=State, default=State.WAITING, editable=False)
    asked_at = models.DateTimeField(default=timezone.now, editable=False)
    claimed_at = models.DateTimeField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    cancel_asked_at = models.DateTimeField(null=True, editable=False)
    reason = models.TextField(blank=True, editable=False)
    done_count = models.PositiveBigIntegerField(default=0, editable=False)
    total_count = models.PositiveBigIntegerField(null=True, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)

    objects = QueuedRowQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=ENDED, finished_at__isnull=False)
                | (~models.Q(state__in=ENDED) & models.Q(finished_at__isnull=True)),
                name="%(class)s_has_an_end_only_when_ended",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=State.RUNNING)
                | models.Q(claimed_at__isnull=False, lease_until__isnull=False, attempts__gte=1),
                name="%(class)s_runs_only_under_a_lease",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=State.FAILED) | ~models.Q(reason=""),
                name="%(class)s_fails_only_with_a_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["asked_at"],
                name="%(class)s_unfinished",
                condition=models.Q(state__in=[State.WAITING, State.RUNNING]),
            )
        ]

    @property
    def ended(self) -> bool:
        return self.state in ENDED

    @property
    def stopping(self) -> bool:
        """Somebody asked for it to stop, and its worker has not noticed yet."""
        return self.cancel_asked_at is not None and not self.ended


Row = TypeVar("Row", bound=QueuedRow)


def claim(rows: QueuedRowQuerySet, *, now: dt.datetime | None = None) -> Row | None:
    """Take the row of `rows` that was asked for first and can be claimed; None when there is none (left).

    Two workers never get the same row under the same attempt number: locked rows are skipped *and* the state is part of
    the filter, so a row that was just taken by someone else is not there any more when its lock is released.
    """
    now = now or timezone.now()
    with transaction.atomic():
        row = rows.claimable(now).select_for_update(skip_locked=True, of=("self",)).order_by("asked_at", "pk").first()
        if row is None:
            return None
        row.state = State.RUNNING
        row.claimed_at = now
        row.lease_until = now + LEASE
        row.attempts += 1
        row.done_count = 0
        row.total_count = None
        row.save(update_fields=["state", "claimed_at", "lease_until", "attempts", "done_count", "total_count"])
    return row


def _held(row: QueuedRow) -> QueuedRowQuerySet:
    return type(row).objects.filter(pk=row.pk, state=State.RUNNING, attempts=row.attempts)


def renew(
    row: QueuedRow, *, done_count: int | None = None, total_count: int | None = None, now: dt.datetime | None = None
) -> None:
    """Say "still at it" and write how far the work has come.

    Raises LeaseLost when the row belongs to someone else by now, CancelAsked when it should stop.
    """
    counts = {"done_count": done_count, "total_count": total_count}
    values: dict[str, Any] = {name: count for name, count in counts.items() if count is not None}
    values["lease_until"] = (now or timezone.now()) + LEASE
    if not _held(row).update(**values):
        raise LeaseLost
    for name, value in values.items():
        setattr(row, name, value)
    if _held(row).filter(cancel_asked_at__isnull=False).exists():
        raise CancelAsked


def _end(row: QueuedRow, state: State, now: dt.datetime | None, **values: Any) -> None:
    values |= {"state": state, "finished_at": now or timezone.now(), "lease_until": None}
    if not _held(row).update(**values):
        raise LeaseLost
    for name, value in values.items():
        setattr(row, name, value)


def finish(row: QueuedRow, *, now: dt.datetime | None = None, **values: Any) -> None:
    """End a claimed row as done, with `values` for its other columns. Raises LeaseLost, and then nothing is written."""
    _end(row, State.DONE, now, **values)


def fail(row: QueuedRow, reason: str, *, now: dt.datetime | None = None) -> None:
    """End a claimed row as failed. `reason`: one plain sentence, marked with gettext_noop. Raises LeaseLost."""
    _end(row, State.FAILED, now, reason=reason)


def stop(row: QueuedRow, *, now: dt.datetime | None = None) -> None:
    """End a claimed row as cancelled, because someone asked. Raises LeaseLost."""
    _end(row, State.CANCELLED, now)


def cancel(row: QueuedRow, *, now: dt.datetime | None = None) -> None:
    """Ask for a row to stop: at once when nobody works on it, else as soon as its worker looks up.

    Raises AlreadyEnded. `row` is brought up to date either way.
    """
    now = now or timezone.now()
    with transaction.atomic():
        fresh = type(row).objects.select_for_update(of=("self",)).get(pk=row.pk)
        if fresh.ended:
            row.refresh_from_db()
            raise AlreadyEnded
        if fresh.cancel_asked_at is None:
            fresh.cancel_asked_at = now
        if fresh.state == State.WAITING or fresh.lease_until <= now:
            fresh.state, fresh.finished_at, fresh.lease_until = State.CANCELLED, now, None
        fresh.save(update_fields=["cancel_asked_at", "state", "finished_at", "lease_until"])
        row.refresh_from_db()


def give_up(rows: QueuedRowQuerySet, *, now: dt.datetime | None = None) -> list[Row]:
    """End the rows nobody will claim any more: cancelled ones as cancelled, the others as failed. Returns them."""
    now = now or timezone.now()
    with transaction.atomic():
        lost = list(rows.beyond_hope(now).select_for_update(skip_locked=True, of=("self",)).order_by("asked_at", "pk"))
        for row in lost:
            row.state, row.reason = (State.CANCELLED, "") if row.cancel_asked_at else (State.FAILED, GAVE_UP)
            row.finished_at, row.lease_until = now, None
            row.save(update_fields=["state", "reason", "finished_at", "lease_until"])
    return lost


def reopen(row: QueuedRow, *, now: dt.datetime | None = None) -> bool:
    """Let a failed row wait again, as if it had just been asked for. Whether it was failed."""
    fresh = {"state": State.WAITING, "asked_at": now or timezone.now(), "attempts": 0, "cancel_asked_at": None}
    fresh |= {"finished_at": None, "reason": "", "done_count": 0, "total_count": None}
    return bool(type(row).objects.filter(pk=row.pk, state=State.FAILED).update(**fresh))


def ring(task: Any, row_id: object) -> None:
    """Tell the workers after the commit that a row waits. Never raises: the sweep finds the row if nobody heard."""

    # A closure, not functools.partial: on_commit(robust=True) reads __qualname__ when it has an error to log.
    def after_commit() -> None:
        press(task, row_id)

    transaction.on_commit(after_commit, robust=True)


def press(task: Any, *row_ids: object) -> None:
    """Ring now; without a number, for whatever is due. The bell has a connection of its own, whose sockets give up after
    SOCKET_SECONDS: a worker's connections must be allowed to wait longer than a person in front of a browser. Every error is
    logged and forgotten."""
    patience = {"socket_timeout": SOCKET_SECONDS, "socket_connect_timeout": SOCKET_SECONDS, "max_retries": 0}
    try:
        options = {**task.app.conf.broker_transport_options, **patience}
        with task.app.connection_for_write(transport_options=options) as connection:
            task.apply_async(args=[str(row_id) for row_id in row_ids], retry=False, connection=connection)
    except Exception as error:  # noqa: BLE001 - whatever the broker does, what the person asked for is already saved
        logger.warning("Nobody heard the bell for %s: %s", " ".join(map(str, (task.name, *row_ids))), error)
