"""What `python3 run.py ...` does once it runs inside its own Python environment."""

import argparse
import hashlib
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import environ

from coopstrategy.runtime.places import CHECKOUT
from coopstrategy.runtime.processes import Refusal, in_front, last_lines, spawn, stop, write_private
from coopstrategy.runtime.stack import Stack, listen, status_of

HELP = """Co-op Strategy

  python3 run.py                  start the site with its demo data, and open the address it prints
      --stage NAME                the moment of the process that the demo shows: after (if you say nothing), with all of it alive,
                                  Congress long over; draft, the same without Congress; or earlier, when the draft strategy's
                                  first versions are out and few have spoken: census, before-congress, or on-the-day
      --port N                    this port and no other (otherwise the first free one from 8000 to 8019)
  python3 run.py stop             stop it from another window
  python3 run.py test [...]       the tests, on a throw-away Postgres; what follows goes to pytest
  python3 run.py drill [...]      the long tests: kill -9, fresh clones
  python3 run.py benchmark [...]  how fast it is, in ratios
  python3 run.py manage ...       Django's commands, with the servers running
  python3 run.py reset [--yes]    empty the demo: database, files, logs and keys; asks first

DATABASE_URL, BROKER_URL with CACHE_URL: servers of your own, used instead of ours. .env.example lists every setting.
"""
SHARED = ("DATABASE_URL", "BROKER_URL", "CACHE_URL", "SITE_ADDRESS")
CLOSING_LINES = {
    0: "All the tests that ran have passed.",
    1: "Some tests failed; they are listed above.",
    2: "The tests were interrupted before the end, so this says nothing about the rest.",
    3: "pytest itself failed; the reason is above.",
    4: "The tests could not start; the reason is above.",
    5: "No test matched, so nothing was tested.",
}


def main(arguments: Sequence[str]) -> int:
    """Run one command; the exit code for the shell."""
    os.chdir(CHECKOUT)
    if (CHECKOUT / ".env").is_file():
        environ.Env.read_env(CHECKOUT / ".env")
    name, rest = (
        (arguments[0], list(arguments[1:]))
        if arguments and not arguments[0].startswith("-")
        else ("start", list(arguments))
    )
    commands: dict[str, Callable[[list[str]], int]] = {
        "start": start,
        "stop": stop_other,
        "test": test,
        "drill": drill,
        "benchmark": benchmark,
        "manage": manage,
        "reset": reset,
        "help": show_help,
    }
    if name not in commands:
        print(f"There is no command `{name}`.\n\n{HELP}", file=sys.stderr)
        return 2
    if rest in (["-h"], ["--help"]) and name not in {"test", "drill", "benchmark", "manage"}:
        return show_help([])
    try:
        return commands[name](rest)
    except Refusal as refusal:
        print(f"\n{refusal}", file=sys.stderr)
    except PermissionError as error:
        print(
            f"\nNot allowed: {error.filename}. It probably belongs to another user, or to root after a run with sudo.\n"
            "Run this as that user, give the folder to yourself with chown, or set STATE_DIR to a folder of your own.",
            file=sys.stderr,
        )
    except OSError as error:
        print(
            f"\nThe operating system refused: {error}. Nothing was lost; put it right and run this again.",
            file=sys.stderr,
        )
    return 1


def show_help(_: list[str]) -> int:
    print(HELP)
    return 0


# --- Start and stop ----------------------------------------------------------------------------------------------------------


def start(arguments: list[str]) -> int:
    """Start everything, say where it is, and watch over it until asked to stop."""
    parser = argparse.ArgumentParser(prog="python3 run.py", add_help=False)
    parser.add_argument("--port", type=int)
    parser.add_argument("--stage", default="after")
    options = parser.parse_args(arguments)
    stack = Stack()
    if not stack.claim():
        return say_it_runs(stack)
    stop_on_signals(stack)
    try:
        return run_site(stack, port=options.port, stage=options.stage)
    finally:
        if stack.started:
            print("Stopping ...", flush=True)
        stack.stop_all()
        stack.leave()
        if stack.started:
            print("Stopped. Nothing is left running.", flush=True)


def say_it_runs(stack: Stack) -> int:
    note = stack.running() or {}
    if note.get("address"):
        print(f"Already running: {note['address']}\nTo stop it: python3 run.py stop, or Ctrl+C in its window.")
        return 0
    if note.get("kind") == "manage":
        raise Refusal(
            "`run.py manage` is at work with the servers in another window. Run this again when it has finished."
        )
    raise Refusal(
        "Another window is starting or stopping the site at this moment. Run this again when it has finished."
    )


