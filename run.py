"""Start Co-op Strategy on a machine that has Python and nothing else: `python3 run.py`, and `python3 run.py help` for the rest.

This file makes `.venv`, installs the locked packages into it and starts itself again inside. It uses the standard library only,
and is written so that an old Python can read it and say that it is too old; coopstrategy/runtime does the work after that.
"""

from __future__ import print_function

import errno
import hashlib
import os
import shutil
import subprocess
import sys
import time

OLDEST = (3, 11)
HERE = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(HERE, ".venv")
VENV_PYTHON = os.path.join(VENV, "bin", "python")
STAMP = os.path.join(VENV, "installed-locks")
INSTALL_LOG = os.path.join(VENV, "install.log")
# What each set needs on the disk while it is being installed, in megabytes, and the commands that need the larger one.
ROOM = {"run": 600, "dev": 1200}
NEED_DEV = ("test", "drill", "benchmark")
GUARD = "COOP_STRATEGY_IN_VENV"

NETWORK_SIGNS = (
    "Temporary failure in name resolution",
    "Name or service not known",
    "nodename nor servname",
    "Network is unreachable",
    "No route to host",
    "Connection refused",
    "Failed to establish a new connection",
    "dns error",
    "error sending request",
    "Could not connect",
    "timed out",
    "ProxyError",
)


def give_up(message):
    print("\n" + message, file=sys.stderr)
    sys.exit(1)


def check_machine():
    if os.name != "posix":
        give_up("Co-op Strategy runs on Linux and macOS. On Windows, use it inside WSL (https://aka.ms/wsl).")
    if sys.version_info[:2] >= OLDEST:
        return
    newer = [name for name in ("python3.14", "python3.13", "python3.12", "python3.11") if find_program(name)]
    advice = (
        "This machine has a newer one. Run:  {} run.py".format(newer[0])
        if newer
        else "Install a newer Python, then run this again with it."
    )
    give_up(
        "This is Python {}.{}; Co-op Strategy needs {}.{} or newer.\n{}".format(
            *(sys.version_info[:2] + OLDEST + (advice,))
        )
    )


def find_program(name):
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        path = os.path.join(folder, name)
        if os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    return None


