"""One scene for each kind of notice: it happens, by the real actions, and says who is told. Everybody else who is in the scene,
such as whoever did it or no longer wishes to hear of it, is told nothing. `ends` are what may happen next, before the mail is
sent: each gives who is told all the same."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from commons.people.models import User


@dataclass(frozen=True)
class Scene:
    """`at_once` is for kinds that are no service: who gets a mail of their own all the same."""

    told: set[User]
    ends: dict[str, Callable[[], Iterable[User] | None]]
    at_once: set[User] = field(default_factory=set)


SCENES: dict[str, Callable[[], Scene]] = {}


def scene(kind: str) -> Callable[[Callable[[], Scene]], Callable[[], Scene]]:
    """Decorator: make the scene of a kind known."""

    def known(build: Callable[[], Scene]) -> Callable[[], Scene]:
        assert kind not in SCENES
        SCENES[kind] = build
        return build

    return known
