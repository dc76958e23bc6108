"""The Celery app and its timetable.

Everything in the timetable means "do what is due now": running it never, once or five times in an hour gives the same rows.
The clock is UTC and nothing is due only between 23:00 and midnight, so a change of the clocks can neither skip nor double work.
"""

import os

from celery import Celery
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coopstrategy.settings")

app = Celery("coopstrategy")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].add(DjangoStructLogInitStep)

# Where a run can take most of a minute, one that has waited for a minute is not needed: the next has been rung for.
STALE = {"expires": 55}

app.conf.beat_schedule = {
    "claim waiting exports": {"task": "exports.sweep", "schedule": 60.0},
    "remove expired export files": {"task": "exports.remove_expired", "schedule": 3600.0},
    "send waiting service messages": {"task": "digests.send_service_messages", "schedule": 60.0, "options": STALE},
    "begin and send digests": {"task": "digests.send_digests", "schedule": 60.0, "options": STALE},
    "announce public replies": {"task": "contributions.announce", "schedule": 60.0},
    "find nearly the same words": {"task": "contributions.fingerprint", "schedule": 300.0},
    "publish sections whose time has come": {"task": "panel.publish_due", "schedule": 60.0},
    "announce posts and comments of the blog": {"task": "blog.announce", "schedule": 60.0},
    "announce phases of the process, and moves of events": {"task": "consultation.announce", "schedule": 60.0},
    "forget what people needed at events": {"task": "consultation.forget", "schedule": 3600.0},
    "remind organisations of the census": {"task": "census.remind", "schedule": 600.0},
    "claim waiting register imports": {"task": "people.sweep_register_imports", "schedule": 60.0},
}