def lock_hash(lock_set):
    with open(os.path.join(HERE, "requirements", lock_set + ".lock"), "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def is_installed(lock_set):
    """By the hash of the lock alone: with the interpreter's version in it, two Pythons on a PATH would install in turns."""
    try:
        with open(STAMP) as file:
            return lock_hash(lock_set) in file.read().split()
    except (IOError, OSError):
        return False


def venv_works():
    """The venv's Python starts, and is still of the version that the packages beside it were installed for."""
    packages = "'%s/lib/python%d.%d/site-packages' % ((sys.prefix,) + sys.version_info[:2])"
    probe = "import os, sys; sys.exit(not os.path.isdir({}))".format(packages)
    try:
        return subprocess.call([VENV_PYTHON, "-c", probe], stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def has_pip():
    """A venv that uv made has none, and uv may be gone since."""
    return (
        subprocess.call([VENV_PYTHON, "-m", "pip", "--version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        == 0
    )


def ensure_installed(lock_set):
    """Make the venv and install the set, once; other runs wait for the one that is at it."""
    import fcntl  # noqa: PLC0415 - Windows has none, and is told so before this

    if is_installed(lock_set) and venv_works():
        return
    try:
        guard = open(os.path.join(HERE, ".venv.lock"), "a")  # noqa: SIM115 - held until the installation is done
    except (IOError, OSError) as error:
        give_up(
            "This folder cannot be written by you: {} ({}).\nClone the project into a folder of your own.".format(
                HERE, error.strerror
            )
        )
    with guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        if is_installed(lock_set) and venv_works():
            return
        room = shutil.disk_usage(HERE).free // 1000000
        if room < ROOM[lock_set]:
            give_up(
                "The disk is nearly full: {} MB are free where this project lies, and installing its packages needs {} MB.\n"
                "Make room and run this again. Nothing was changed.".format(room, ROOM[lock_set])
            )
        uv = find_program("uv")
        try:
            if not venv_works() or not (uv or has_pip()):
                make_venv(uv)
            install(lock_set, uv)
        except (IOError, OSError) as error:
            if error.errno == errno.ENOSPC:
                give_up("The disk is full. Make room and run this again; what was begun is finished then.")
            raise


def make_venv(uv):
    print("Making a Python environment in .venv ...")
    shutil.rmtree(VENV, ignore_errors=True)
    with_uv = [uv, "venv", "--quiet", "--python", sys.executable, VENV]
    said = subprocess.run(
        with_uv if uv else [sys.executable, "-m", "venv", VENV],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        universal_newlines=True,
        check=False,
    )
    if said.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        advice = (
            "Make .venv yourself with another tool, or install uv (https://docs.astral.sh/uv/), and run this again."
        )
        if "ensurepip" in said.stdout or "No module named venv" in said.stdout:
            advice = "On Debian and Ubuntu:  sudo apt install python{}.{}-venv\nThen run this again.".format(
                *sys.version_info[:2]
            )
        give_up(
            "The Python environment could not be made. {} said:\n{}\n{}".format(
                "uv" if uv else "Python", said.stdout.strip(), advice
            )
        )


def install(lock_set, uv):
    lock = os.path.join(HERE, "requirements", lock_set + ".lock")
    with open(lock) as file:
        count = sum(1 for line in file if line[:1].isalnum())
    if os.path.exists(STAMP):
        os.remove(STAMP)
    hashed = ["--require-hashes", "-r", lock]
    if uv:
        home_is_ours = os.access(os.path.expanduser("~"), os.W_OK)
        command = (
            [uv, "pip", "install", "--python", VENV_PYTHON, "--no-build"]
            + hashed
            + ([] if home_is_ours else ["--no-cache"])
        )
    else:
        command = [
            VENV_PYTHON,
            "-m",
            "pip",
            "install",
            "--disable-pip-version-check",
            "--no-input",
            "--only-binary",
            ":all:",
        ] + hashed
    print("Installing {} packages with {}; this happens once ...".format(count, "uv" if uv else "pip"))
    began = told = time.time()
    with open(INSTALL_LOG, "wb") as log:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        try:
            while child.poll() is None:
                time.sleep(0.1)
                if time.time() - told > 15:
                    told = time.time()
                    print("  still installing ({:.0f} seconds) ...".format(told - began))
        except BaseException:
            child.kill()
            child.wait()
            raise
    if child.returncode:
        explain_failed_install(command)
    stamps = [lock_hash("run")] + ([lock_hash("dev")] if lock_set == "dev" else [])
    with open(STAMP, "w") as file:
        file.write("\n".join(stamps) + "\n")
    print("Installed in {:.0f} seconds.".format(time.time() - began))


def explain_failed_install(command):
    with open(INSTALL_LOG, "rb") as log:
        said = log.read().decode("utf-8", "replace").strip()
    if "No space left on device" in said:
        reason = "The disk is full. Make room and run this again."
    elif any(sign in said for sign in NETWORK_SIGNS):
        reason = (
            "The packages could not be fetched: there is no network, or it does not reach the Python package index.\n"
            "Check the connection (and HTTPS_PROXY or PIP_INDEX_URL, if your network needs them), and run this again."
        )
    elif "do not match the hashes" in said.lower() or "hash mismatch" in said.lower():
        reason = "A package that arrived is not the one this project was tested with, so it was not installed."
    elif "No matching distribution" in said or "has no wheels" in said or "no usable wheels" in said:
        reason = (
            "A package has no ready-made form for this machine.\n"
            "They exist for Linux with glibc 2.28 or newer and for macOS 11 or newer, on Intel and ARM processors."
        )
    else:
        reason = "The packages could not be installed."
    last = "\n".join("  " + line for line in said.splitlines()[-8:])
    give_up(
        "{}\n\nThe last lines of {}:\n{}\n\nThe command was: {}".format(reason, INSTALL_LOG, last, " ".join(command))
    )


def main():
    check_machine()
    arguments = sys.argv[1:]
    lock_set = "dev" if arguments[:1] and arguments[0] in NEED_DEV else "run"
    inside = os.path.realpath(sys.prefix) == os.path.realpath(VENV)
    os.environ.pop("PYTHONHOME", None)
    if not inside:
        if os.environ.pop(GUARD, None):
            give_up("The Python in .venv does not use .venv. Remove that folder and run this again:\n{}".format(VENV))
        ensure_installed(lock_set)
        os.environ[GUARD] = "1"
        sys.stdout.flush()
        os.execv(VENV_PYTHON, [VENV_PYTHON, os.path.join(HERE, "run.py")] + arguments)
    if not os.environ.pop(GUARD, None):
        ensure_installed(lock_set)  # started by the venv's own Python, so nobody has looked yet
    from coopstrategy.runtime import command  # noqa: PLC0415 - it needs the packages installed above

    sys.exit(command.main(arguments))


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        sys.exit(130)
