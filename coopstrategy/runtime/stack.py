"""The servers of one run, in the order they need each other, and what to do when one of them ends.

Postgres and Valkey first, unless the environment names others; then the web, the worker and the clock. Whatever ends unasked is
started again, a few times; then the run gives up and says what the last log lines were.
"""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import redis

from coopstrategy.runtime.places import CHECKOUT, Lock, Places
from coopstrategy.runtime.postgres import Postgres
from coopstrategy.runtime.processes import PidFile, Refusal, kill_group, last_lines, spawn, stop, write_private
from coopstrategy.runtime.valkey import Valkey

FIRST_PORT, LAST_PORT = 8000, 8019
# Free space below which Postgres would soon stop in the middle of something, in megabytes.
LEAST_ROOM = 300
# Who, which page, what became of it, and how long it took. Not what was looked for: that may be somebody's answer; and no secret
# that stands in an address (coopstrategy.wsgi). The same stands in the Dockerfile.
ACCESS_LOG = '%(h)s "%(m)s %({shown_path}e)s" %(s)s %(B)s %(L)s'
MOST_RESTARTS, RESTART_WINDOW = 5, 60.0


@dataclass
class Part:
    """One of our own processes: how to start it, how to stop it, and when it was started again."""

    name: str
    argv: Sequence[str]
    stop_steps: Sequence[tuple[signal.Signals, float]]
    at_parents_death: signal.Signals = signal.SIGTERM
    pass_fds: Sequence[int] = ()
    extra_env: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen | None = None


