"""The site as a set of real processes on the test's own Postgres and Valkey: each can be killed and started again by its name."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from coopstrategy.runtime.processes import kill_group, spawn
from coopstrategy.runtime.stack import listen
from coopstrategy.runtime.valkey import Valkey
from tests.drills.workers import CHECKOUT, own_database_url, wait_until

CELERY = [sys.executable, "-m", "celery"]


class Parts:
    """`start` begins a part and does not wait for it; `is_up` says whether it works by now. A log for each is in `folder`."""

    def __init__(self, folder: Path, broker: Valkey, **environment: str) -> None:
        self.folder, self.broker = folder, broker
        self.environment = os.environ | {
            "DATABASE_URL": own_database_url(),
            "BROKER_URL": broker.broker_url,
            "LOG_LEVEL": "INFO",
            **environment,
        }
        self.listening = listen(0)
        self.address = f"http://localhost:{self.listening.getsockname()[1]}"
        self.commands: dict[str, Sequence[str]] = {}
        self.ready: dict[str, str] = {}
        self.processes: dict[str, subprocess.Popen] = {}
        self.begun: dict[str, int] = {}

    def web(self, name: str) -> None:
        bound = ["--bind", f"fd://{self.listening.fileno()}", "--worker-class", "gthread", "--threads", "4"]
        self.commands[name] = [
            *(sys.executable, "-m", "gunicorn", "coopstrategy.wsgi:application", *bound),
            *("--no-control-socket", "--access-logfile", "-"),
        ]
        self.ready[name] = "Booting worker"

    def worker(self, name: str, *, include: str = "tests.factories.notices") -> None:
        """With one child: one kill stops one piece of work."""
        self.commands[name] = [
            *(*CELERY, "-A", "coopstrategy", "worker", "--concurrency=1", "--loglevel=INFO"),
            *(f"--hostname={name}@drill", f"--include={include}", "--without-gossip", "--without-mingle"),
        ]
        self.ready[name] = " ready"

    def clock(self, name: str, *, app: str = "coopstrategy") -> None:
        timetable = str(self.folder / f"{name}.timetable")
        self.commands[name] = [*CELERY, "-A", app, "beat", "--loglevel=INFO", "--pidfile=", "--schedule", timetable]
        self.ready[name] = "beat: Starting"

    def start(self, name: str) -> None:
        if name == "broker":
            self.broker.start()
            return
        self.begun[name] = self.log(name).stat().st_size if self.log(name).exists() else 0
        self.processes[name] = spawn(
            self.commands[name],
            env=self.environment,
            cwd=CHECKOUT,
            log=self.log(name),
            at_parents_death=signal.SIGKILL,
            pass_fds=[self.listening.fileno()],
        )

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def said(self, name: str) -> str:
        """What it wrote since it was started last."""
        with self.log(name).open("rb") as log:
            log.seek(self.begun[name])
            return log.read().decode(errors="replace")

    def is_up(self, name: str) -> bool:
        assert self.processes[name].poll() is None, f"{name} ended by itself: {self.said(name)[-3000:]}"
        return self.ready[name] in self.said(name)

    def wait_for(self, *names: str) -> None:
        wait_until(lambda: all(self.is_up(name) for name in names), 120, f"not up within two minutes: {names}")

    def kill(self, name: str) -> None:
        """kill -9 of the part with all its children at once, as a power cut would."""
        process = self.broker.process if name == "broker" else self.processes[name]
        assert process is not None
        kill_group(process.pid)
        process.wait()


@contextlib.contextmanager
def running(parts: Parts) -> Iterator[Parts]:
    """All parts, up; killed at the end."""
    try:
        for name in parts.commands:
            parts.start(name)
        parts.wait_for(*parts.commands)
        yield parts
    finally:
        for process in parts.processes.values():
            kill_group(process.pid)
            process.wait()
        parts.listening.close()
