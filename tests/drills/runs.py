"""Starting the site as a person would, and finding every process that belongs to a run."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from coopstrategy.runtime.processes import Account, as_account


class Site:
    """One `run.py` of `checkout`, keeping its things in `state`, run as `account` (None: as we are)."""

    def __init__(
        self, checkout: Path, state: Path | None = None, *, account: Account | None = None, python: str = sys.executable
    ):
        self.checkout, self.account, self.python = checkout, account, python
        self.state = state or checkout / ".run"
        self.env = {"PATH": os.environ["PATH"], "LC_ALL": "POSIX"} if account else self.own_env()
        if state:
            self.env["STATE_DIR"] = str(state)
        self.process: subprocess.Popen | None = None
        self.said: list[str] = []

    @staticmethod
    def own_env() -> dict[str, str]:
        """Our environment without what the tests put into it."""
        kept = (
            "PATH",
            "HOME",
            "LANG",
            "TMPDIR",
            "SUDO_UID",
            "PIP_",
            "UV_",
            "SSL_",
            "HTTP",
            "http",
            "NO_PROXY",
            "no_proxy",
        )
        return {name: value for name, value in os.environ.items() if name.startswith(kept)}

    def command(self, *arguments: str) -> subprocess.CompletedProcess:
        """Run `run.py` with these arguments to its end."""
        return subprocess.run(
            [self.python, "run.py", *arguments],
            cwd=self.checkout,
            env=self.env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            **as_account(self.account),
        )

    def launch(self, *arguments: str) -> None:
        self.said = []
        self.process = subprocess.Popen(
            [self.python, "run.py", *arguments],
            cwd=self.checkout,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            **as_account(self.account),
        )

    def start(self, *arguments: str) -> str:
        """Start and wait until it is ready; its address. Fails with all it said if it ends first."""
        self.launch(*arguments)
        for line in self.process.stdout:
            self.said.append(line)
            if found := re.match(r"Ready: (\S+)", line):
                return found.group(1)
        raise AssertionError(f"run.py ended with code {self.process.wait()}:\n{''.join(self.said)}")

    def kill(self) -> None:
        """kill -9 the supervisor alone."""
        self.process.kill()
        self.forget()

    def forget(self) -> None:
        self.process.wait()
        self.process.stdout.close()

    @property
    def database_url(self) -> str:
        return json.loads((self.state / "running.json").read_text())["env"]["DATABASE_URL"]

    def left(self) -> list[str]:
        """The command lines of all living processes that belong to this run, by what they were started with."""
        mark, found = os.fsencode(self.state), []
        for folder in Path("/proc").iterdir():
            try:
                if folder.name.isdigit() and int(folder.name) != os.getpid():
                    line = (folder / "cmdline").read_bytes()
                    if line and (mark in line or b"STATE_DIR=" + mark + b"\0" in (folder / "environ").read_bytes()):
                        found.append(line.replace(b"\0", b" ").decode(errors="replace"))
            except OSError:
                continue
        return found

    def is_gone(self, seconds: float = 15.0) -> bool:
        deadline = time.monotonic() + seconds
        while self.left() and time.monotonic() < deadline:
            time.sleep(0.1)
        return self.left() == []


def clone(source: Path, target: Path, account: Account | None = None, umask: int = 0o022) -> Path:
    """A fresh clone of what is committed, owned by `account`."""
    target.parent.mkdir(parents=True, exist_ok=True)
    git = [
        "git",
        "-c",
        f"safe.directory={source}",
        "-c",
        f"safe.directory={source}/.git",
        "clone",
        "--quiet",
        "--no-hardlinks",
    ]
    subprocess.run([*git, f"file://{source}", target], check=True, umask=umask)
    if account:
        for path in (target.parent, target, *target.rglob("*")):
            os.chown(path, account.uid, account.gid, follow_symlinks=False)
    return target


def system_python() -> str:
    """A Python that other accounts may run too, which one below /root is not."""
    return next(
        (path for path in ("/usr/bin/python3", shutil.which("python3")) if path and Path(path).exists()), sys.executable
    )