class Stack:
    """The servers of one checkout. `Stack.places` says where they keep their things."""

    def __init__(self) -> None:
        self.places = Places.of(Path(os.environ.get("STATE_DIR") or CHECKOUT / ".run"))
        self.lock = Lock(self.places.home / "lock")
        self.pids = PidFile(self.places.home / "pids.json")
        self.note = self.places.home / "running.json"
        self.stopping = threading.Event()
        self.postgres: Postgres | None = None
        self.valkey: Valkey | None = None
        self.parts: list[Part] = []
        self.restarts: dict[str, list[float]] = {}
        self.env: dict[str, str] = {}

    # --- One at a time ---------------------------------------------------------------------------------------------------

    def claim(self) -> bool:
        """Become the one run of this checkout, and clear away what an unclean end left. False if another run is alive."""
        self.places.make()
        if not self.lock.take():
            return False
        self.note.unlink(missing_ok=True)
        self.pids.sweep()
        return True

    def running(self) -> dict | None:
        """What the run that holds the lock has said of itself: `pid`, `kind`, and once it is ready `address` and `env`."""
        try:
            return json.loads(self.note.read_text())
        except (OSError, ValueError):
            return None

    def announce(self, kind: str, address: str | None = None, shared: Sequence[str] = ()) -> None:
        said = {"pid": os.getpid(), "kind": kind, "address": address, "env": {name: self.env[name] for name in shared}}
        write_private(self.note, json.dumps(said))

    @property
    def started(self) -> bool:
        return bool(self.postgres or self.valkey or self.parts)

    def leave(self) -> None:
        self.note.unlink(missing_ok=True)
        self.pids.path.unlink(missing_ok=True)
        with suppress(OSError):
            self.places.sockets.rmdir()
        self.lock.release()

    # --- What the site is told -------------------------------------------------------------------------------------------

    def secrets(self) -> dict[str, str]:
        """Made at the first start and kept: with new ones every session would end and every printed census code be worthless."""
        path = self.places.home / "secrets.json"
        kept = json.loads(path.read_text()) if path.exists() else {}
        if not {"SECRET_KEY", "CENSUS_CODE_KEY"} <= kept.keys():
            kept = {name: secrets.token_urlsafe(50) for name in ("SECRET_KEY", "CENSUS_CODE_KEY")} | kept
            write_private(path, json.dumps(kept))
        return {name: os.environ.get(name) or value for name, value in kept.items()}

    def compose_env(self, database_url: str, broker_url: str, cache_url: str) -> None:
        """The environment of every process of the demo. DEMO is on, plain HTTP is served, and nobody outside can reach it."""
        self.env = {
            "LOG_FORMAT": "lines",
            **os.environ,
            **self.secrets(),
            "DJANGO_SETTINGS_MODULE": "coopstrategy.settings",
            "PYTHONUNBUFFERED": "1",
            "STATE_DIR": str(self.places.home),
            "DATABASE_URL": database_url,
            "BROKER_URL": broker_url,
            "CACHE_URL": cache_url,
            "DEBUG": os.environ.get("DEBUG") or "0",
            "DEMO": "1",
            "HTTPS": "0",
            "TRUSTED_PROXY_COUNT": "0",
            "ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]",
            "SITE_ADDRESS": os.environ.get("SITE_ADDRESS") or f"http://127.0.0.1:{FIRST_PORT}",
        }

    # --- Postgres and Valkey ---------------------------------------------------------------------------------------------

    def start_servers(self) -> list[str]:
        """Start or greet Postgres and the broker; one line for each that says which it is."""
        self.check_room()
        given_database, given_broker, given_cache = (
            os.environ.get(name) for name in ("DATABASE_URL", "BROKER_URL", "CACHE_URL")
        )
        if bool(given_broker) != bool(given_cache):
            given, missing = ("BROKER_URL", "CACHE_URL") if given_broker else ("CACHE_URL", "BROKER_URL")
            raise Refusal(
                f"{given} is set but {missing} is not. Set both (two database numbers of one server will do), or neither."
            )
        lines = []
        if given_database:
            lines.append(f"Postgres {greet_postgres(given_database)}, the one that DATABASE_URL names")
        else:
            self.postgres = Postgres(
                self.places.server_home,
                sockets=self.places.sockets,
                log=self.places.logs / "postgres.log",
                account=self.places.account,
                programs=self.places.server_home,
            )
            self.postgres.start(cancelled=self.stopping.is_set)
            lines.append(f"Postgres {self.postgres.version}, our own, from {short(self.postgres.bin)}")
        if given_broker:
            lines.append(f"{greet_broker(given_broker)}, the one that BROKER_URL names")
        else:
            self.valkey = Valkey(
                self.places.home / "valkey", sockets=self.places.sockets, log=self.places.logs / "valkey.log"
            )
            self.valkey.start(cancelled=self.stopping.is_set)
            lines.append(f"Valkey {self.valkey.version}, our own, from {short(self.valkey.binary.parent)}")
        self.compose_env(
            given_database or self.postgres.url,
            given_broker or self.valkey.broker_url,
            given_cache or self.valkey.cache_url,
        )
        self.write_pids()
        return lines

    def check_room(self) -> None:
        for folder in {self.places.home, self.places.server_home}:
            info = os.statvfs(folder)
            room = info.f_bavail * info.f_frsize // 1_000_000
            if room < LEAST_ROOM:
                raise Refusal(
                    f"The disk is nearly full: {room} MB are free at {folder}, and the servers need at least {LEAST_ROOM} MB.\n"
                    "Make room and run this again. Nothing was lost."
                )

    def write_pids(self) -> None:
        alive = [one.process for one in (self.postgres, self.valkey, *self.parts) if one and one.process]
        self.pids.write([process.pid for process in alive])

    # --- The web, the worker and the clock -------------------------------------------------------------------------------

    def start_parts(self, listening: socket.socket) -> None:
        python, celery = sys.executable, ("-m", "celery", "--app", "coopstrategy", "--quiet")
        self.parts = [
            Part(
                "web",
                [
                    *(
                        python,
                        "-m",
                        "gunicorn",
                        "coopstrategy.wsgi:application",
                        "--bind",
                        f"fd://{listening.fileno()}",
                    ),
                    *("--worker-class", "gthread", "--workers", "2", "--threads", "4", "--no-control-socket"),
                    *("--timeout", "60", "--graceful-timeout", "10"),
                    *("--access-logfile", "-", "--access-logformat", ACCESS_LOG),
                ],
                ((signal.SIGTERM, 12.0),),
                pass_fds=(listening.fileno(),),
                extra_env={"DATABASE_POOL": "1"},
            ),
            # When we stop, the job in hand may finish. When we are killed, the broker dies with us, and a worker that is asked to
            # end waits for it in vain: so it is killed too, and the job's lease gives the job back.
            Part(
                "worker",
                [
                    *(python, *celery, "worker", "--concurrency", "2", "--loglevel", "INFO"),
                    *("--without-gossip", "--without-mingle"),
                ],
                ((signal.SIGTERM, 10.0), (signal.SIGQUIT, 5.0)),
                at_parents_death=signal.SIGKILL,
            ),
            Part(
                "clock",
                [
                    python,
                    *celery,
                    "beat",
                    "--loglevel",
                    "INFO",
                    "--pidfile=",
                    "--schedule",
                    str(self.places.home / "clock"),
                ],
                ((signal.SIGTERM, 5.0),),
                at_parents_death=signal.SIGKILL,
            ),
        ]
        for part in self.parts:
            self.launch(part)
        self.write_pids()

    def launch(self, part: Part) -> None:
        part.process = spawn(
            part.argv,
            env={**self.env, **part.extra_env},
            cwd=CHECKOUT,
            log=self.log_of(part.name),
            at_parents_death=part.at_parents_death,
            pass_fds=part.pass_fds,
        )

    def log_of(self, name: str) -> Path:
        return self.places.logs / f"{name}.log"

    def wait_for_web(self, address: str, seconds: float = 60.0) -> None:
        """Until the web answers. Raises `Refusal` with the log's end when it does not."""
        web = next(part for part in self.parts if part.name == "web")
        deadline = time.monotonic() + seconds
        while not self.stopping.is_set():
            status = status_of(f"{address}/health/live/")
            if status == 200:
                return
            if web.process.poll() is not None or time.monotonic() > deadline:
                raise Refusal(
                    f"The web server does not answer ({status or 'no connection'}). "
                    f"The end of {self.log_of('web')}:\n{last_lines(self.log_of('web'))}"
                )
            self.stopping.wait(0.05)

    # --- Watching and stopping -------------------------------------------------------------------------------------------

    def watch(self) -> None:
        """Until somebody asks to stop. Raises `Refusal` when something keeps ending."""
        while not self.stopping.wait(0.3):
            for server in (self.postgres, self.valkey):
                if server and server.process and server.process.poll() is not None:
                    self.note_end(server.name, server.process)
                    server.launch()
                    server.wait_until_ready(self.stopping.is_set)
                    self.write_pids()
            for part in self.parts:
                if part.process.poll() is not None:
                    self.note_end(part.name, part.process)
                    self.launch(part)
                    self.write_pids()

    def note_end(self, name: str, process: subprocess.Popen) -> None:
        kill_group(process.pid)
        now = time.monotonic()
        recent = [moment for moment in self.restarts.get(name, []) if now - moment < RESTART_WINDOW]
        if len(recent) >= MOST_RESTARTS:
            raise Refusal(
                f"The {name} ended {MOST_RESTARTS + 1} times within a minute, so everything is stopped. "
                f"The end of {self.log_of(name)}:\n{last_lines(self.log_of(name))}"
            )
        self.restarts[name] = [*recent, now]
        how = f"by signal {-process.returncode}" if process.returncode < 0 else f"with code {process.returncode}"
        print(f"The {name} ended {how}; it is started again. Its log: {self.log_of(name)}", flush=True)

    def stop_all(self) -> None:
        """The clock before the worker, so that nothing new is asked; Postgres last, because everyone needs it to finish."""
        for part in reversed(self.parts):
            if part.process:
                stop(part.process, part.stop_steps)
        for server in (self.valkey, self.postgres):
            if server:
                server.stop()


