"""Where a run keeps its things.

Everything lives in one ignored folder of the checkout, with two exceptions that an operating system forces on us: a socket's path
may not be long, and Postgres, which refuses to run as root, must be able to reach its files as somebody else.
"""

import fcntl
import hashlib
import os
import pwd
import re
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from coopstrategy.runtime.processes import Account, Refusal

CHECKOUT = Path(__file__).resolve().parents[2]
# The shortest limit among the systems we run on is 104 bytes (macOS), and the longest name below the folder is ".s.PGSQL.5432".
LONGEST_SOCKET_FOLDER = 85


def server_account() -> Account | None:
    """Who Postgres runs as: us, or when we are root the person behind sudo, or nobody."""
    if os.geteuid() != 0:
        return None
    behind_sudo = os.environ.get("SUDO_UID", "")
    try:
        person = (
            pwd.getpwuid(int(behind_sudo)) if behind_sudo.isdigit() and behind_sudo != "0" else pwd.getpwnam("nobody")
        )
    except KeyError:
        raise Refusal(
            "Postgres refuses to run as root, and this machine has no account `nobody` to run it as instead.\n"
            "Run this command as an ordinary user."
        ) from None
    return Account(person.pw_uid, person.pw_gid)


def may_enter(folder: Path, account: Account | None) -> bool:
    """Whether this account can walk down to `folder` by the mode bits of each folder on the way."""
    if account is None:
        return True
    for step in (folder, *folder.parents):
        if not step.exists():
            continue
        info = step.stat()
        bit = (
            stat.S_IXUSR if info.st_uid == account.uid else stat.S_IXGRP if info.st_gid == account.gid else stat.S_IXOTH
        )
        if not info.st_mode & bit:
            return False
    return True


def make_folder(path: Path, *, mode: int = 0o700, owner: Account | None = None) -> Path:
    """Make a folder that is ours and nobody else's, whatever the umask; refuse one that somebody else put there first."""
    path.mkdir(parents=True, exist_ok=True)
    info = path.lstat()
    if not stat.S_ISDIR(info.st_mode) or info.st_uid not in {os.geteuid(), owner.uid if owner else os.geteuid()}:
        raise Refusal(
            f"{path} belongs to somebody else, so it cannot be used. Remove it, or set STATE_DIR to another folder."
        )
    if owner and info.st_uid != owner.uid:
        os.chown(path, owner.uid, owner.gid)
    if stat.S_IMODE(info.st_mode) != mode:
        path.chmod(mode)
    return path


def fits_a_socket(folder: Path) -> bool:
    """Short enough for a socket, and free of characters that would need quoting in an address."""
    return (
        len(os.fsencode(folder)) <= LONGEST_SOCKET_FOLDER and re.fullmatch(r"[A-Za-z0-9/._-]+", str(folder)) is not None
    )


@dataclass(frozen=True)
class Places:
    """The folders of one run. `home` is ours; `server_home` is what Postgres can reach, the same folder unless we are root
    and the checkout is closed to others."""

    home: Path
    server_home: Path
    sockets: Path
    account: Account | None

    @classmethod
    def of(cls, home: Path) -> "Places":
        home = home.absolute()
        account = server_account()
        mark = "coop-strategy-" + hashlib.sha256(os.fsencode(home)).hexdigest()[:10]
        server_home = home
        if not may_enter(home.parent, account):
            server_home = next(
                (
                    base / mark
                    for base in (Path("/var/lib"), Path("/var/tmp"), Path("/tmp"))
                    if base.is_dir() and os.access(base, os.W_OK)
                ),
                Path("/tmp") / mark,
            )
        short = Path(tempfile.gettempdir()) / mark
        sockets = next(
            folder
            for folder in (server_home / "sockets", short, Path("/tmp") / mark)
            if (fits_a_socket(folder) and may_enter(folder.parent, account)) or folder.parent == Path("/tmp")
        )
        return cls(home, server_home, sockets, account)

    def make(self) -> "Places":
        """Make the folders. When we are root they can be entered by others, but not listed, and each part inside is closed."""
        top = 0o711 if self.account else 0o700
        for folder in {self.home, self.server_home}:
            make_folder(folder, mode=top)
        make_folder(self.sockets, owner=self.account)
        make_folder(self.logs)
        return self

    @property
    def logs(self) -> Path:
        return self.home / "logs"

    @property
    def outside(self) -> list[Path]:
        """What lies outside `home` and must go when `home` goes."""
        found: list[Path] = []
        for folder in (self.server_home, self.sockets):
            if not any(known in (folder, *folder.parents) for known in (self.home, *found)):
                found.append(folder)
        return found


class Lock:
    """A lock that ends with the process that holds it, however it ends. Never a process number: a zombie's still answers."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file: IO | None = None

    def take(self, *, wait: bool = False) -> bool:
        file = self.path.open("a+b")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            file.close()
            return False
        self.file = file
        return True

    def release(self) -> None:
        if self.file:
            self.file.close()
            self.file = None
