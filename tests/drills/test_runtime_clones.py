"""A fresh clone on a bare machine, as root and as an ordinary user: the site, and then the tests."""

import os
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from coopstrategy.runtime.places import CHECKOUT
from coopstrategy.runtime.processes import Account
from coopstrategy.runtime.stack import status_of
from tests.drills.runs import Site, clone, system_python

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc to find every process")
ORDINARY = Account(65534, 65534)
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can try it as several accounts")


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="coop clone ", dir="/tmp"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def port_8000_taken() -> Iterator[None]:
    with closing(socket.socket()) as busy:
        busy.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if busy.connect_ex(("127.0.0.1", 8000)) != 0:
            busy.close()
            listening = socket.create_server(("127.0.0.1", 8000))
            yield
            listening.close()
        else:
            yield


def try_everything(site: Site) -> None:
    """Start, start again, stop, test, reset; and nothing is left at any time."""
    began = time.monotonic()
    address = site.start()
    print(f"\nfresh clone to ready: {time.monotonic() - began:.0f} s, at {address}")
    assert (status_of(address), status_of(f"{address}/health/ready/")) == (200, 200)
    second = site.command()
    assert (second.returncode, second.stdout.splitlines()[0]) == (0, f"Already running: {address}")
    shared = site.command("manage", "check")
    assert (shared.returncode, shared.stdout) == (0, "System check identified no issues (0 silenced).\n")
    assert site.command("stop").stdout == "Stopped.\n"
    assert (site.process.wait(), site.left()) == (0, [])
    site.forget()
    began = time.monotonic()
    site.start()
    print(f"second start to ready: {time.monotonic() - began:.0f} s")
    site.process.terminate()
    assert (site.process.wait(), site.left()) == (0, [])
    site.forget()
    tests = site.command("test", "-q")
    assert tests.returncode == 0, tests.stdout + tests.stderr
    print(tests.stdout.splitlines()[-2])
    emptied = site.command("reset", "--yes")
    assert (emptied.returncode, emptied.stdout.splitlines()[-1]) == (0, "Removed. python3 run.py starts afresh.")
    assert not site.state.exists()


@needs_root
def test_as_an_ordinary_user_in_a_path_with_a_space_and_with_port_8000_taken(folder, port_8000_taken):
    checkout = clone(CHECKOUT, folder / "my co-op" / "site", ORDINARY, umask=0o077)
    site = Site(checkout, account=ORDINARY, python=system_python())
    try_everything(site)


@needs_root
def test_as_root_below_a_closed_folder_with_umask_077(folder):
    folder.chmod(0o700)
    before = os.umask(0o077)
    try:
        try_everything(Site(clone(CHECKOUT, folder / "site", umask=0o077), python=system_python()))
    finally:
        os.umask(before)


@pytest.mark.skipif(os.geteuid() == 0, reason="root tries it as an ordinary user above")
def test_as_whoever_we_are(folder):
    try_everything(Site(clone(CHECKOUT, folder / "a site"), python=system_python()))