def stop_on_signals(stack: Stack) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup asks us not to listen
            signal.signal(number, lambda *_: stack.stopping.set())


def run_site(stack: Stack, *, port: int | None, stage: str) -> int:
    listening = listen(port)
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    os.environ["SITE_ADDRESS"] = address
    print("Starting Co-op Strategy", flush=True)
    stack.announce("start")
    keep_one_old_log(stack)
    with step("Servers"):
        servers = stack.start_servers()
    people = prepare(stack, stage)
    if stack.stopping.is_set():
        return 130
    with step("Web, worker and clock"):
        stack.start_parts(listening)
        stack.wait_for_web(address)
    front_page = status_of(address)
    if stack.stopping.is_set():
        return 130
    stack.announce("start", address, SHARED)
    say_ready(stack, address, people, servers)
    if front_page != 200:
        print(f"Beware: the front page answered {front_page}. The reason is in {stack.log_of('web')}", flush=True)
    stack.watch()
    return 0


def keep_one_old_log(stack: Stack) -> None:
    for log in stack.places.logs.glob("*.log"):
        log.replace(log.with_suffix(".log.before"))


def prepare(stack: Stack, stage: str) -> str:
    """Tables, demo data and static files: each does nothing when it has nothing to do. Returns what prepare_demo has to say to a
    newcomer, which is what it prints after its first empty line."""
    with step("Tables"):
        run_manage(stack, "migrate", "--noinput", "--verbosity", "0")
        (stack.places.home / "migrated").touch()
    with step("Demo data"):
        _, _, people = run_manage(stack, "prepare_demo", "--stage", stage).partition("\n\n")
    marker, now = stack.places.home / "static-files", fingerprint_of_static_files()
    if not marker.exists() or marker.read_text() != now:
        with step("Style sheets, scripts and pictures"):
            run_manage(stack, "collectstatic", "--noinput", "--clear", "--verbosity", "0")
        write_private(marker, now)
    return people and people.rstrip() + "\n\n"


def fingerprint_of_static_files() -> str:
    """Changes when a file of ours, or a package that brings some, changes."""
    seen = hashlib.sha256((CHECKOUT / "requirements" / "run.lock").read_bytes())
    for path in sorted((CHECKOUT / "static").rglob("*")):
        if path.is_file():
            info = path.stat()
            seen.update(f"{path.relative_to(CHECKOUT)} {info.st_size} {info.st_mtime_ns}\n".encode())
    return seen.hexdigest()


def run_manage(stack: Stack, *arguments: str) -> str:
    """Run one of Django's commands to its end; what it printed. Raises `Refusal` with its last lines when it fails."""
    if stack.stopping.is_set():
        return ""
    log = stack.log_of("prepare")
    log.touch()
    before = log.stat().st_size
    child = spawn([sys.executable, "manage.py", *arguments], env=stack.env, cwd=CHECKOUT, log=log)
    while child.poll() is None:
        if stack.stopping.wait(0.05):
            stop(child, ((signal.SIGINT, 10.0),))
            return ""
    if child.returncode:
        raise Refusal(f"`manage.py {' '.join(arguments)}` failed. The end of {log}:\n{last_lines(log, 20)}")
    with log.open(encoding="utf-8", errors="replace") as said:
        said.seek(before)
        return said.read()


@contextmanager
def step(label: str) -> Iterator[None]:
    """Say what is being done, and when it is done how long it took."""
    print(f"  {label} ...", end="", flush=True)
    began = time.monotonic()
    try:
        yield
    except BaseException:
        print(" failed", flush=True)
        raise
    print(f" done ({time.monotonic() - began:.1f} s)", flush=True)


def say_ready(stack: Stack, address: str, people: str, servers: Sequence[str]) -> None:
    print(
        f"\nReady: {address}\n\n{people}"
        f"Enter as any of the demo's people: {address}/demo/\nRead the mail they get: {address}/demo/mailbox/\n\nServers\n"
        + "\n".join(f"  {line}" for line in servers)
        + f"\n  Python {sys.version.split()[0]}; data, keys and logs in {stack.places.home}"
        + "".join(f"\n  and in {folder}" for folder in stack.places.outside)
        + "\n\nTo stop: Ctrl+C here, or python3 run.py stop. To empty the demo: python3 run.py reset.\n",
        flush=True,
    )