def short(path: Path) -> str:
    """A path as a person in the checkout would write it."""
    return str(path.relative_to(CHECKOUT)) if path.is_relative_to(CHECKOUT) else str(path)


def greet_postgres(url: str) -> str:
    """The version of the Postgres at `url`. Raises `Refusal` when nobody answers."""
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            return connection.execute("SHOW server_version").fetchone()[0]
    except psycopg.Error as error:
        raise Refusal(
            f"DATABASE_URL is set, but that Postgres cannot be used:\n{str(error).strip()}\n"
            "Correct it, or unset it to have a Postgres started for you."
        ) from None


def greet_broker(url: str) -> str:
    """Name and version of the broker at `url`. Raises `Refusal` when nobody answers."""
    address = url.replace("redis+socket://", "unix://").replace("?virtual_host=", "?db=")
    try:
        with redis.Redis.from_url(address, socket_connect_timeout=5) as client:
            info = client.info("server")
    except (redis.RedisError, ValueError) as error:
        raise Refusal(
            f"BROKER_URL is set, but that broker cannot be used:\n{error}\n"
            "Correct it (and CACHE_URL), or unset both to have a Valkey started for you."
        ) from None
    return f"Valkey {info['valkey_version']}" if "valkey_version" in info else f"Redis {info.get('redis_version', '')}"


def listen(port: int | None) -> socket.socket:
    """A listening socket on this machine only: the port that was asked for, or the first free one from 8000 to 8019.

    It is ours and handed to the web server, so that nobody can take the port between our looking and its binding.
    """
    for candidate in [port] if port is not None else range(FIRST_PORT, LAST_PORT + 1):
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            # macOS lets us bind beside a server that listens on all addresses; asking finds it.
            with socket.socket() as knock:
                knock.settimeout(1)
                if candidate and knock.connect_ex(("127.0.0.1", candidate)) == 0:
                    raise OSError("somebody answers")
            listening.bind(("127.0.0.1", candidate))
            listening.listen(128)
        except (OSError, OverflowError):
            listening.close()
            continue
        return listening
    if port is not None:
        raise Refusal(f"Port {port} is in use or not allowed. Choose another with --port, or leave it out.")
    raise Refusal(f"All ports from {FIRST_PORT} to {LAST_PORT} are in use. Choose another with --port.")


def status_of(url: str) -> int | None:
    """The status a GET of `url` answers with, or None when nobody does."""
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as answer:
        return answer.code
    except OSError:
        return None
