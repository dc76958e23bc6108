"""Every address of the site, read from the URLconf, with the view behind it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver, include, path

from tests.architecture.tree import PARTS, ROOT

# Whole parts of the site whose views are a library's. Each asks for its own permissions.
THIRD_PARTY = {
    "accounts/": "allauth: signing in and up, second steps",
    "admin/": "Django's admin, which asks `has_perm` for every page",
}


@dataclass(frozen=True)
class Address:
    """One address. `route` as the URLconf writes it, from the root; `name` with its namespaces."""

    route: str
    name: str
    callback: Callable

    @property
    def view_class(self) -> type | None:
        return getattr(self.callback, "view_class", None)

    @property
    def is_ours(self) -> bool:
        return (self.view_class or self.callback).__module__.split(".")[0] in PARTS

    @property
    def is_third_party(self) -> bool:
        return self.route.startswith(tuple(THIRD_PARTY))


def addresses(*, demo: bool = True) -> list[Address]:
    """All of them; with `demo` also those of the demo, which stand in the URLconf only when DEMO is set."""
    patterns = list(get_resolver().url_patterns)
    if demo and (ROOT / "coopstrategy/demo/urls.py").is_file():
        patterns.append(path("", include("coopstrategy.demo.urls")))
    return list(_walk(patterns, "", ()))


def _walk(patterns: list[URLPattern | URLResolver], front: str, spaces: tuple[str, ...]) -> Iterator[Address]:
    for pattern in patterns:
        route = front + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield Address(route, ":".join([*spaces, pattern.name or ""]), pattern.callback)
        else:
            yield from _walk(pattern.url_patterns, route, (*spaces, pattern.namespace) if pattern.namespace else spaces)
