"""One page of the site in one state, for the lists that the tests of this folder walk."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.urls import Resolver404, resolve


@dataclass(frozen=True)
class SitePage:
    """One page in one state. `role` is a key of `World.clients`; `send` is what its form is filled with and sent to reach the
    state, and then `status` belongs to the answer. `form` chooses the form by CSS when the first in main is not meant."""

    name: str
    role: str
    url: str
    state: str = "plain"
    send: dict[str, Any] | None = None
    status: int = 200
    form: str = "main form[method=post]"
    more: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.name}, {self.state}, as {self.role}"

    @property
    def has_errors(self) -> bool:
        return self.state.startswith("errors")

    @property
    def view(self) -> str:
        """The name of its view; of an address that leads nowhere, the address."""
        try:
            return resolve(self.url.partition("?")[0].partition("#")[0]).view_name
        except Resolver404:
            return self.url


def errors(name: str, role: str, url: str, send: dict[str, Any], **more: Any) -> SitePage:
    """The page with what is said when its form is sent with `send`."""
    return SitePage(name, role, url, "errors", send=send, **more)


def one_of_each(pages: Iterable[SitePage]) -> list[SitePage]:
    """The first of each view, and the first that shows what is wrong with a form of it. The other states are for the drills."""
    kept: dict[tuple[str, bool], SitePage] = {}
    for page in pages:
        kept.setdefault((page.view, page.has_errors), page)
    return list(kept.values())
