"""Who may know whom. The contracts stand in pyproject.toml; what they cannot say (a part of a library, the name of an argument)
is read from the source here."""

import ast
import subprocess
import sys

import pytest

from tests.architecture.tree import ROOT, files, imported, name_of, parsed, under, word

# What only somebody who answers a request needs to know.
OF_REQUESTS = (
    "django.contrib.auth.mixins",
    "django.contrib.auth.views",
    "django.contrib.messages",
    "django.core.handlers",
    "django.http",
    "django.shortcuts",
    "django.template",
    "django.views",
)
DOING = ("actions", "reports", "rules", "models")


def test_the_import_contracts_hold():
    """In a process of its own: the linter's command silences every logger that it finds."""
    read = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"
    linter = subprocess.run([sys.executable, "-c", read], cwd=ROOT, capture_output=True, text=True)
    assert linter.returncode == 0, linter.stdout + linter.stderr


@pytest.mark.parametrize("layer", DOING)
def test_what_is_done_and_read_knows_no_request(layer):
    paths = under(layer)
    found = [
        f"{path}:{line} {name}"
        for path in paths
        for name, line in imported(path)
        if any(name == banned or name.startswith(f"{banned}.") for banned in OF_REQUESTS)
    ]
    found += [
        f"{path}:{node.lineno} argument {node.arg}"
        for path in paths
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.arg) and node.arg == "request"
    ]
    assert (bool(paths), found) == (True, [])


def test_only_tasks_and_the_shell_know_celery():
    knowing = {
        word(path) or str(path) for path in files() for name, _line in imported(path) if name.split(".")[0] == "celery"
    }
    assert knowing == {"tasks", "coopstrategy/celery.py"}


def test_mail_is_written_by_the_task_of_the_notices_alone():
    writers = {"EmailMultiAlternatives", "EmailMessage", "DjangoMessage", "Letter", "get_connection"}
    writing = {
        str(path)
        for path in files()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and name_of(node.func) in writers
    }
    assert writing == {"commons/digests/tasks/letters.py", "commons/digests/tasks/sending.py"}
