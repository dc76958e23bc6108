"""What becomes of what a person left behind when they close their account. Each app above knows that of its own rows, and
registers it here: what goes, what stays, what the person is asked, and the action that carries it out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from commons.people.models import User

STAY, GO = "stay", "go"


@dataclass(frozen=True)
class Answer:
    """One thing a person may wish. `value` is a word without spaces."""

    value: str
    label: str
    hint: str = ""


@dataclass(frozen=True)
class Legacy:
    """What one app holds of one person: sentences of what goes and what stays whatever they wish, and, where something is left
    to their wish, a question, its answers, and what is said to who gave none."""

    goes: Sequence[str] = ()
    stays: Sequence[str] = ()
    question: str = ""
    reminder: str = ""
    answers: Sequence[Answer] = field(default_factory=list)


class Settle(Protocol):
    """An action that carries out what the person wished, or what happens to everybody, before their account goes. `answer` is
    empty when nothing was asked."""

    def __call__(self, person: User, *, by: Any, answer: str) -> None: ...


@dataclass(frozen=True)
class Keeper:
    """One app's word on it. `tell` asks a fixed number of queries."""

    name: str
    tell: Callable[[User], Legacy]
    settle: Settle


_keepers: dict[str, Keeper] = {}


def register_keeper(name: str, *, tell: Callable[[User], Legacy], settle: Settle) -> None:
    """Add an app's word. `name` is a word without spaces; the same again replaces what was there."""
    _keepers[name] = Keeper(name, tell, settle)


def keepers() -> list[Keeper]:
    """All of them, in the same order everywhere."""
    return [_keepers[name] for name in sorted(_keepers)]
