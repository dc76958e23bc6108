"""What a worker process includes (`celery worker --include`) when a drill cannot wait for minutes: what a dead worker held is
taken up after seconds, and two workers share few people. It also knows the kinds of notice that only tests write."""

import datetime as dt
from types import ModuleType
from typing import Any

import tests.factories.notices  # noqa: F401 - registers its kinds
from commons.digests import models
from commons.digests.tasks import sending

HELD_AT_MOST, SENDING_AT_MOST, BATCH = dt.timedelta(seconds=10), dt.timedelta(seconds=60), 10


def change(module: ModuleType, name: str, value: Any) -> None:
    """One that is named otherwise by now is an error, not a wait that nobody has shortened."""
    assert hasattr(module, name), f"{module.__name__} has no {name}"
    setattr(module, name, value)


change(models, "HELD_AT_MOST", HELD_AT_MOST)
change(models, "SENDING_AT_MOST", SENDING_AT_MOST)
change(sending, "BATCH", BATCH)
