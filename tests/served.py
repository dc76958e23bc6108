"""The site as production serves it: gunicorn, static files collected, hashed and compressed."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.parse import quote, urlencode
from urllib.request import urlopen

from django.db import connection

from coopstrategy.runtime.places import CHECKOUT, Lock
from tests.throwaway import RUN_FOLDER


def database_url() -> str:
    """The address of the tests' own database."""
    told = connection.settings_dict
    server = {"host": told["HOST"], "port": told["PORT"]}
    who = quote(told["USER"]) + (f":{quote(told['PASSWORD'])}" if told["PASSWORD"] else "")
    return f"postgres://{who}@/{told['NAME']}?{urlencode({key: value for key, value in server.items() if value})}"


@contextmanager
def served(folder: Path, **changed: str) -> Iterator[str]:
    """Starts a server of its own with the `changed` settings, its log and private files in `folder`, and gives its address."""
    environment = os.environ | {
        "DATABASE_URL": database_url(),
        "STATIC_ROOT": str(Path(os.environ[RUN_FOLDER]) / "collected"),
        "STATIC_STORAGE": "whitenoise.storage.CompressedManifestStaticFilesStorage",
        "WHITENOISE_AUTOREFRESH": "0",
        "PRIVATE_DIR": str(folder / "private"),
        **changed,
    }
    _collect_static_files(environment)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"http://localhost:{listening.getsockname()[1]}"
        bound = ["--bind", f"fd://{listening.fileno()}", "--worker-class", "gthread", "--threads", "4"]
        command = [sys.executable, "-m", "gunicorn", "coopstrategy.wsgi:application", *bound, "--no-control-socket"]
        with (folder / "web.log").open("wb") as log:
            server = subprocess.Popen(
                command, cwd=CHECKOUT, env=environment, pass_fds=[listening.fileno()], stdout=log, stderr=log
            )
            try:
                _wait_for(f"{address}/health/live/", server, folder / "web.log")
                yield address
            finally:
                server.terminate()
                server.wait(timeout=30)


def _collect_static_files(environment: dict[str, str]) -> None:
    """Once for the run, whichever process is first: to compress them takes longer than what is tested with them."""
    folder = Path(environment["STATIC_ROOT"])
    with_lock = Lock(folder.with_name("collecting"))
    with_lock.take(wait=True)
    try:
        if not folder.exists():
            draft = folder.with_name("half-collected")
            manage = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
            told = environment | {"STATIC_ROOT": str(draft)}
            subprocess.run(manage, cwd=CHECKOUT, env=told, check=True, timeout=120)
            draft.rename(folder)
    finally:
        with_lock.release()


def _wait_for(url: str, server: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urlopen(url, timeout=5):  # noqa: S310 - the address is ours
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise AssertionError(f"the server did not start: {log.read_text()}")