def stop_other(_: list[str]) -> int:
    """Stop the run of another window and wait until it is gone; clear away what an unclean end left."""
    stack = Stack()
    if not stack.places.home.exists() or stack.claim():
        if stack.places.home.exists():
            stack.leave()
        print("It is not running.")
        return 0
    note = stack.running()
    if note is None:
        raise Refusal("It is starting or stopping at this moment. Run this again in a few seconds.")
    os.kill(note["pid"], signal.SIGTERM)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if stack.lock.take():
            stack.leave()
            print("Stopped.")
            return 0
        time.sleep(0.1)
    raise Refusal(
        f"It was asked to stop, but after a minute it still runs (process {note['pid']}). Its logs: {stack.places.logs}"
    )


# --- Tests -------------------------------------------------------------------------------------------------------------------


def test(arguments: list[str]) -> int:
    # One worker a core; who debugs says `-n 0` and has one process with a keyboard.
    alone = any(argument.startswith(("-n", "--pdb")) for argument in arguments)
    return run_pytest(arguments if alone else ["-n", "auto", "--maxprocesses", "4", "--dist", "worksteal", *arguments])


def drill(arguments: list[str]) -> int:
    return run_pytest(["tests/drills", *arguments])


def benchmark(arguments: list[str]) -> int:
    return run_pytest(["tests/benchmarks", "-q", "--capture=no", *arguments])


def run_pytest(arguments: list[str]) -> int:
    """pytest in a process of its own, its exit code passed on, and one plain sentence after its closing line."""
    code = in_front([sys.executable, "-m", "pytest", *arguments], env=os.environ, cwd=CHECKOUT)
    closing = CLOSING_LINES.get(code, f"pytest was ended from outside (code {code}).")
    if os.environ.get("BROWSER_TESTS") == "0":
        closing += " The tests that need a browser were left out (BROWSER_TESTS=0)."
    print(closing)
    return code


# --- Django's commands ---------------------------------------------------------------------------------------------------------


def manage(arguments: list[str]) -> int:
    """Pass a command to Django: with the servers of the running site, or with servers started for it alone."""
    stack = Stack()
    told = False
    while not stack.claim():
        note = stack.running() or {}
        if note.get("address"):
            stack.env = {}
            stack.compose_env(note["env"]["DATABASE_URL"], note["env"]["BROKER_URL"], note["env"]["CACHE_URL"])
            return run_django(stack.env | {"SITE_ADDRESS": note["env"]["SITE_ADDRESS"]}, arguments)
        if not told:
            told = True
            print(
                "Waiting for another run.py of this folder, which is using the servers ...", file=sys.stderr, flush=True
            )
        time.sleep(0.3)
    stop_on_signals(stack)
    try:
        stack.announce("manage")
        stack.start_servers()
        if stack.postgres and not (stack.places.home / "migrated").exists():
            print("Making the tables first ...", file=sys.stderr, flush=True)
            run_manage(stack, "migrate", "--noinput", "--verbosity", "0")
            (stack.places.home / "migrated").touch()
        return run_django(stack.env, arguments)
    finally:
        stack.stop_all()
        stack.leave()


def run_django(env: dict[str, str], arguments: list[str]) -> int:
    return in_front([sys.executable, "manage.py", *arguments], env=env, cwd=CHECKOUT)


# --- Reset -------------------------------------------------------------------------------------------------------------------


def reset(arguments: list[str]) -> int:
    """Remove everything a run keeps, after asking."""
    stack = Stack()
    folders = [folder for folder in (stack.places.home, *stack.places.outside) if folder.exists()]
    if not folders:
        print("There is nothing to empty.")
        return 0
    if stack.places.home.exists() and not (stack.places.home / "lock").exists() and any(stack.places.home.iterdir()):
        raise Refusal(f"{stack.places.home} was not made by run.py, so it is left alone.")
    if not stack.claim():
        raise Refusal("The site is running. Stop it first: python3 run.py stop")
    try:
        print("This removes the demo's database, uploaded and exported files, keys and logs:")
        print("\n".join(f"  {folder}" for folder in folders))
        if os.environ.get("DATABASE_URL"):
            print("The database that DATABASE_URL names is left as it is.")
        if arguments != ["--yes"] and not agreed():
            print("Nothing was removed.")
            return 1
        for folder in folders:
            shutil.rmtree(folder)
        print("Removed. python3 run.py starts afresh.")
        return 0
    finally:
        stack.lock.release()


def agreed() -> bool:
    try:
        return input('Type "yes" to remove them: ').strip().lower() == "yes"
    except EOFError:
        return False
