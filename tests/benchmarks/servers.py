"""gunicorn as the site runs it, and how much of the processor a family of processes has used."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from coopstrategy.runtime.places import CHECKOUT
from coopstrategy.runtime.processes import last_lines, spawn, stop
from coopstrategy.runtime.stack import listen

TICKS = os.sysconf("SC_CLK_TCK")
# The command of coopstrategy/runtime/stack.py, for any application.
GUNICORN = [
    "--worker-class",
    "gthread",
    "--workers",
    "2",
    "--threads",
    "4",
    "--no-control-socket",
    "--access-logfile",
    "-",
]


@dataclass(frozen=True)
class Served:
    port: int
    pid: int


@contextmanager
def served(application: str, *, env: Mapping[str, str], log: Path) -> Iterator[Served]:
    """`application` ("module:name") behind gunicorn with 2 processes of 4 threads, on a free port of 127.0.0.1."""
    listening = listen(0)
    port = listening.getsockname()[1]
    process = spawn(
        [sys.executable, "-m", "gunicorn", application, "--bind", f"fd://{listening.fileno()}", *GUNICORN],
        env={**os.environ, **env},
        cwd=CHECKOUT,
        log=log,
        pass_fds=(listening.fileno(),),
    )
    listening.close()
    try:
        _wait(process, port, log)
        yield Served(port, process.pid)
    finally:
        stop(process, ((signal.SIGTERM, 12.0),))


def _wait(process: subprocess.Popen, port: int, log: Path) -> None:
    deadline = time.monotonic() + 30
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=10) as knock:
                knock.sendall(b"GET /health/live/ HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
                if knock.recv(1):
                    return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"The server does not answer:\n{last_lines(log)}")


def processor_seconds(pid: int) -> float:
    """What this process and its children have used so far, those that have ended among them (Linux; else not a number)."""
    total = 0
    try:
        for family in [pid, *_children(pid)]:
            used = Path(f"/proc/{family}/stat").read_text().rpartition(")")[2].split()[11:15]
            total += sum(int(ticks) for ticks in (used if family == pid else used[:2]))
    except OSError:
        return float("nan")
    return total / TICKS


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
