"""Children that end with their parent, and the sweep of those that did not."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from coopstrategy.runtime.processes import PidFile, command_of, last_lines, spawn, stop, write_private

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]


def eventually(check, seconds: float = 5.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if check():
            return True
        time.sleep(0.02)
    return False


def start(tmp_path: Path, argv=SLEEPER):
    return spawn(argv, env=os.environ, cwd=tmp_path, log=tmp_path / "log")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent has died")
def test_a_child_ends_when_its_parent_is_killed(tmp_path):
    code = (
        "import os, sys, time; from pathlib import Path; from coopstrategy.runtime.processes import spawn\n"
        "child = spawn([sys.executable, '-c', 'import time; time.sleep(60)'], env=os.environ, cwd=Path(sys.argv[1]), "
        "log=Path(sys.argv[1]) / 'log')\n"
        "print(child.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code, tmp_path], stdout=subprocess.PIPE, text=True)
    child = int(parent.stdout.readline())
    assert command_of(child) is not None
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert eventually(lambda: command_of(child) is None)


def test_a_child_that_ignores_the_first_signal_gets_the_next_and_then_the_last(tmp_path):
    deaf = (
        # Whoever runs the tests in the background has SIGINT ignored, and children inherit that.
        "import signal, time; signal.signal(signal.SIGINT, signal.default_int_handler);"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    )
    child = start(tmp_path, [sys.executable, "-c", deaf])
    assert eventually(lambda: "deaf" in last_lines(tmp_path / "log"))
    stop(child, ((signal.SIGTERM, 0.2), (signal.SIGINT, 5.0)))
    assert child.returncode in {-signal.SIGINT, 1}
    deafer = start(tmp_path, [sys.executable, "-c", deaf.replace("print('deaf'", "print('deafer'")])
    assert eventually(lambda: "deafer" in last_lines(tmp_path / "log"))
    stop(deafer, ((signal.SIGTERM, 0.2),))
    assert deafer.returncode == -signal.SIGKILL


def test_stopping_a_child_ends_its_own_children_too(tmp_path):
    code = (
        "import subprocess, sys, time\n"
        "print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']).pid, flush=True); time.sleep(60)"
    )
    child = start(tmp_path, [sys.executable, "-c", code])
    assert eventually(lambda: last_lines(tmp_path / "log").isdigit())
    grandchild = int(last_lines(tmp_path / "log"))
    stop(child, ((signal.SIGTERM, 5.0),))
    assert eventually(lambda: command_of(grandchild) is None)


def test_the_sweep_ends_what_is_left_and_spares_a_number_that_now_is_somebody_elses(tmp_path):
    left, other = start(tmp_path), start(tmp_path)
    pids = PidFile(tmp_path / "pids.json")
    pids.write([left.pid, other.pid])
    pids.path.write_text(pids.path.read_text().replace(f'"{other.pid}": "', f'"{other.pid}": "another program '))
    swept = pids.sweep(patience=0.3)
    assert (swept, left.wait(5), other.poll(), pids.path.exists()) == (1, -signal.SIGTERM, None, False)
    stop(other, ((signal.SIGTERM, 5.0),))


def test_a_sweep_with_nothing_written_or_half_a_file_ends_nothing(tmp_path):
    pids = PidFile(tmp_path / "pids.json")
    nothing = pids.sweep()
    pids.path.write_text('{"12')
    assert (nothing, pids.sweep()) == (0, 0)


def test_what_is_private_is_readable_by_its_owner_alone(tmp_path):
    write_private(tmp_path / "secret", "one")
    write_private(tmp_path / "secret", "two")
    assert ((tmp_path / "secret").read_text(), (tmp_path / "secret").stat().st_mode & 0o777) == ("two", 0o600)
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]
