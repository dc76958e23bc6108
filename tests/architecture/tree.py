"""The source as these tests read it: every file once, without importing it."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SHELL = "coopstrategy"
PARTS = (SHELL, "panel", "census", "consultation", "blog", "commons")


@cache
def files(*folders: str) -> tuple[Path, ...]:
    """The Python files of the given folders, relative to the root and in order; of all parts when none is given."""
    found = [path for folder in folders or PARTS for path in (ROOT / folder).rglob("*.py")]
    return tuple(sorted(path.relative_to(ROOT) for path in found))


@cache
def apps() -> tuple[Path, ...]:
    """The folders of the apps, relative to the root. An app is a folder with an apps.py."""
    return tuple(sorted(path.parent for path in files() if path.name == "apps.py"))


def word(path: Path) -> str | None:
    """Which word of the vocabulary a file of an app stands under: census/actions/codes.py is `actions`. None outside apps."""
    for app in apps():
        if path.is_relative_to(app):
            return path.relative_to(app).parts[0].removesuffix(".py")
    return None


def under(*words: str) -> list[Path]:
    """The files of all apps that stand under one of these words."""
    return [path for path in files() if word(path) in words]


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(), filename=str(path))


def imported(path: Path) -> Iterator[tuple[str, int]]:
    """(dotted name, line) of everything a file imports: `from a import b` is a.b."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def name_of(node: ast.AST) -> str:
    """What is called or named, as written: `sql.SQL`, `record`, `.update` for a method of something longer."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        front = name_of(node.value)
        return f"{front}.{node.attr}" if front and not front.startswith(".") else f".{node.attr}"
    return ""
