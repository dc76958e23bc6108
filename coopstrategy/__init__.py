"""The shell: settings, addresses, the timetable, the home page and the demo. It may know everyone; nobody knows it."""

from coopstrategy.celery import app as celery_app

__all__ = ["celery_app"]
