"""Real worker processes on the test's own Postgres and Valkey, to be killed."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.db import connection

CHECKOUT = Path(__file__).resolve().parents[2]


def own_database_url() -> str:
    """DATABASE_URL names the server; Django has made a database of its own on it for the tests."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}"))


def start_worker(broker_url: str, log: Path) -> subprocess.Popen:
    """A Celery worker with one child, in a process group of its own; returns when it is ready."""
    environment = os.environ | {
        "DATABASE_URL": own_database_url(),
        "BROKER_URL": broker_url,
        "PRIVATE_DIR": str(settings.PRIVATE_DIR),
        "LOG_LEVEL": "INFO",
    }
    command = [sys.executable, "-m", "celery", "-A", "coopstrategy", "worker", "--concurrency=1", "--loglevel=INFO"]
    command += ["--include=tests.drills.drill_worker_reports", "--without-gossip", "--without-mingle"]
    before = log.read_text().count(" ready") if log.exists() else 0
    with log.open("ab") as out:
        worker = subprocess.Popen(
            command, cwd=CHECKOUT, env=environment, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
        )
    wait_until(lambda: log.read_text().count(" ready") > before or worker.poll() is not None, 60, f"no worker: {log}")
    assert worker.poll() is None, log.read_text()[-3000:]
    return worker


def kill(worker: subprocess.Popen) -> None:
    """kill -9 of the worker and all its children at once, as a power cut would."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()


@contextlib.contextmanager
def a_worker(broker_url: str, log: Path) -> Iterator[subprocess.Popen]:
    worker = start_worker(broker_url, log)
    try:
        yield worker
    finally:
        kill(worker)


def wait_until(true: Callable[[], bool], seconds: float, otherwise: str, *, left: Callable[[], object] = str) -> None:
    """`left` says what is still missing when the time is over."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"{otherwise} {left()}"
        time.sleep(0.05)
