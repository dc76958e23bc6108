"""Where themes are used. Only the apps above know: each registers a function by `register_use`, which tells of all themes at
once, so that a page asks as often for twenty themes as for one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Use:
    """What of one kind bears a theme, such as "12 posts", and the page that lists it."""

    label: str
    url: str


Teller = Callable[[], Mapping[int, Use]]
_tellers: list[Teller] = []


def register_use(teller: Teller) -> Teller:
    """Make known a function that tells, by the numbers of themes, what bears them. Usable as a decorator."""
    if teller not in _tellers:
        _tellers.append(teller)
    return teller


def uses_of_themes() -> dict[int, list[Use]]:
    """By the number of a theme: what bears it. A theme that nothing bears is left out."""
    uses: dict[int, list[Use]] = {}
    for teller in _tellers:
        for pk, use in teller().items():
            uses.setdefault(pk, []).append(use)
    return uses
