"""The site's own timetable, in which what a drill waits for is due every three seconds instead of every minute:
`celery -A tests.drills.drill_clock beat`."""

from coopstrategy.celery import app

EVERY = 3.0
HURRIED = ("digests.", "contributions.announce", "exports.sweep")

for entry in app.conf.beat_schedule.values():
    if entry["task"].startswith(HURRIED):
        entry["schedule"] = EVERY
