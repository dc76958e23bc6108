"""Child processes that never outlive the run that started them.

Each child leads a session of its own, so that Ctrl+C reaches the supervisor alone and the order of stopping is ours. On Linux
the kernel sends it a signal when the supervisor dies, however it dies; elsewhere a file of process numbers is swept at the next
start.
"""

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class Refusal(Exception):
    """Something the person at the keyboard can put right; its text is shown to them as it is."""


@dataclass(frozen=True)
class Account:
    """Who a server runs as, when it may not run as root."""

    uid: int
    gid: int


def spawn(
    argv: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    cwd: Path,
    log: Path,
    account: Account | None = None,
    at_parents_death: signal.Signals = signal.SIGTERM,
    pass_fds: Sequence[int] = (),
) -> subprocess.Popen:
    """Start `argv` as the leader of a new session, its output added to `log`. Must be called from the main thread, because the
    kernel's death signal follows the thread that forked."""
    with log.open("ab") as output, warnings.catch_warnings():
        # Newer Pythons warn of a fork beside other threads; what ours does before it becomes a program takes no lock.
        warnings.simplefilter("ignore", DeprecationWarning)
        return subprocess.Popen(
            [str(part) for part in argv],
            env=dict(env),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=ends_with_parent(at_parents_death),
            pass_fds=tuple(pass_fds),
            umask=0o077,
            **as_account(account),
        )


def ends_with_parent(number: signal.Signals) -> Callable[[], None]:
    """What a child does before it becomes its program: ask the kernel for this signal when we die."""
    parent = os.getpid()

    def before_exec() -> None:
        if LIBC is not None:
            LIBC.prctl(PR_SET_PDEATHSIG, int(number))
            if os.getppid() != parent:
                os._exit(1)

    return before_exec


def in_front(argv: Sequence[str], *, env: Mapping[str, str], cwd: Path) -> int:
    """Run a program in this terminal and pass on its exit code. Ctrl+C is its to answer, and other signals are handed to it."""
    child = subprocess.Popen(list(argv), env=dict(env), cwd=cwd, preexec_fn=ends_with_parent(signal.SIGINT))
    signal.signal(signal.SIGINT, lambda *_: None)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: child.send_signal(signal.SIGINT))
    code = child.wait()
    return code if code >= 0 else 128 - code


def as_account(account: Account | None) -> dict:
    """The arguments that make `subprocess` drop to this account; none when there is nothing to drop."""
    return {"user": account.uid, "group": account.gid, "extra_groups": []} if account else {}


def stop(process: subprocess.Popen, steps: Sequence[tuple[signal.Signals, float]]) -> None:
    """Send each signal in turn, waiting its seconds, then kill what is left of the process's session."""
    for number, seconds in steps:
        if process.poll() is not None:
            break
        process.send_signal(number)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            continue
    kill_group(process.pid)
    process.wait()


def kill_group(leader: int) -> None:
    """End what is left of a session. macOS says "not permitted" for a group of which only a zombie remains."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def command_of(pid: int) -> str | None:
    """The command line of a living process, or None when there is none (a zombie counts as none)."""
    if sys.platform == "linux":
        try:
            return (
                Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip() or None
            )
        except OSError:
            return None
    said = subprocess.run(["ps", "-o", "stat=,command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    state, _, command = said.stdout.strip().partition(" ")
    return None if not command or state.startswith("Z") else command.strip()


class PidFile:
    """The children of one run, by process number and command line, so that the next run can end what an unclean end left."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, pids: Sequence[int]) -> None:
        commands = {str(pid): command_of(pid) for pid in pids}
        write_private(self.path, json.dumps(commands))

    def sweep(self, patience: float = 10.0) -> int:
        """End what is still alive of the run before; how many there were. A number that now belongs to another command line is
        left alone. First wait: after an unclean end Postgres is usually already on its way down."""
        try:
            before = json.loads(self.path.read_text())
        except (OSError, ValueError):
            return 0
        found = [int(pid) for pid, command in before.items() if command and command_of(int(pid)) == command]
        deadline = time.monotonic() + patience
        for pid in found:
            signal_quietly(pid, signal.SIGINT if "postgres" in before[str(pid)] else signal.SIGTERM)
        while time.monotonic() < deadline and any(command_of(pid) for pid in found):
            time.sleep(0.05)
        for pid in found:
            kill_group(pid)
        self.path.unlink(missing_ok=True)
        return len(found)


def signal_quietly(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


def write_private(path: Path, text: str) -> None:
    """Write a file only its owner can read, whole or not at all."""
    draft = path.with_name(path.name + ".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)


def last_lines(log: Path, count: int = 15) -> str:
    """The end of a log, for a message that has to say why."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-count:])
    except OSError:
        return ""
