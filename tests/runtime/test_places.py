"""Folders, sockets and locks."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from coopstrategy.runtime.places import Lock, Places, fits_a_socket, make_folder, may_enter
from coopstrategy.runtime.processes import Account, Refusal

NOBODY = Account(65534, 65534)


def test_a_long_path_or_one_with_a_space_gets_a_short_folder_for_its_sockets(tmp_path, monkeypatch):
    monkeypatch.setattr("coopstrategy.runtime.places.server_account", lambda: None)
    monkeypatch.setattr("tempfile.gettempdir", lambda: "/tmp")
    kept = [
        Places.of(home).sockets
        for home in (Path("/srv/site/.run"), Path("/srv/a site/.run"), Path("/srv/" + "long" * 30))
    ]
    assert [folder.parent for folder in kept] == [Path("/srv/site/.run"), Path("/tmp"), Path("/tmp")]
    assert [fits_a_socket(folder) for folder in kept] == [True, True, True]
    assert len(set(kept)) == 3


def test_a_closed_folder_sends_the_server_of_root_elsewhere(tmp_path, monkeypatch):
    monkeypatch.setattr("coopstrategy.runtime.places.server_account", lambda: NOBODY)
    monkeypatch.setattr("coopstrategy.runtime.places.may_enter", lambda folder, _: folder != tmp_path)
    places = Places.of(tmp_path / ".run")
    assert places.server_home.parent in {Path("/var/lib"), Path("/var/tmp"), Path("/tmp")}
    assert places.outside == [places.server_home]


def test_a_folder_nobody_may_enter_is_found_by_its_mode(tmp_path):
    tmp_path.chmod(0o700)
    closed = may_enter(tmp_path, Account(os.geteuid() + 1, os.getegid() + 1))
    assert (closed, may_enter(tmp_path, Account(os.geteuid(), os.getegid())), may_enter(Path("/"), NOBODY)) == (
        False,
        True,
        True,
    )


def test_folders_are_closed_whatever_the_umask(tmp_path):
    before = os.umask(0)
    try:
        made = make_folder(tmp_path / "kept")
    finally:
        os.umask(before)
    assert made.stat().st_mode & 0o777 == 0o700


def test_a_link_that_somebody_put_in_the_place_of_a_folder_is_refused(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "folder").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Refusal, match="belongs to somebody else"):
        make_folder(tmp_path / "folder")


def test_a_lock_ends_with_its_holder_even_when_killed(tmp_path):
    code = (
        "import sys, time; from pathlib import Path; from coopstrategy.runtime.places import Lock\n"
        "lock = Lock(Path(sys.argv[1])); print(lock.take(), flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen([sys.executable, "-c", code, tmp_path / "lock"], stdout=subprocess.PIPE, text=True)
    assert holder.stdout.readline() == "True\n"
    lock = Lock(tmp_path / "lock")
    while_held = lock.take()
    holder.kill()
    holder.wait()
    holder.stdout.close()
    assert (while_held, lock.take()) == (False, True)
    lock.release()
