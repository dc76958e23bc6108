"""A pytest plugin that gives each run servers of its own: a real Postgres that nothing survives and, for tests that ask, a real
Valkey. Two runs at once do not meet, xdist's workers share their run's server, and what an unclean end left is swept by the next
run. `TEST_DATABASE_URL` names another server to use instead.
"""

import os
import shutil
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from coopstrategy.runtime.places import (
    CHECKOUT,
    LONGEST_SOCKET_FOLDER,
    Lock,
    Places,
    make_folder,
    may_enter,
    server_account,
)
from coopstrategy.runtime.postgres import Postgres
from coopstrategy.runtime.processes import PidFile, Refusal
from coopstrategy.runtime.valkey import Valkey

PREFIX = "coop-tests-"
RUN_FOLDER = "COOP_TESTS_RUN_FOLDER"


class Run:
    """The folder of one test run, locked for as long as the run lives, and the server in it."""

    def __init__(self) -> None:
        self.account = server_account()
        base = roomy_base(self.account)
        sweep(base)
        # Made and locked under a name that no sweep looks at, and only then given its own.
        draft = Path(tempfile.mkdtemp(prefix=f"new-{PREFIX}", dir=base))
        self.lock = Lock(draft / "lock")
        self.lock.take()
        self.folder = draft.rename(base / draft.name.removeprefix("new-"))
        make_folder(self.folder, mode=0o711 if self.account else 0o700)
        self.sockets = self.folder / "sockets"
        self.postgres: Postgres | None = None

    @property
    def url(self) -> str:
        return os.environ.get("TEST_DATABASE_URL") or f"postgres://app@/app?host={self.sockets}"

    def start(self) -> str:
        if os.environ.get("TEST_DATABASE_URL"):
            return "postgres: the server named by TEST_DATABASE_URL"
        # A copy of the programs, when root needs one, belongs to the checkout and not to the run: it takes longer than the tests.
        lasting = Places.of(Path(os.environ.get("COOP_TESTS_STATE_DIR", CHECKOUT / ".run")))
        if self.account:
            lasting.make()
        self.postgres = Postgres(
            self.folder,
            sockets=self.sockets,
            log=self.folder / "postgres.log",
            account=self.account,
            programs=lasting.server_home,
            durable=False,
        )
        self.postgres.start()
        assert self.postgres.process is not None
        PidFile(self.folder / "pids.json").write([self.postgres.process.pid])
        return f"postgres: {self.postgres.version}, thrown away after this run"

    def end(self) -> None:
        if self.postgres is not None:
            self.postgres.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
        self.lock.release()


def roomy_base(account) -> Path:
    """The first folder for temporary files that the server can reach and whose name leaves room for a socket's."""
    longest_name = len(PREFIX) + 8 + len("/sockets")
    for base in (Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp"), Path("/var/lib")):
        if (
            len(os.fsencode(base)) + 1 + longest_name <= LONGEST_SOCKET_FOLDER
            and os.access(base, os.W_OK)
            and may_enter(base, account)
        ):
            return base
    raise Refusal(
        "No folder for temporary files can be used by the tests' Postgres. Set TMPDIR to one with a short path."
    )


def sweep(base: Path) -> None:
    """Remove what earlier runs of ours left because they were killed. A run that lives holds its lock."""
    for folder in base.glob(f"{PREFIX}*"):
        try:
            if folder.stat().st_uid != os.geteuid():
                continue
            lock = Lock(folder / "lock")
            if lock.take():
                PidFile(folder / "pids.json").sweep()
                shutil.rmtree(folder, ignore_errors=True)
                lock.release()
        except FileNotFoundError:
            continue  # Another run swept it first.


def environment(run: Run) -> dict[str, str]:
    """Every setting a machine could have changed, so that the tests say the same everywhere."""
    return {
        "SECRET_KEY": "only for tests, where nothing is secret and everything is thrown away",
        "SECRET_KEY_FALLBACKS": "",
        "CENSUS_CODE_KEY": "only for tests: the key of the census codes",
        "DEBUG": "0",
        "DEMO": "0",
        "HTTPS": "0",
        "TRUSTED_PROXY_COUNT": "0",
        "SITE_ADDRESS": "http://testserver",
        "ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]",
        "DATABASE_URL": run.url,
        "DATABASE_POOL": "0",
        # The live server answers each request in a new thread: a connection kept open there would never be used again.
        "CONN_MAX_AGE": "0",
        "BROKER_URL": "memory://",
        "CACHE_URL": "",
        "EMAIL_URL": "memorymail://",
        "STATE_DIR": str(run.folder / "state"),
        "PRIVATE_DIR": str(run.folder / "state" / "private"),
        "STATIC_ROOT": str(run.folder / "state" / "static"),
        # Names with a hash are 404 under the live server, so that pages would come unstyled and be judged so.
        "STATIC_STORAGE": "django.contrib.staticfiles.storage.StaticFilesStorage",
        # Else WhiteNoise reads the whole folder of static files again for every test client.
        "WHITENOISE_AUTOREFRESH": "1",
        "PASSWORD_HASHERS": "django.contrib.auth.hashers.MD5PasswordHasher",
        "LOG_FORMAT": "lines",
        "LOG_LEVEL": "WARNING",
        # Playwright keeps an event loop in the test's thread, which Django takes for asynchronous code.
        "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
        RUN_FOLDER: str(run.folder),
    }


def is_xdist_worker() -> bool:
    return "PYTEST_XDIST_WORKER" in os.environ


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    """Before Django reads its settings."""
    if not is_xdist_worker():
        try:
            run = Run()
        except Refusal as refusal:
            raise pytest.UsageError(str(refusal)) from None
        early_config.stash[RUN] = run
        early_config.add_cleanup(run.end)
        os.environ.update(environment(run))
    return (yield)


RUN = pytest.StashKey[Run]()
SERVERS_LINE = pytest.StashKey[str]()


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    run = session.config.stash.get(RUN, None)
    if run is not None and not session.config.option.collectonly:
        try:
            session.config.stash[SERVERS_LINE] = run.start()
        except Refusal as refusal:
            raise pytest.UsageError(str(refusal)) from None


def pytest_report_header(config: pytest.Config) -> list[str]:
    lines = [config.stash[SERVERS_LINE]] if SERVERS_LINE in config.stash else []
    if os.environ.get("TEST_DATABASE_URL") is None and GIVEN_DATABASE and not is_xdist_worker():
        lines.append(
            "DATABASE_URL is set, but the tests leave that database alone. TEST_DATABASE_URL names a server for them."
        )
    return lines


GIVEN_DATABASE = os.environ.get("DATABASE_URL")


@pytest.fixture(scope="session")
def broker_server() -> Iterator[Valkey]:
    """A real Valkey on a socket, started once for a run (for each xdist worker)."""
    folder = Path(tempfile.mkdtemp(prefix="valkey-", dir=os.environ[RUN_FOLDER]))
    server = Valkey(folder / "data", sockets=folder, log=folder / "valkey.log", durable=False)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def broker(broker_server: Valkey) -> Valkey:
    """A real, empty Valkey: `broker.broker_url`, `broker.cache_url`, `broker.client()`; `broker.stop()` and `broker.start()`
    show what the site does without it."""
    if broker_server.process is None or broker_server.process.poll() is not None:
        broker_server.start()
    with broker_server.client() as client:
        client.flushall()
    return broker_server
